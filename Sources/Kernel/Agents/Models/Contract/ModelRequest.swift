public import Core

/// One turn that is asked of a language model, in words that every provider's protocol can be said in.
public struct ModelRequest: Sendable {
    /// What the model is told before anything else: who it is, what it is for, what it must keep to.
    public var system: String
    /// What was said until now, oldest first; begins with the user's.
    public var messages: [ModelMessage]
    /// The tools that it may call.
    public var tools: [ModelTool]
    /// Whether it must call one.
    public var toolChoice: ModelToolChoice
    /// The JSON Schema that its answer must satisfy; nil lets it answer in words.
    public var answerSchema: JSON?
    /// How many tokens it may write at most.
    public var maximumTokens: Int
    /// How freely it chooses its words, 0…1; nil leaves it to the provider.
    public var temperature: Double?
    /// How long one attempt may take, from sending to the last byte.
    public var timeout: Duration

    /// A turn.
    public init(
        system: String,
        messages: [ModelMessage],
        tools: [ModelTool] = [],
        toolChoice: ModelToolChoice = .auto,
        answerSchema: JSON? = nil,
        maximumTokens: Int = 4096,
        temperature: Double? = nil,
        timeout: Duration = .seconds(60)
    ) {
        self.system = system
        self.messages = messages
        self.tools = tools
        self.toolChoice = toolChoice
        self.answerSchema = answerSchema
        self.maximumTokens = maximumTokens
        self.temperature = temperature
        self.timeout = timeout
    }

    /// What the answer depends on, for hashes: everything but the timeout.
    public var json: JSON {
        [
            "system": .string(system), "messages": .array(messages.map(\.json)),
            "tools": .array(tools.map(\.json)), "toolChoice": .string(toolChoice.text),
            "answerSchema": answerSchema ?? .null, "maximumTokens": .int(maximumTokens),
            "temperature": temperature.map { .double($0) } ?? .null,
        ]
    }
}

/// A tool as a model is told of it.
public struct ModelTool: Sendable {
    /// Its name as the model says it: letters, digits, `_` and `-`, at most 64.
    public var name: String
    /// What it does.
    public var purpose: String
    /// The JSON Schema of what it takes; always of an object.
    public var input: JSON

    /// A tool.
    public init(name: String, purpose: String, input: JSON) {
        self.name = name
        self.purpose = purpose
        self.input = input
    }

    /// `{"name","purpose","input"}`.
    public var json: JSON {
        ["name": .string(name), "purpose": .string(purpose), "input": input]
    }
}

/// Whether a model must call a tool.
public enum ModelToolChoice: Sendable, Equatable {
    /// As it likes.
    case auto
    /// At least one.
    case any
    /// This one.
    case tool(String)
    /// None.
    case none

    /// `auto`, `any`, `none`, or `tool:` and its name.
    public var text: String {
        switch self {
        case .auto: "auto"
        case .any: "any"
        case .tool(let name): "tool:\(name)"
        case .none: "none"
        }
    }
}
