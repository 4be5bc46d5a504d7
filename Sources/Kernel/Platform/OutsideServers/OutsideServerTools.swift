public import Agents
import Core
import HTTP
import Identity
public import MCP
import Store

/// The commands and queries about outside MCP servers: which there are, what they offer, what of it may be
/// used, and by which agents.
public struct OutsideServerTools: Sendable {
    let toolbox: OutsideToolbox
    let servers: OutsideServers
    let kernel: Kernel
    let agents: [Agent]

    /// The tools over a kernel; `agents` are those that tools can be given to.
    public init(
        toolbox: OutsideToolbox,
        servers: OutsideServers,
        kernel: Kernel,
        agents: [Agent]
    ) {
        self.toolbox = toolbox
        self.servers = servers
        self.kernel = kernel
        self.agents = agents
    }

    static let admins: Set<Role> = [.admin]

    /// The routes that map to the tools.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/mcp-servers", tool: "outside.list-servers"),
        ToolRoute(
            .post,
            "/api/mcp-servers",
            tool: "outside.add-server",
            status: .created,
            location: "/api/mcp-servers/"
        ),
        ToolRoute(.get, "/api/mcp-servers/{id}", tool: "outside.get-server"),
        ToolRoute(
            .patch,
            "/api/mcp-servers/{id}",
            tool: "outside.change-server",
            isVersioned: true
        ),
        ToolRoute(.delete, "/api/mcp-servers/{id}", tool: "outside.remove-server"),
        ToolRoute(.post, "/api/mcp-servers/{id}/refresh", tool: "outside.refresh-server"),
        ToolRoute(.get, "/api/mcp-servers/{id}/tools", tool: "outside.list-tools"),
        ToolRoute(.post, "/api/mcp-servers/{id}/admit", tool: "outside.admit-tool"),
        ToolRoute(.post, "/api/mcp-servers/{id}/withdraw", tool: "outside.withdraw-tool"),
        ToolRoute(.post, "/api/mcp-servers/{id}/call", tool: "outside.call-tool"),
        ToolRoute(
            .post,
            "/api/mcp-servers/{id}/authorisation",
            tool: "outside.begin-authorisation"
        ),
        ToolRoute(
            .delete,
            "/api/mcp-servers/{id}/authorisation",
            tool: "outside.end-authorisation"
        ),
        ToolRoute(.post, "/api/mcp-authorisation", tool: "outside.finish-authorisation"),
        ToolRoute(.get, "/api/mcp-grants", tool: "outside.list-grants"),
        ToolRoute(.post, "/api/mcp-grants", tool: "outside.grant-tool", status: .created),
        ToolRoute(.post, "/api/mcp-grants/revoke", tool: "outside.revoke-tool"),
    ]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [listServers(), getServer(), addServer(), changeServer(), removeServer()]
            + [refreshServer(), listTools(), admitTool(), withdrawTool(), callTool()]
            + [beginAuthorisation(), endAuthorisation(), finishAuthorisation()]
            + [listGrants(), grantTool(), revokeTool()]
    }

    // MARK: Shapes

    static let onlyID = Shape.record(nil, [("id", Shape.id)])
    static let toolName: JSON = ["type": "string", "minLength": 1, "maxLength": 128]
    static func text(_ most: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(most)]
    }

    private static let texts = Shape.list(of: Shape.text)

    static let server = Shape.record(
        "MCP server",
        [
            ("id", Shape.id), ("name", Shape.text), ("transport", Shape.choice(["http", "stdio"])),
            ("url", Shape.nullable(Shape.text)), ("command", texts), ("enabled", Shape.flag),
            ("questions", Shape.choice(["decline", "defaults"])),
            ("revision", Shape.nullable(Shape.text)), ("timeoutSeconds", Shape.count),
            ("scopes", texts),
            (
                "headers",
                Shape.described(texts, "Names of header fields; their values are secrets.")
            ),
            (
                "environment",
                Shape.described(texts, "Names of variables; their values are secrets.")
            ),
            ("clientId", Shape.nullable(Shape.text)),
            ("authorised", Shape.described(Shape.flag, "Whether a person authorised Weft there.")),
            ("status", Shape.choice(OutsideServer.Status.allCases.map(\.rawValue))),
            ("message", Shape.nullable(Shape.text)),
            ("server", Shape.nullable(Shape.object)), ("checkedAt", Shape.nullable(Shape.time)),
            ("createdAt", Shape.time), ("version", Shape.count),
        ]
    )

    private static let secretTexts: JSON = [
        "type": "object", "additionalProperties": ["type": "string", "maxLength": 8_000],
    ]

    /// The members that can be given and changed.
    private static let changeable: [(String, JSON)] = [
        ("url", text(2_000)),
        (
            "command",
            [
                "type": "array", "minItems": 1, "maxItems": 100,
                "items": ["type": "string", "maxLength": 4_000],
            ]
        ),
        ("enabled", Shape.flag),
        (
            "questions",
            Shape.described(
                Shape.choice(["decline", "defaults"]),
                "What is done with the server's questions to people: declined by default, or answered "
                    + "with the defaults in their forms."
            )
        ),
        (
            "revision",
            Shape.described(
                ["enum": .array(ProtocolRevision.names.map { .string($0) } + [.null])],
                "The only revision to speak; null for the newest that both know."
            )
        ),
        ("timeoutSeconds", ["type": "integer", "minimum": 1, "maximum": 600]),
        ("scopes", ["type": "array", "maxItems": 50, "items": text(200)]),
        (
            "headers",
            Shape.described(secretTexts, "Header fields of every request, for instance a key.")
        ),
        ("environment", Shape.described(secretTexts, "Variables of the program.")),
        (
            "client",
            Shape.described(
                Shape.nullable(
                    Shape.record(
                        nil,
                        [("id", text(2_000)), ("secret", text(2_000)), ("issuer", text(2_000))],
                        optional: ["secret", "issuer"]
                    )
                ),
                "What was registered by hand at the server's authorization server."
            )
        ),
    ]

    static func id(_ input: JSONReader) throws(GeneralFault) -> ID<OutsideServer> {
        try input.member("id").id()
    }

    // MARK: Servers

    private func listServers() throws -> Tool {
        try Tool(
            name: "outside.list-servers",
            purpose: "Lists the organisation's outside MCP servers by name, without their secrets.",
            input: Shape.record(nil, []),
            output: Shape.record(nil, [("items", Shape.list(of: Self.server))]),
            roles: Self.admins,
            body: .read { [servers] _, invocation, reader in
                let found = try servers.list(scope: invocation.scope, in: reader)
                return ["items": .array(found.map(\.json))]
            }
        )
    }

    private func getServer() throws -> Tool {
        try Tool(
            name: "outside.get-server",
            purpose: "Shows an outside MCP server, without its secrets.",
            input: Self.onlyID,
            output: Self.server,
            roles: Self.admins,
            body: .read { [servers] input, invocation, reader in
                try servers.server(Self.id(input), scope: invocation.scope, in: reader).json
            }
        )
    }

    private func addServer() throws -> Tool {
        try Tool(
            name: "outside.add-server",
            purpose: """
                Registers an MCP server of others: at an address (http), or a program that this machine \
                runs (stdio), where the operator allows that. None of its tools can be used before it is \
                admitted.
                """,
            input: Shape.record(
                nil,
                [
                    (
                        "name",
                        Shape.described(
                            Self.text(40),
                            "Lower-case letters, digits and hyphens; part of its tools' names."
                        )
                    ),
                    ("transport", Shape.choice(["http", "stdio"])),
                ] + Self.changeable,
                optional: Set(Self.changeable.map(\.0))
            ),
            output: Self.server,
            roles: Self.admins,
            body: .write { [servers] input, invocation in
                { try servers.add(input, scope: invocation.scope, in: $0).json }
            }
        )
    }

    private func changeServer() throws -> Tool {
        try Tool(
            name: "outside.change-server",
            purpose: """
                Changes an outside MCP server; secrets that are not named stay. Another address or program \
                suspends all its tools and forgets its authorization; another origin or program needs all \
                secrets anew.
                """,
            input: Shape.record(
                nil,
                [("id", Shape.id)] + Self.changeable,
                optional: Set(Self.changeable.map(\.0))
            ),
            output: Self.server,
            roles: Self.admins,
            body: .write { [servers, toolbox] input, invocation in
                let id = try Self.id(input)
                return { transaction in
                    let server = try servers.change(
                        id,
                        input,
                        expected: invocation.expected,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try toolbox.renew(server.organisation, in: transaction)
                    transaction.afterCommit { toolbox.retire(id) }
                    return server.json
                }
            }
        )
    }

    private func removeServer() throws -> Tool {
        try Tool(
            name: "outside.remove-server",
            purpose:
                "Removes an outside MCP server with its tools, tokens and what agents were given.",
            input: Self.onlyID,
            output: Shape.nothing,
            roles: Self.admins,
            body: .write { [servers, toolbox] input, invocation in
                let id = try Self.id(input)
                return { transaction in
                    try servers.remove(id, scope: invocation.scope, in: transaction)
                    try toolbox.renew(invocation.scope.organisation, in: transaction)
                    transaction.afterCommit { toolbox.retire(id) }
                    return .null
                }
            }
        )
    }
}
