import Core
import Synchronization

/// Where callers put their transactions, and a writer's thread takes them in groups.
final class WriteMailbox: Sendable {
    private struct State {
        var jobs: [any WriteJob] = []
        var closed = false
        /// The failure after which nothing is written any more.
        var poison: StoreError?
    }

    private let state = Mutex(State())
    private let wake = ThreadSemaphore()
    private let done = ThreadSemaphore()

    /// The failure after which nothing is written any more.
    var poison: StoreError? { state.withLock { $0.poison } }

    /// Whether nothing more is taken in.
    var isClosed: Bool { state.withLock { $0.closed } }

    /// Takes a job in, or tells its caller at once why not.
    func submit(_ job: any WriteJob) {
        let refused = state.withLock { state -> StoreError? in
            if let poison = state.poison { return poison }
            if state.closed { return StoreError(.closed, "the store is closed") }
            state.jobs.append(job)
            return nil
        }
        if let refused {
            job.finish(refused)
        } else {
            wake.signal()
        }
    }

    /// Refuses what comes from now on, and waits until the writer has done the rest; also when it is
    /// called again.
    func close() {
        state.withLock { $0.closed = true }
        wake.signal()
        done.wait()
        done.signal()
    }

    /// Refuses everything from now on, what is waiting included.
    func stop(_ poison: StoreError, waiting error: StoreError) {
        let waiting = state.withLock { state in
            state.poison = poison
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting {
            job.finish(error)
        }
    }

    /// Gives groups of at most `batch` jobs to `commit`, on the calling thread, until closed.
    func serve(batch: Int, _ commit: ([any WriteJob]) -> Void, atEnd: () -> Void) {
        while true {
            wake.wait()
            while true {
                let (jobs, closed) = state.withLock { state -> ([any WriteJob], Bool) in
                    let taken = Array(state.jobs.prefix(batch))
                    state.jobs.removeFirst(taken.count)
                    return (taken, state.closed)
                }
                if jobs.isEmpty {
                    if closed {
                        atEnd()
                        done.signal()
                        return
                    }
                    break
                }
                commit(jobs)
            }
        }
    }
}
