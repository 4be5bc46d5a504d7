import Synchronization

/// A few threads for work that computes for long, so that event loops never wait for it.
///
/// A piece of work goes to the thread with the least to do.
public final class WorkerPool: Sendable {
    private let threads: [WorkerThread]
    private let load: Mutex<[Int]>

    /// A pool of so many threads, at least one.
    public init(threads count: Int) {
        threads = (0..<max(1, count)).map { _ in WorkerThread() }
        load = Mutex(Array(repeating: 0, count: max(1, count)))
    }

    /// Runs `work` on one of the threads and returns what it returns.
    ///
    /// - Throws: what `work` throws.
    public func value<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let chosen = load.withLock { load in
            let index = load.indices.min { load[$0] < load[$1] } ?? 0
            load[index] += 1
            return index
        }
        defer { load.withLock { $0[chosen] -= 1 } }
        return try await threads[chosen].value(work)
    }
}
