import Core

/// Reads the messages of ConverseStream.
struct BedrockDecoder: ReplyDecoder {
    private var parser = EventStreamParser()
    private var assembly = ReplyAssembly()

    init(model: String) {
        assembly.model = model
    }

    var usage: ModelUsage { assembly.usage }
    var written: Int { assembly.size }

    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [ModelPiece] {
        var pieces: [ModelPiece] = []
        for message in try parser.take(bytes) {
            let data = message.payload.isEmpty ? [:] : try JSON.ofProvider(message.payload)
            switch message.headers[":message-type"] {
            case "event":
                if let piece = try handle(message.headers[":event-type"] ?? "", data) {
                    pieces.append(piece)
                }
            case "exception":
                throw .provider(
                    nil,
                    type: message.headers[":exception-type"],
                    message: data["message"]?.string
                )
            case "error":
                throw .provider(
                    nil,
                    type: message.headers[":error-code"],
                    message: message.headers[":error-message"]
                )
            default: throw .malformed("a message is neither an event nor an exception")
            }
        }
        return pieces
    }

    mutating func finish() throws(ModelFault) -> ModelReply {
        if parser.isWithin { assembly.stop = nil }
        return try Self.reply(assembly)
    }

    private mutating func handle(_ type: String, _ data: JSON) throws(ModelFault) -> ModelPiece? {
        switch type {
        case "contentBlockStart":
            guard let use = data["start"]?["toolUse"] else { return nil }
            return try assembly.beginCall(
                id: use["toolUseId"]?.string ?? "",
                name: use["name"]?.string ?? "",
                at: Self.index(data)
            )
        case "contentBlockDelta": return try extend(data["delta"] ?? [:], at: Self.index(data))
        case "messageStop":
            assembly.stop = Self.stop(data["stopReason"]?.string ?? "")
        case "metadata": assembly.usage = Self.usage(data["usage"] ?? [:])
        default: break
        }
        return nil
    }

    private mutating func extend(_ delta: JSON, at index: Int) throws(ModelFault) -> ModelPiece? {
        if let text = delta["text"]?.string { return try assembly.add(text: text, at: index) }
        if let input = delta["toolUse"]?["input"]?.string {
            try assembly.add(arguments: input, at: index)
        }
        if let thought = delta["reasoningContent"] {
            try assembly.add(
                thought: thought["text"]?.string ?? "",
                signature: thought["signature"]?.string ?? "",
                hidden: thought["redactedContent"]?.string ?? "",
                at: index
            )
        }
        return nil
    }

    // MARK: What whole answers and streams have alike

    /// Reads an answer that came in one piece.
    static func reply(_ json: JSON, model: String) throws(ModelFault) -> ModelReply {
        guard let content = json["output"]?["message"]?["content"]?.array else {
            throw .malformed("the answer has no content")
        }
        var assembly = ReplyAssembly()
        assembly.model = model
        assembly.usage = usage(json["usage"] ?? [:])
        assembly.stop = json["stopReason"]?.string.map(stop)
        for (index, block) in content.enumerated() {
            if let text = block["text"]?.string {
                _ = try assembly.add(text: text, at: index)
            } else if let use = block["toolUse"] {
                _ = try assembly.beginCall(
                    id: use["toolUseId"]?.string ?? "",
                    name: use["name"]?.string ?? "",
                    given: use["input"],
                    at: index
                )
            } else {
                try assembly.add(opaque: block, at: index)
            }
        }
        return try reply(assembly)
    }

    private static func reply(_ assembly: ReplyAssembly) throws(ModelFault) -> ModelReply {
        try assembly.reply(of: BedrockConverse.provider) { thought in
            if !thought.hidden.isEmpty {
                return ["reasoningContent": ["redactedContent": .string(thought.hidden)]]
            }
            var text: JSON = ["text": .string(thought.text)]
            if !thought.signature.isEmpty { text["signature"] = .string(thought.signature) }
            return ["reasoningContent": ["reasoningText": text]]
        }
    }

    private static func index(_ data: JSON) throws(ModelFault) -> Int {
        guard let index = data["contentBlockIndex"]?.int, index >= 0 else {
            throw .malformed("an event names no block")
        }
        return index
    }

    private static func stop(_ reason: String) -> ModelStop {
        switch reason {
        case "end_turn", "stop_sequence": .end
        case "tool_use": .toolCalls
        case "max_tokens", "model_context_window_exceeded": .length
        case "guardrail_intervened", "content_filtered": .refusal
        default: .other(reason)
        }
    }

    private static func usage(_ json: JSON) -> ModelUsage {
        ModelUsage(
            input: json["inputTokens"]?.tokens ?? 0,
            output: json["outputTokens"]?.tokens ?? 0,
            cacheRead: json["cacheReadInputTokens"]?.tokens ?? 0,
            cacheWrite: json["cacheWriteInputTokens"]?.tokens ?? 0
        )
    }
}
