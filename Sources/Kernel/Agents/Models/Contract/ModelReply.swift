public import Core

/// What a model answered.
public struct ModelReply: Sendable, Equatable {
    /// What it said, in order.
    public var parts: [ModelPart]
    /// Why it stopped.
    public var stop: ModelStop
    /// What it cost in tokens.
    public var usage: ModelUsage
    /// The model as the provider names it.
    public var model: String

    /// An answer.
    public init(parts: [ModelPart], stop: ModelStop, usage: ModelUsage, model: String) {
        self.parts = parts
        self.stop = stop
        self.usage = usage
        self.model = model
    }

    /// Its words.
    public var text: String {
        parts.reduce(into: "") { text, part in
            if case .text(let piece) = part { text += piece }
        }
    }

    /// The tools it asks for.
    public var calls: [ModelToolCall] {
        parts.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    /// The wire form of the journal: `{"parts","stop","usage","model"}`.
    public var json: JSON {
        [
            "parts": .array(parts.map(\.json)), "stop": .string(stop.text), "usage": usage.json,
            "model": .string(model),
        ]
    }

    /// Reads the wire form of the journal.
    ///
    /// - Throws: a fault of code `invalid-reply`.
    public init(journaled json: JSON) throws(GeneralFault) {
        guard let parts = json["parts"]?.array, let stop = json["stop"]?.string,
            let model = json["model"]?.string
        else {
            throw GeneralFault(.internal, code: "invalid-reply", "this is no model's answer")
        }
        self.parts = parts.compactMap { ModelPart($0) }
        self.stop = ModelStop(stop)
        usage = ModelUsage(json["usage"] ?? [:])
        self.model = model
    }
}

/// Why a model stopped.
public enum ModelStop: Sendable, Equatable {
    /// It has said all.
    case end
    /// It waits for tools.
    case toolCalls
    /// It may write no more.
    case length
    /// It, or what watches over it, will not answer.
    case refusal
    /// For a reason of the provider's own.
    case other(String)

    /// The wire form.
    public var text: String {
        switch self {
        case .end: "end"
        case .toolCalls: "tool-calls"
        case .length: "length"
        case .refusal: "refusal"
        case .other(let reason): reason
        }
    }

    /// Reads the wire form.
    public init(_ text: String) {
        self =
            switch text {
            case "end": .end
            case "tool-calls": .toolCalls
            case "length": .length
            case "refusal": .refusal
            default: .other(text)
            }
    }
}

/// What an answer cost, in tokens as the provider counts them.
public struct ModelUsage: Sendable, Equatable {
    /// Read, without those below.
    public var input: Int
    /// Written.
    public var output: Int
    /// Read from the provider's cache.
    public var cacheRead: Int
    /// Put into the provider's cache.
    public var cacheWrite: Int

    /// Tokens.
    public init(input: Int = 0, output: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
    }

    /// All of them.
    public var total: Int { input + output + cacheRead + cacheWrite }

    /// Both together.
    public static func + (left: ModelUsage, right: ModelUsage) -> ModelUsage {
        ModelUsage(
            input: left.input + right.input,
            output: left.output + right.output,
            cacheRead: left.cacheRead + right.cacheRead,
            cacheWrite: left.cacheWrite + right.cacheWrite
        )
    }

    /// `{"input","output","cacheRead","cacheWrite"}`.
    public var json: JSON {
        [
            "input": .int(input), "output": .int(output), "cacheRead": .int(cacheRead),
            "cacheWrite": .int(cacheWrite),
        ]
    }

    /// Reads ``json``; what is missing is none.
    public init(_ json: JSON) {
        self.init(
            input: json["input"]?.int ?? 0,
            output: json["output"]?.int ?? 0,
            cacheRead: json["cacheRead"]?.int ?? 0,
            cacheWrite: json["cacheWrite"]?.int ?? 0
        )
    }
}
