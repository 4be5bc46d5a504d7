/// How often, and after what pauses, a delivery is tried again.
public struct RetryPolicy: Sendable {
    /// Attempts in all before a message is given up; default 24.
    ///
    /// With the default pauses these are 8 to 15 hours: a mail server may be down for a night.
    public var attempts: Int
    /// The pause after the first attempt; default 10 s.
    public var first: Duration
    /// The longest pause; each is twice the one before up to here; default 1 h.
    public var longest: Duration

    /// A policy; everything has a default.
    public init(
        attempts: Int = 24,
        first: Duration = .seconds(10),
        longest: Duration = .seconds(3_600)
    ) {
        precondition(
            attempts >= 1 && first > .zero && longest >= first,
            "a policy that never tries"
        )
        self.attempts = attempts
        self.first = first
        self.longest = longest
    }

    /// The pause after `attempt`, counted from 1.
    ///
    /// Between half and the whole of the exponential pause, so that messages which failed together do
    /// not come back together.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts were made.
    ///   - unit: randomness in 0 ..< 1.
    /// - Returns: the pause.
    public func pause(after attempt: Int, unit: Double) -> Duration {
        // Past 2^40 times the first pause the longest is reached anyway.
        let doubled = first * (1 << min(max(attempt - 1, 0), 40))
        return min(doubled, longest) * (0.5 + unit / 2)
    }
}
