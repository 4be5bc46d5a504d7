import Agents
public import Core
import Events
import Identity
public import Store
import Vault

extension OutsideServers {
    /// The most tools of a server that are kept.
    static let toolLimit = 500

    /// A server's tools by name.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func tools(
        of id: ID<OutsideServer>,
        scope: Scope,
        in reader: any Reader
    ) throws -> [AdmittedTool] {
        _ = try server(id, scope: scope, in: reader)
        return try rows(of: id, in: reader)
    }

    private func rows(of id: ID<OutsideServer>, in reader: any Reader) throws -> [AdmittedTool] {
        try reader.query(
            """
            SELECT \(AdmittedTool.columns) FROM \(AdmittedTool.source)
            WHERE t.server = ? ORDER BY t.name
            """,
            [.id(id)],
            AdmittedTool.read
        )
    }

    /// One tool.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func tool(
        _ name: String,
        of id: ID<OutsideServer>,
        scope: Scope,
        in reader: any Reader
    ) throws -> AdmittedTool {
        let found = try reader.first(
            """
            SELECT \(AdmittedTool.columns) FROM \(AdmittedTool.source)
            WHERE t.server = ? AND t.name = ? AND t.organisation = ?
            """,
            [.id(id), .text(name), .id(scope.organisation)],
            AdmittedTool.read
        )
        guard let found else { throw Self.notFound("tool") }
        return found
    }

    /// Writes down what a server offers now, and suspends what was admitted and is another now.
    ///
    /// - Returns: the names of the tools that were suspended by this.
    /// - Throws: `StoreError`.
    @discardableResult
    func record(
        _ list: OutsideToolList,
        of server: OutsideServer,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> [String] {
        var known = Dictionary(
            try rows(of: server.id, in: transaction).map { ($0.name, $0) }
        ) { first, _ in first }
        var suspended: [String] = []
        for tool in list.tools.prefix(Self.toolLimit) {
            let hash = try tool.fingerprint()
            let (unchecked, refused) = tool.review()
            let row = known.removeValue(forKey: tool.name)
            if row?.offeredHash == hash, row?.refused == refused { continue }
            try write(tool, hash, unchecked, refused, isNew: row == nil, server, in: transaction)
            if let row, row.state == .admitted, row.admittedHash != hash {
                try suspend(
                    row,
                    "the server changed its description or schema",
                    scope: scope,
                    in: transaction
                )
                suspended.append(tool.name)
            }
        }
        let rejected = Dictionary(list.rejected.map { ($0.name, $0.reason) }) { first, _ in first }
        for row in known.values {
            if row.admitted == nil {
                try transaction.execute(
                    "DELETE FROM mcp_server_tool WHERE server = ? AND name = ?",
                    [.id(server.id), .text(row.name)]
                )
                continue
            }
            try transaction.execute(
                """
                UPDATE mcp_server_tool SET offered = NULL, offered_hash = NULL, refused = ?
                WHERE server = ? AND name = ?
                """,
                [.text(rejected[row.name]), .id(server.id), .text(row.name)]
            )
            if row.state == .admitted {
                try suspend(
                    row,
                    "the server no longer offers it",
                    scope: scope,
                    in: transaction
                )
                suspended.append(row.name)
            }
        }
        return suspended
    }

    private func write(
        _ tool: OutsideTool,
        _ hash: String,
        _ unchecked: [String],
        _ refused: String?,
        isNew: Bool,
        _ server: OutsideServer,
        in transaction: any Transaction
    ) throws {
        let values: [SQLValue] = [
            .json(tool.definition), .text(hash), .text(refused), .json(Self.texts(unchecked)),
        ]
        if isNew {
            try transaction.execute(
                """
                INSERT INTO mcp_server_tool
                    (offered, offered_hash, refused, unchecked, server, name, organisation,
                     needs_approval)
                VALUES (?, ?, ?, ?, ?, ?, ?, 1)
                """,
                values + [.id(server.id), .text(tool.name), .id(server.organisation)]
            )
        } else {
            try transaction.execute(
                """
                UPDATE mcp_server_tool
                SET offered = ?, offered_hash = ?, refused = ?, unchecked = ?
                WHERE server = ? AND name = ?
                """,
                values + [.id(server.id), .text(tool.name)]
            )
        }
    }

    /// Suspends a tool, once.
    ///
    /// - Throws: `StoreError`.
    func suspend(
        _ tool: AdmittedTool,
        _ reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE mcp_server_tool SET suspended_at = ?, suspended_reason = ?
            WHERE server = ? AND name = ? AND suspended_at IS NULL
            """,
            [.time(clock.now()), .text(reason), .id(tool.server), .text(tool.name)]
        )
        try emit("mcp.tool-suspended", tool, ["reason": .string(reason)], scope, transaction)
    }

    /// Suspends everything that was admitted of a server.
    func suspendAll(
        _ server: OutsideServer,
        _ reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        for tool in try rows(of: server.id, in: transaction) where tool.state == .admitted {
            try suspend(tool, reason, scope: scope, in: transaction)
        }
    }

    /// Admits a tool as it is offered now.
    ///
    /// - Parameters:
    ///   - name: the tool's name at the server.
    ///   - id: the server.
    ///   - hash: of what the administrator looked at.
    ///   - needsApproval: whether a person must agree to each call of an agent's.
    ///   - scope: on whose authority.
    ///   - transaction: the caller's.
    /// - Returns: the tool.
    /// - Throws: a fault of code `not-found`, `changed-meanwhile` or `invalid-tool`; `StoreError`.
    public func admit(
        _ name: String,
        of id: ID<OutsideServer>,
        hash: String,
        needsApproval: Bool,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AdmittedTool {
        let server = try server(id, scope: scope, in: transaction)
        let found = try tool(name, of: id, scope: scope, in: transaction)
        guard let offered = found.offered, found.refused == nil else {
            throw GeneralFault(
                .conflict,
                code: "invalid-tool",
                found.refused ?? "the server no longer offers this tool"
            )
        }
        guard found.offeredHash == hash else {
            throw GeneralFault(
                .conflict,
                code: "changed-meanwhile",
                "the tool is another than the one you looked at; look again",
                pointer: "/hash"
            )
        }
        try transaction.execute(
            """
            UPDATE mcp_server_tool SET admitted = ?, admitted_hash = ?, admitted_at = ?,
                admitted_by = ?, needs_approval = ?, suspended_at = NULL, suspended_reason = NULL
            WHERE server = ? AND name = ?
            """,
            [
                .json(offered), .text(hash), .time(clock.now()), .json(scope.actor.json),
                .bool(needsApproval), .id(id), .text(name),
            ]
        )
        let admitted = try tool(name, of: id, scope: scope, in: transaction)
        try note(
            "tool-admitted",
            server,
            ["tool": .string(name), "hash": .string(hash), "needsApproval": .bool(needsApproval)],
            scope: scope,
            in: transaction
        )
        try emit("mcp.tool-admitted", admitted, ["hash": .string(hash)], scope, transaction)
        return admitted
    }

    /// Takes an admission back, and with it what agents were given.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func withdraw(
        _ name: String,
        of id: ID<OutsideServer>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let server = try server(id, scope: scope, in: transaction)
        let found = try tool(name, of: id, scope: scope, in: transaction)
        guard found.admitted != nil else { throw Self.notFound("admitted tool") }
        try transaction.execute(
            "DELETE FROM mcp_tool_grant WHERE server = ? AND tool = ?",
            [.id(id), .text(name)]
        )
        if found.offered == nil {
            try transaction.execute(
                "DELETE FROM mcp_server_tool WHERE server = ? AND name = ?",
                [.id(id), .text(name)]
            )
        } else {
            try transaction.execute(
                """
                UPDATE mcp_server_tool SET admitted = NULL, admitted_hash = NULL, admitted_at = NULL,
                    admitted_by = NULL, suspended_at = NULL, suspended_reason = NULL
                WHERE server = ? AND name = ?
                """,
                [.id(id), .text(name)]
            )
        }
        try note("tool-withdrawn", server, ["tool": .string(name)], scope: scope, in: transaction)
        try emit("mcp.tool-withdrawn", found, [:], scope, transaction)
    }

    private func emit(
        _ type: String,
        _ tool: AdmittedTool,
        _ more: JSONObject,
        _ scope: Scope,
        _ transaction: any Transaction
    ) throws {
        var data: JSONObject = [
            "tool": .string(tool.toolName), "server": .string(tool.serverName),
            "name": .string(tool.name),
        ]
        for member in more { data[member.key] = member.value }
        try events.append(
            Event(
                id: ids.next(),
                source: "weft/mcp",
                type: type,
                subject: tool.toolName,
                time: clock.now(),
                data: .object(data),
                scope: scope
            ),
            in: transaction
        )
    }
}
