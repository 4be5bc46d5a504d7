import Core

/// Whether a target that failed time and again is tried at all.
///
/// Closed: everything is tried. After some failures in a row it opens: nothing is tried for a while. Then
/// one attempt may pass; when that fails too the next while is twice as long, when it succeeds the breaker
/// closes.
struct CircuitBreaker: Sendable, Hashable {
    /// Failures in a row that open it.
    static let threshold = 5
    static let firstPause: Duration = .seconds(30)
    static let longestPause: Duration = .seconds(900)

    private var failures = 0
    private var openUntil: Timestamp?
    private var isProbing = false

    /// How many attempts may begin now: all, one or none.
    func allowance(at now: Timestamp) -> Int {
        guard let openUntil else { return .max }
        return now < openUntil || isProbing ? 0 : 1
    }

    /// An attempt begins.
    mutating func begin(at now: Timestamp) {
        if let openUntil, now >= openUntil { isProbing = true }
    }

    /// An attempt has succeeded.
    mutating func succeed() {
        self = CircuitBreaker()
    }

    /// An attempt has failed.
    mutating func fail(at now: Timestamp) {
        failures += 1
        // Attempts that were under way when it opened say nothing new.
        guard failures >= Self.threshold, openUntil == nil || isProbing else { return }
        isProbing = false
        let doublings = min(max(failures - Self.threshold, 0), 10)
        openUntil = now + min(Self.firstPause * (1 << doublings), Self.longestPause)
    }

    /// An attempt was cut short and says nothing.
    mutating func abandon() {
        isProbing = false
    }

    /// Whether attempts are held back.
    var isOpen: Bool { openUntil != nil }
}
