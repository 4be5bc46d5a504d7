import Core

/// OpenAI's Chat Completions (https://platform.openai.com/docs/api-reference/chat), and everybody who speaks
/// it: Gemini, Ollama, vLLM, llama.cpp.
struct ChatCompletions: ChatWire {
    /// Marks what only this provider understands.
    static let provider = "openai"

    /// The address up to `/chat/completions`, for instance `https://api.openai.com/v1`.
    var base: String
    /// The model's id there.
    var model: String
    /// The API key; nil where none is needed.
    var key: String?
    /// What is known of the model.
    var traits = ModelTraits()

    func call(_ request: ModelRequest) throws(ModelFault) -> WireCall {
        let form = form(request)
        let asked = form?.applied(to: request) ?? request
        var body: JSON = ["model": .string(model), "messages": .array(Self.messages(asked))]
        body[limitName] = .int(asked.maximumTokens)
        if traits.streams {
            body["stream"] = true
            body["stream_options"] = ["include_usage": true]
        }
        if !asked.tools.isEmpty {
            body["tools"] = .array(
                asked.tools.map {
                    [
                        "type": "function",
                        "function": [
                            "name": .string($0.name), "description": .string($0.purpose),
                            "parameters": $0.input,
                        ],
                    ]
                }
            )
            // Servers that do not know the field do what it says by default.
            if asked.toolChoice != .auto { body["tool_choice"] = Self.choice(asked.toolChoice) }
        }
        if let form, form.means == .native {
            body["response_format"] = [
                "type": "json_schema",
                "json_schema": [
                    "name": "answer", "schema": form.schema,
                    "strict": .bool(StrictSchema.isStrict(form.schema)),
                ],
            ]
        }
        if traits.takesTemperature, let temperature = asked.temperature {
            body["temperature"] = .double(temperature)
        }
        return WireCall(
            url: base + "/chat/completions",
            headers: Self.headers(key, streams: traits.streams),
            body: body.bytes()
        )
    }

    func form(_ request: ModelRequest) -> AnswerForm? {
        AnswerForm(request, means: traits.answers)
    }

    func decoder(for request: ModelRequest, contentType: String) -> any ReplyDecoder {
        // An id that the server leaves out is made of the turn, so that it is the only one.
        let turn = request.messages.count
        if contentType.hasPrefix("text/event-stream") {
            return ChatCompletionsDecoder(turn: turn)
        }
        return WholeReplyDecoder { json throws(ModelFault) in
            try ChatCompletionsDecoder.reply(json, turn: turn)
        }
    }

    func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault { Self.fault(status, headers, body) }

    static func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault {
        // Gemini answers an array of one.
        let json = JSON.ifAny(body)
        let error = (json?[0] ?? json)?["error"]
        return .provider(
            status,
            type: error?["code"]?.string ?? error?["type"]?.string ?? error?["status"]?.string,
            message: error?["message"]?.string ?? error?.string,
            retryAfter: RetryAfter.duration(headers)
        )
    }

    static func headers(_ key: String?, streams: Bool) -> [(name: String, value: String)] {
        var headers = [
            (name: "content-type", value: "application/json"),
            (name: "accept", value: streams ? "text/event-stream" : "application/json"),
        ]
        if let key, !key.isEmpty { headers.append(("authorization", "Bearer \(key)")) }
        return headers
    }

    /// OpenAI's own models take only the newer name, most other servers only the older.
    private var limitName: String {
        let host = base.split(separator: "/").dropFirst().first ?? ""
        let isOwn = host.hasSuffix("api.openai.com") || host.hasSuffix(".openai.azure.com")
        return isOwn ? "max_completion_tokens" : "max_tokens"
    }

    private static func choice(_ choice: ModelToolChoice) -> JSON {
        switch choice {
        case .auto: "auto"
        case .any: "required"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        case .none: "none"
        }
    }

    private static func messages(_ request: ModelRequest) -> [JSON] {
        var messages: [JSON] = []
        if !request.system.isEmpty {
            messages.append(["role": "system", "content": .string(request.system)])
        }
        for turn in Conversation.turns(request.messages, for: provider) {
            messages += turn.role == .user ? user(turn) : [assistant(turn)]
        }
        return messages
    }

    private static func user(_ turn: ModelMessage) -> [JSON] {
        var messages: [JSON] = []
        var words: [String] = []
        for part in turn.parts {
            switch part {
            case .text(let text): words.append(text)
            case .result(let result):
                let content = result.isError ? ["error": result.content] : result.content
                messages.append([
                    "role": "tool", "tool_call_id": .string(result.id),
                    "content": .string(Conversation.text(content)),
                ])
            case .call, .opaque: break
            }
        }
        if !words.isEmpty {
            messages.append(["role": "user", "content": .string(words.joined(separator: "\n\n"))])
        }
        return messages
    }

    private static func assistant(_ turn: ModelMessage) -> JSON {
        var words = ""
        var calls: [JSON] = []
        var extras: JSON = [:]
        for part in turn.parts {
            switch part {
            case .text(let text): words += text
            case .opaque(_, let value):
                // What belongs to calls: Gemini wants its signatures back.
                for member in value["calls"]?.object ?? [:] { extras[member.key] = member.value }
            case .call, .result: break
            }
        }
        for case .call(let call) in turn.parts {
            let arguments = call.input.string ?? call.input.text()
            var json: JSON = [
                "id": .string(call.id), "type": "function",
                "function": ["name": .string(call.name), "arguments": .string(arguments)],
            ]
            if let extra = extras[call.id] { json["extra_content"] = extra }
            calls.append(json)
        }
        var message: JSON = [
            "role": "assistant", "content": words.isEmpty ? .null : .string(words),
        ]
        if !calls.isEmpty {
            message["tool_calls"] = .array(calls)
        } else if words.isEmpty {
            message["content"] = ""
        }
        return message
    }
}
