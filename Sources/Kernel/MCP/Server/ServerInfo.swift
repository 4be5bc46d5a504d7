public import Core

/// Which program a server is, and what it says of itself to models.
public struct ServerInfo: Sendable {
    /// The program's name.
    public var name: String
    /// The name as people read it.
    public var title: String
    /// The program's version.
    public var version: String
    /// What the server is for and how to use it, for models.
    public var instructions: String?

    /// A description.
    public init(name: String, title: String, version: String, instructions: String? = nil) {
        self.name = name
        self.title = title
        self.version = version
        self.instructions = instructions
    }

    /// As it stands in messages.
    public var json: JSON {
        ["name": .string(name), "title": .string(title), "version": .string(version)]
    }
}
