/// The names of methods, by what they do.
public enum MethodName {
    /// Begins a session, until 2025-11-25.
    public static let initialize = "initialize"
    /// Asks whether the other side is there, until 2025-11-25.
    public static let ping = "ping"
    /// Says what a server is and can do, since 2026-07-28.
    public static let discover = "server/discover"
    /// Opens a stream of changes, since 2026-07-28.
    public static let listen = "subscriptions/listen"
    /// A page of tools.
    public static let listTools = "tools/list"
    /// Calls a tool.
    public static let callTool = "tools/call"
    /// A page of resources.
    public static let listResources = "resources/list"
    /// A page of templates of resources.
    public static let listTemplates = "resources/templates/list"
    /// A resource's contents.
    public static let readResource = "resources/read"
    /// Asks to be told of a resource's changes, until 2025-11-25.
    public static let subscribe = "resources/subscribe"
    /// Ends that, until 2025-11-25.
    public static let unsubscribe = "resources/unsubscribe"
    /// A page of prompts.
    public static let listPrompts = "prompts/list"
    /// A prompt with its arguments filled in.
    public static let getPrompt = "prompts/get"
    /// Values that an argument may have.
    public static let complete = "completion/complete"
    /// From which level on the client wants log messages, until 2025-11-25.
    public static let setLogLevel = "logging/setLevel"
    /// Asks the client's user for something.
    public static let elicit = "elicitation/create"
    /// Asks the client's model for something.
    public static let sample = "sampling/createMessage"
    /// Asks the client for its folders.
    public static let listRoots = "roots/list"
}

/// The names of notifications.
public enum NotificationName {
    /// The client has taken the answer to `initialize`.
    public static let initialized = "notifications/initialized"
    /// A request is no longer wanted.
    public static let cancelled = "notifications/cancelled"
    /// How far a request has come.
    public static let progress = "notifications/progress"
    /// A line of the log.
    public static let message = "notifications/message"
    /// The list of tools is another.
    public static let toolsChanged = "notifications/tools/list_changed"
    /// The list of resources is another.
    public static let resourcesChanged = "notifications/resources/list_changed"
    /// The list of prompts is another.
    public static let promptsChanged = "notifications/prompts/list_changed"
    /// A resource has changed.
    public static let resourceUpdated = "notifications/resources/updated"
    /// What a stream of changes will hold, since 2026-07-28.
    public static let acknowledged = "notifications/subscriptions/acknowledged"
    /// The client's folders are others, until 2025-11-25.
    public static let rootsChanged = "notifications/roots/list_changed"
}

/// Keys of `_meta`.
public enum MetaKey {
    /// The revision of a request, since 2026-07-28.
    public static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    /// What the client can do, since 2026-07-28.
    public static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    /// Which program the client is, since 2026-07-28.
    public static let clientInfo = "io.modelcontextprotocol/clientInfo"
    /// Which program the server is, since 2026-07-28.
    public static let serverInfo = "io.modelcontextprotocol/serverInfo"
    /// From which level on a request's log messages are wanted, since 2026-07-28.
    public static let logLevel = "io.modelcontextprotocol/logLevel"
    /// The id of the `subscriptions/listen` that a message belongs to, since 2026-07-28.
    public static let subscription = "io.modelcontextprotocol/subscriptionId"
    /// What progress notifications of a request are to carry.
    public static let progressToken = "progressToken"
    /// The caller's place in a trace (W3C Trace Context).
    public static let traceparent = "traceparent"
}

/// Header fields of streamable HTTP.
public enum HeaderName {
    /// The revision of a request.
    public static let protocolVersion = "MCP-Protocol-Version"
    /// The session, until 2025-11-25.
    public static let session = "Mcp-Session-Id"
    /// The request's method, since 2026-07-28.
    public static let method = "Mcp-Method"
    /// The tool, prompt or resource that the request is about, since 2026-07-28.
    public static let name = "Mcp-Name"
    /// What an argument's header field begins with, since 2026-07-28.
    public static let argumentPrefix = "Mcp-Param-"
    /// The last event that a client has seen of a stream, until 2025-11-25.
    public static let lastEvent = "Last-Event-ID"
}
