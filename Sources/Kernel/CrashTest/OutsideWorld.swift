import Core
import Synchronization

/// What lies outside the store: a service that tools call, and the producers of events.
///
/// It lives through the crashes of the program under test, and remembers what reached it.
final class OutsideWorld: Sendable {
    private struct State {
        /// How often each call, named by its idempotency key, reached the service.
        var calls: [String: Int] = [:]
        /// Calls whose outcome the store was seen to hold.
        var settled: Set<String> = []
        var violations: [String] = []
        /// The calls of each state of each execution, in the order in which they first came.
        var orders: [String: [String]] = [:]
    }

    private let state = Mutex(State())
    private let trace: CrashTrace

    init(trace: CrashTrace) {
        self.trace = trace
    }

    /// Which of the calls of its state in its execution this is, from 0; the same when it is repeated.
    func place(of key: String, in state: String) -> Int {
        let execution = key.prefix { $0 != "/" }
        return self.state.withLock { world in
            let calls = world.orders["\(execution)/\(state)", default: []]
            if let at = calls.firstIndex(of: key) { return at }
            world.orders["\(execution)/\(state)", default: []].append(key)
            return calls.count
        }
    }

    /// A call arrived.
    func took(_ key: String) {
        trace.note("the outside takes call \(key)")
        state.withLock { state in
            state.calls[key, default: 0] += 1
            if state.settled.contains(key) {
                state.violations.append("the step of call \(key) was done and was run again")
            }
        }
    }

    /// The store holds the outcome of these calls.
    func settle(_ keys: some Sequence<String>) {
        state.withLock { $0.settled.formUnion(keys) }
    }

    /// How many calls arrived, and how many of these were repetitions.
    var totals: (calls: Int, repeated: Int) {
        state.withLock { state in
            let all = state.calls.values.reduce(0, +)
            return (all, all - state.calls.count)
        }
    }

    func wasCalled(_ key: String) -> Bool { state.withLock { $0.calls[key] != nil } }

    var violations: [String] { state.withLock { $0.violations } }
}
