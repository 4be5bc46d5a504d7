import Core
import Testing

@testable import Models

@Suite struct AnswerFormTests {
    private let object: JSON = [
        "type": "object", "properties": ["a": ["type": "integer", "minimum": 1]], "required": ["a"],
        "additionalProperties": false,
    ]

    private func request(_ schema: JSON, tools: [ModelTool] = []) -> ModelRequest {
        ModelRequest(system: "s", messages: [], tools: tools, answerSchema: schema)
    }

    private func reply(_ parts: [ModelPart], _ stop: ModelStop = .end) -> ModelReply {
        ModelReply(parts: parts, stop: stop, usage: ModelUsage(), model: "m")
    }

    @Test("An answer by a tool comes back as text, and the tool is not seen")
    func tool() throws {
        let form = try #require(AnswerForm(request(object), means: .tool))
        let asked = form.applied(to: request(object))
        #expect(asked.toolChoice == .tool("give_answer"))
        #expect(asked.tools.map(\.name) == ["give_answer"])
        let call = ModelPart.call(ModelToolCall(id: "1", name: "give_answer", input: ["a": 2]))
        let back = form.unwrapped(reply([.text("Here you are:"), call], .toolCalls))
        #expect(back.parts == [.text("{\"a\":2}")])
        #expect(back.stop == .end)
        #expect(!AnswerForm.isHeard(.callBegan(id: "1", name: "give_answer")))
    }

    @Test("Beside real tools any must be called; an answer given too early is left out")
    func amongTools() throws {
        let look = ModelTool(name: "look", purpose: "", input: ["type": "object"])
        let form = try #require(AnswerForm(request(object, tools: [look]), means: .tool))
        #expect(form.applied(to: request(object, tools: [look])).toolChoice == .any)
        let real = ModelPart.call(ModelToolCall(id: "0", name: "look", input: [:]))
        let early = ModelPart.call(ModelToolCall(id: "1", name: "give_answer", input: ["a": 2]))
        let back = form.unwrapped(reply([.text("One moment."), real, early], .toolCalls))
        #expect(back.parts == [.text("One moment."), real])
        #expect(back.stop == .toolCalls)
    }

    @Test("What is no object travels as the member of one, its definitions outside")
    func wrapped() throws {
        let list: JSON = [
            "type": "array", "items": ["$ref": "#/$defs/x"], "$defs": ["x": ["type": "string"]],
        ]
        let form = try #require(AnswerForm(request(list), means: .native))
        #expect(
            form.schema == [
                "type": "object",
                "properties": ["answer": ["type": "array", "items": ["$ref": "#/$defs/x"]]],
                "required": ["answer"], "additionalProperties": false,
                "$defs": ["x": ["type": "string"]],
            ]
        )
        #expect(form.unwrapped(reply([.text("{\"answer\":[\"p\"]}")])).text == "[\"p\"]")
        #expect(form.unwrapped(reply([.text("not JSON")])).text == "not JSON")
    }

    @Test(
        "Fences and thoughts around an answer are taken off",
        arguments: [
            "{\"a\":1}", "```json\n{\"a\":1}\n```", " ```\n{\"a\":1}```\n",
            "<think>so {b}</think>\n{\"a\":1}",
        ]
    )
    func fences(text: String) throws {
        let form = try #require(AnswerForm(request(object), means: .instruction))
        #expect(form.applied(to: request(object)).system.contains("\"minimum\":1"))
        let back = form.unwrapped(reply([.text(text)])).text
        #expect(try JSON(parsing: back) == ["a": 1])
    }

    @Test("A schema is closed for providers that enforce it, limits told in words")
    func closed() {
        #expect(
            StrictSchema.closed(object) == [
                "type": "object",
                "properties": ["a": ["type": "integer", "description": "(minimum: 1)"]],
                "required": ["a"], "additionalProperties": false,
            ]
        )
        // Closing these would forbid what they allow.
        #expect(StrictSchema.closed(["type": "object"]) == nil)
        #expect(
            StrictSchema.closed(["type": "object", "properties": [:], "additionalProperties": true])
                == nil
        )
        #expect(StrictSchema.closed(["type": "string", "not": ["const": "x"]]) == nil)
        let wire = AnthropicMessages(base: "", model: "m", key: "k")
        #expect(wire.form(request(["type": "object"]))?.means == .tool)
        #expect(wire.form(request(object))?.means == .native)
    }

    @Test("OpenAI's strict mode is asked for only where the schema fits it")
    func strict() {
        #expect(StrictSchema.isStrict(object))
        #expect(
            !StrictSchema.isStrict([
                "type": "object", "properties": ["a": ["type": "string"]],
                "additionalProperties": false,
            ])
        )
        #expect(!StrictSchema.isStrict(["type": "object", "properties": [:]]))
        #expect(!StrictSchema.isStrict(["type": "string", "maxLength": 3]))
    }
}
