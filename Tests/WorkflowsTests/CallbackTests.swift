import Core
import Testing

@testable import Workflows

@Suite struct CallbackTests {
    private func started(_ state: JSON) throws -> (Execution, [Action]) {
        var execution = Execution(
            of: try Definition(single(state)),
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 1)
        )
        let actions = execution.start(input: ["k": 1], at: Run.start)
        return (execution, actions)
    }

    private func types(_ actions: [Action]) -> [String] {
        actions.compactMap { if case .record(let event) = $0 { event.type } else { nil } }
    }

    private func task(_ actions: [Action]) throws -> ScheduledTask {
        for case .schedule(let task) in actions { return task }
        throw RehearsalFault(message: "nothing was scheduled")
    }

    private func expiries(_ actions: [Action]) -> [Double] {
        actions.compactMap {
            if case .expire(_, let at, _) = $0 { (at - Run.start).seconds } else { nil }
        }
    }

    @Test("A callback task carries a token, may show signs of life, and ends with the answer")
    func callback() throws {
        var (execution, actions) = try started([
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "TimeoutSeconds": 600, "HeartbeatSeconds": 30,
            "Parameters": ["token.$": "$$.Task.Token"],
        ])
        let task = try task(actions)
        #expect(task.purpose == .callback)
        #expect(task.token != nil)
        #expect(task.input["token"]?.string == task.token)
        #expect(expiries(actions) == [600, 30])
        let submitted = execution.handle(
            .taskSubmitted(step: task.step, output: ["id": 1]),
            at: Run.start
        )
        #expect(types(submitted) == ["TaskSubmitted"])
        let alive = execution.handle(
            .taskHeartbeat(step: task.step),
            at: Run.start + .seconds(20)
        )
        #expect(alive == [.expire(step: task.step, at: Run.start + .seconds(50), heartbeat: true)])
        var late = execution
        let timedOut = late.handle(
            .taskTimedOut(step: task.step, heartbeat: true),
            at: Run.start + .seconds(50)
        )
        #expect(types(timedOut) == ["TaskTimedOut", "ExecutionFailed"])
        #expect(late.error == "States.Timeout")
        let done = execution.handle(
            .taskSucceeded(step: task.step, output: "yes"),
            at: Run.start + .seconds(40)
        )
        #expect(types(done) == ["TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"])
        #expect(execution.output == "yes")
    }

    @Test(
        "An activity's time runs from when a worker takes the task",
        arguments: [
            "weft:activity:inspect", "arn:aws:states:eu-west-1:111111111111:activity:inspect",
        ]
    )
    func activity(resource: String) throws {
        var (execution, actions) = try started([
            "Type": "Task", "Resource": .string(resource), "TimeoutSeconds": 60,
            "HeartbeatSeconds": 10,
        ])
        let task = try task(actions)
        #expect(task.purpose == .activity)
        #expect(task.token != nil)
        #expect(types(actions).last == "ActivityScheduled")
        #expect(expiries(actions).isEmpty)
        let taken = execution.handle(
            .taskStarted(step: task.step, worker: "w-1"),
            at: Run.start + .seconds(100)
        )
        #expect(types(taken) == ["ActivityStarted"])
        #expect(expiries(taken) == [160, 110])
        let twice = execution.handle(
            .taskStarted(step: task.step, worker: "w-2"),
            at: Run.start + .seconds(101)
        )
        #expect(twice.isEmpty)
        var failing = execution
        let failed = failing.handle(
            .taskFailed(step: task.step, error: "E", cause: "c"),
            at: Run.start
        )
        #expect(types(failed) == ["ActivityFailed", "ExecutionFailed"])
        let timedOut = execution.handle(
            .taskTimedOut(step: task.step, heartbeat: false),
            at: Run.start
        )
        #expect(types(timedOut) == ["ActivityTimedOut", "ExecutionFailed"])
    }

    @Test("What is started and watched (.sync) was submitted before it ends")
    func watched() throws {
        var (execution, actions) = try started([
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        ])
        let task = try task(actions)
        #expect(task.purpose == .watched)
        #expect(task.token == nil)
        let done = execution.handle(.taskSucceeded(step: task.step, output: 1), at: Run.start)
        #expect(
            types(done) == [
                "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
            ]
        )
    }

    @Test("In the pause nothing begins; what was due goes on afterwards")
    func pause() throws {
        let definition: JSON = [
            "StartAt": "F",
            "States": [
                "F": [
                    "Type": "Parallel", "End": true,
                    "Branches": [
                        [
                            "StartAt": "T",
                            "States": [
                                "T": ["Type": "Task", "Resource": "weft:tool:a", "Next": "U"],
                                "U": ["Type": "Task", "Resource": "weft:tool:b", "End": true],
                            ],
                        ],
                        [
                            "StartAt": "W",
                            "States": ["W": ["Type": "Wait", "Seconds": 5, "End": true]],
                        ],
                    ],
                ]
            ],
        ]
        var execution = Execution(
            of: try Definition(definition),
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 1)
        )
        _ = execution.start(input: [:], at: Run.start)
        #expect(execution.handle(.pause, at: Run.start).isEmpty)
        let answered = execution.handle(.taskSucceeded(step: 1, output: 1), at: Run.start)
        #expect(types(answered) == ["TaskSucceeded", "TaskStateExited"])
        #expect(execution.handle(.timerFired(step: 2), at: Run.start + .seconds(5)).isEmpty)
        execution = try Execution(
            restoring: try JSON(parsing: execution.json.text()),
            definition: execution.definition,
            random: SeededRandom(seed: 1)
        )
        #expect(execution.isPaused)
        let resumed = execution.handle(.resume, at: Run.start + .seconds(60))
        #expect(types(resumed).contains("WaitStateExited"))
        #expect(types(resumed).contains("TaskScheduled"))
        let last = try task(resumed)
        #expect(last.state == "U")
        _ = execution.handle(.taskSucceeded(step: last.step, output: 2), at: Run.start)
        #expect(execution.output == [2, [:]])
        #expect(execution.status == .succeeded)
    }
}
