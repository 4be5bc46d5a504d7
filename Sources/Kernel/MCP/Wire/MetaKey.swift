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
