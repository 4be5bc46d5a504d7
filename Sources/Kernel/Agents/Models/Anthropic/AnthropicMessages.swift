import Core

/// Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages).
struct AnthropicMessages: ChatWire {
    /// Marks what only this provider understands.
    static let provider = "anthropic"
    /// The API's version; the newest takes no temperature any more.
    static let version = "2026-10-21"
    /// The one before, for requests with a temperature.
    static let versionWithTemperature = "2023-06-01"

    /// The address without `/v1/messages`.
    var base: String
    /// The model's id there.
    var model: String
    /// The API key.
    var key: String
    /// What is known of the model.
    var traits = ModelTraits()

    func call(_ request: ModelRequest) throws(ModelFault) -> WireCall {
        let form = form(request)
        let asked = form?.applied(to: request) ?? request
        let temperature = traits.takesTemperature ? asked.temperature : nil
        var body: JSON = ["model": .string(model), "max_tokens": .int(asked.maximumTokens)]
        if traits.streams { body["stream"] = true }
        // A loop of tools sends the same beginning again and again: worth keeping at the provider.
        let keeps = !request.tools.isEmpty
        if !asked.system.isEmpty {
            body["system"] = [
                Self.kept(["type": "text", "text": .string(asked.system)], if: keeps)
            ]
        }
        body["messages"] = .array(Self.messages(asked, keeps: keeps))
        if !asked.tools.isEmpty {
            body["tools"] = .array(
                asked.tools.map {
                    [
                        "name": .string($0.name), "description": .string($0.purpose),
                        "input_schema": $0.input,
                    ]
                }
            )
            body["tool_choice"] = Self.choice(asked.toolChoice)
        }
        if let form, form.means == .native {
            body["output_config"] = ["format": ["type": "json_schema", "schema": form.schema]]
        }
        if let temperature { body["temperature"] = .double(temperature) }
        return WireCall(
            url: base + "/v1/messages",
            headers: [
                ("x-api-key", key),
                (
                    "anthropic-version",
                    temperature == nil ? Self.version : Self.versionWithTemperature
                ), ("content-type", "application/json"),
                ("accept", traits.streams ? "text/event-stream" : "application/json"),
            ],
            body: body.bytes()
        )
    }

    /// The form of the answer: natively only a schema whose objects are all closed.
    func form(_ request: ModelRequest) -> AnswerForm? {
        guard let form = AnswerForm(request, means: traits.answers) else { return nil }
        guard form.means == .native else { return form }
        guard let closed = StrictSchema.closed(form.schema) else { return form.by(.tool) }
        return form.sending(closed)
    }

    func decoder(for request: ModelRequest, contentType: String) -> any ReplyDecoder {
        if contentType.hasPrefix("text/event-stream") { return AnthropicDecoder() }
        return WholeReplyDecoder(AnthropicDecoder.reply)
    }

    func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault {
        let error = JSON.ifAny(body)?["error"]
        return .provider(
            status,
            type: error?["type"]?.string,
            message: error?["message"]?.string,
            retryAfter: RetryAfter.duration(headers)
        )
    }

    private static func choice(_ choice: ModelToolChoice) -> JSON {
        switch choice {
        case .auto: ["type": "auto"]
        case .any: ["type": "any"]
        case .tool(let name): ["type": "tool", "name": .string(name)]
        case .none: ["type": "none"]
        }
    }

    private static func messages(_ request: ModelRequest, keeps: Bool) -> [JSON] {
        let turns = Conversation.turns(request.messages, for: provider)
        return turns.enumerated().map { index, turn in
            var parts = turn.parts.map(block)
            if keeps, index == turns.count - 1, let last = parts.popLast() {
                parts.append(kept(last, if: turn.role == .user))
            }
            return ["role": .string(turn.role.rawValue), "content": .array(parts)]
        }
    }

    private static func block(_ part: ModelPart) -> JSON {
        switch part {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .call(let call):
            [
                "type": "tool_use", "id": .string(Conversation.callID(call.id)),
                "name": .string(call.name), "input": Conversation.input(call.input),
            ]
        case .result(let result):
            [
                "type": "tool_result", "tool_use_id": .string(Conversation.callID(result.id)),
                "content": .string(Conversation.text(result.content)),
                "is_error": .bool(result.isError),
            ]
        case .opaque(_, let value): value
        }
    }

    /// Prompt caching: everything up to this block is kept for some minutes.
    private static func kept(_ block: JSON, if keeps: Bool) -> JSON {
        guard keeps else { return block }
        var block = block
        block["cache_control"] = ["type": "ephemeral"]
        return block
    }
}
