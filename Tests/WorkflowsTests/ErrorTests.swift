import Core
import Testing
import Workflows

@Suite struct ErrorTests {
    private func task(retry: JSON = [], catchers: JSON = []) -> JSON {
        [
            "StartAt": "T",
            "States": [
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "Retry": retry, "Catch": catchers,
                    "Next": "First",
                ],
                "First": ["Type": "Pass", "Next": "Second"], "Second": ["Type": "Succeed"],
            ],
        ]
    }

    /// Whether the first, the second or no catcher took the error.
    private func handlers(_ first: String, _ second: String = "States.ALL") -> JSON {
        [
            ["ErrorEquals": [.string(first)], "Next": "First"],
            ["ErrorEquals": [.string(second)], "Next": "Second"],
        ]
    }

    static let retriers: [(JSON, [Double])] = [
        // 1, 1×2, 1×2×2: the defaults.
        (["ErrorEquals": ["States.ALL"]], [1, 2, 4]),
        // 3, 3×1.5 = 4.5, 4.5×1.5 = 6.75, 6.75×1.5 = 10.125.
        (
            [
                "ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "BackoffRate": 1.5,
                "MaxAttempts": 4,
            ], [3, 4.5, 6.75, 10.125]
        ),
        // 2, 20, then 200 and 2,000 capped to 60.
        (
            [
                "ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 10,
                "MaxDelaySeconds": 60, "MaxAttempts": 4,
            ], [2, 20, 60, 60]
        ),
        (["ErrorEquals": ["States.ALL"], "BackoffRate": 1, "MaxAttempts": 2], [1, 1]),
        (["ErrorEquals": ["States.ALL"], "MaxAttempts": 0], []),
    ]

    @Test("Retries wait interval × rate^n, capped", arguments: retriers)
    func backoff(retrier: JSON, delays: [Double]) throws {
        let run = try Run(task(retry: [retrier]), answers: ["T": [.error("E", cause: "why")]])
        #expect(run.waits == delays)
        #expect(run.tasks.map(\.attempt) == Array(0...delays.count))
        #expect(Set(run.tasks.map(\.entry)) == [2])
        #expect(Set(run.tasks.map(\.step)).count == run.tasks.count)
        #expect(run.execution.error == "E")
        #expect(run.execution.cause == "why")
    }

    @Test("Full jitter waits a uniform share of the delay", arguments: [1, 2, 3] as [UInt64])
    func jitter(seed: UInt64) throws {
        let retrier: JSON = [
            "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "JitterStrategy": "FULL",
            "MaxAttempts": 2,
        ]
        let run = try Run(task(retry: [retrier]), answers: ["T": [.error("E")]], seed: seed)
        let random = SeededRandom(seed: seed)
        let expected = [10 * random.unit(), 20 * random.unit()]
        #expect(run.waits.count == 2)
        for (wait, expected) in zip(run.waits, expected) {
            #expect(abs(wait - expected) < 1e-6)
        }
    }

    @Test("Each retrier counts for itself; a used up one hands over to Catch")
    func counts() throws {
        let retry: JSON = [
            ["ErrorEquals": ["A", "B"], "MaxAttempts": 1, "IntervalSeconds": 5],
            ["ErrorEquals": ["C"], "MaxAttempts": 2, "IntervalSeconds": 7],
        ]
        // A: 5 s; C: 7 s; C again: 7×2 = 14 s; B: its retrier is used up.
        let run = try Run(
            task(retry: retry, catchers: handlers("Z", "B")),
            answers: ["T": [.error("A"), .error("C"), .error("C"), .error("B")]]
        )
        #expect(run.waits == [5, 7, 14])
        #expect(run.states == ["T", "Second"])
    }

    static let catches: [(String, Run.Answer, isFirst: Bool)] = [
        ("E", .error("E"), true),
        ("F", .error("E"), false),
        ("States.TaskFailed", .error("E"), true),
        ("States.TaskFailed", .error(nil), true),
        ("States.TaskFailed", .timeout, false),
        ("States.TaskFailed", .error("States.Timeout"), false),
        ("States.Timeout", .timeout, true),
        ("States.Timeout", .heartbeat, true),
        ("States.HeartbeatTimeout", .heartbeat, true),
        ("States.HeartbeatTimeout", .timeout, false),
    ]

    @Test("The first catcher that names the error takes it, else States.ALL", arguments: catches)
    func catchOrder(name: String, answer: Run.Answer, isFirst: Bool) throws {
        let run = try Run(task(catchers: handlers(name)), answers: ["T": [answer]])
        #expect(run.states == (isFirst ? ["T", "First", "Second"] : ["T", "Second"]))
    }

    @Test("A caught error replaces the input or is put where ResultPath says")
    func caught() throws {
        let whole = try Run(
            task(catchers: handlers("E")),
            input: ["k": 1],
            answers: ["T": [.error("E", cause: "why")]]
        )
        #expect(whole.execution.output == ["Error": "E", "Cause": "why"])
        let placed: JSON = [
            ["ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "First"]
        ]
        let kept = try Run(
            task(catchers: placed),
            input: ["k": 1],
            answers: ["T": [.timeout]]
        )
        // Recorded from AWS: a timeout is caught with an empty cause.
        #expect(
            kept.execution.output == ["k": 1, "problem": ["Error": "States.Timeout", "Cause": ""]]
        )
        #expect(kept.types.contains("TaskTimedOut"))
    }

    @Test("States.Runtime ends the execution whatever Retry and Catch say")
    func runtime() throws {
        var definition = task(
            retry: [["ErrorEquals": ["States.ALL"]]],
            catchers: handlers("States.Runtime")
        )
        definition["States"]?["T"]?["InputPath"] = "$.missing"
        let run = try Run(definition)
        #expect(run.execution.error == "States.Runtime")
        #expect(run.waits.isEmpty)
        #expect(run.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"])
    }

    @Test("Errors in a task's own data fields can be caught")
    func dataErrors() throws {
        var parameters = task(catchers: handlers("Z", "States.IntrinsicFailure"))
        parameters["States"]?["T"]?["Parameters"] = ["a.$": "States.MathAdd($.missing, 1)"]
        #expect(try Run(parameters).states == ["T", "Second"])
        var result = task(catchers: handlers("Z", "States.ResultPathMatchFailure"))
        result["States"]?["T"]?["ResultPath"] = "$.a.b"
        let run = try Run(result, input: ["a": 1], answers: ["T": [.output(1)]])
        #expect(run.states == ["T", "Second"])
    }

    @Test("The workflow's own timeout ends it and withdraws what is pending")
    func deadline() throws {
        var definition = task()
        definition["TimeoutSeconds"] = 30
        let run = try Run(definition, answers: ["T": []])
        #expect(run.execution.status == .timedOut)
        #expect(run.types.last == "ExecutionTimedOut")
        #expect(run.cancelled == run.tasks.map(\.step))
    }

    @Test("An abort ends it; answers that come late or twice change nothing")
    func abort() throws {
        var execution = Execution(
            of: try Definition(task()),
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 1)
        )
        _ = execution.start(input: [:], at: Run.start)
        #expect(execution.pendingSteps == [1])
        let before = execution.json
        let unknown = execution.handle(.taskSucceeded(step: 7, output: 1), at: Run.start)
        let wrongKind = execution.handle(.timerFired(step: 1), at: Run.start)
        #expect(unknown.isEmpty)
        #expect(wrongKind.isEmpty)
        #expect(execution.json == before)
        let actions = execution.handle(.abort(error: "Stop", cause: "asked"), at: Run.start)
        #expect(execution.status == .aborted)
        #expect(actions.contains(.cancel(step: 1)))
        #expect(actions.last == .finish(.aborted, output: nil, error: "Stop", cause: "asked"))
        let late = execution.handle(.taskSucceeded(step: 1, output: 1), at: Run.start)
        #expect(late.isEmpty)
    }
}
