import Synchronization

/// What one question may still cost, and what its failed attempts were charged with.
///
/// Whoever asks sets it for each question; the gateway keeps to it, and tells what it spent in vain.
public final class ModelAllowance: Sendable {
    private let most: Int
    private let wasted = Mutex(0)

    /// An allowance.
    ///
    /// - Parameter costMicros: in millionths of the currency of the models' prices; 0 leaves what is free.
    public init(costMicros: Int) {
        most = max(0, costMicros)
    }

    /// What attempts that came to nothing were charged with, in the same unit.
    public var spent: Int { wasted.withLock { $0 } }

    /// What is left.
    public var left: Int { max(0, most - spent) }

    /// Whether a call that may cost so much may be made; one that is free always may.
    public func admits(_ costMicros: Int) -> Bool { costMicros == 0 || costMicros <= left }

    /// Notes what an attempt was charged with that came to nothing.
    public func spend(_ costMicros: Int) { wasted.withLock { $0 += costMicros } }
}
