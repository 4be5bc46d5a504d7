import Core
import Synchronization

/// What this process has in hand.
final class Office: Sendable {
    private struct State {
        var worker: String?
        var seats: [ID<Execution>: Seat] = [:]
        /// How many were claimed and are not in their seats yet.
        var coming = 0
        /// Whether executions wait in the store for room here.
        var hasMore = false
        /// Whether executions of workers that are gone still wait to be taken over.
        var isRecovering = false
        /// The earliest alarm to look for executions in the store.
        var claim: Timestamp?
    }

    private let state = Mutex(State())
    private let timers = Mutex(TimerHeap())
    private let capacity: Int
    /// Wakes the timers' task.
    let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    /// Wakes the claims' task.
    let claims = Signal()

    init(capacity: Int) {
        self.capacity = capacity
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The worker as whom this process holds executions; nil while it does not work.
    var worker: String? { state.withLock { $0.worker } }

    /// The worker for one more execution; nil when it must wait in the store.
    var workerWithRoom: String? {
        state.withLock { state in
            guard state.worker != nil, state.seats.count >= capacity else { return state.worker }
            state.hasMore = true
            return nil
        }
    }

    /// How many more executions can be taken in hand.
    var room: Int { state.withLock { max(0, capacity - $0.seats.count - $0.coming) } }

    /// Whether executions of workers that are gone still wait to be taken over.
    var isRecovering: Bool { state.withLock { $0.isRecovering } }

    /// Notes whether such executions wait.
    func note(isRecovering: Bool) { state.withLock { $0.isRecovering = isRecovering } }

    /// So many more, or less, are on their way to their seats.
    func note(coming: Int) { state.withLock { $0.coming = max(0, $0.coming + coming) } }

    /// How many are in hand.
    var count: Int { state.withLock { $0.seats.count } }

    /// Begins to work under a name; what was in hand is not any more.
    func open(_ worker: String?) {
        let seats = state.withLock { state in
            state.worker = worker
            state.claim = nil
            state.isRecovering = false
            state.coming = 0
            defer { state.seats = [:] }
            return state.seats
        }
        for seat in seats.values { seat.close() }
        timers.withLock { $0 = TimerHeap() }
    }

    /// Notes whether executions wait for room.
    func note(hasMore: Bool) {
        state.withLock { $0.hasMore = hasMore }
    }

    func seat(_ id: ID<Execution>) -> Seat? { state.withLock { $0.seats[id] } }

    /// Takes an execution in hand, or gives the seat it has its newer state.
    ///
    /// - Returns: its seat; nil when this process no longer works under that name.
    func seat(
        _ record: ExecutionTables.Record,
        _ live: LiveExecution,
        owner: String
    ) -> Seat? {
        let (seat, isNew) = state.withLock { state -> (Seat?, Bool) in
            guard state.worker == owner else { return (nil, false) }
            if let seat = state.seats[record.id] { return (seat, false) }
            let seat = Seat(record, owner: owner, live: live)
            state.seats[record.id] = seat
            return (seat, true)
        }
        if !isNew { seat?.adopt(live) }
        return seat
    }

    /// An execution is in hand no more.
    func remove(_ id: ID<Execution>) {
        let (seat, asks) = state.withLock { state -> (Seat?, Bool) in
            let seat = state.seats.removeValue(forKey: id)
            let taken = state.seats.count + state.coming
            let asks = state.hasMore && taken * 4 <= capacity * 3
            if asks { state.hasMore = false }
            return (seat, asks)
        }
        seat?.close()
        if asks { claims.notify() }
    }

    /// Sets an alarm.
    func alarm(_ due: Timestamp, _ purpose: TimerHeap.Purpose) {
        if purpose == .claim {
            // One is enough: whoever looks then finds out when to look next.
            let isLater = state.withLock { state in
                if let claim = state.claim, claim <= due { return true }
                state.claim = due
                return false
            }
            if isLater { return }
        }
        let isFirst = timers.withLock { timers in
            let first = timers.next
            timers.add(due, purpose)
            return first.map { due < $0 } ?? true
        }
        if isFirst { waker.yield() }
    }

    /// Sets the alarms of an execution's steps, or of those that were added.
    func alarms(of record: ExecutionTables.Record, _ live: LiveExecution, added: [Int]? = nil) {
        if added == nil || live.turn == 1, let deadline = live.deadline {
            alarm(deadline, .deadline(record.id))
        }
        for step in added ?? Array(live.pending.keys) {
            if let due = live.due(step) { alarm(due, .step(record.id, step)) }
        }
    }

    /// Has the alarms looked at.
    func ringAgain() { waker.yield() }

    /// The alarms whose moment has come, and the next one's.
    func ring(at now: Timestamp) -> (due: [TimerHeap.Purpose], next: Timestamp?) {
        state.withLock { state in
            if let claim = state.claim, claim <= now { state.claim = nil }
        }
        let limit = count * 4 + 4_096
        return timers.withLock { timers in
            var due: [TimerHeap.Purpose] = []
            while let entry = timers.take(at: now) { due.append(entry.purpose) }
            // Alarms of executions that have ended long before lie around otherwise.
            if timers.count > limit {
                timers.keep { entry in
                    switch entry.purpose {
                    case .step(let id, _), .deadline(let id), .retry(let id): seat(id) != nil
                    case .claim: true
                    }
                }
            }
            return (due, timers.next)
        }
    }
}
