import Core
import Testing
import Workflows

@Suite struct PersistenceTests {
    static let definition: JSON = [
        "StartAt": "Wait", "TimeoutSeconds": 600,
        "States": [
            "Wait": ["Type": "Wait", "Seconds": 5, "Next": "Task"],
            "Task": [
                "Type": "Task", "Resource": "weft:tool:a", "TimeoutSeconds": 30,
                "Retry": [
                    ["ErrorEquals": ["A"]], ["ErrorEquals": ["B"], "JitterStrategy": "FULL"],
                ],
                "ResultPath": "$.task", "Next": "Fan",
            ],
            "Fan": [
                "Type": "Parallel", "ResultPath": "$.fan", "Next": "Map",
                "Branches": [BranchTests.machine("L"), BranchTests.machine("R")],
            ],
            "Map": [
                "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ResultPath": "$.map",
                "ItemProcessor": BranchTests.machine("Item"),
                "ItemSelector": ["v.$": "$$.Map.Item.Value", "e.$": "$$.Execution.Input.id"],
                "Catch": [["ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Id"]],
                "Next": "Id",
            ],
            "Id": [
                "Type": "Pass", "Parameters": ["all.$": "$", "id.$": "States.UUID()"], "End": true,
            ],
        ],
    ]

    @Test("Written out and read back between any two turns, the history is the same")
    func roundTrip() throws {
        let answers: [String: [Run.Answer]] = [
            "Task": [.error("A"), .error("B"), .output(1)], "L": [.output("l")],
            "R": [.output("r")], "Item": [.output(1), .output(2), .output(3), .error("E")],
        ]
        for items in [3, 4] {
            let input: JSON = ["id": 7, "items": .array((0..<items).map { JSON.int($0) })]
            let plain = try Run(Self.definition, input: input, answers: answers)
            let kept = try Run(Self.definition, input: input, answers: answers, roundTrip: true)
            #expect(plain.history == kept.history)
            #expect(plain.execution.output == kept.execution.output)
            #expect(plain.turns > 10)
            #expect(plain.execution.output?["all"]?["e"]?["Error"] == (items == 4 ? "E" : nil))
        }
    }

    @Test("Event ids count without gaps and each follows an earlier one")
    func ids() throws {
        let run = try Run(
            Self.definition,
            input: ["id": 7, "items": [1, 2]],
            answers: [
                "Task": [.output(1)], "L": [.output(1)], "R": [.output(1)], "Item": [.output(1)],
            ]
        )
        #expect(run.history.map(\.id) == Array(1...run.history.count))
        #expect(run.history.allSatisfy { $0.previousEventID < $0.id })
        for event in run.history {
            #expect(try HistoryEvent(event.json) == event)
        }
    }

    @Test("The input is kept only when the definition can look at it")
    func small() throws {
        func kept(_ parameters: JSON) throws -> JSON {
            var execution = Execution(
                of: try Definition(
                    single(["Type": "Task", "Resource": "r", "Parameters": parameters])
                ),
                identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
                random: SeededRandom(seed: 1)
            )
            _ = execution.start(input: ["big": 1], at: Run.start)
            return execution.json
        }
        #expect(try kept(["a.$": "$.big"])["input"] == nil)
        #expect(try kept(["a.$": "$$.Execution.Input"])["input"] == ["big": 1])
    }

    @Test("What does not fit the definition is refused")
    func mismatch() throws {
        let definition = try Definition(single(["Type": "Wait", "Seconds": 1]))
        var execution = Execution(
            of: definition,
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 1)
        )
        _ = execution.start(input: [:], at: Run.start)
        let other = try Definition(["StartAt": "X", "States": ["X": ["Type": "Succeed"]]])
        #expect(throws: GeneralFault.self) {
            _ = try Execution(
                restoring: execution.json,
                definition: other,
                random: SeededRandom(seed: 1)
            )
        }
        #expect(throws: GeneralFault.self) {
            _ = try Execution(restoring: [:], definition: other, random: SeededRandom(seed: 1))
        }
    }

    @Test("What a version before variables and distributed Maps kept goes on")
    func upgrade() throws {
        let definition: JSON = [
            "StartAt": "F",
            "States": [
                "F": [
                    "Type": "Parallel", "Next": "W",
                    "Branches": [BranchTests.machine("L"), BranchTests.machine("R")],
                ],
                "W": ["Type": "Wait", "Seconds": 1, "Next": "P"],
                "P": ["Type": "Pass", "Parameters": ["in.$": "$"], "End": true],
            ],
        ]
        func branch(_ id: Int, _ machine: String, _ state: String, _ phase: JSON) -> JSON {
            var branch: JSON = [
                "id": .int(id), "machine": .string(machine), "index": .int(max(0, id - 1)),
                "state": .string(state), "input": ["k": 1], "lastEvent": .int(2 + 3 * id),
                "enteredEvent": .int(2 + id), "enteredAt": 1_792_000_000_000_000,
                "retries": [], "phase": phase,
            ]
            if id > 0 { branch["parent"] = 0 }
            return branch
        }
        // The members of the version of issue 3, as its tests wrote them.
        let kept: JSON = [
            "status": "RUNNING", "id": "e", "name": "e", "workflowId": "w", "workflowName": "w",
            "role": "r", "lastEvent": 9, "lastStep": 2, "lastBranch": 2,
            "startedAt": 1_792_000_000_000_000,
            "branches": [
                branch(
                    0,
                    "",
                    "F",
                    [
                        "kind": "children", "count": 2, "started": 2, "done": 1,
                        "results": ["0": "left"],
                    ]
                ),
                branch(
                    2,
                    "/States/F/Branches/1",
                    "R",
                    ["kind": "task", "step": 2, "submitted": false]
                ),
            ],
        ]
        var execution = try Execution(
            restoring: kept,
            definition: try Definition(definition),
            random: SeededRandom(seed: 1)
        )
        #expect(execution.pendingSteps == [2])
        _ = execution.handle(.taskSucceeded(step: 2, output: "right"), at: Run.start)
        _ = execution.handle(
            .timerFired(step: execution.pendingSteps[0]),
            at: Run.start + .seconds(1)
        )
        #expect(execution.output == ["in": ["left", "right"]])
    }
}
