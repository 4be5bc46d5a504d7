import Core
import Testing
import Workflows

@Suite struct BranchTests {
    static func machine(_ name: String) -> JSON {
        let task: JSON = ["Type": "Task", "Resource": "weft:tool:a", "End": true]
        return ["StartAt": .string(name), "States": .object(JSONObject([(name, task)]))]
    }

    static let parallel: JSON = [
        "StartAt": "Both",
        "States": [
            "Both": [
                "Type": "Parallel", "Branches": [machine("L"), machine("R")],
                "Retry": [["ErrorEquals": ["E"], "MaxAttempts": 1]],
                "Catch": [["ErrorEquals": ["States.ALL"], "Next": "Caught"]], "End": true,
            ],
            "Caught": ["Type": "Succeed"],
        ],
    ]

    @Test("A branch that fails stops its siblings; its Parallel retries, then catches")
    func failure() throws {
        let run = try Run(Self.parallel, answers: ["L": [], "R": [.error("E")]])
        #expect(run.states == ["Both", "L", "R", "L", "R", "Caught"])
        #expect(run.waits == [1])
        #expect(run.cancelled.count == 2)
        #expect(run.execution.output == ["Error": "E", "Cause": nil])
    }

    @Test("The results of branches are in the order of the definition")
    func results() throws {
        let run = try Run(
            Self.parallel,
            answers: ["L": [.output(1)], "R": [.error("E"), .output(2)]]
        )
        #expect(run.execution.output == [1, 2])
    }

    static let map = single([
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
        "ItemSelector": ["i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "k.$": "$.k"],
        "ItemProcessor": machine("T"),
    ])

    @Test("A Map keeps its concurrency and the order of its items")
    func order() throws {
        let run = try Run(
            Self.map,
            input: ["items": ["a", "b", "c"], "k": true],
            answers: ["T": [.output(10), .output(20), .output(30)]]
        )
        let inputs: [JSON] = [
            ["i": 0, "v": "a", "k": true], ["i": 1, "v": "b", "k": true],
            ["i": 2, "v": "c", "k": true],
        ]
        #expect(run.tasks.map(\.input) == inputs)
        #expect(run.execution.output == [10, 20, 30])
        // The third starts only once one of the first two is done.
        let third = try #require(run.types.lastIndex(of: "MapIterationStarted"))
        let done = try #require(run.types.firstIndex(of: "MapIterationSucceeded"))
        #expect(done < third)
    }

    @Test("A Map over nothing gives an empty list")
    func empty() throws {
        let run = try Run(Self.map, input: ["items": [], "k": 1])
        #expect(run.execution.output == [])
        #expect(run.types.contains("MapStateSucceeded"))
    }

    @Test("A selector that fails in the middle of a Map stops what runs")
    func selector() throws {
        var definition = Self.map
        definition["States"]?["Only"]?["ItemSelector"] = ["v.$": "$$.Map.Item.Value.x"]
        let run = try Run(
            definition,
            input: ["items": [["x": 1], ["y": 2]], "k": 1],
            answers: ["T": []]
        )
        #expect(run.execution.error == "States.Runtime")
        #expect(run.execution.pendingSteps.isEmpty)
    }
}
