import Core
import Testing
import Workflows

/// An execution driven to its end on a clock that jumps.
struct Run {
    enum Answer: Sendable {
        case output(JSON)
        case error(String?, cause: String? = nil)
        case timeout
        case heartbeat
    }

    var execution: Execution
    var history: [HistoryEvent] = []
    var tasks: [ScheduledTask] = []
    /// How long each wait was asked for, in seconds.
    var waits: [Double] = []
    var cancelled: [Int] = []
    var turns = 0

    private let roundTrip: Bool
    private let random: any RandomSource
    private var answers: [String: [Answer]]
    private var now = Run.start
    private var timers: [(moment: Timestamp, input: ExecutionInput, step: Int?)] = []
    private var pending: [ExecutionInput] = []

    static let start = Timestamp(microseconds: 1_792_000_000_000_000)

    /// Runs `definition` on `input`; with `roundTrip` it is written out and read back every turn.
    init(
        _ definition: JSON,
        input: JSON = [:],
        answers: [String: [Answer]] = [:],
        limits: ExecutionLimits = ExecutionLimits(),
        seed: UInt64 = 1,
        roundTrip: Bool = false
    ) throws {
        self.answers = answers
        self.roundTrip = roundTrip
        random = SeededRandom(seed: seed)
        execution = Execution(
            of: try Definition(definition),
            identity: ExecutionIdentity(
                id: "e-1",
                name: "first",
                workflowID: "w-1",
                workflowName: "sample",
                role: "tester"
            ),
            limits: limits,
            random: random
        )
        try perform(execution.start(input: input, at: now))
        while execution.status == .running {
            if !pending.isEmpty {
                try perform(execution.handle(pending.removeFirst(), at: now))
                continue
            }
            let at = try #require(
                timers.indices.min { timers[$0].moment < timers[$1].moment },
                "the execution waits for nothing"
            )
            let timer = timers.remove(at: at)
            now = max(now, timer.moment)
            try perform(execution.handle(timer.input, at: now))
        }
    }

    private mutating func perform(_ actions: [Action]) throws {
        turns += 1
        for action in actions {
            switch action {
            case .record(let event): history.append(event)
            case .wait(let step, let until):
                waits.append((until - now).seconds)
                timers.append((until, .timerFired(step: step), step))
            case .expire: break
            case .deadline(let until): timers.append((until, .deadlinePassed, nil))
            case .cancel(let step):
                cancelled.append(step)
                timers.removeAll { $0.step == step }
            case .schedule(let task):
                tasks.append(task)
                try answer(task)
            case .finish: break
            }
        }
        if roundTrip {
            let kept = execution.json.text()
            execution = try Execution(
                restoring: try JSON(parsing: kept),
                definition: execution.definition,
                limits: execution.limits,
                random: random
            )
            #expect(execution.json.text() == kept)
        }
    }

    private mutating func answer(_ task: ScheduledTask) throws {
        var list = try #require(answers[task.state], "no answer for \(task.state)")
        // An empty list means that nobody ever answers.
        guard let next = list.first else { return }
        if list.count > 1 { list.removeFirst() }
        answers[task.state] = list
        let step = task.step
        switch next {
        case .output(let output): pending.append(.taskSucceeded(step: step, output: output))
        case .error(let error, let cause):
            pending.append(.taskFailed(step: step, error: error, cause: cause))
        case .timeout: pending.append(.taskTimedOut(step: step, heartbeat: false))
        case .heartbeat: pending.append(.taskTimedOut(step: step, heartbeat: true))
        }
    }

    var types: [String] { history.map(\.type) }

    /// The names of the states entered, in order.
    var states: [String] {
        history.filter { $0.type.hasSuffix("StateEntered") }.compactMap {
            $0.details["name"]?.string
        }
    }
}

/// A workflow of one state that ends.
func single(_ state: JSON) -> JSON {
    var state = state
    if state["Type"] != "Succeed", state["Type"] != "Fail" { state["End"] = true }
    return ["StartAt": "Only", "States": ["Only": state]]
}
