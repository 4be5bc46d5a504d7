import Core

/// Puts an answer together of its pieces, in the order in which its blocks began.
struct ReplyAssembly: Sendable {
    /// The most that a model may write, in bytes.
    static let byteLimit = 8 << 20
    /// The most blocks of an answer.
    static let blockLimit = 256

    /// What a model thought, as the provider wants it back.
    struct Thought: Sendable, Equatable {
        var text = ""
        var signature = ""
        /// Thoughts that only the provider can read.
        var hidden = ""
    }

    private struct Block: Sendable {
        enum Kind: Sendable {
            case text
            case call(id: String, name: String, given: JSON?)
            case thought
            case opaque(JSON)
        }

        var kind: Kind
        /// Words, a call's input as JSON text, or a thought.
        var text = ""
        var signature = ""
        var hidden = ""
    }

    private var blocks: [Block] = []
    private var places: [Int: Int] = [:]
    /// How many bytes of words, thoughts and inputs there are.
    private(set) var size = 0
    /// Why it stopped; nil until that is known.
    var stop: ModelStop?
    /// The tokens so far.
    var usage = ModelUsage()
    /// The model as the provider names it.
    var model = ""

    /// How many tools are called.
    var callCount: Int {
        blocks.count { if case .call = $0.kind { true } else { false } }
    }

    /// More words in the block `key`.
    mutating func add(text: String, at key: Int) throws(ModelFault) -> ModelPiece? {
        try grow(text)
        let place = try place(key, .text)
        guard case .text = blocks[place].kind else { throw mixed }
        blocks[place].text += text
        return text.isEmpty ? nil : .text(text)
    }

    /// A call begins in the block `key`; `given` is its input where that comes whole.
    mutating func beginCall(
        id: String,
        name: String,
        given: JSON? = nil,
        at key: Int
    ) throws(ModelFault) -> ModelPiece {
        guard !name.isEmpty, name.utf8.count <= 256, id.utf8.count <= 1_024 else {
            throw .malformed("a tool is called without a name, or with one that is too long")
        }
        guard places[key] == nil else { throw mixed }
        _ = try place(key, .call(id: id, name: name, given: given))
        return .callBegan(id: id, name: name)
    }

    /// More of a call's input, which is written as JSON text.
    mutating func add(arguments: String, at key: Int) throws(ModelFault) {
        try grow(arguments)
        guard let place = places[key], case .call = blocks[place].kind else { throw mixed }
        blocks[place].text += arguments
    }

    /// More of a thought in the block `key`.
    mutating func add(
        thought text: String = "",
        signature: String = "",
        hidden: String = "",
        at key: Int
    ) throws(ModelFault) {
        try grow(text)
        try grow(signature)
        try grow(hidden)
        let place = try place(key, .thought)
        guard case .thought = blocks[place].kind else { throw mixed }
        blocks[place].text += text
        blocks[place].signature += signature
        blocks[place].hidden += hidden
    }

    /// What the provider wants back as it came, in the block `key`.
    mutating func add(opaque: JSON, at key: Int) throws(ModelFault) {
        try grow(opaque.text())
        _ = try place(key, .opaque(opaque))
    }

    /// The whole answer.
    ///
    /// - Parameters:
    ///   - provider: whose thoughts and the like they are.
    ///   - thought: how the provider wants a thought back; nil leaves thoughts out.
    /// - Returns: the answer.
    /// - Throws: `malformed` when it never said why it stopped.
    func reply(
        of provider: String,
        thought: (Thought) -> JSON? = { _ in nil }
    ) throws(ModelFault) -> ModelReply {
        guard var stop else {
            throw ModelFault(.malformed, "the answer broke off before its end", usage: usage)
        }
        var parts: [ModelPart] = []
        for block in blocks {
            switch block.kind {
            case .text: if !block.text.isEmpty { parts.append(.text(block.text)) }
            case .call(let id, let name, let given):
                let input = given ?? Self.input(block.text)
                parts.append(.call(ModelToolCall(id: id, name: name, input: input)))
            case .thought:
                let kept = Thought(
                    text: block.text,
                    signature: block.signature,
                    hidden: block.hidden
                )
                if let json = thought(kept) { parts.append(.opaque(provider: provider, json)) }
            case .opaque(let json): parts.append(.opaque(provider: provider, json))
            }
        }
        // Some servers say that all is said although a tool is called.
        if stop == .end, callCount > 0 { stop = .toolCalls }
        return ModelReply(parts: parts, stop: stop, usage: usage, model: model)
    }

    /// A call's input: no text means no members, and what is no JSON stays text.
    private static func input(_ arguments: String) -> JSON {
        if arguments.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
            return [:]
        }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: arguments)
        } catch {
            return .string(arguments)
        }
    }

    private mutating func place(_ key: Int, _ kind: Block.Kind) throws(ModelFault) -> Int {
        if let known = places[key] { return known }
        guard blocks.count < Self.blockLimit else {
            throw .malformed("the answer has more than \(Self.blockLimit) blocks")
        }
        blocks.append(Block(kind: kind))
        places[key] = blocks.count - 1
        return blocks.count - 1
    }

    private mutating func grow(_ text: String) throws(ModelFault) {
        size += text.utf8.count
        guard size <= Self.byteLimit else {
            throw .malformed("the answer is longer than \(Self.byteLimit) bytes")
        }
    }

    private var mixed: ModelFault { .malformed("a block of the answer changes its sort") }
}
