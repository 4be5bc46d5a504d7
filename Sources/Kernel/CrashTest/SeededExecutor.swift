import Core
import Synchronization

/// Runs tasks on the thread that calls ``run(until:)``, one job at a time, in an order that a seed decides.
///
/// With time and the disk simulated as well, a run depends on nothing but its seed: what goes wrong once
/// goes wrong again.
final class SeededExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
    }

    private let random: any RandomSource
    private let clock: ManualClock
    private let state = Mutex(State())

    init(random: any RandomSource, clock: ManualClock) {
        self.random = random
        self.clock = clock
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Has `body` run by and by, as a thread of its own would.
    func schedule(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.work.append(body) }
    }

    /// Runs jobs until `isDone` answers true; when there are none, time passes.
    ///
    /// - Parameters:
    ///   - isDone: whether to stop.
    ///   - beforeEach: called before each job.
    /// - Returns: false when nothing is left to do and nobody waits for a moment.
    func run(until isDone: () -> Bool, beforeEach: () -> Void) -> Bool {
        while !isDone() {
            beforeEach()
            let next = state.withLock { state -> (UnownedJob?, (@Sendable () -> Void)?) in
                let count = state.jobs.count + state.work.count
                guard count > 0 else { return (nil, nil) }
                let at = Int(random.next() % UInt64(count))
                guard at < state.jobs.count else {
                    return (nil, state.work.remove(at: at - state.jobs.count))
                }
                return (state.jobs.remove(at: at), nil)
            }
            switch next {
            case (let job?, _): job.runSynchronously(on: asUnownedTaskExecutor())
            case (_, let work?): work()
            default:
                guard let moment = clock.nextWakeUp else { return false }
                clock.advance(to: moment)
            }
        }
        return true
    }
}
