import Core
import Testing

@testable import Models

/// Shapes after https://platform.openai.com/docs/api-reference/chat-streaming, and what other servers make of them.
@Suite struct ChatCompletionsTests {
    private static let wire = ChatCompletions(
        base: "https://api.openai.com/v1",
        model: "gpt-5",
        key: "k"
    )

    private static func chunk(_ delta: String, finish: String? = nil, more: String = "") -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return
            #"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-5-2026","choices":"#
            + #"[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]\#(more)}"# + "\n\n"
    }

    private static let usage =
        #"data: {"id":"c","object":"chat.completion.chunk","model":"gpt-5-2026","choices":[],"usage":"#
        + #"{"prompt_tokens":90,"completion_tokens":12,"total_tokens":102,"prompt_tokens_details":{"cached_tokens":64}}}"#
        + "\n\n"

    private static let calls =
        chunk(#"{"role":"assistant","content":null}"#) + chunk(#"{"content":"Zwei Städte 🌍"}"#)
        + chunk(
            #"{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"weather","arguments":""}}]}"#
        )
        + chunk(
            #"{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"weather","arguments":"{\"city\""}}]}"#
        )
        + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Zür"}}]}"#)
        + chunk(
            #"{"tool_calls":[{"index":1,"function":{"arguments":":\"Köln\"}"}},{"index":0,"function":{"arguments":"ich\"}"}}]}"#
        )
        + chunk("{}", finish: "tool_calls")

    private static let expected = ModelReply(
        parts: [
            .text("Zwei Städte 🌍"),
            .call(ModelToolCall(id: "call_a", name: "weather", input: ["city": "Zürich"])),
            .call(ModelToolCall(id: "call_b", name: "weather", input: ["city": "Köln"])),
        ],
        stop: .toolCalls,
        usage: ModelUsage(input: 26, output: 12, cacheRead: 64),
        model: "gpt-5-2026"
    )

    @Test("Parallel calls are put together by their index, wherever the stream is cut")
    func streams() {
        let text = Self.calls + Self.usage + "data: [DONE]\n\n"
        let outcome = everySplit(ChatCompletionsDecoder(turn: 1), Array(text.utf8))
        #expect(outcome.reply == Self.expected)
        #expect(outcome.calls == ["call_a weather", "call_b weather"])
    }

    @Test("A stream that breaks off is no answer")
    func cut() throws {
        let bytes = Array(Self.calls.utf8)
        // The last chunk is whole one byte before its end: the empty line's.
        neverWhole(ChatCompletionsDecoder(turn: 1), bytes, before: bytes.count)
    }

    @Test("Neither the end mark nor the usage need come")
    func sparse() {
        let reply = outcome(ChatCompletionsDecoder(turn: 1), [Array(Self.calls.utf8)]).reply
        #expect(reply?.parts == Self.expected.parts)
        #expect(reply?.usage == ModelUsage())
    }

    @Test("A whole answer is the same as a streamed one")
    func whole() throws {
        func call(_ id: String, _ city: String) -> JSON {
            [
                "id": .string(id), "type": "function",
                "function": ["name": "weather", "arguments": .string("{\"city\":\"\(city)\"}")],
            ]
        }
        let json: JSON = [
            "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-5-2026",
            "choices": [
                [
                    "index": 0,
                    "message": [
                        "role": "assistant", "content": "Zwei Städte 🌍", "refusal": nil,
                        "tool_calls": [call("call_a", "Zürich"), call("call_b", "Köln")],
                    ], "logprobs": nil, "finish_reason": "tool_calls",
                ]
            ],
            "usage": [
                "prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102,
                "prompt_tokens_details": ["cached_tokens": 64],
            ],
        ]
        let decoder = Self.wire.decoder(
            for: ModelRequest(system: "", messages: []),
            contentType: "application/json"
        )
        #expect(outcome(decoder, [json.bytes()]).reply == Self.expected)
    }

    // Each of these was seen at one server or another: Gemini (no index; all 0), Ollama (no id, "stop" although
    // a tool is called, arguments as an object), vLLM (usage in every chunk), llama.cpp (null content).
    @Test("What other servers make of it is understood")
    func dialects() {
        func calls(_ text: String) -> [ModelToolCall] {
            let reply = outcome(ChatCompletionsDecoder(turn: 3), [Array(text.utf8)]).reply
            #expect(reply?.stop == .toolCalls)
            return reply?.calls ?? []
        }
        let two: [JSON] = [["a": 1], ["b": 2]]
        let noIndex = Self.chunk(
            #"{"tool_calls":[{"id":"x","function":{"name":"n","arguments":"{\"a\":1}"}},{"id":"y","function":{"name":"n","arguments":"{\"b\":2}"}}]}"#,
            finish: "tool_calls"
        )
        #expect(calls(noIndex).map(\.input) == two)
        let sameIndex =
            Self.chunk(
                #"{"tool_calls":[{"index":0,"id":"x","function":{"name":"n","arguments":"{\"a\":1}"}}]}"#
            )
            + Self.chunk(
                #"{"tool_calls":[{"index":0,"id":"y","function":{"name":"n","arguments":"{\"b\":2}"}}]}"#,
                finish: "stop"
            )
        #expect(calls(sameIndex).map(\.input) == two)
        #expect(calls(sameIndex).map(\.id) == ["x", "y"])
        let noID = Self.chunk(
            #"{"tool_calls":[{"index":0,"function":{"name":"n","arguments":{"a":1}}},{"index":1,"function":{"name":"n","arguments":{"b":2}}}]}"#,
            finish: "stop"
        )
        #expect(calls(noID).map(\.input) == two)
        #expect(calls(noID).map(\.id) == ["call_3_0", "call_3_1"])
        let usageEverywhere =
            Self.chunk(
                #"{"content":"a"}"#,
                more: #","usage":{"prompt_tokens":5,"completion_tokens":1}"#
            )
            + Self.chunk(
                #"{"content":"b"}"#,
                finish: "stop",
                more: #","usage":{"prompt_tokens":5,"completion_tokens":2}"#
            )
        let reply = outcome(ChatCompletionsDecoder(turn: 1), [Array(usageEverywhere.utf8)]).reply
        #expect(reply?.usage == ModelUsage(input: 5, output: 2))
        #expect(reply?.text == "ab")
        #expect(reply?.stop == .end)
    }

    @Test("Gemini's signatures go back with the calls that they came with")
    func signatures() throws {
        let text = Self.chunk(
            #"{"tool_calls":[{"index":0,"id":"x","function":{"name":"n","arguments":"{}"},"extra_content":{"google":{"thought_signature":"AbC="}}}]}"#,
            finish: "tool_calls"
        )
        let reply = try #require(outcome(ChatCompletionsDecoder(turn: 1), [Array(text.utf8)]).reply)
        let request = ModelRequest(
            system: "",
            messages: [
                ModelMessage(.user, [.text("q")]), ModelMessage(.assistant, reply.parts),
                ModelMessage(.user, [.result(ModelToolResult(id: "x", content: ["ok": true]))]),
            ]
        )
        let body = try JSON(parsing: Self.wire.call(request).body)
        #expect(
            body["messages"]?[1]?["tool_calls"]?[0]?["extra_content"]
                == ["google": ["thought_signature": "AbC="]]
        )
        #expect(
            body["messages"]?[2] == [
                "role": "tool", "tool_call_id": "x", "content": "{\"ok\":true}",
            ]
        )
    }

    @Test("Refusals and errors are told apart from answers")
    func refusals() {
        let refused =
            Self.chunk(#"{"refusal":"I can't "}"#)
            + Self.chunk(#"{"refusal":"do that."}"#, finish: "stop")
        let reply = outcome(ChatCompletionsDecoder(turn: 1), [Array(refused.utf8)]).reply
        #expect(reply?.stop == .refusal)
        #expect(reply?.text == "I can't do that.")
        let filtered = Self.chunk(#"{"content":"a"}"#, finish: "content_filter")
        #expect(
            outcome(ChatCompletionsDecoder(turn: 1), [Array(filtered.utf8)]).reply?.stop == .refusal
        )
        let failed =
            Self.chunk(#"{"content":"a"}"#)
            + #"data: {"error":{"message":"busy","type":"server_error","code":null}}"# + "\n\n"
        #expect(
            outcome(ChatCompletionsDecoder(turn: 1), [Array(failed.utf8)]).fault == .unavailable
        )
        #expect(
            outcome(ChatCompletionsDecoder(turn: 1), [Array("data: {\"choices\":\n\n".utf8)]).fault
                == .malformed
        )
    }

    @Test("A request is said in the provider's words")
    func request() throws {
        let schema: JSON = [
            "type": "object", "properties": ["a": ["type": "string"]], "required": ["a"],
            "additionalProperties": false,
        ]
        let request = ModelRequest(
            system: "Be brief.",
            messages: [
                ModelMessage(.user, [.text("How is it?")]),
                ModelMessage(
                    .assistant,
                    [
                        .text("Let me see."),
                        .call(ModelToolCall(id: "b", name: "look", input: ["at": "x"])),
                    ]
                ),
                ModelMessage(
                    .user,
                    [
                        .text("Go on."),
                        .result(ModelToolResult(id: "b", content: "no", isError: true)),
                    ]
                ),
            ],
            tools: [ModelTool(name: "look", purpose: "Looks.", input: ["type": "object"])],
            toolChoice: .any,
            answerSchema: schema,
            maximumTokens: 77,
            temperature: 0.5
        )
        let call = try Self.wire.call(request)
        #expect(call.url == "https://api.openai.com/v1/chat/completions")
        #expect(call.headers.contains { $0 == ("authorization", "Bearer k") })
        #expect(
            try JSON(parsing: call.body) == [
                "model": "gpt-5",
                "messages": [
                    ["role": "system", "content": "Be brief."],
                    ["role": "user", "content": "How is it?"],
                    [
                        "role": "assistant", "content": "Let me see.",
                        "tool_calls": [
                            [
                                "id": "b", "type": "function",
                                "function": ["name": "look", "arguments": "{\"at\":\"x\"}"],
                            ]
                        ],
                    ], ["role": "tool", "tool_call_id": "b", "content": "{\"error\":\"no\"}"],
                    ["role": "user", "content": "Go on."],
                ], "max_completion_tokens": 77, "stream": true,
                "stream_options": ["include_usage": true],
                "tools": [
                    [
                        "type": "function",
                        "function": [
                            "name": "look", "description": "Looks.",
                            "parameters": ["type": "object"],
                        ],
                    ]
                ], "tool_choice": "required",
                "response_format": [
                    "type": "json_schema",
                    "json_schema": ["name": "answer", "schema": schema, "strict": true],
                ], "temperature": 0.5,
            ]
        )
        var local = Self.wire
        local.base = "http://localhost:11434/v1"
        local.key = nil
        let plain = try local.call(request)
        #expect(try JSON(parsing: plain.body)["max_tokens"] == 77)
        #expect(!plain.headers.contains { $0.name == "authorization" })
    }
}
