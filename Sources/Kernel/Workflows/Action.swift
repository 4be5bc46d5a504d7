public import Core

/// What an execution asks of the world around it.
public enum Action: Sendable, Hashable {
    /// Append the event to the history.
    case record(HistoryEvent)
    /// Have the task done and answer with its step; `purpose` says what there is to do.
    case schedule(ScheduledTask)
    /// Send `taskTimedOut(step, heartbeat)` once the moment has come, unless the step was answered
    /// or cancelled, or a later such action for the same step and kind moved the moment.
    ///
    /// It comes for each limit of a task; an activity's begin to run with `taskStarted`.
    case expire(step: Int, at: Timestamp, heartbeat: Bool)
    /// Send `timerFired(step)` once the moment has come.
    case wait(step: Int, until: Timestamp)
    /// The answer for this step is no longer wanted.
    case cancel(step: Int)
    /// Send `deadlinePassed` once the moment has come, unless the execution ended before.
    case deadline(Timestamp)
    /// The execution has ended; `output`, or `error` and `cause`, tell how.
    case finish(ExecutionStatus, output: JSON?, error: String?, cause: String?)
}

/// What the world tells an execution.
public enum ExecutionInput: Sendable, Hashable {
    /// A task returned.
    case taskSucceeded(step: Int, output: JSON)
    /// A task failed, perhaps without a name or a cause.
    case taskFailed(step: Int, error: String?, cause: String?)
    /// A task's `TimeoutSeconds` passed, or its `HeartbeatSeconds` without a sign of life.
    case taskTimedOut(step: Int, heartbeat: Bool)
    /// A task that ends by callback was handed over; `output` is what the call answered.
    case taskSubmitted(step: Int, output: JSON)
    /// A task cannot go on until the approval of that key is answered; the history says nothing of it.
    case taskParked(step: Int, approval: String)
    /// A task that was parked is to be performed again.
    case taskUnparked(step: Int)
    /// A worker took an activity's task.
    case taskStarted(step: Int, worker: String?)
    /// A sign of life from a task; its heartbeat's moment moves on.
    case taskHeartbeat(step: Int)
    /// The moment of a wait has come.
    case timerFired(step: Int)
    /// The workflow's own `TimeoutSeconds` passed.
    case deadlinePassed
    /// Somebody stops the execution.
    case abort(error: String?, cause: String?)
    /// Nothing new is begun from here on: what is under way may end and is journaled.
    case pause
    /// A paused execution goes on.
    case resume
    /// An execution that failed, timed out or was aborted goes on at the states that did not end,
    /// with their inputs; what had succeeded is kept. `ExecutionRedriven` is recorded.
    case redrive
}

/// A task to be done.
public struct ScheduledTask: Sendable, Hashable {
    /// What kind of work it is.
    public enum Purpose: String, Sendable, CaseIterable {
        /// A Task state's call; the answer is `taskSucceeded` or `taskFailed`.
        case call
        /// A call that is over when somebody comes back with the `token`: answer `taskSubmitted`
        /// when it was made, `taskSucceeded` or `taskFailed` when the token came back.
        case callback
        /// Something is started and watched until it ends (`.sync`): answer `taskSubmitted` when it
        /// was started, `taskSucceeded` or `taskFailed` when it has ended.
        case watched
        /// A task in an activity's queue: answer `taskStarted` when a worker takes it,
        /// `taskSucceeded` or `taskFailed` when the worker answers with the `token`.
        case activity
        /// The next items of a distributed Map: `input` is an `ItemRead`, the answer
        /// `taskSucceeded` with an `ItemPage`.
        case readItems
        /// Results of a distributed Map to be kept: `input` is a `ResultWrite`, the answer
        /// `taskSucceeded`, whatever its output.
        case writeResults
    }

    /// What kind of work it is.
    public var purpose: Purpose = .call
    /// Names the attempt within the execution; the answer carries it.
    public var step: Int
    /// The branch it belongs to; 0 is the workflow itself.
    public var branch: Int
    /// The event id at which its state was entered: the same for all attempts of one task, so
    /// execution and entry together make an idempotency key.
    public var entry: Int
    /// The state's name.
    public var state: String
    /// The tool, agent or service, as the definition names it.
    public var resource: String
    /// What the task gets.
    public var input: JSON
    /// How many attempts went before.
    public var attempt: Int
    /// How long it may take in seconds; nil for no limit.
    public var timeoutSeconds: Int?
    /// How long it may stay silent in seconds; nil for no limit.
    public var heartbeatSeconds: Int?
    /// What completes a `.waitForTaskToken` task or an activity's.
    public var token: String?
    /// What the definition's `Credentials` gave; who performs the task must heed or refuse it.
    public var credentials: JSON?
}

