import Core
import Synchronization

/// Where callers put their transactions, and a writer's thread takes them in groups.
final class WriteMailbox: Sendable {
    private struct State {
        var jobs: [any WriteJob] = []
        var closed = false
        /// Whether the writer knows that there is something to take.
        var isNoted = false
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
    ///
    /// - Returns: whether a writer without a thread must be told to take what is there.
    @discardableResult
    func submit(_ job: any WriteJob) -> Bool {
        let (refused, isNew) = state.withLock { state -> (StoreError?, Bool) in
            if let poison = state.poison { return (poison, false) }
            if state.closed { return (StoreError(.closed, "the store is closed"), false) }
            state.jobs.append(job)
            defer { state.isNoted = true }
            return (nil, !state.isNoted)
        }
        if let refused {
            job.finish(refused)
        } else {
            wake.signal()
        }
        return isNew
    }

    /// Refuses what comes from now on, and waits until the writer's thread has done the rest; also when it
    /// is called again.
    func close() {
        refuse()
        wake.signal()
        done.wait()
        done.signal()
    }

    /// Refuses what comes from now on.
    func refuse() {
        state.withLock { $0.closed = true }
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
        repeat { wake.wait() } while !drain(batch: batch, commit)
        atEnd()
        done.signal()
    }

    /// Gives what is there to `commit`.
    ///
    /// - Returns: whether nothing more will come.
    @discardableResult
    func drain(batch: Int, _ commit: ([any WriteJob]) -> Void) -> Bool {
        while true {
            let (jobs, closed) = state.withLock { state -> ([any WriteJob], Bool) in
                let taken = Array(state.jobs.prefix(batch))
                state.jobs.removeFirst(taken.count)
                if taken.isEmpty { state.isNoted = false }
                return (taken, state.closed)
            }
            if jobs.isEmpty { return closed }
            commit(jobs)
        }
    }
}
