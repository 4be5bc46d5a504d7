import Core
import Testing

@testable import Models

/// Shapes after https://platform.claude.com/docs/en/build-with-claude/streaming and the API reference.
@Suite struct AnthropicTests {
    private static let wire = AnthropicMessages(
        base: "https://api.anthropic.com",
        model: "claude-opus-5-5",
        key: "k"
    )

    private static func event(_ type: String, _ data: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(data.isEmpty ? "" : ",")\(data)}\n\n"
    }

    private static let start = event(
        "message_start",
        """
        "message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-opus-5-5",\
        "stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":472,"cache_read_input_tokens":100,\
        "cache_creation_input_tokens":7,"output_tokens":2}}
        """
    )

    private static let stream =
        start
        + event(
            "content_block_start",
            #""index":0,"content_block":{"type":"thinking","thinking":"","signature":""}"#
        )
        + event(
            "content_block_delta",
            #""index":0,"delta":{"type":"thinking_delta","thinking":"Two "}"#
        )
        + event(
            "content_block_delta",
            #""index":0,"delta":{"type":"thinking_delta","thinking":"cities."}"#
        )
        + event(
            "content_block_delta",
            #""index":0,"delta":{"type":"signature_delta","signature":"EqQB=="}"#
        )
        + event("content_block_stop", #""index":0"#)
        + event("content_block_start", #""index":1,"content_block":{"type":"text","text":""}"#)
        + event("ping", "")
        + event(
            "content_block_delta",
            #""index":1,"delta":{"type":"text_delta","text":"Ich prüfe "}"#
        )
        + event("content_block_delta", #""index":1,"delta":{"type":"text_delta","text":"das 🌤."}"#)
        + event("content_block_stop", #""index":1"#)
        + event(
            "content_block_start",
            #""index":2,"content_block":{"type":"tool_use","id":"toolu_01","name":"get_weather","input":{}}"#
        )
        + event(
            "content_block_delta",
            #""index":2,"delta":{"type":"input_json_delta","partial_json":""}"#
        )
        + event(
            "content_block_delta",
            #""index":2,"delta":{"type":"input_json_delta","partial_json":"{\"location\": \"K"}"#
        )
        + event(
            "content_block_delta",
            #""index":2,"delta":{"type":"input_json_delta","partial_json":"öln\"}"}"#
        )
        + event("content_block_stop", #""index":2"#)
        + event(
            "content_block_start",
            #""index":3,"content_block":{"type":"tool_use","id":"toolu_02","name":"now","input":{}}"#
        )
        + event("content_block_stop", #""index":3"#)
        + event("some_future_event", #""x":1"#)
        + event(
            "message_delta",
            #""delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}"#
        )
    private static let end = event("message_stop", "")

    private static let expected = ModelReply(
        parts: [
            .opaque(
                provider: "anthropic",
                ["type": "thinking", "thinking": "Two cities.", "signature": "EqQB=="]
            ), .text("Ich prüfe das 🌤."),
            .call(ModelToolCall(id: "toolu_01", name: "get_weather", input: ["location": "Köln"])),
            .call(ModelToolCall(id: "toolu_02", name: "now", input: [:])),
        ],
        stop: .toolCalls,
        usage: ModelUsage(input: 472, output: 89, cacheRead: 100, cacheWrite: 7),
        model: "claude-opus-5-5"
    )

    @Test("A stream comes to its answer, wherever it is cut")
    func streams() {
        let outcome = everySplit(AnthropicDecoder(), Array((Self.stream + Self.end).utf8))
        #expect(outcome.reply == Self.expected)
        #expect(outcome.text == "Ich prüfe das 🌤.")
        #expect(outcome.calls == ["toolu_01 get_weather", "toolu_02 now"])
    }

    @Test("A stream that breaks off is no answer")
    func cut() {
        neverWhole(AnthropicDecoder(), Array(Self.stream.utf8), before: Self.stream.utf8.count)
    }

    @Test("What was counted before a failure is known")
    func counted() throws {
        var decoder = AnthropicDecoder()
        _ = try decoder.take(Array(Self.start.utf8))
        #expect(decoder.usage == ModelUsage(input: 472, output: 2, cacheRead: 100, cacheWrite: 7))
    }

    @Test("A whole answer is the same as a streamed one")
    func whole() throws {
        let json: JSON = [
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-5-5",
            "content": [
                ["type": "thinking", "thinking": "Two cities.", "signature": "EqQB=="],
                ["type": "text", "text": "Ich prüfe das 🌤."],
                [
                    "type": "tool_use", "id": "toolu_01", "name": "get_weather",
                    "input": ["location": "Köln"],
                ],
                ["type": "tool_use", "id": "toolu_02", "name": "now", "input": [:]],
            ], "stop_reason": "tool_use", "stop_sequence": nil,
            "usage": [
                "input_tokens": 472, "output_tokens": 89, "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 7,
            ],
        ]
        let decoder = Self.wire.decoder(
            for: ModelRequest(system: "", messages: []),
            contentType: "application/json"
        )
        #expect(everySplit(decoder, json.bytes()).reply == Self.expected)
    }

    @Test(
        "Reasons to stop are told apart",
        arguments: [
            ("end_turn", ModelStop.end), ("stop_sequence", .end), ("max_tokens", .length),
            ("model_context_window_exceeded", .length), ("refusal", .refusal),
            ("pause_turn", .other("pause_turn")),
        ]
    )
    func stops(reason: String, stop: ModelStop) {
        let text =
            Self.start
            + Self.event(
                "message_delta",
                #""delta":{"stop_reason":"\#(reason)"},"usage":{"output_tokens":1}"#
            )
        #expect(outcome(AnthropicDecoder(), [Array((text + Self.end).utf8)]).reply?.stop == stop)
    }

    @Test(
        "Errors in the stream, broken JSON and blocks without a beginning fail by their sort",
        arguments: [
            (
                #"event: error\#ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\#n\#n"#,
                ModelFault.Code.unavailable
            ),
            (
                #"data: {"type":"error","error":{"type":"rate_limit_error","message":"slow"}}\#n\#n"#,
                .throttled
            ),
            ("data: {\"type\":\"content_bl\n\n", .malformed),
            (
                #"data: {"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{}"}}\#n\#n"#,
                .malformed
            ),
            (
                #"data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}\#n\#n"#,
                .malformed
            ),
        ]
    )
    func failures(text: String, code: ModelFault.Code) {
        let bytes = Array((Self.start + text.replacing("\\n", with: "\n")).utf8)
        #expect(outcome(AnthropicDecoder(), [bytes]).fault == code)
    }

    @Test("Arguments that are no JSON stay what the model wrote")
    func unreadable() {
        let text =
            Self.start
            + Self.event(
                "content_block_start",
                #""index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}"#
            )
            + Self.event(
                "content_block_delta",
                #""index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}"#
            )
            + Self.event(
                "message_delta",
                #""delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":1}"#
            ) + Self.end
        let reply = outcome(AnthropicDecoder(), [Array(text.utf8)]).reply
        #expect(reply?.calls.first?.input == .string("{\"a\":"))
        #expect(reply?.stop == .length)
    }

    @Test("A request is said in the provider's words")
    func request() throws {
        let thought: JSON = ["type": "thinking", "thinking": "hm", "signature": "s"]
        let request = ModelRequest(
            system: "Be brief.",
            messages: [
                ModelMessage(.user, [.text("How is it?")]),
                ModelMessage(
                    .assistant,
                    [
                        .opaque(provider: "anthropic", thought),
                        .opaque(provider: "openai", ["x": 1]), .text("  "),
                        .call(ModelToolCall(id: "a.1", name: "look", input: .string("{oops"))),
                        .call(ModelToolCall(id: "b", name: "look", input: ["at": "x"])),
                    ]
                ),
                ModelMessage(
                    .user,
                    [
                        .text("Go on."),
                        .result(ModelToolResult(id: "a.1", content: ["n": 1], isError: true)),
                        .result(ModelToolResult(id: "b", content: "fine")),
                    ]
                ),
            ],
            tools: [ModelTool(name: "look", purpose: "Looks.", input: ["type": "object"])],
            toolChoice: .tool("look"),
            maximumTokens: 77
        )
        let call = try Self.wire.call(request)
        #expect(call.url == "https://api.anthropic.com/v1/messages")
        let headers = Dictionary(call.headers.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(headers["x-api-key"] == "k")
        #expect(headers["anthropic-version"] == "2026-10-21")
        let body = try JSON(parsing: call.body)
        let kept: JSON = ["type": "ephemeral"]
        #expect(
            body == [
                "model": "claude-opus-5-5", "max_tokens": 77, "stream": true,
                "system": [["type": "text", "text": "Be brief.", "cache_control": kept]],
                "messages": [
                    ["role": "user", "content": [["type": "text", "text": "How is it?"]]],
                    [
                        "role": "assistant",
                        "content": [
                            thought,
                            [
                                "type": "tool_use", "id": "a_1", "name": "look",
                                "input": ["unreadable": "{oops"],
                            ],
                            ["type": "tool_use", "id": "b", "name": "look", "input": ["at": "x"]],
                        ],
                    ],
                    [
                        "role": "user",
                        "content": [
                            [
                                "type": "tool_result", "tool_use_id": "a_1", "content": "{\"n\":1}",
                                "is_error": true,
                            ],
                            [
                                "type": "tool_result", "tool_use_id": "b", "content": "fine",
                                "is_error": false,
                            ],
                            ["type": "text", "text": "Go on.", "cache_control": kept],
                        ],
                    ],
                ],
                "tools": [
                    ["name": "look", "description": "Looks.", "input_schema": ["type": "object"]]
                ],
                "tool_choice": ["type": "tool", "name": "look"],
            ]
        )
    }

    @Test("A temperature is sent with the version that takes one, or not at all")
    func temperature() throws {
        let request = ModelRequest(
            system: "",
            messages: [ModelMessage(.user, [.text("q")])],
            temperature: 0.2
        )
        let call = try Self.wire.call(request)
        #expect(call.headers.contains { $0 == ("anthropic-version", "2023-06-01") })
        #expect(try JSON(parsing: call.body)["temperature"] == 0.2)
        var without = Self.wire
        without.traits.takesTemperature = false
        #expect(
            try without.call(request).headers.contains { $0 == ("anthropic-version", "2026-10-21") }
        )
        #expect(try JSON(parsing: without.call(request).body)["temperature"] == nil)
    }
}
