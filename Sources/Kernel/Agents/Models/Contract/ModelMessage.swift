public import Core

/// What one side said in a conversation with a model.
public struct ModelMessage: Sendable, Equatable {
    /// The sides.
    public enum Role: String, Sendable {
        /// Weft: the case, and the answers of tools.
        case user
        /// The model.
        case assistant
    }

    /// Who said it.
    public var role: Role
    /// What was said.
    public var parts: [ModelPart]

    /// A message.
    public init(_ role: Role, _ parts: [ModelPart]) {
        self.role = role
        self.parts = parts
    }

    /// The wire form of the journal: `{"role","parts":[…]}`.
    public var json: JSON {
        ["role": .string(role.rawValue), "parts": .array(parts.map(\.json))]
    }
}

/// A piece of a message.
public enum ModelPart: Sendable, Equatable {
    /// Words.
    case text(String)
    /// The model asks for a tool.
    case call(ModelToolCall)
    /// A tool has answered.
    case result(ModelToolResult)
    /// What only the provider understands and must be given back as it came, such as signed thoughts.
    case opaque(provider: String, JSON)

    /// The wire form of the journal, by `type`: `text`, `call`, `result` or `opaque`.
    public var json: JSON {
        switch self {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .call(let call):
            [
                "type": "call", "id": .string(call.id), "name": .string(call.name),
                "input": call.input,
            ]
        case .result(let result):
            [
                "type": "result", "id": .string(result.id), "content": result.content,
                "isError": .bool(result.isError),
            ]
        case .opaque(let provider, let value):
            ["type": "opaque", "provider": .string(provider), "value": value]
        }
    }

    /// Reads the wire form of the journal; nil when it is none.
    public init?(_ json: JSON) {
        switch json["type"]?.string {
        case "text":
            guard let text = json["text"]?.string else { return nil }
            self = .text(text)
        case "call":
            guard let id = json["id"]?.string, let name = json["name"]?.string,
                let input = json["input"]
            else { return nil }
            self = .call(ModelToolCall(id: id, name: name, input: input))
        case "result":
            guard let id = json["id"]?.string, let content = json["content"] else { return nil }
            self = .result(
                ModelToolResult(id: id, content: content, isError: json["isError"] == .bool(true))
            )
        case "opaque":
            guard let provider = json["provider"]?.string, let value = json["value"] else {
                return nil
            }
            self = .opaque(provider: provider, value)
        default: return nil
        }
    }
}

/// A model asks for a tool.
public struct ModelToolCall: Sendable, Equatable {
    /// Joins the result to the call; unique within the conversation.
    public var id: String
    /// The tool's name as the model was told it.
    public var name: String
    /// What the tool is to take; what the model wrote, a string when it was no JSON.
    public var input: JSON

    /// A call.
    public init(id: String, name: String, input: JSON) {
        self.id = id
        self.name = name
        self.input = input
    }
}

/// What came of a tool that a model asked for.
public struct ModelToolResult: Sendable, Equatable {
    /// The call's.
    public var id: String
    /// The tool's answer, or why there is none.
    public var content: JSON
    /// Whether the call failed.
    public var isError: Bool

    /// A result.
    public init(id: String, content: JSON, isError: Bool = false) {
        self.id = id
        self.content = content
        self.isError = isError
    }
}
