import Core
import Testing

@testable import Agents

/// References to what tools answered, and what a model is told of its mistakes.
@Suite struct ToolResultsTests {
    private static let one: JSON = ["$result": "r1", "pointer": "/text"]

    /// Results of which the first is so many bytes of text at `/text`: with its quotes 2 more.
    private func results(_ bytes: Int) -> ToolResults {
        var results = ToolResults()
        _ = results.add(["text": .string(String(repeating: "x", count: bytes - 2))])
        return results
    }

    @Test("References may come to one mebibyte in an answer, however often the same is referred to")
    func bound() {
        let results = results(ToolResults.mostResolved / 2)
        var left = ToolResults.mostResolved
        var twice: JSON = [Self.one, Self.one]
        #expect(results.resolve(&twice, left: &left) == nil && left == 0)
        #expect(twice[1]?.string?.utf8.count == ToolResults.mostResolved / 2 - 2)
        // Another call of the same answer.
        var again: JSON = ["a": Self.one]
        let mistake = results.resolve(&again, left: &left)
        #expect(mistake?["error"]?.string?.contains("1048576 bytes") == true)
        #expect(again == ["a": Self.one])
        // A small one after it is no better: the answer was too much.
        var plain: JSON = ["a": 1]
        #expect(results.resolve(&plain, left: &left) == nil)
        // The next answer begins anew.
        var fresh = ToolResults.mostResolved
        #expect(results.resolve(&again, left: &fresh) == nil)
    }

    @Test("A few bytes of arguments cannot stand for many mebibytes")
    func multiplied() {
        let results = results(ToolResults.mostResolved)
        var left = ToolResults.mostResolved
        var many = JSON.array(Array(repeating: Self.one, count: 10_000))
        #expect(results.resolve(&many, left: &left) != nil)
    }

    @Test(
        "A mistake tells what the model wrote, and nothing of what a placeholder stands for",
        arguments: [
            // Written, with its values, where, whether the message is the schema's.
            (#"{"n":"x"}"#, #"{"n":"x"}"#, "/n", true),
            (#"{"n":"<<age 1 k>>"}"#, #"{"n":"secret"}"#, "/n", false),
            (#"{"n":1,"to":"<<who 1 k>>"}"#, #"{"n":1,"to":"secret"}"#, "/to", false),
            (#"{"n":1,"to":"at <<who 1 k>>"}"#, #"{"n":1,"to":"at secret"}"#, "/to", false),
            // The placeholder stands for an object.
            (#"{"n":1,"at":"<<at 1 k>>"}"#, #"{"n":1,"at":{"zip":"secret"}}"#, "/at", false),
            (
                #"{"n":1,"at":{"zip":"<<z 1 k>>"}}"#, #"{"n":1,"at":{"zip":"secret"}}"#, "/at/zip",
                false
            ),
            (#"{}"#, #"{}"#, "/n", true),
            (#"{"n":1,"more":"<<m 1 k>>"}"#, #"{"n":1,"more":"secret"}"#, "/more", true),
        ]
    )
    func violations(_ shown: String, _ clear: String, _ pointer: String, _ isTold: Bool) throws {
        let schema = try Schema([
            "type": "object", "required": ["n"], "additionalProperties": false,
            "properties": [
                "n": ["type": "integer"], "to": ["type": "string", "format": "email"],
                "at": ["type": "object", "properties": ["zip": ["type": "integer"]]],
            ],
        ])
        let values = try JSON(parsing: clear)
        let found = schema.violations(of: values)
        #expect(found.count == 1)
        let told = ToldViolation(
            try #require(found.first),
            in: try JSON(parsing: shown),
            of: values
        )
        #expect(told.pointer == pointer)
        #expect((told.message == found.first?.message) == isTold)
        #expect(!told.message.contains("secret"))
    }

    @Test("Erased text is like any where somebody was erased, and else what somebody wrote")
    func erased() {
        let step = AgentStep(
            index: 0,
            tool: "note",
            input: ["for": "[erased]"],
            outcome: .success(.null),
            at: Timestamp(microseconds: 0),
            duration: .zero
        )
        #expect(step.repeats("note", ["for": "[erased]"], isErased: false))
        #expect(!step.repeats("note", ["for": "Ana"], isErased: false))
        #expect(step.repeats("note", ["for": "Ana"], isErased: true))
    }

    @Test("A plan that cannot be read is no plan of rules; one of before there were plans is")
    func plans() throws {
        #expect(try AgentPlan(nil).settings == AgentSettings())
        var settings = AgentSettings()
        settings.approvals = ["desk.write"]
        settings.version = 3
        var plan = AgentPlan()
        plan.settings = settings
        #expect(try AgentPlan(plan.json).settings == settings)
        for (text, pointer) in [
            ("{}", "/settings"), (#"{"settings":{"mode":"magic"}}"#, "/settings/mode"),
            (#"{"settings":{"approvals":[7]}}"#, "/settings/approvals/0"),
            (#"{"settings":{},"outside":[{}]}"#, "/outside/0/name"),
        ] {
            #expect("\(text)") {
                try AgentPlan(JSON(parsing: text))
            } throws: { error in
                let fault = error as? GeneralFault
                return fault?.code == "unreadable-plan" && fault?.pointer == pointer
            }
        }
    }
}
