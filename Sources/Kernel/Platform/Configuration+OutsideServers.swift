import Core

extension Configuration {
    /// What of MCP can be configured: of the outside servers, and of Weft's own.
    static let outsideServers: [ConfigurationKey] = [
        .init(
            "mcp.issuer",
            .text,
            nil,
            "The authorization server of the gateway before /mcp, which AI clients are told of."
        ),
        .init(
            "mcp-servers.programs",
            .flag,
            false,
            "Whether organisations may register MCP servers that are programs: this machine runs them."
        ),
        .init(
            "mcp-servers.private-targets",
            .flag,
            false,
            "Whether outside MCP servers, and who authorises there, may use http and private addresses."
        ),
        .init(
            "mcp-servers.check",
            .integer(0...86_400),
            60,
            unit: "seconds",
            "After how long a server is asked again, at a call, whether its tools are the admitted ones."
        ),
        .init(
            "mcp-servers.idle",
            .integer(1...86_400),
            300,
            unit: "seconds",
            "How long a connection or a program that nobody uses is kept."
        ),
        .init(
            "mcp-servers.connections",
            .integer(1...1_000),
            64,
            "How many outside servers may be connected at once."
        ),
    ]
}
