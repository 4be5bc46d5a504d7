import Core

/// Amazon Bedrock's Converse and ConverseStream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).
struct BedrockConverse: ChatWire {
    /// Marks what only this provider understands.
    static let provider = "bedrock"

    /// Where the model is.
    var place: BedrockPlace
    /// What is known of the model.
    var traits = ModelTraits()

    func call(_ request: ModelRequest) throws(ModelFault) -> WireCall {
        let form = form(request)
        let asked = form?.applied(to: request) ?? request
        let turns = Conversation.turns(asked.messages, for: Self.provider)
        var inference: JSON = ["maxTokens": .int(asked.maximumTokens)]
        if traits.takesTemperature, let temperature = asked.temperature {
            inference["temperature"] = .double(temperature)
        }
        var body: JSON = [
            "messages": .array(
                turns.map { turn in
                    [
                        "role": .string(turn.role.rawValue),
                        "content": .array(turn.parts.map(Self.block)),
                    ]
                }
            ), "inferenceConfig": inference,
        ]
        var system = asked.system
        // There is no choice "none": without tools, unless they were used before and must be named.
        let forbids = asked.toolChoice == .none
        let usesTools = turns.contains { $0.parts.contains(where: \.isOfTools) }
        if !asked.tools.isEmpty, !forbids || usesTools {
            body["toolConfig"] = Self.tools(asked)
            if forbids { system += "\n\nDo not call any tool now." }
        }
        if !system.isEmpty { body["system"] = [["text": .string(system)]] }
        if let form, form.means == .native {
            body["outputConfig"] = [
                "textFormat": [
                    "type": "json_schema",
                    "structure": [
                        "jsonSchema": ["name": "answer", "schema": .string(form.schema.text())]
                    ],
                ]
            ]
        }
        return place.call(
            traits.streams ? "converse-stream" : "converse",
            body,
            accept: traits.streams ? "application/vnd.amazon.eventstream" : "application/json"
        )
    }

    func form(_ request: ModelRequest) -> AnswerForm? {
        guard let form = AnswerForm(request, means: traits.answers) else { return nil }
        guard form.means == .native else { return form }
        guard let closed = StrictSchema.closed(form.schema) else { return form.by(.tool) }
        return form.sending(closed)
    }

    func decoder(for request: ModelRequest, contentType: String) -> any ReplyDecoder {
        let model = place.model
        if contentType.hasPrefix("application/vnd.amazon.eventstream") {
            return BedrockDecoder(model: model)
        }
        return WholeReplyDecoder { json throws(ModelFault) in
            try BedrockDecoder.reply(json, model: model)
        }
    }

    func fault(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8]
    ) -> ModelFault { BedrockPlace.fault(status, headers, body) }

    private static func tools(_ request: ModelRequest) -> JSON {
        var config: JSON = [
            "tools": .array(
                request.tools.map { tool in
                    var specification: JSON = [
                        "name": .string(tool.name), "inputSchema": ["json": tool.input],
                    ]
                    if !tool.purpose.isEmpty {
                        specification["description"] = .string(tool.purpose)
                    }
                    return ["toolSpec": specification]
                }
            )
        ]
        switch request.toolChoice {
        case .auto, .none: break
        case .any: config["toolChoice"] = ["any": [:]]
        case .tool(let name): config["toolChoice"] = ["tool": ["name": .string(name)]]
        }
        return config
    }

    private static func block(_ part: ModelPart) -> JSON {
        switch part {
        case .text(let text): ["text": .string(text)]
        case .call(let call):
            [
                "toolUse": [
                    "toolUseId": .string(Conversation.callID(call.id)), "name": .string(call.name),
                    "input": Conversation.input(call.input),
                ]
            ]
        case .result(let result):
            [
                "toolResult": [
                    "toolUseId": .string(Conversation.callID(result.id)),
                    "content": [content(result.content)],
                    "status": result.isError ? "error" : "success",
                ]
            ]
        case .opaque(_, let value): value
        }
    }

    /// Objects go as JSON, everything else as text.
    private static func content(_ value: JSON) -> JSON {
        if case .object = value { return ["json": value] }
        let text = Conversation.text(value)
        return ["text": .string(text.isEmpty ? "(nothing)" : text)]
    }
}

extension ModelPart {
    fileprivate var isOfTools: Bool {
        switch self {
        case .call, .result: true
        case .text, .opaque: false
        }
    }
}
