public import Core

/// A running workflow: a value that takes what happened and returns what to do about it.
///
/// It has no clock and no store. Every call runs on until all branches wait for the outside or the
/// execution ends, so that a chain of Pass and Choice states costs its caller one journal entry.
/// `json` holds everything but the definition, and `init(restoring:…)` continues from it.
public struct Execution: Sendable {
    /// What it runs.
    public let definition: Definition
    /// Who it is.
    public let identity: ExecutionIdentity
    /// Its bounds.
    public let limits: ExecutionLimits
    let random: any RandomSource

    /// How it stands.
    public internal(set) var status = ExecutionStatus.running
    /// When it was started; nil before.
    public internal(set) var startedAt: Timestamp?
    /// What it returned, once succeeded.
    public internal(set) var output: JSON?
    /// The error's name, once failed or aborted.
    public internal(set) var error: String?
    /// The error's cause, once failed or aborted.
    public internal(set) var cause: String?

    /// Kept only when the definition can look at it.
    var input: JSON?
    var lastEvent = 0
    var lastStep = 0
    var lastBranch = -1
    var branches: [Int: Branch] = [:]
    /// Counts the events of children of distributed Maps, which are in no history.
    var lastHiddenEvent = 0
    /// How often it was redriven.
    public internal(set) var redriveCount = 0
    /// Whether nothing new may begin.
    public internal(set) var isPaused = false
    /// Timers that fired in the pause.
    var deferred: [Int] = []
    /// The branches as they were when the execution ended without success, to redrive them.
    var residue: [Int: Branch] = [:]

    /// State of one turn, never persisted.
    var turn = Turn()

    struct Turn: Sendable {
        var now = Timestamp(microseconds: 0)
        var actions: [Action] = []
        /// Branches that can go on, in order.
        var ready: [Int] = []
        var entered = 0
        /// The branches before the failure that is being handled.
        var beforeFailure: [Int: Branch]?
    }

    /// An execution that waits for `start`.
    public init(
        of definition: Definition,
        identity: ExecutionIdentity,
        limits: ExecutionLimits = ExecutionLimits(),
        random: any RandomSource
    ) {
        self.definition = definition
        self.identity = identity
        self.limits = limits
        self.random = random
    }

    /// Begins with `input` and runs until everything waits.
    ///
    /// - Precondition: it has not been started.
    public mutating func start(input: JSON, at now: Timestamp) -> [Action] {
        precondition(startedAt == nil, "an execution starts once")
        turn = Turn(now: now)
        startedAt = now
        if definition.usesContext { self.input = input }
        let details: JSONObject = JSONObject([
            ("input", input), ("inputDetails", .untruncated),
            ("roleArn", .string(identity.role)),
        ])
        record("ExecutionStarted", previous: 0, ("executionStartedEventDetails", details))
        if let seconds = definition.timeoutSeconds {
            turn.actions.append(.deadline(now + .seconds(seconds)))
        }
        // AWS has the first state follow from nothing, not from ExecutionStarted.
        let root = addBranch(machine: "", parent: nil, index: 0, input: input, after: 0)
        turn.beforeFailure = nil
        if let excess = excess(of: input) {
            // No state has been entered, so none can handle it.
            finish(
                .failed,
                "ExecutionFailed",
                error: StateError.Name.dataLimitExceeded,
                cause: excess
            )
        } else {
            turn.ready = [root]
        }
        return run()
    }

    /// Why an input cannot be taken; nil when it can.
    private func excess(of input: JSON) -> String? {
        if input.isNested(deeperThan: limits.nesting) {
            return "The input is nested deeper than \(limits.nesting) levels."
        }
        guard input.byteCount > limits.payloadBytes else { return nil }
        return "The input is larger than \(limits.payloadBytes) bytes."
    }

