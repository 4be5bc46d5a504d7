import Core

/// How an engine works.
public struct EngineConfiguration: Sendable {
    /// How many steps may be under way at once; default 256.
    public var concurrency = 256
    /// How many executions are kept in memory; default 20,000, and others wait in the store.
    public var capacity = 20_000
    /// An execution that waits for longer than this, and for no task, is put away; default 10 s.
    public var patience: Duration = .seconds(10)
    /// How long executions stay with a worker that is not heard of any more; default 20 s.
    public var lease: Duration = .seconds(20)
    /// How often a worker looks for executions that others have left or moved on; default 0.5 s.
    public var poll: Duration = .milliseconds(500)
    /// Whether no other process works on the store; nil, the default, for what the store's driver says:
    /// one process on SQLite, any number on others.
    public var isAlone: Bool?
    /// The worker's name in lists; default `weft`.
    public var name = "weft"

    /// The defaults.
    public init() {}
}
