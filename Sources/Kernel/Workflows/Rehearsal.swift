public import Core

/// A task had no answer, or the execution waits for something that nobody will send.
public struct RehearsalFault: Error, Sendable, Hashable {
    /// What is missing.
    public var message: String

    /// A fault with its message.
    public init(message: String) { self.message = message }
}

/// An execution in one process, whose tasks are answered from mocks.
///
/// It performs the actions of an `Execution` without a store: `weft workflow run`, replays and
/// benchmarks use it. Its caller has the clock, and may let it jump from one timer to the next.
public struct Rehearsal: Sendable {
    /// The execution.
    public private(set) var execution: Execution
    /// Its history so far.
    public private(set) var history: [HistoryEvent] = []
    /// Whether the execution is written out and read back after every turn, as an engine does.
    var isKept = false
    /// Whether tasks without an answer are noted, and stay without one.
    var isReplay = false
    private(set) var unanswered: [String] = []
    private(set) var turns = 0
    private var mocks: Mocks
    private let objects: (@Sendable (ItemRead) throws(ItemFault) -> ItemPage)?
    private var answers: [ExecutionInput] = []
    private var timers: [Timer] = []
    /// Whether a task without a mock fails with the error `NoMock`, rather than the rehearsal.
    public var failsWithoutMock = false
    /// What was written by a Map's `ResultWriter`.
    public private(set) var written: [ResultWrite] = []

    private struct Timer: Sendable {
        enum Kind: Sendable, Hashable {
            case deadline
            case wait(Int)
            case expiry(Int, heartbeat: Bool)
        }

        var moment: Timestamp
        var kind: Kind

        var step: Int? {
            switch kind {
            case .deadline: nil
            case .wait(let step), .expiry(let step, _): step
            }
        }

        var input: ExecutionInput {
            switch kind {
            case .deadline: .deadlinePassed
            case .wait(let step): .timerFired(step: step)
            case .expiry(let step, let heartbeat):
                .taskTimedOut(step: step, heartbeat: heartbeat)
            }
        }
    }

    /// A rehearsal of an execution that was not started.
    ///
    /// - Parameters:
    ///   - execution: what to run.
    ///   - mocks: the answers of its tasks.
    ///   - objects: reads the items of a distributed Map that has no mock; nil when none can be.
    public init(
        of execution: Execution,
        mocks: Mocks = Mocks(),
        objects: (@Sendable (ItemRead) throws(ItemFault) -> ItemPage)? = nil
    ) {
        self.execution = execution
        self.mocks = mocks
        self.objects = objects
    }

    /// Starts the execution.
    ///
    /// - Throws: `RehearsalFault` when a task has no mock.
    public mutating func start(input: JSON, at now: Timestamp) throws(RehearsalFault) {
        try perform(execution.start(input: input, at: now))
    }

    /// The moment for which it waits; nil when `proceed` can be called at once or it has ended.
    public var nextMoment: Timestamp? {
        answers.isEmpty ? timers.map(\.moment).min() : nil
    }

    /// Gives the execution the next answer, or lets the next timer fire.
    ///
    /// - Parameter now: the present moment, at least `nextMoment`.
    /// - Throws: `RehearsalFault` when a task has no mock or nothing is waited for.
    public mutating func proceed(at now: Timestamp) throws(RehearsalFault) {
        if !answers.isEmpty {
            return try perform(execution.handle(answers.removeFirst(), at: now))
        }
        // Equal moments fire in the order in which they were asked for.
        guard let at = timers.indices.min(by: { timers[$0].moment < timers[$1].moment }) else {
            throw RehearsalFault(message: "the execution waits for nothing")
        }
        try perform(execution.handle(timers.remove(at: at).input, at: now))
    }

    /// Gives the execution something that happened outside.
    ///
    /// - Throws: `RehearsalFault` when a task has no mock.
    public mutating func handle(
        _ input: ExecutionInput,
        at now: Timestamp
    ) throws(RehearsalFault) {
        try perform(execution.handle(input, at: now))
    }

    /// Runs to the end on a clock that jumps to the next timer whenever there is nothing to do.
    ///
    /// - Throws: `RehearsalFault` when a task has no mock or the execution waits for nothing.
    public mutating func run(input: JSON, at start: Timestamp) throws(RehearsalFault) {
        var now = start
        try self.start(input: input, at: now)
        while execution.status == .running {
            now = max(now, nextMoment ?? now)
            try proceed(at: now)
        }
    }

