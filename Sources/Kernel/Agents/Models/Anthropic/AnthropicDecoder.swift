import Core

/// Reads the events of Anthropic's Messages API
/// (https://platform.claude.com/docs/en/build-with-claude/streaming).
struct AnthropicDecoder: ReplyDecoder {
    private var parser = ServerSentEventParser()
    private var assembly = ReplyAssembly()
    private var hasEnded = false

    var usage: ModelUsage { assembly.usage }
    var written: Int { assembly.size }

    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [ModelPiece] {
        var pieces: [ModelPiece] = []
        for event in try parser.take(bytes) {
            let data = try JSON.ofProvider(event.data)
            if let piece = try handle(data["type"]?.string ?? event.type, data) {
                pieces.append(piece)
            }
        }
        return pieces
    }

    mutating func finish() throws(ModelFault) -> ModelReply {
        // Without the last event the usage may be wrong, and a block may not have ended.
        if !hasEnded { assembly.stop = nil }
        return try Self.reply(assembly)
    }

    private mutating func handle(_ type: String, _ data: JSON) throws(ModelFault) -> ModelPiece? {
        switch type {
        case "message_start":
            assembly.model = data["message"]?["model"]?.string ?? ""
            count(data["message"]?["usage"])
        case "content_block_start":
            return try Self.begin(
                data["content_block"] ?? [:],
                at: Self.index(data),
                in: &assembly,
                isWhole: false
            )
        case "content_block_delta": return try extend(data["delta"] ?? [:], at: Self.index(data))
        case "message_delta":
            count(data["usage"])
            if let reason = data["delta"]?["stop_reason"]?.string {
                assembly.stop = Self.stop(reason)
            }
        case "message_stop": hasEnded = true
        case "error":
            throw .provider(
                nil,
                type: data["error"]?["type"]?.string ?? "error",
                message: data["error"]?["message"]?.string
            )
        // `ping`, `content_block_stop`, and what may be added: unknown events are to be passed over.
        default: break
        }
        return nil
    }

    private mutating func extend(_ delta: JSON, at index: Int) throws(ModelFault) -> ModelPiece? {
        switch delta["type"]?.string {
        case "text_delta":
            return try assembly.add(text: delta["text"]?.string ?? "", at: index)
        case "input_json_delta":
            try assembly.add(arguments: delta["partial_json"]?.string ?? "", at: index)
        case "thinking_delta":
            try assembly.add(thought: delta["thinking"]?.string ?? "", at: index)
        case "signature_delta":
            try assembly.add(signature: delta["signature"]?.string ?? "", at: index)
        default: break
        }
        return nil
    }

    private mutating func count(_ usage: JSON?) {
        guard let usage else { return }
        // Later counts are of the whole, and leave out what has not changed.
        assembly.usage = Self.usage(usage, over: assembly.usage)
    }

    // MARK: What whole answers and streams have alike

    /// Reads an answer that came in one piece.
    static func reply(_ json: JSON) throws(ModelFault) -> ModelReply {
        guard let content = json["content"]?.array else {
            throw .malformed("the answer has no content")
        }
        var assembly = ReplyAssembly()
        assembly.model = json["model"]?.string ?? ""
        assembly.usage = usage(json["usage"] ?? [:], over: ModelUsage())
        assembly.stop = json["stop_reason"]?.string.map(stop)
        for (index, block) in content.enumerated() {
            _ = try begin(block, at: index, in: &assembly, isWhole: true)
        }
        return try reply(assembly)
    }

    private static func reply(_ assembly: ReplyAssembly) throws(ModelFault) -> ModelReply {
        try assembly.reply(of: AnthropicMessages.provider) { thought in
            thought.hidden.isEmpty
                ? [
                    "type": "thinking", "thinking": .string(thought.text),
                    "signature": .string(thought.signature),
                ]
                : ["type": "redacted_thinking", "data": .string(thought.hidden)]
        }
    }

    private static func begin(
        _ block: JSON,
        at index: Int,
        in assembly: inout ReplyAssembly,
        isWhole: Bool
    ) throws(ModelFault) -> ModelPiece? {
        switch block["type"]?.string {
        case "text": return try assembly.add(text: block["text"]?.string ?? "", at: index)
        case "tool_use":
            return try assembly.beginCall(
                id: block["id"]?.string ?? "",
                name: block["name"]?.string ?? "",
                given: isWhole ? block["input"] : nil,
                at: index
            )
        case "thinking":
            try assembly.add(
                thought: block["thinking"]?.string ?? "",
                signature: block["signature"]?.string ?? "",
                at: index
            )
        case "redacted_thinking":
            try assembly.add(hidden: block["data"]?.string ?? "", at: index)
        default: try assembly.add(opaque: block, at: index)
        }
        return nil
    }

    private static func index(_ data: JSON) throws(ModelFault) -> Int {
        guard let index = data["index"]?.int, index >= 0 else {
            throw .malformed("an event names no block")
        }
        return index
    }

    private static func stop(_ reason: String) -> ModelStop {
        switch reason {
        case "end_turn", "stop_sequence": .end
        case "tool_use": .toolCalls
        case "max_tokens", "model_context_window_exceeded": .length
        case "refusal": .refusal
        default: .other(reason)
        }
    }

    private static func usage(_ json: JSON, over before: ModelUsage) -> ModelUsage {
        ModelUsage(
            input: json["input_tokens"]?.tokens ?? before.input,
            output: json["output_tokens"]?.tokens ?? before.output,
            cacheRead: json["cache_read_input_tokens"]?.tokens ?? before.cacheRead,
            cacheWrite: json["cache_creation_input_tokens"]?.tokens ?? before.cacheWrite
        )
    }
}
