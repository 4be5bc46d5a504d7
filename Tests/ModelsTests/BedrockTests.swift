import Core
import Testing

@testable import Models

/// Shapes after https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
@Suite struct BedrockTests {
    private static let place = BedrockPlace(
        base: "https://bedrock-runtime.eu-central-1.amazonaws.com",
        region: "eu-central-1",
        model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
        credentials: .key(id: "AKID", secret: "s", token: "t")
    )

    private static func event(_ type: String, _ payload: String) -> [UInt8] {
        EventStreamMessage.event(type, payload)
    }

    private static let stream: [UInt8] = [
        event("messageStart", #"{"role":"assistant","p":"abcd"}"#),
        event(
            "contentBlockDelta",
            #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Two"}},"p":"a"}"#
        ),
        event(
            "contentBlockDelta",
            #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}"#
        ),
        event("contentBlockStop", #"{"contentBlockIndex":0}"#),
        event(
            "contentBlockDelta",
            #"{"contentBlockIndex":1,"delta":{"text":"Ich prü"},"p":"abc"}"#
        ),
        event("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"text":"fe."}}"#),
        event("contentBlockStop", #"{"contentBlockIndex":1}"#),
        event(
            "contentBlockStart",
            #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"look"}}}"#
        ),
        event(
            "contentBlockDelta",
            #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"at\":"}}}"#
        ),
        event(
            "contentBlockDelta",
            #"{"contentBlockIndex":2,"delta":{"toolUse":{"input":"\"Köln\"}"}}}"#
        ),
        event("contentBlockStop", #"{"contentBlockIndex":2}"#),
        event("messageStop", #"{"stopReason":"tool_use"}"#),
        event(
            "metadata",
            #"{"usage":{"inputTokens":30,"outputTokens":9,"totalTokens":41,"cacheReadInputTokens":2},"metrics":{"latencyMs":5}}"#
        ),
    ].flatMap(\.self)

    private static let expected = ModelReply(
        parts: [
            .opaque(
                provider: "bedrock",
                ["reasoningContent": ["reasoningText": ["text": "Two", "signature": "sig"]]]
            ), .text("Ich prüfe."),
            .call(ModelToolCall(id: "tooluse_1", name: "look", input: ["at": "Köln"])),
        ],
        stop: .toolCalls,
        usage: ModelUsage(input: 30, output: 9, cacheRead: 2),
        model: place.model
    )

    @Test("A stream comes to its answer, wherever it is cut")
    func streams() {
        let outcome = everySplit(BedrockDecoder(model: Self.place.model), Self.stream)
        #expect(outcome.reply == Self.expected)
        #expect(outcome.calls == ["tooluse_1 look"])
        let metadata = Self.event("metadata", "x").count
        neverWhole(
            BedrockDecoder(model: "m"),
            Self.stream,
            before: Self.stream.count - 250 - metadata
        )
    }

    @Test("A whole answer is the same as a streamed one")
    func whole() throws {
        let json: JSON = [
            "output": [
                "message": [
                    "role": "assistant",
                    "content": [
                        [
                            "reasoningContent": [
                                "reasoningText": ["text": "Two", "signature": "sig"]
                            ]
                        ],
                        ["text": "Ich prüfe."],
                        [
                            "toolUse": [
                                "toolUseId": "tooluse_1", "name": "look", "input": ["at": "Köln"],
                            ]
                        ],
                    ],
                ]
            ], "stopReason": "tool_use",
            "usage": [
                "inputTokens": 30, "outputTokens": 9, "totalTokens": 41, "cacheReadInputTokens": 2,
            ],
            "metrics": ["latencyMs": 5],
        ]
        #expect(try BedrockDecoder.reply(json, model: Self.place.model) == Self.expected)
    }

    @Test(
        "Exceptions in the stream fail by their sort",
        arguments: [
            ("throttlingException", "slow", ModelFault.Code.throttled),
            ("modelStreamErrorException", "oops", .unavailable),
            ("serviceUnavailableException", "no", .unavailable),
            ("internalServerException", "no", .unavailable),
            ("validationException", "Input is too long for requested model.", .tooLong),
            ("validationException", "bad", .refusedRequest),
        ]
    )
    func exceptions(type: String, message: String, code: ModelFault.Code) {
        let exception = EventStreamMessage.bytes(
            [
                (":exception-type", type), (":content-type", "application/json"),
                (":message-type", "exception"),
            ],
            "{\"message\":\"\(message)\"}"
        )
        let found = outcome(
            BedrockDecoder(model: "m"),
            [Self.event("messageStart", #"{"role":"assistant"}"#) + exception]
        )
        #expect(found.fault == code)
    }

    @Test("A request is said in the provider's words, signed, the model's id encoded")
    func request() throws {
        let request = ModelRequest(
            system: "Be brief.",
            messages: [
                ModelMessage(.user, [.text("How is it?")]),
                ModelMessage(
                    .assistant,
                    [.call(ModelToolCall(id: "b", name: "look", input: ["at": "x"]))]
                ),
                ModelMessage(
                    .user,
                    [.result(ModelToolResult(id: "b", content: [1, 2], isError: true))]
                ),
                ModelMessage(.user, [.text("Go on.")]),
            ],
            tools: [ModelTool(name: "look", purpose: "", input: ["type": "object"])],
            toolChoice: .any,
            maximumTokens: 77,
            temperature: 0.5
        )
        let call = try BedrockConverse(place: Self.place).call(request)
        #expect(
            call.url
                == "https://bedrock-runtime.eu-central-1.amazonaws.com/model/"
                + "anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"
        )
        var signed = WebRequest("POST", call.url, headers: call.headers, body: call.body)
        try call.sign?(&signed, try #require(Timestamp("2026-11-21T10:00:00Z")))
        let names = signed.headers.map(\.name)
        #expect(names.contains("X-Amz-Security-Token") && names.contains("Authorization"))
        #expect(
            try JSON(parsing: call.body) == [
                "messages": [
                    ["role": "user", "content": [["text": "How is it?"]]],
                    [
                        "role": "assistant",
                        "content": [
                            ["toolUse": ["toolUseId": "b", "name": "look", "input": ["at": "x"]]]
                        ],
                    ],
                    [
                        "role": "user",
                        "content": [
                            [
                                "toolResult": [
                                    "toolUseId": "b", "content": [["text": "[1,2]"]],
                                    "status": "error",
                                ]
                            ],
                            ["text": "Go on."],
                        ],
                    ],
                ], "inferenceConfig": ["maxTokens": 77, "temperature": 0.5],
                "system": [["text": "Be brief."]],
                "toolConfig": [
                    "tools": [
                        ["toolSpec": ["name": "look", "inputSchema": ["json": ["type": "object"]]]]
                    ],
                    "toolChoice": ["any": [:]],
                ],
            ]
        )
    }
}
