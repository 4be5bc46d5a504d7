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
