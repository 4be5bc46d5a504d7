import Core

/// One thing that a running execution waits for.
enum PendingStep: Sendable, Hashable {
    /// A task that is to be performed, or was handed over to whoever answers it.
    case task(PendingTask)
    /// A moment.
    case timer(Timestamp)

    /// When it must be looked at; nil when it may wait for ever.
    var due: Timestamp? {
        switch self {
        case .timer(let due): return due
        case .task(let task):
            guard let limit = task.limit, let silence = task.silence else {
                return task.limit ?? task.silence
            }
            return min(limit, silence)
        }
    }
}

/// A task that a running execution waits for.
struct PendingTask: Sendable, Hashable {
    var task: ScheduledTask
    /// When it was scheduled.
    var since: Timestamp
    /// Whether it was handed over, and is answered from outside.
    var isHandedOver = false
    /// The person it waits for; nil when it waits for none.
    var parking: Parking?
    /// When it has taken too long.
    var limit: Timestamp?
    /// When it has been silent for too long.
    var silence: Timestamp?

    /// Whether it is for a worker of the engine.
    var isOurs: Bool { task.purpose != .activity && !isHandedOver && parking == nil }

    /// A task at rest until a person has answered.
    ///
    /// Its time does not run meanwhile: what people take to answer is bounded by the question's own end.
    struct Parking: Sendable, Hashable {
        /// The key of the approval after whose answer the task is to be performed again.
        var approval: String
        /// What was left of its time; nil when that has no limit.
        var limit: Duration?
        /// For how much longer it might have been silent; nil when that has no limit.
        var silence: Duration?
    }

    /// Stops its time until an approval is answered.
    mutating func park(_ approval: String, at now: Timestamp) {
        parking = Parking(
            approval: approval,
            limit: limit.map { max(.zero, $0 - now) },
            silence: silence.map { max(.zero, $0 - now) }
        )
        limit = nil
        silence = nil
    }

    /// Lets its time run on.
    mutating func unpark(at now: Timestamp) {
        limit = parking?.limit.map { now + $0 }
        silence = parking?.silence.map { now + $0 }
        parking = nil
    }

    /// Sets a limit, which begins to count when the task rests no more.
    mutating func expires(at moment: Timestamp, isHeartbeat: Bool, now: Timestamp) {
        switch (parking != nil, isHeartbeat) {
        case (true, true): parking?.silence = max(.zero, moment - now)
        case (true, false): parking?.limit = max(.zero, moment - now)
        case (false, true): silence = moment
        case (false, false): limit = moment
        }
    }
}

/// What one turn of an execution leaves to be written and to be done.
struct Turn: Sendable {
    struct Ending: Sendable {
        var status: ExecutionStatus
        var output: JSON?
        var error: String?
        var cause: String?
    }

    var number: Int
    var at: Timestamp
    var inputs: [ExecutionInput] = []
    var seed: TurnRandom.Seed?
    var events: [HistoryEvent] = []
    /// The state that was entered last.
    var current: String?
    /// Steps that came and are still waited for, in order.
    var added: [Int] = []
    var cancelled: [Int] = []
    /// Steps whose time limits began or moved.
    var limited: [Int] = []
    /// Steps answered by callback that are waited for no more.
    var closed: [Int] = []
    /// Steps that waited for an execution and are waited for no more.
    var unwatched: [Int] = []
    /// Tasks that waited for a person and are to be performed again.
    var unparked: [Int] = []
    /// The approvals of tasks that waited for a person and are waited for no more.
    var abandoned: [String] = []
    var ending: Ending?
}

/// A running execution with all that it waits for: what a worker has in its hands.
///
/// A pure value: it takes what happened and tells what to write. Turns are counted; the number is the
/// version that every change of the stored execution compares.
struct LiveExecution: Sendable {
    var execution: Execution
    /// What it waits for, by step.
    var pending: [Int: PendingStep] = [:]
    var deadline: Timestamp?
    /// The last turn.
    var turn = 0
    /// Whether nothing new is to be started.
    var isPaused: Bool { execution.isPaused }
    /// The state that was entered last.
    var current: String?
    /// Whether the store still has it in the form of the first tables.
    var hasOldForm = false
    let random: TurnRandom

    /// The turn up to which the stored state is good.
    var snapshotTurn = 0
    /// How large the stored state is, in bytes.
    var snapshotBytes = 0
    /// How many bytes of inputs were journaled since.
    var journalBytes = 0

    /// Up to this size the whole state is stored with each turn; a larger one when so much was
    /// journaled since that storing it again costs no more than the journal did.
    static let smallState = 4_096

    init(_ execution: Execution, random: TurnRandom) {
        self.execution = execution
        self.random = random
    }

    /// Begins.
    mutating func start(input: JSON, at now: Timestamp) -> Turn {
        change(at: now) { $0.start(input: input, at: now) }
    }

    /// Takes what happened; what no longer counts does nothing.
    mutating func take(_ inputs: [ExecutionInput], at now: Timestamp) -> Turn {
        random.begin()
        turn += 1
        var result = Turn(number: turn, at: now)
        for input in inputs where expects(input, &result) {
            result.inputs.append(input)
            fold(execution.handle(input, at: now), into: &result)
        }
        return settled(result)
    }

    /// Repeats a turn from the journal.
    mutating func repeatTurn(_ inputs: [ExecutionInput], at now: Timestamp, seed: TurnRandom.Seed?)
    {
        random.begin(seed)
        turn += 1
        var result = Turn(number: turn, at: now)
        for input in inputs where expects(input, &result) {
            fold(execution.handle(input, at: now), into: &result)
        }
    }