    private mutating func perform(_ actions: [Action]) throws(RehearsalFault) {
        turns += 1
        for action in actions {
            switch action {
            case .record(let event): history.append(event)
            case .wait(let step, let until):
                timers.append(Timer(moment: until, kind: .wait(step)))
            case .deadline(let until): timers.append(Timer(moment: until, kind: .deadline))
            case .expire(let step, let moment, let heartbeat):
                let kind = Timer.Kind.expiry(step, heartbeat: heartbeat)
                timers.removeAll { $0.kind == kind }
                timers.append(Timer(moment: moment, kind: kind))
            case .cancel(let step):
                timers.removeAll { $0.step == step }
                answers.removeAll { $0.step == step }
            case .schedule(let task):
                if let answer = try answer(task) {
                    answers.append(answer)
                }
            case .finish: timers = []
            }
        }
        if isKept { try keep() }
    }

    private mutating func keep() throws(RehearsalFault) {
        do throws(GeneralFault) {
            let text = execution.json.text()
            guard let json = try? JSON(parsing: text) else {
                throw GeneralFault(.internal, code: "state", "the state is not JSON")
            }
            execution = try Execution(
                restoring: json,
                definition: execution.definition,
                limits: execution.limits,
                random: execution.random
            )
            guard execution.json.text() == text else {
                throw GeneralFault(.internal, code: "state", "the state changed on the way")
            }
        } catch {
            throw RehearsalFault(message: error.message)
        }
    }

    private mutating func answer(_ task: ScheduledTask) throws(RehearsalFault) -> ExecutionInput? {
        switch task.purpose {
        case .readItems: return try page(task)
        case .writeResults:
            if let write = try? ResultWrite(task.input) { written.append(write) }
            return .taskSucceeded(step: task.step, output: .null)
        case .call, .callback, .watched, .activity: break
        }
        switch mocks.next(task.state) {
        case .output(let output): return .taskSucceeded(step: task.step, output: output)
        case .timeout(let heartbeat):
            return .taskTimedOut(step: task.step, heartbeat: heartbeat)
        case .error(let error, let cause):
            return .taskFailed(step: task.step, error: error, cause: cause)
        case .silence: return nil
        case nil where failsWithoutMock:
            return .taskFailed(step: task.step, error: "NoMock", cause: nil)
        case nil where isReplay:
            unanswered.append(task.state)
            return nil
        case nil:
            throw RehearsalFault(
                message: "the task \"\(task.state)\" (\(task.resource)) has no mock"
            )
        }
    }

    private mutating func page(_ task: ScheduledTask) throws(RehearsalFault) -> ExecutionInput? {
        guard let read = try? ItemRead(task.input) else { return nil }
        do throws(ItemFault) {
            let page: ItemPage
            switch read.cursor == 0 ? mocks.next(task.state) : mocks.again(task.state) {
            case .output(.string(let text)): page = try read.page(of: Array(text.utf8))
            case .output(let document): page = try read.page(of: document)
            case .error(let error, let cause):
                return .taskFailed(step: task.step, error: error, cause: cause)
            case .timeout, .silence: return nil
            case nil:
                if objects == nil, isReplay {
                    unanswered.append(task.state)
                    return nil
                }
                guard let objects else { throw ItemFault(message: "") }
                page = try objects(read)
            }
            return .taskSucceeded(step: task.step, output: page.json)
        } catch {
            guard !error.message.isEmpty else {
                throw RehearsalFault(
                    message: "the items of \"\(task.state)\" (\(task.resource)) have no mock"
                )
            }
            return .taskFailed(
                step: task.step,
                error: StateError.Name.itemReaderFailed,
                cause: error.message
            )
        }
    }

    /// `{"status","output","error","cause","history"}`, values as JSON.
    public var result: JSON {
        [
            "status": .string(execution.status.rawValue),
            "output": execution.output ?? .null, "error": .optional(execution.error),
            "cause": execution.cause.map(Self.shown) ?? .null,
            "history": .array(history.map(Self.shown)),
        ]
    }

    /// An event with a cause that holds a JSON object shown as that object.
    private static func shown(_ event: HistoryEvent) -> JSON {
        var event = event
        if let cause = event.details["cause"]?.string { event.details["cause"] = shown(cause) }
        return event.json
    }

    private static func shown(_ cause: String) -> JSON {
        guard cause.hasPrefix("{"), let object = try? JSON(parsing: cause) else {
            return .string(cause)
        }
        return object
    }
}

extension ExecutionInput {
    /// The step that it answers.
    var step: Int? {
        switch self {
        case .taskSucceeded(let step, _), .taskFailed(let step, _, _), .taskTimedOut(let step, _),
            .taskSubmitted(let step, _), .taskStarted(let step, _), .taskHeartbeat(let step),
            .taskParked(let step, _), .taskUnparked(let step), .timerFired(let step):
            step
        case .deadlinePassed, .abort, .pause, .resume, .redrive: nil
        }
    }
}
