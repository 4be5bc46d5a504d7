public import Core
import Identity
public import Store

/// An outside tool that an agent was given.
public struct ToolGrant: Sendable {
    /// The agent.
    public var agent: String
    /// The tool's name here.
    public var tool: String
    /// When it was given.
    public var grantedAt: Timestamp
    /// By whom.
    public var grantedBy: JSON

    /// `{"agent","tool","grantedAt","grantedBy"}`.
    public var json: JSON {
        [
            "agent": .string(agent), "tool": .string(tool), "grantedAt": grantedAt.json,
            "grantedBy": grantedBy,
        ]
    }
}

extension OutsideServers {
    /// What agents were given, by agent and tool.
    ///
    /// - Throws: `StoreError`.
    public func grants(scope: Scope, in reader: any Reader) throws -> [ToolGrant] {
        try reader.query(
            """
            SELECT g.agent, s.name, g.tool, g.granted_at, g.granted_by
            FROM mcp_tool_grant g JOIN mcp_server s ON s.id = g.server
            WHERE g.organisation = ? ORDER BY g.agent, s.name, g.tool
            """,
            [.id(scope.organisation)]
        ) { row in
            ToolGrant(
                agent: try row.text(0),
                tool: AdmittedTool.toolName(try row.text(1), try row.text(2)),
                grantedAt: try row.timestamp(3),
                grantedBy: try row.json(4)
            )
        }
    }

    /// Gives an admitted tool to an agent.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func grant(
        _ toolName: String,
        to agent: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ToolGrant {
        let (server, tool) = try place(of: toolName, scope: scope, in: transaction)
        let count = try transaction.first(
            "SELECT COUNT(*) FROM mcp_tool_grant WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        guard (count ?? 0) < 2_000 else {
            throw GeneralFault(.conflict, code: "too-many-grants", "there are 2,000 grants already")
        }
        let grant = ToolGrant(
            agent: agent,
            tool: toolName,
            grantedAt: clock.now(),
            grantedBy: scope.actor.json
        )
        try transaction.execute(
            """
            INSERT INTO mcp_tool_grant (organisation, agent, server, tool, granted_at, granted_by)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, agent, server, tool) DO NOTHING
            """,
            [
                .id(scope.organisation), .text(agent), .id(server.id), .text(tool),
                .time(grant.grantedAt), .json(grant.grantedBy),
            ]
        )
        try note(
            "tool-granted",
            server,
            ["tool": .string(tool), "agent": .string(agent)],
            scope: scope,
            in: transaction
        )
        return grant
    }

    /// Takes a tool from an agent.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func revoke(
        _ toolName: String,
        from agent: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let (server, tool) = try place(of: toolName, scope: scope, in: transaction)
        let count = try transaction.executeCounting(
            """
            DELETE FROM mcp_tool_grant
            WHERE organisation = ? AND agent = ? AND server = ? AND tool = ?
            """,
            [.id(scope.organisation), .text(agent), .id(server.id), .text(tool)]
        )
        guard count == 1 else { throw Self.notFound("grant") }
        try note(
            "tool-revoked",
            server,
            ["tool": .string(tool), "agent": .string(agent)],
            scope: scope,
            in: transaction
        )
    }

    /// The server and the name there of an admitted tool.
    private func place(
        of toolName: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> (server: OutsideServer, tool: String) {
        let parts = toolName.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "mcp" else { throw Self.notFound("outside tool") }
        let found = try list(scope: scope, in: reader).first { $0.name == parts[1] }
        guard let found,
            try tool(String(parts[2]), of: found.id, scope: scope, in: reader).admitted != nil
        else { throw Self.notFound("admitted tool") }
        return (found, String(parts[2]))
    }
}
