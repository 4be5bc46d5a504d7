public import Core

/// What a server said about itself.
public struct ServerDescription: Sendable, Hashable {
    /// What is spoken with it.
    public var revision: ProtocolRevision
    /// Its name and version, as it tells them.
    public var info: JSON
    /// What it can do.
    public var capabilities: JSON
    /// What it wants models to know: text by strangers.
    public var instructions: String?
}
