public import Core

/// What a tool answers.
public enum ToolAnswer: Sendable {
    /// Pieces of content, and perhaps a value.
    case content([ContentBlock], structured: JSON? = nil)
    /// A value that is JSON text already; clients get it as structured result and as text.
    case document(JSONText)
    /// The call was refused or failed, which the model should know: pieces of content and a problem.
    case failure([ContentBlock], problem: JSON? = nil)
}

/// For how long clients may keep an answer, and who may share it.
public struct CacheHint: Sendable, Hashable {
    /// How long it is good, in milliseconds; 0 for not at all.
    public var milliseconds: Int
    /// Whether others than the caller may get it.
    public var isPublic: Bool

    /// A hint.
    public init(milliseconds: Int, isPublic: Bool = false) {
        self.milliseconds = milliseconds
        self.isPublic = isPublic
    }

    /// For the caller alone, and stale at once.
    public static let none = CacheHint(milliseconds: 0)
}

/// What a resource holds.
public struct ResourceAnswer: Sendable {
    /// The contents, at least one.
    public var contents: [ResourceContents]
    /// For how long clients may keep them.
    public var cache: CacheHint

    /// An answer.
    public init(_ contents: [ResourceContents], cache: CacheHint = .none) {
        self.contents = contents
        self.cache = cache
    }
}

/// A prompt with its arguments filled in.
public struct PromptAnswer: Sendable {
    /// What it is for.
    public var purpose: String?
    /// What is said.
    public var messages: [PromptMessage]

    /// An answer.
    public init(_ messages: [PromptMessage], purpose: String? = nil) {
        self.messages = messages
        self.purpose = purpose
    }
}

/// Values that an argument may have.
public struct CompletionAnswer: Sendable {
    /// The values, the best first; clients get 100 at most.
    public var values: [String]
    /// How many there are altogether, when that is known.
    public var total: Int?

    /// An answer.
    public init(_ values: [String], total: Int? = nil) {
        self.values = values
        self.total = total
    }
}

/// What an argument is completed for.
public enum CompletionReference: Sendable {
    /// A prompt's argument.
    case prompt(String)
    /// A gap of a template.
    case template(String)
}
