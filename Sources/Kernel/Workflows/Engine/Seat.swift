import Agents
import Core
import Observability
import Store
import Synchronization

/// What came of a step.
struct Outcome: Sendable {
    enum What: Sendable {
        /// All is known.
        case input(ExecutionInput)
        /// The step's change is still to be made, in the transaction that journals it.
        case commit(step: Int, @Sendable (any Transaction) throws -> [ExecutionInput])
    }

    var what: What
    var span: OpenSpan?

    /// The step it is of; nil when it is about the whole execution.
    var step: Int? {
        switch what {
        case .commit(let step, _): step
        case .input(let input): input.step
        }
    }
}

/// The place of an execution that this process has in hand.
///
/// What comes of its steps is journaled by one task at a time, in the order it came; what comes while
/// a turn is being synced makes up the next one.
final class Seat: Sendable {
    private struct State {
        /// The execution after its last turn; nil while it is being moved on, and when it must be
        /// read from the store again.
        var live: LiveExecution?
        var turn: Int
        var mailbox: [Outcome] = []
        var isBusy = false
        /// Steps that are being performed, or whose outcomes are not journaled yet.
        var running: Set<Int> = []
        /// Those whose outcomes are being journaled.
        var settling: Set<Int> = []
        /// Steps to be performed.
        var ready: [Int] = []
        var isPaused = false
        var isClosed = false
    }

    let record: ExecutionTables.Record
    /// The worker under whose name the execution is held.
    let owner: String
    private let state: Mutex<State>

    init(_ record: ExecutionTables.Record, owner: String, live: LiveExecution) {
        self.record = record
        self.owner = owner
        state = Mutex(State(turn: -1))
        adopt(live)
    }

    /// The execution was moved on by another transaction of this process, or read from the store.
    func adopt(_ live: LiveExecution) {
        state.withLock { state in
            guard live.turn > state.turn else { return }
            Self.put(live, whole: true, in: &state)
        }
    }

    private static func put(_ live: LiveExecution, whole: Bool, in state: inout State) {
        state.live = live
        state.turn = live.turn
        state.isPaused = live.isPaused
        if whole {
            state.ready = live.pending.keys.filter { step in
                live.task(step) != nil && !state.running.contains(step)
            }.sorted()
        }
    }

    /// Notes that a turn is committed.
    func committed(_ live: LiveExecution, _ turn: Turn, wasRead: Bool) {
        state.withLock { state in
            state.running.subtract(state.settling)
            state.settling = []
            guard live.turn > state.turn || wasRead else { return }
            Self.put(live, whole: wasRead, in: &state)
            if !wasRead {
                state.ready += (turn.added + turn.unparked).filter { live.task($0) != nil }
            }
        }
    }

    /// Nobody has it in hand here any more.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.live = nil
            state.mailbox = []
            state.ready = []
        }
    }

    /// Begins to perform a step; nil when that is not wanted any more.
    func begin(_ step: Int) -> PendingTask? {
        state.withLock { state in
            guard !state.isClosed, !state.isPaused, !state.running.contains(step) else {
                return nil
            }
            guard let live = state.live else {
                // Being moved on: it comes back when that is done.
                state.ready.append(step)
                return nil
            }
            guard let task = live.task(step) else { return nil }
            state.running.insert(step)
            return task
        }
    }

    /// A step that was begun is not performed any more, and nothing came of it.
    func abandon(_ step: Int) {
        _ = state.withLock { $0.running.remove(step) }
    }

    /// A step is to be performed once more.
    func makeReady(_ step: Int) {
        state.withLock { $0.ready.append(step) }
    }

    /// Something came of a step.
    func post(_ outcome: Outcome) {
        state.withLock { state in
            if !state.isClosed { state.mailbox.append(outcome) }
        }
    }

    /// The steps to be performed now.
    func takeReady() -> [Int] {
        state.withLock { state in
            guard !state.isPaused, !state.isClosed, state.live != nil else { return [] }
            defer { state.ready = [] }
            return state.ready
        }
    }

    /// Begins to journal; false when somebody does already, or there is nothing to be journaled.
    func enter() -> Bool {
        state.withLock { state in
            guard !state.isBusy, !state.mailbox.isEmpty else { return false }
            state.isBusy = true
            return true
        }
    }

    /// The outcomes of the next turn; nil when there are none, and then journaling has ended.
    func nextBatch() -> [Outcome]? {
        state.withLock { state in
            guard !state.mailbox.isEmpty else {
                state.isBusy = false
                return nil
            }
            // Bounded, so that no transaction holds up the others for long.
            let batch = Array(state.mailbox.prefix(64))
            state.mailbox.removeFirst(batch.count)
            state.settling = Set(batch.compactMap(\.step))
            return batch
        }
    }

    /// A turn could not be written: its outcomes wait again, and the execution is read again.
    func putBack(_ batch: [Outcome], at turn: Int, leaves: Bool) {
        state.withLock { state in
            guard !state.isClosed else {
                state.isBusy = false
                return
            }
            state.mailbox.insert(contentsOf: batch, at: 0)
            state.settling = []
            // Unless it was moved on meanwhile, which is newer than what is read.
            if state.turn == turn { state.live = nil }
            if leaves { state.isBusy = false }
        }
    }

    /// Takes the execution to move it on without a copy; nil when it must be read first.
    func takeLive() -> LiveExecution? {
        state.withLock { $0.live.take() }
    }

    /// The execution; nil when it must be read first.
    var live: LiveExecution? { state.withLock { $0.live } }

    /// The turn that is known to be committed.
    var turn: Int { state.withLock { $0.turn } }

    /// Whether steps are being performed, or what came of them waits to be journaled.
    var isPerforming: Bool {
        state.withLock { !$0.running.isSubset(of: $0.settling) || !$0.mailbox.isEmpty }
    }

    /// Whether a step is waited for; nil when that is not known of this turn.
    func waits(for step: Int, at turn: Int) -> Bool? {
        state.withLock { state in
            guard let live = state.live, state.turn == turn else { return nil }
            return live.pending[step] != nil
        }
    }

    /// What is to be told about a step whose moment has come.
    func overdue(_ step: Int, at now: Timestamp) -> ExecutionInput? {
        state.withLock { $0.live?.overdue(step, at: now) }
    }
}
