import Core

/// Reads the chunks of Chat Completions, and bears with what the many servers make of them.
struct ChatCompletionsDecoder: ReplyDecoder {
    /// Words have a block before all calls.
    private static let words = -1

    private let turn: Int
    private var parser = ServerSentEventParser()
    private var assembly = ReplyAssembly()
    /// The block of each call by the server's index, and the id that it began with.
    private var calls: [Int: (block: Int, id: String)] = [:]
    private var extras: JSON = [:]
    private var refused = false

    init(turn: Int) {
        self.turn = turn
    }

    var usage: ModelUsage { assembly.usage }
    var written: Int { assembly.size }

    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [ModelPiece] {
        var pieces: [ModelPiece] = []
        for event in try parser.take(bytes) {
            if event.data.elementsEqual("[DONE]".utf8) || event.data.isEmpty { continue }
            try handle(JSON.ofProvider(event.data), &pieces)
        }
        return pieces
    }

    mutating func finish() throws(ModelFault) -> ModelReply {
        if refused { assembly.stop = .refusal }
        if let some = extras.object, !some.isEmpty {
            try assembly.add(opaque: ["calls": extras], at: -2)
        }
        return try assembly.reply(of: ChatCompletions.provider)
    }

    private mutating func handle(
        _ chunk: JSON,
        _ pieces: inout [ModelPiece]
    ) throws(ModelFault) {
        if let error = chunk["error"], !error.isNull {
            throw .provider(
                nil,
                type: error["code"]?.string ?? error["type"]?.string ?? "error",
                message: error["message"]?.string ?? error.string
            )
        }
        if let model = chunk["model"]?.string, !model.isEmpty { assembly.model = model }
        if let usage = chunk["usage"], case .object = usage { assembly.usage = Self.usage(usage) }
        guard let choice = chunk["choices"]?[0] else { return }
        let delta = choice["delta"] ?? choice["message"] ?? [:]
        if let text = delta["content"]?.string,
            let piece = try assembly.add(text: text, at: Self.words)
        {
            pieces.append(piece)
        }
        if let refusal = delta["refusal"]?.string, !refusal.isEmpty {
            refused = true
            if let piece = try assembly.add(text: refusal, at: Self.words) { pieces.append(piece) }
        }
        for (position, call) in (delta["tool_calls"]?.array ?? []).enumerated() {
            try handle(call: call, at: position, &pieces)
        }
        if let reason = choice["finish_reason"]?.string { assembly.stop = Self.stop(reason) }
    }

    private mutating func handle(
        call: JSON,
        at position: Int,
        _ pieces: inout [ModelPiece]
    ) throws(ModelFault) {
        let id = call["id"]?.string ?? ""
        let name = call["function"]?["name"]?.string ?? ""
        var index = call["index"]?.int ?? -1
        guard index < 10_000 else { throw .malformed("a call has the number \(index)") }
        if index < 0 {
            // Without an index, a name begins a call, and anything else belongs to the last one.
            index = name.isEmpty ? max(0, calls.count - 1) : calls.count + position
        }
        // Some servers number every call of a stream 0: another id and name are another call.
        if let known = calls[index], !name.isEmpty, !id.isEmpty, known.id != id {
            index = (calls.keys.max() ?? 0) + 1
        }
        if calls[index] == nil {
            let block = calls.count
            let made = id.isEmpty ? "call_\(turn)_\(block)" : id
            calls[index] = (block, made)
            pieces.append(try assembly.beginCall(id: made, name: name, at: block))
            if let extra = call["extra_content"], !extra.isNull { extras[made] = extra }
        }
        guard let block = calls[index]?.block else { return }
        switch call["function"]?["arguments"] {
        case .string(let text): try assembly.add(arguments: text, at: block)
        // Older servers write the object itself.
        case .object(let object):
            try assembly.add(arguments: JSON.object(object).text(), at: block)
        default: break
        }
    }

    /// Reads an answer that came in one piece.
    static func reply(_ json: JSON, turn: Int) throws(ModelFault) -> ModelReply {
        guard let message = json["choices"]?[0]?["message"], case .object = message else {
            if json["error"] != nil {
                var decoder = ChatCompletionsDecoder(turn: turn)
                var pieces: [ModelPiece] = []
                try decoder.handle(json, &pieces)
            }
            throw .malformed("the answer has no choices")
        }
        var decoder = ChatCompletionsDecoder(turn: turn)
        var pieces: [ModelPiece] = []
        try decoder.handle(json, &pieces)
        return try decoder.finish()
    }

    private static func stop(_ reason: String) -> ModelStop {
        switch reason {
        case "stop", "eos", "stop_sequence": .end
        case "tool_calls", "function_call": .toolCalls
        case "length", "max_tokens": .length
        case "content_filter": .refusal
        default: .other(reason)
        }
    }

    private static func usage(_ json: JSON) -> ModelUsage {
        let details = json["prompt_tokens_details"]
        let read = details?["cached_tokens"]?.tokens ?? 0
        let written = details?["cache_write_tokens"]?.tokens ?? 0
        return ModelUsage(
            input: max(0, (json["prompt_tokens"]?.tokens ?? 0) - read - written),
            output: json["completion_tokens"]?.tokens ?? 0,
            cacheRead: read,
            cacheWrite: written
        )
    }
}
