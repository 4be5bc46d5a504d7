import Core

/// A prompt as clients see it in lists.
public struct ServedPrompt: Sendable {
    /// What is filled in.
    public struct Argument: Sendable {
        /// Its name.
        public var name: String
        /// What belongs there.
        public var purpose: String
        /// Whether it must be there.
        public var isRequired: Bool

        /// An argument.
        public init(_ name: String, _ purpose: String, isRequired: Bool = false) {
            self.name = name
            self.purpose = purpose
            self.isRequired = isRequired
        }
    }

    /// Unique.
    public var name: String
    /// The name as people read it.
    public var title: String?
    /// What it is for.
    public var purpose: String
    /// What is filled in.
    public var arguments: [Argument]

    /// A prompt.
    public init(
        name: String,
        title: String? = nil,
        purpose: String,
        arguments: [Argument] = []
    ) {
        self.name = name
        self.title = title
        self.purpose = purpose
        self.arguments = arguments
    }

    var json: JSON {
        var object: JSONObject = ["name": .string(name)]
        if let title { object["title"] = .string(title) }
        object["description"] = .string(purpose)
        if !arguments.isEmpty {
            object["arguments"] = .array(
                arguments.map {
                    [
                        "name": .string($0.name), "description": .string($0.purpose),
                        "required": .bool($0.isRequired),
                    ]
                }
            )
        }
        return .object(object)
    }
}
