public import Core
import Synchronization

/// How much a client may ask: a steady rate and a burst above it.
public struct RateBudget: Sendable, Hashable {
    /// Requests a second in the long run.
    public var perSecond: Double
    /// Requests at once after a pause.
    public var burst: Int

    /// A budget.
    public init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// Reads `50/500`: 50 a second in the long run, 500 at once; nil for `off`.
    ///
    /// - Throws: a fault of code `invalid-rate`.
    public static func read(_ text: some StringProtocol) throws(GeneralFault) -> RateBudget? {
        if text == "off" { return nil }
        let parts = text.split(separator: "/")
        guard parts.count == 2, let rate = Double(parts[0]), let burst = Int(parts[1]),
            rate.isFinite, (0.001...1_000_000).contains(rate), (1...10_000_000).contains(burst)
        else {
            throw GeneralFault(
                .invalid,
                code: "invalid-rate",
                "\"\(text)\" is no rate; write requests a second and burst, like 50/500, or off"
            )
        }
        return RateBudget(perSecond: rate, burst: burst)
    }

    /// Microseconds that one request is worth.
    var cost: Double { 1_000_000 / perSecond }
}

/// What is left of a client's budget after a request.
public struct Allowance: Sendable, Hashable {
    /// The burst.
    public var limit: Int
    /// How many more requests go at once.
    public var remaining: Int
    /// Seconds until the whole burst is there again.
    public var resetSeconds: Int
    /// Seconds until one more request goes; 0 when one goes now.
    public var retryAfterSeconds: Int
}

/// Budgets of clients: token buckets, of which only the latest used are kept.
///
/// A bucket is one number, the moment at which it is full again (the generic cell rate algorithm, as in
/// ITU-T I.371 annex A). Two generations stand in for a list in order of use, so memory is bounded by
/// `capacity`; a bucket that is forgotten was full or its client has gone.
public final class RateLimiter<Client: Hashable & Sendable>: Sendable {
    private struct State {
        var young: [Client: Double] = [:]
        var old: [Client: Double] = [:]
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// A limiter that remembers at most `capacity` clients.
    public init(capacity: Int) {
        self.capacity = max(2, capacity)
    }

    /// How many clients are remembered.
    public var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// Takes one request from the client's budget; nothing is taken when it does not suffice.
    public func take(_ client: Client, _ budget: RateBudget, at now: Timestamp) -> Allowance {
        let time = Double(now.microseconds)
        let cost = budget.cost
        let room = cost * Double(budget.burst)
        let full = state.withLock { state -> (at: Double, taken: Bool) in
            let known: Double
            if let found = state.young[client] {
                known = found
            } else {
                known = state.old.removeValue(forKey: client) ?? 0
                if state.young.count >= capacity / 2 {
                    state.old = state.young
                    state.young = [:]
                }
                state.young[client] = known
            }
            // A clock that was set back must not leave a client without budget for long.
            let from = max(min(known, time + room), time)
            guard from + cost - time <= room + 0.5 else {
                state.young[client] = from
                return (from, false)
            }
            state.young[client] = from + cost
            return (from + cost, true)
        }
        return Self.allowance(budget, full.at - time, room, cost, taken: full.taken)
    }

    /// Whether nothing is left of the client's budget; takes nothing.
    public func isExhausted(_ client: Client, _ budget: RateBudget, at now: Timestamp) -> Bool {
        let time = Double(now.microseconds)
        let room = budget.cost * Double(budget.burst)
        let known = state.withLock { $0.young[client] ?? $0.old[client] } ?? 0
        return max(min(known, time + room), time) + budget.cost - time > room + 0.5
    }

    private static func allowance(
        _ budget: RateBudget,
        _ used: Double,
        _ room: Double,
        _ cost: Double,
        taken: Bool
    ) -> Allowance {
        Allowance(
            limit: budget.burst,
            remaining: taken ? max(0, Int(((room - used) / cost + 0.000_001).rounded(.down))) : 0,
            resetSeconds: Int((used / 1_000_000).rounded(.up)),
            retryAfterSeconds: taken
                ? 0 : max(1, Int(((used + cost - room) / 1_000_000).rounded(.up)))
        )
    }
}
