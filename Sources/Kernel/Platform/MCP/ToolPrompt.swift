import Core

/// A prompt for AI clients: what to do, with the documents that are needed for it.
///
/// It is offered to whoever may read all of its documents.
public struct ToolPrompt: Sendable {
    /// Something that is filled in.
    public struct Argument: Sendable {
        /// Its name.
        public var name: String
        /// What belongs there.
        public var purpose: String
        /// Whether it must be there.
        public var isRequired: Bool
        /// What may be filled in; nil when that is not known.
        public var choices: ToolChoices?

        /// An argument.
        public init(
            _ name: String,
            _ purpose: String,
            isRequired: Bool = true,
            choices: ToolChoices? = nil
        ) {
            self.name = name
            self.purpose = purpose
            self.isRequired = isRequired
            self.choices = choices
        }
    }

    /// A name in kebab case.
    public var name: String
    /// The name as people read it.
    public var title: String
    /// What it is for.
    public var purpose: String
    /// What is filled in.
    public var arguments: [Argument]
    /// The addresses of documents that go with it; gaps are filled with the arguments of their names.
    public var documents: [String]
    /// What is asked of the model; `{name}` stands for an argument.
    public var text: String

    /// A prompt.
    public init(
        name: String,
        title: String,
        purpose: String,
        arguments: [Argument] = [],
        documents: [String],
        text: String
    ) {
        self.name = name
        self.title = title
        self.purpose = purpose
        self.arguments = arguments
        self.documents = documents
        self.text = text
    }

    /// `text` with the arguments in their places.
    static func filled(_ text: String, _ arguments: [String: String]) -> String {
        var filled = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"),
            let close = rest[open...].firstIndex(of: "}")
        {
            let name = String(rest[rest.index(after: open)..<close])
            filled += rest[..<open]
            filled += arguments[name] ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }
}
