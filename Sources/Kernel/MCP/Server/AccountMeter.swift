import Synchronization

/// Counts what each account has under way that can take long.
final class AccountMeter: Sendable {
    private let limit: Int
    private let counts = Mutex<[Owner: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// Counts one more.
    ///
    /// - Throws: `RPCError` of code 429 when the account has too many.
    func enter(_ owner: Owner) throws(RPCError) {
        let isFull = counts.withLock { counts in
            guard counts[owner, default: 0] < limit else { return true }
            counts[owner, default: 0] += 1
            return false
        }
        if isFull {
            throw RPCError(
                code: 429,
                message: "this account has \(limit) requests under way; wait for one to end"
            )
        }
    }

    /// Counts one less.
    func leave(_ owner: Owner) {
        counts.withLock { counts in
            let left = counts[owner, default: 0] - 1
            counts[owner] = left > 0 ? left : nil
        }
    }
}
