import Agents
public import Core
import Store
import Vault

/// A tool of an outside server as it is kept: what the server offers now, and what was admitted.
public struct AdmittedTool: Sendable {
    /// Where it stands.
    public enum State: String, Sendable, CaseIterable {
        /// The server offers it; nobody admitted it.
        case offered
        /// It may be used.
        case admitted
        /// It was admitted, and is another now; it may not be used until somebody looks.
        case suspended
        /// It cannot be admitted, because it is no valid tool.
        case refused
    }

    /// The server that has it.
    public var server: ID<OutsideServer>
    /// The server's name.
    public var serverName: String
    /// The name at the server.
    public var name: String
    /// What the server offers now; nil when it offers it no more.
    public var offered: JSON?
    /// SHA-256 of the canonical JSON of that.
    public var offeredHash: String?
    /// Why it cannot be admitted.
    public var refused: String?
    /// Pointers into the input schema to what is not checked here.
    public var unchecked: [String]
    /// What was admitted.
    public var admitted: JSON?
    /// SHA-256 of that.
    public var admittedHash: String?
    /// When.
    public var admittedAt: Timestamp?
    /// By whom.
    public var admittedBy: JSON?
    /// Whether a person must agree to each call of an agent's.
    public var needsApproval: Bool
    /// Since when it may not be used.
    public var suspendedAt: Timestamp?
    /// Why.
    public var suspendedReason: String?

    static let columns = """
        t.server, s.name, t.name, t.offered, t.offered_hash, t.refused, t.unchecked, t.admitted,
        t.admitted_hash, t.admitted_at, t.admitted_by, t.needs_approval, t.suspended_at,
        t.suspended_reason
        """
    static let source = "mcp_server_tool t JOIN mcp_server s ON s.id = t.server"

    static func read(_ row: any Row) throws -> AdmittedTool {
        AdmittedTool(
            server: try row.id(0),
            serverName: try row.text(1),
            name: try row.text(2),
            offered: try row.optionalJSON(3),
            offeredHash: try row.optionalText(4),
            refused: try row.optionalText(5),
            unchecked: (try row.json(6).array ?? []).compactMap(\.string),
            admitted: try row.optionalJSON(7),
            admittedHash: try row.optionalText(8),
            admittedAt: try row.optionalTimestamp(9),
            admittedBy: try row.optionalJSON(10),
            needsApproval: try row.bool(11),
            suspendedAt: try row.optionalTimestamp(12),
            suspendedReason: try row.optionalText(13)
        )
    }

    /// Where it stands.
    public var state: State {
        if admitted != nil { return suspendedAt == nil ? .admitted : .suspended }
        return refused == nil ? .offered : .refused
    }

    /// The name that it has here.
    public var toolName: String { Self.toolName(serverName, name) }

    static func toolName(_ server: String, _ tool: String) -> String { "mcp.\(server).\(tool)" }

    /// What people see; `definition` is what the server offers, `admitted` what it was when it was admitted.
    public var json: JSON {
        [
            "tool": .string(toolName), "name": .string(name), "server": .string(serverName),
            "state": .string(state.rawValue), "definition": offered ?? .null,
            "hash": .optional(offeredHash), "reason": .optional(suspendedReason ?? refused),
            "unchecked": .array(unchecked.map { .string($0) }), "admitted": admitted ?? .null,
            "admittedHash": .optional(admittedHash), "admittedAt": admittedAt?.json ?? .null,
            "admittedBy": admittedBy ?? .null, "needsApproval": .bool(needsApproval),
            "suspendedAt": suspendedAt?.json ?? .null,
        ]
    }
}

extension Row {
    /// The JSON value, nil when NULL (and not JSON's null).
    func optionalJSON(_ column: Int) throws -> JSON? {
        guard !isNull(column) else { return Optional.none }
        return try json(column)
    }
}

extension OutsideTool {
    /// SHA-256 of the canonical JSON (RFC 8785) of what is admitted, as hexadecimal digits.
    func fingerprint() throws(VaultError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = try Authentication.sha256(definition.bytes(.canonical))
        return String(
            decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// What of the input schema is not checked; why the tool cannot be admitted.
    func review() -> (unchecked: [String], refused: String?) {
        do throws(GeneralFault) {
            let input = try Schema.outside(inputSchema)
            if let outputSchema { _ = try Schema.outside(outputSchema) }
            return (input.unchecked, nil)
        } catch {
            let place = error.pointer.map { " (at \($0))" } ?? ""
            return ([], OutsideText.line("its schema: \(error.message)\(place)", 500))
        }
    }
}