    /// A turn that changes the execution in another way than by an input.
    mutating func change(at now: Timestamp, _ body: (inout Execution) -> [Action]) -> Turn {
        random.begin()
        turn += 1
        var result = Turn(number: turn, at: now)
        fold(body(&execution), into: &result)
        return settled(result)
    }

    private func settled(_ turn: Turn) -> Turn {
        var turn = turn
        turn.seed = random.seed
        turn.added.removeAll { pending[$0] == nil }
        return turn
    }

    /// Whether the step is still waited for; takes what is answered off the list.
    private mutating func expects(_ input: ExecutionInput, _ turn: inout Turn) -> Bool {
        switch input {
        case .taskSucceeded(let step, _), .taskFailed(let step, _, _), .taskTimedOut(let step, _),
            .timerFired(let step):
            return remove(step, &turn)
        case .taskSubmitted(let step, _), .taskStarted(let step, _):
            guard case .task(var entry)? = pending[step], !entry.isHandedOver else { return false }
            entry.isHandedOver = true
            pending[step] = .task(entry)
            return true
        case .taskParked(let step, let approval):
            guard case .task(var entry)? = pending[step], entry.isOurs else { return false }
            entry.park(approval, at: turn.at)
            pending[step] = .task(entry)
            return true
        case .taskUnparked(let step):
            guard case .task(var entry)? = pending[step], entry.parking != nil else {
                return false
            }
            entry.unpark(at: turn.at)
            pending[step] = .task(entry)
            turn.limited.append(step)
            turn.unparked.append(step)
            return true
        case .taskHeartbeat(let step): return pending[step] != nil
        case .pause, .resume, .redrive: return true
        case .deadlinePassed: return deadline != nil
        case .abort: return true
        }
    }

    private mutating func remove(_ step: Int, _ turn: inout Turn) -> Bool {
        guard let found = pending.removeValue(forKey: step) else { return false }
        if case .task(let entry) = found {
            if entry.task.token != nil { turn.closed.append(step) }
            if entry.task.purpose == .watched { turn.unwatched.append(step) }
            if let parking = entry.parking { turn.abandoned.append(parking.approval) }
        }
        return true
    }

    private mutating func fold(_ actions: [Action], into turn: inout Turn) {
        for action in actions {
            switch action {
            case .record(let event):
                if event.type.hasSuffix("StateEntered"), let name = event.details["name"]?.string {
                    turn.current = name
                    current = name
                }
                turn.events.append(event)
            case .schedule(let task):
                pending[task.step] = .task(PendingTask(task: task, since: turn.at))
                turn.added.append(task.step)
            case .expire(let step, let moment, let isHeartbeat):
                guard case .task(var entry)? = pending[step] else { continue }
                entry.expires(at: moment, isHeartbeat: isHeartbeat, now: turn.at)
                pending[step] = .task(entry)
                turn.limited.append(step)
            case .wait(let step, let due):
                pending[step] = .timer(due)
                turn.added.append(step)
            case .deadline(let due): deadline = due
            case .cancel(let step):
                _ = remove(step, &turn)
                turn.cancelled.append(step)
            case .finish(let status, let output, let error, let cause):
                turn.ending = Turn.Ending(
                    status: status,
                    output: output,
                    error: error,
                    cause: cause
                )
                for step in Array(pending.keys) { _ = remove(step, &turn) }
                deadline = nil
            }
        }
    }

    /// The task of a step, if it is to be performed by a worker of the engine.
    func task(_ step: Int) -> PendingTask? {
        guard case .task(let entry)? = pending[step], entry.isOurs else { return nil }
        return entry
    }

    /// Whether anything is to be performed by a worker.
    var hasWork: Bool {
        pending.values.contains { if case .task(let entry) = $0 { entry.isOurs } else { false } }
    }

    /// When a step must be looked at again; nil when it may wait for ever.
    func due(_ step: Int) -> Timestamp? { pending[step]?.due }

    /// What is to be told to the execution about a step whose moment has come.
    func overdue(_ step: Int, at now: Timestamp) -> ExecutionInput? {
        switch pending[step] {
        case .timer(let due)? where due <= now: return .timerFired(step: step)
        case .task(let entry)?:
            if let limit = entry.limit, limit <= now {
                return .taskTimedOut(step: step, heartbeat: false)
            }
            if let silence = entry.silence, silence <= now {
                return .taskTimedOut(step: step, heartbeat: true)
            }
            return nil
        default: return nil
        }
    }

    /// The earliest moment at which anything is due; nil for none.
    var nextDue: Timestamp? {
        var next = deadline
        for step in pending.values {
            // What fired in a pause waits for its end.
            if isPaused, case .timer = step { continue }
            if let due = step.due, next.map({ due < $0 }) ?? true { next = due }
        }
        return next
    }

    /// Whether the whole state is to be stored with a turn whose inputs take so many bytes.
    mutating func storesState(journaling bytes: Int) -> Bool {
        journalBytes += bytes
        return snapshotTurn == 0 || snapshotBytes <= Self.smallState
            || journalBytes >= snapshotBytes
    }

    /// Notes that the state was stored.
    mutating func stored(bytes: Int) {
        snapshotTurn = turn
        snapshotBytes = bytes
        journalBytes = 0
    }
}
