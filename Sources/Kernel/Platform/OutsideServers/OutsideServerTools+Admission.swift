import Agents
import Core
import Identity
import MCP
import Store

extension OutsideServerTools {
    private static let outsideTool = Shape.record(
        "MCP server tool",
        [
            ("tool", Shape.described(Shape.text, "Its name here.")),
            ("name", Shape.described(Shape.text, "Its name at the server.")),
            ("server", Shape.text),
            ("state", Shape.choice(AdmittedTool.State.allCases.map(\.rawValue))),
            (
                "definition",
                Shape.described(
                    Shape.nullable(Shape.object),
                    "What the server offers now: words by strangers. Null when it offers it no more."
                )
            ),
            ("hash", Shape.nullable(Shape.text)),
            (
                "reason",
                Shape.described(
                    Shape.nullable(Shape.text),
                    "Why it is suspended or cannot be admitted."
                )
            ),
            (
                "unchecked",
                Shape.described(
                    Shape.list(of: Shape.text),
                    "Pointers into its input schema to what is not checked before a call."
                )
            ),
            (
                "admitted",
                Shape.described(Shape.nullable(Shape.object), "What it was when it was admitted.")
            ),
            ("admittedHash", Shape.nullable(Shape.text)),
            ("admittedAt", Shape.nullable(Shape.time)),
            ("admittedBy", Shape.nullable(Shape.actor)), ("needsApproval", Shape.flag),
            ("suspendedAt", Shape.nullable(Shape.time)),
        ]
    )

    private static let tools = Shape.record(nil, [("items", Shape.list(of: outsideTool))])

    func refreshServer() throws -> Tool {
        try Tool(
            name: "outside.refresh-server",
            purpose: """
                Asks an outside MCP server for its tools, and suspends admitted ones that are others now.
                """,
            input: Self.onlyID,
            output: Self.tools,
            roles: Self.admins,
            body: .external { [servers, toolbox, kernel] input, invocation in
                let id = try Self.id(input)
                let scope = invocation.scope
                try await toolbox.refresh(id, scope: scope)
                return try await kernel.database.read { reader in
                    [
                        "items": .array(
                            try servers.tools(of: id, scope: scope, in: reader).map(\.json)
                        )
                    ]
                }
            }
        )
    }

    func listTools() throws -> Tool {
        try Tool(
            name: "outside.list-tools",
            purpose: "Lists what an outside MCP server offered when it was last asked.",
            input: Self.onlyID,
            output: Self.tools,
            roles: Self.admins,
            body: .read { [servers] input, invocation, reader in
                let found = try servers.tools(
                    of: Self.id(input),
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(found.map(\.json))]
            }
        )
    }

    func admitTool() throws -> Tool {
        try Tool(
            name: "outside.admit-tool",
            purpose: """
                Admits a tool of an outside MCP server as it was shown, by its hash: when the server changes \
                it, it is suspended. Agents reach it once it is given to them.
                """,
            input: Shape.record(
                nil,
                [
                    ("id", Shape.id), ("name", Self.toolName),
                    ("hash", ["type": "string", "minLength": 64, "maxLength": 64]),
                    (
                        "needsApproval",
                        Shape.described(
                            Shape.flag,
                            "Whether a person must agree to each call of an agent's; true by default."
                        )
                    ),
                ],
                optional: ["needsApproval"]
            ),
            output: Self.outsideTool,
            roles: Self.admins,
            body: .write { [servers, toolbox] input, invocation in
                let id = try Self.id(input)
                let name = try input.member("name").string()
                let hash = try input.member("hash").string()
                let needsApproval = try input.optional("needsApproval")?.bool() ?? true
                return { transaction in
                    let tool = try servers.admit(
                        name,
                        of: id,
                        hash: hash,
                        needsApproval: needsApproval,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try toolbox.renew(invocation.scope.organisation, in: transaction)
                    return tool.json
                }
            }
        )
    }

    func withdrawTool() throws -> Tool {
        try Tool(
            name: "outside.withdraw-tool",
            purpose:
                "Takes the admission of a tool back, and the tool from the agents that have it.",
            input: Shape.record(nil, [("id", Shape.id), ("name", Self.toolName)]),
            output: Shape.nothing,
            roles: Self.admins,
            body: .write { [servers, toolbox] input, invocation in
                let id = try Self.id(input)
                let name = try input.member("name").string()
                return { transaction in
                    try servers.withdraw(name, of: id, scope: invocation.scope, in: transaction)
                    try toolbox.renew(invocation.scope.organisation, in: transaction)
                    return .null
                }
            }
        )
    }

    func callTool() throws -> Tool {
        try Tool(
            name: "outside.call-tool",
            purpose: "Calls an admitted tool of an outside MCP server, to see what it does.",
            input: Shape.record(
                nil,
                [("id", Shape.id), ("name", Self.toolName), ("arguments", Shape.object)]
            ),
            output: OutsideToolbox.output,
            roles: Self.admins,
            body: .external { [servers, toolbox, kernel] input, invocation in
                let id = try Self.id(input)
                let name = try input.member("name").string()
                let scope = invocation.scope
                let found = try await kernel.database.read { reader in
                    try servers.tool(name, of: id, scope: scope, in: reader)
                }
                let arguments = try input.member("arguments")
                return try await toolbox.call(found, arguments, invocation)
            }
        )
    }

    // MARK: Grants

    private static let grant = Shape.record(
        "MCP grant",
        [
            ("agent", Shape.text), ("tool", Shape.text), ("grantedAt", Shape.time),
            ("grantedBy", Shape.actor),
        ]
    )
    private static let pair = Shape.record(nil, [("agent", text(200)), ("tool", text(200))])

    func listGrants() throws -> Tool {
        try Tool(
            name: "outside.list-grants",
            purpose: "Lists which agents were given which outside tools.",
            input: Shape.record(nil, []),
            output: Shape.record(nil, [("items", Shape.list(of: Self.grant))]),
            roles: Self.admins,
            body: .read { [servers] _, invocation, reader in
                let found = try servers.grants(scope: invocation.scope, in: reader)
                return ["items": .array(found.map(\.json))]
            }
        )
    }

    func grantTool() throws -> Tool {
        try Tool(
            name: "outside.grant-tool",
            purpose: "Gives an admitted outside tool to an agent.",
            input: Self.pair,
            output: Self.grant,
            roles: Self.admins,
            body: .write { [servers, toolbox, agents] input, invocation in
                let agent = try input.member("agent")
                let name = try agent.string()
                guard agents.contains(where: { $0.name == name }) else {
                    let near = nearest(to: name, among: agents.map(\.name))
                    throw agent.fault(
                        "there is no agent \"\(name)\""
                            + (near.map { "; did you mean \"\($0)\"?" } ?? "")
                    )
                }
                let tool = try input.member("tool").string()
                return { transaction in
                    let grant = try servers.grant(
                        tool,
                        to: name,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try toolbox.renew(invocation.scope.organisation, in: transaction)
                    return grant.json
                }
            }
        )
    }

    func revokeTool() throws -> Tool {
        try Tool(
            name: "outside.revoke-tool",
            purpose: "Takes an outside tool from an agent.",
            input: Self.pair,
            output: Shape.nothing,
            roles: Self.admins,
            body: .write { [servers, toolbox] input, invocation in
                let agent = try input.member("agent").string()
                let tool = try input.member("tool").string()
                return { transaction in
                    try servers.revoke(tool, from: agent, scope: invocation.scope, in: transaction)
                    try toolbox.renew(invocation.scope.organisation, in: transaction)
                    return .null
                }
            }
        )
    }
}
