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
