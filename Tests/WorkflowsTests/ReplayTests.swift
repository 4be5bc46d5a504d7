import Core
import Testing

@testable import Workflows

@Suite struct ReplayTests {
    static let definition: JSON = [
        "StartAt": "Look",
        "States": [
            "Look": [
                "Type": "Task", "Resource": "weft:tool:look", "ResultPath": "$.seen", "Next": "Big",
                "Retry": [["ErrorEquals": ["Busy"]]],
            ],
            "Big": [
                "Type": "Choice", "Default": "Small",
                "Choices": [["Variable": "$.seen", "NumericGreaterThan": 10, "Next": "Large"]],
            ],
            "Large": [
                "Type": "Map", "ItemsPath": "$.items", "Next": "Done", "ResultPath": "$.map",
                "ItemProcessor": BranchTests.machine("Each"),
            ],
            "Small": ["Type": "Pass", "Next": "Done"],
            "Done": ["Type": "Succeed"],
        ],
    ]

    private func recorded() throws -> [HistoryEvent] {
        try Run(
            Self.definition,
            input: ["items": [1, 2, 3]],
            answers: [
                "Look": [.error("Busy"), .output(12)],
                "Each": [.output("a"), .output("b"), .error("E")],
            ]
        ).history
    }

    private func replay(_ definition: JSON, _ history: [HistoryEvent]) throws -> Replay {
        Replay(
            of: history,
            with: try Definition(definition),
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 9)
        )
    }

    @Test("Under its own definition an execution goes as it went")
    func same() throws {
        let history = try recorded()
        let replay = try replay(Self.definition, history)
        #expect(replay.differences.first == nil, "\(replay.differences)")
        #expect(replay.history.map(\.type) == history.map(\.type))
        #expect(replay.execution.error == "E")
        #expect(replay.unanswered.isEmpty)
    }

    @Test("The first difference is told, and what is no longer reached")
    func differs() throws {
        var changed = Self.definition
        changed["States"]?["Big"]?["Choices"] = [
            ["Variable": "$.seen", "NumericGreaterThan": 20, "Next": "Large"]
        ]
        let replay = try replay(changed, try recorded())
        #expect(replay.differences.first?.kind == .entered)
        #expect(replay.differences.first?.state == "Small")
        #expect(replay.differences.map(\.kind).contains(.left))
        #expect(replay.differences.last?.kind == .outcome)
        #expect(replay.execution.status == .succeeded)
    }

    @Test("A task without a recorded answer is named and leaves the execution waiting")
    func unanswered() throws {
        var changed = Self.definition
        changed["States"]?["Done"] = ["Type": "Task", "Resource": "weft:tool:new", "End": true]
        changed["States"]?["Large"]?["Catch"] = [["ErrorEquals": ["States.ALL"], "Next": "Done"]]
        let replay = try replay(changed, try recorded())
        #expect(replay.unanswered == ["Done"])
        #expect(replay.execution.status == .running)
        #expect(replay.differences.first?.state == "Large", "\(replay.differences)")
        #expect(replay.differences.first?.kind == .output)
    }

    @Test("A task that would get another input is a difference of its own")
    func parameters() throws {
        var changed = Self.definition
        changed["States"]?["Look"]?["Parameters"] = ["only.$": "$.items[0]"]
        let divergence = try replay(changed, try recorded()).differences.first
        #expect(divergence?.kind == .parameters)
        #expect(divergence?.replayed == ["only": 1])
    }
}
