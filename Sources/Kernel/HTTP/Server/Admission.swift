import Synchronization

/// Counts connections, all together and by address, for all loops.
final class Admission: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let limit: Int
    private let limitPerAddress: Int
    private let counts = Mutex(Counts())

    init(limit: Int, limitPerAddress: Int) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    /// Counts one more connection of `address`; false when that is one too many.
    ///
    /// Behind a proxy are many, so only the limit for all applies to one.
    func enter(_ address: String, isProxy: Bool) -> Bool {
        counts.withLock { counts in
            let present = counts.byAddress[address, default: 0]
            guard counts.total < limit, isProxy || present < limitPerAddress else { return false }
            counts.total += 1
            counts.byAddress[address] = present + 1
            return true
        }
    }

    /// Counts one connection of `address` less.
    func leave(_ address: String) {
        counts.withLock { counts in
            counts.total -= 1
            if let present = counts.byAddress[address], present > 1 {
                counts.byAddress[address] = present - 1
            } else {
                counts.byAddress[address] = nil
            }
        }
    }

    /// How many connections there are.
    var total: Int { counts.withLock { $0.total } }
}

/// Opens after being counted down, and can be awaited once, even by a cancelled task.
final class Latch: Sendable {
    private struct State {
        var count: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(count: count))
    }

    func countDown() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.count -= 1
            guard state.count == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.count <= 0 { return true }
                state.waiter = continuation
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}
