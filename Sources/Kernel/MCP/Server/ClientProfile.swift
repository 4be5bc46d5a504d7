public import Core

/// Something that a client can do for a server.
public enum ClientCapability: String, Sendable, CaseIterable {
    /// Ask its user.
    case elicitation
    /// Ask its model.
    case sampling
    /// Tell its folders.
    case roots
}

/// What a client says of itself.
public struct ClientProfile: Sendable {
    /// The revision it speaks.
    public var revision: ProtocolRevision
    /// Its program's name; nil when it does not say.
    public var name: String?
    /// Its program's version; nil when it does not say.
    public var version: String?
    /// What it can do; always an object.
    public var capabilities: JSON

    /// A client.
    public init(
        revision: ProtocolRevision,
        name: String? = nil,
        version: String? = nil,
        capabilities: JSON = [:]
    ) {
        self.revision = revision
        self.name = name
        self.version = version
        self.capabilities = capabilities
    }

    init(_ revision: ProtocolRevision, info: JSON?, capabilities: JSON) {
        self.init(
            revision: revision,
            name: (info?["name"]?.string).map { String($0.prefix(200)) },
            version: (info?["version"]?.string).map { String($0.prefix(100)) },
            capabilities: capabilities
        )
    }

    /// Whether the client can do that.
    public func can(_ capability: ClientCapability) -> Bool {
        capabilities[capability.rawValue]?.object != nil
    }
}