/// How an execution stands.
public enum ExecutionStatus: String, Sendable, CaseIterable {
    /// It has not ended.
    case running = "RUNNING"
    /// It reached an end.
    case succeeded = "SUCCEEDED"
    /// An error was not handled.
    case failed = "FAILED"
    /// It took longer than its `TimeoutSeconds`.
    case timedOut = "TIMED_OUT"
    /// Somebody stopped it.
    case aborted = "ABORTED"
}

/// Who an execution is, for the context object.
public struct ExecutionIdentity: Sendable, Hashable {
    /// `$$.Execution.Id`.
    public var id: String
    /// `$$.Execution.Name`.
    public var name: String
    /// `$$.StateMachine.Id`.
    public var workflowID: String
    /// `$$.StateMachine.Name`.
    public var workflowName: String
    /// `$$.Execution.RoleArn`: the account it runs as.
    public var role: String

    /// An identity of the given parts.
    public init(
        id: String,
        name: String,
        workflowID: String,
        workflowName: String,
        role: String = ""
    ) {
        self.id = id
        self.name = name
        self.workflowID = workflowID
        self.workflowName = workflowName
        self.role = role
    }
}

/// Bounds on one execution.
public struct ExecutionLimits: Sendable, Hashable {
    /// Largest input, result or output in bytes of JSON; AWS's 256 KiB by default.
    public var payloadBytes: Int
    /// Levels of arrays and objects within each other in an input, output or variable; 200 by default.
    ///
    /// What is deeper cannot be written, read and compared by calls within calls.
    public var nesting: Int
    /// States entered in one turn before the execution asks for a timer that fires at once; each 4 KiB of a
    /// state's input count as one more.
    ///
    /// So an endless loop of states that wait for nothing never holds its caller; 10,000 by default.
    public var statesPerTurn: Int
    /// Children of a distributed Map that may run at the same time, whatever `MaxConcurrency` says.
    ///
    /// They are part of the execution's state, which is written after every turn; 100 by default.
    public var childrenAtOnce: Int
    /// Largest sum of the variables of one scope in bytes of JSON; AWS's 10 MiB by default.
    public var variableBytes: Int

    /// The given bounds.
    public init(
        payloadBytes: Int = 262_144,
        nesting: Int = 200,
        statesPerTurn: Int = 10_000,
        childrenAtOnce: Int = 100,
        variableBytes: Int = 10_485_760
    ) {
        self.payloadBytes = payloadBytes
        self.nesting = nesting
        self.statesPerTurn = statesPerTurn
        self.childrenAtOnce = childrenAtOnce
        self.variableBytes = variableBytes
    }
}

extension JSON {
    /// Whether arrays and objects lie within each other in more levels; looks no deeper than that.
    func isNested(deeperThan levels: Int) -> Bool {
        switch self {
        case .array(let elements):
            levels <= 0 || elements.contains { $0.isNested(deeperThan: levels - 1) }
        case .object(let object):
            levels <= 0 || object.contains { $0.value.isNested(deeperThan: levels - 1) }
        default: false
        }
    }

    /// The length of the compact text, counted without writing it.
    var byteCount: Int {
        switch self {
        case .null: 4
        case .bool(let flag): flag ? 4 : 5
        case .number(let number): number.text.utf8.count
        case .string(let text): Self.byteCount(text)
        case .array(let elements):
            elements.reduce(max(2, elements.count + 1)) { $0 + $1.byteCount }
        case .object(let object):
            object.reduce(max(2, object.count + 1)) {
                $0 + Self.byteCount($1.key) + 1 + $1.value.byteCount
            }
        }
    }

    private static func byteCount(_ text: String) -> Int {
        text.utf8.reduce(2) { count, byte in
            switch byte {
            case 0x22, 0x5C, 0x08, 0x0A, 0x0C, 0x0D, 0x09: count + 2
            case ..<0x20: count + 6
            default: count + 1
            }
        }
    }
}
