import Core
import Testing

@testable import Workflows

@Suite struct RedriveTests {
    private func execution(_ definition: JSON) throws -> Execution {
        Execution(
            of: try Definition(definition),
            identity: ExecutionIdentity(
                id: "e",
                name: "e",
                workflowID: "weft:workflow:w",
                workflowName: "w"
            ),
            random: SeededRandom(seed: 1)
        )
    }

    private func kept(_ execution: Execution) throws -> Execution {
        try Execution(
            restoring: try JSON(parsing: execution.json.text()),
            definition: execution.definition,
            random: SeededRandom(seed: 2)
        )
    }

    private func tasks(_ actions: [Action]) -> [ScheduledTask] {
        actions.compactMap { if case .schedule(let task) = $0 { task } else { nil } }
    }

    private func types(_ actions: [Action]) -> [String] {
        actions.compactMap { if case .record(let event) = $0 { event.type } else { nil } }
    }

    @Test("A failed task is done again with its input, its retries counted anew")
    func task() throws {
        let definition: JSON = [
            "StartAt": "A",
            "States": [
                "A": ["Type": "Pass", "Assign": ["x": 5], "Result": ["k": 1], "Next": "T"],
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "Next": "End",
                    "Retry": [["ErrorEquals": ["States.ALL"], "MaxAttempts": 1]],
                ],
                "End": [
                    "Type": "Pass",
                    "Parameters": ["x.$": "$x", "c.$": "$$.Execution.RedriveCount"],
                    "End": true,
                ],
            ],
        ]
        var execution = try execution(definition)
        let first = tasks(execution.start(input: [:], at: Run.start))[0]
        #expect(execution.handle(.redrive, at: Run.start).isEmpty)
        _ = execution.handle(.taskFailed(step: first.step, error: "E", cause: nil), at: Run.start)
        let second = tasks(execution.handle(.timerFired(step: 2), at: Run.start))[0]
        _ = execution.handle(.taskFailed(step: second.step, error: "E", cause: nil), at: Run.start)
        #expect(execution.status == .failed)
        #expect(execution.isRedrivable)
        execution = try kept(execution)
        let again = execution.handle(.redrive, at: Run.start)
        #expect(types(again) == ["ExecutionRedriven", "TaskScheduled", "TaskStarted"])
        #expect(execution.status == .running)
        let third = tasks(again)[0]
        #expect(third.input == ["k": 1])
        #expect(third.entry == first.entry)
        // Each attempt has a key of its own, or the tool would answer the old one.
        #expect([first, second, third].map(\.attempt) == [0, 1, 2])
        let failed = execution.handle(
            .taskFailed(step: third.step, error: "E", cause: nil),
            at: Run.start
        )
        #expect(failed.contains { if case .wait = $0 { true } else { false } })
        execution = try kept(execution)
        let fourth = tasks(execution.handle(.timerFired(step: 5), at: Run.start))[0]
        _ = execution.handle(.taskSucceeded(step: fourth.step, output: 1), at: Run.start)
        #expect(execution.output == ["x": 5, "c": 1])
        #expect(!execution.isRedrivable)
    }

    @Test("Branches that had succeeded are kept, the failed and the aborted go on")
    func parallel() throws {
        let definition: JSON = [
            "StartAt": "F",
            "States": [
                "F": [
                    "Type": "Parallel", "End": true,
                    "Branches": .array(["A", "B", "C"].map { BranchTests.machine($0) }),
                ]
            ],
        ]
        var execution = try execution(definition)
        let first = tasks(execution.start(input: [:], at: Run.start))
        _ = execution.handle(.taskSucceeded(step: first[0].step, output: "a"), at: Run.start)
        _ = execution.handle(
            .taskFailed(step: first[1].step, error: "E", cause: "c"),
            at: Run.start
        )
        #expect(execution.status == .failed)
        execution = try kept(execution)
        let again = tasks(execution.handle(.redrive, at: Run.start))
        #expect(again.map(\.state) == ["B", "C"])
        for task in again {
            _ = execution.handle(
                .taskSucceeded(step: task.step, output: .string(task.state)),
                at: Run.start
            )
        }
        #expect(execution.output == ["a", "B", "C"])
    }

    @Test("A distributed Map does again what failed, tolerated or not")
    func mapRun() throws {
        var execution = try execution(MapRunTests.map(["ToleratedFailureCount": 1], task: true))
        let first = tasks(execution.start(input: [1, 2, 3, 4], at: Run.start))
        #expect(first.count == 4)
        for (task, fails) in zip(first, [true, false, true]) {
            let answer: ExecutionInput =
                fails
                ? .taskFailed(step: task.step, error: "E", cause: nil)
                : .taskSucceeded(step: task.step, output: task.input)
            _ = execution.handle(answer, at: Run.start)
        }
        #expect(execution.error == "States.ExceedToleratedFailureThreshold")
        execution = try kept(execution)
        let actions = execution.handle(.redrive, at: Run.start)
        #expect(types(actions).contains("MapRunRedriven"))
        let again = tasks(actions)
        #expect(Set(again.map(\.input)) == [1, 3, 4])
        let keys = Set((first + again).map { "\($0.entry)/\($0.attempt)" })
        #expect(keys.count == 7)
        for task in again {
            _ = execution.handle(
                .taskSucceeded(step: task.step, output: task.input),
                at: Run.start
            )
        }
        #expect(execution.output == [1, 2, 3, 4])
    }

    @Test("An aborted execution goes on where it was; a succeeded one does not")
    func aborted() throws {
        var execution = try execution(single(["Type": "Wait", "Seconds": 60]))
        _ = execution.start(input: [:], at: Run.start)
        _ = execution.handle(.abort(error: nil, cause: nil), at: Run.start)
        let actions = execution.handle(.redrive, at: Run.start + .seconds(10))
        #expect(types(actions) == ["ExecutionRedriven"])
        let step = execution.pendingSteps[0]
        _ = execution.handle(.timerFired(step: step), at: Run.start + .seconds(70))
        #expect(execution.status == .succeeded)
        #expect(execution.handle(.redrive, at: Run.start).isEmpty)
    }
}
