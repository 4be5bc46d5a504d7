import Core
import Synchronization
import Workflows

/// Which executions went on, and when.
final class LoadProgress: Sendable {
    let commits: Atomic64
    let turns = Atomic64()
    private let isWatching = Atomic<Bool>(false)
    /// Of each execution, how often it went on and when for the second time.
    private let steps = Mutex<[ID<Execution>: (count: Int, second: ContinuousClock.Instant?)]>([:])

    init(commits: Atomic64) { self.commits = commits }

    func watch() { isWatching.store(true, ordering: .relaxed) }

    func changed(_ id: ID<Execution>) {
        turns.add()
        guard isWatching.load(ordering: .relaxed) else { return }
        steps.withLock { steps in
            var entry = steps[id] ?? (0, nil)
            entry.count += 1
            if entry.count == 2 { entry.second = ContinuousClock.now }
            steps[id] = entry
        }
    }

    /// How many executions went on.
    var seen: Int { steps.withLock { $0.count } }

    /// When an execution's first step after its start was journaled.
    func firstStep(of id: String) -> ContinuousClock.Instant? {
        guard let id = ID<Execution>(id) else { return nil }
        return steps.withLock { $0[id]?.second }
    }
}