    /// Takes what happened and runs until everything waits.
    ///
    /// An answer nobody waits for any more, like one that comes twice or too late, does nothing
    /// and returns no actions.
    public mutating func handle(_ event: ExecutionInput, at now: Timestamp) -> [Action] {
        if case .redrive = event { return redrive(at: now) }
        guard status == .running, startedAt != nil else { return [] }
        turn = Turn(now: now)
        switch event {
        case .taskSucceeded(let step, let output):
            taskSucceeded(step, output)
        case .taskFailed(let step, let error, let cause):
            taskFailed(step, StateError(name: error, cause: cause))
        case .taskTimedOut(let step, let heartbeat):
            taskFailed(
                step,
                StateError(
                    name: StateError.Name.timeout,
                    timedOut: true,
                    missedHeartbeat: heartbeat
                )
            )
        case .taskSubmitted(let step, let output):
            taskSubmitted(step, output)
        case .taskStarted(let step, let worker):
            taskStarted(step, worker)
        case .taskHeartbeat(let step):
            taskHeartbeat(step)
        case .taskParked, .taskUnparked: break
        case .timerFired(let step) where isPaused:
            if pendingSteps.contains(step), !deferred.contains(step) { deferred.append(step) }
        case .timerFired(let step):
            timerFired(step)
        case .pause:
            isPaused = true
        case .resume:
            resume()
        case .redrive: break
        case .deadlinePassed:
            finish(.timedOut, "ExecutionTimedOut", error: StateError.Name.timeout, cause: nil)
        case .abort(let error, let cause):
            finish(.aborted, "ExecutionAborted", error: error, cause: cause)
        }
        return run()
    }

    /// Every step whose answer it waits for: tasks, timers, and reads and writes of Maps.
    public var pendingSteps: [Int] {
        branches.values.flatMap(\.pendingSteps).sorted()
    }

    mutating func run() -> [Action] {
        var at = 0
        while at < turn.ready.count, status == .running, !isPaused {
            let id = turn.ready[at]
            at += 1
            advance(id)
        }
        let actions = turn.actions
        turn = Turn()
        return actions
    }

    @discardableResult
    mutating func record(
        _ type: String,
        previous: Int,
        _ details: (String, JSONObject)? = nil,
        hidden: Bool = false
    ) -> Int {
        if hidden {
            // Below zero: distinct from the history's, so that idempotency keys stay apart.
            lastHiddenEvent -= 1
            return lastHiddenEvent
        }
        lastEvent += 1
        turn.actions.append(
            .record(
                HistoryEvent(
                    id: lastEvent,
                    previous: previous,
                    at: turn.now,
                    type: type,
                    details: details
                )
            )
        )
        return lastEvent
    }

    /// Records an event that follows the branch's last one and becomes its last one.
    mutating func record(_ type: String, in id: Int, _ details: (String, JSONObject)? = nil) {
        guard let branch = branches[id] else { return }
        let event = record(type, previous: branch.lastEvent, details, hidden: branch.isHidden)
        branches[id]?.lastEvent = event
    }

    mutating func newStep() -> Int {
        lastStep += 1
        return lastStep
    }

    mutating func finish(
        _ status: ExecutionStatus,
        _ event: String,
        output: JSON? = nil,
        error: String? = nil,
        cause: String? = nil
    ) {
        self.status = status
        (self.output, self.error, self.cause) = (output, error, cause)
        var details = JSONObject()
        if let output {
            details["output"] = output
            details["outputDetails"] = .untruncated
        } else {
            details["error"] = error.map { .string($0) }
            details["cause"] = cause.map { .string($0) }
        }
        let key = event.prefix(1).lowercased() + event.dropFirst() + "EventDetails"
        // An event in the middle of several branches follows from none of them.
        let previous =
            status == .succeeded || status == .failed
            ? branches[0]?.lastEvent ?? 0 : lastEvent
        for step in pendingSteps { turn.actions.append(.cancel(step: step)) }
        record(event, previous: previous, (key, details))
        turn.actions.append(.finish(status, output: output, error: error, cause: cause))
        if status == .succeeded {
            residue = [:]
            input = nil
        } else {
            residue = turn.beforeFailure ?? branches
        }
        branches = [:]
        deferred = []
    }
}
