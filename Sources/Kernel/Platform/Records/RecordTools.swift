import Agents
import Core
import HTTP
import Identity
import Store

/// The five tools over one kind of record: list, get, create, change, remove.
///
/// Every change is written to the audit log.
struct RecordTools<Records: ManagedRecords> {
    typealias Record = Records.Record

    let records: Records
    let audit: AuditLog
    /// The room and the name of one in the names of tools, as in `channels.create-webhook`; the audit
    /// log has the name alone.
    let room: String
    let name: String
    /// What people call one.
    let noun: String
    /// What the tools are for.
    let purposes: (list: String, show: String, make: String, change: String, remove: String)
    /// The members that can be given and changed.
    let input: [(String, JSON)]
    /// Members that are given when one is made and stay.
    var fixed: [(String, JSON)] = []
    /// The members that must be given when one is made.
    let required: Set<String>
    /// What is shown.
    let output: JSON
    /// What is shown once after one was made, when that is more.
    var made: JSON?
    /// Who may look; administrators alone change.
    let readers: Set<Role>
    let id: @Sendable (Record) -> ID<Record>
    /// How a record is shown to whom, at what time.
    let shown: @Sendable (Record, Invocation, any Reader) throws -> JSON
    /// What the audit log keeps of it: never a secret.
    let told: @Sendable (Record) -> JSON

    /// The routes of the tools under a path.
    static func routes(_ path: String, _ room: String, _ name: String) -> [ToolRoute] {
        [
            ToolRoute(.get, path, tool: "\(room).list-\(name)s"),
            ToolRoute(.post, path, tool: "\(room).create-\(name)", status: .created),
            ToolRoute(.get, path + "/{id}", tool: "\(room).get-\(name)"),
            ToolRoute(.patch, path + "/{id}", tool: "\(room).change-\(name)"),
            ToolRoute(.delete, path + "/{id}", tool: "\(room).remove-\(name)"),
        ]
    }

    private static var admins: Set<Role> { [.admin] }
    private static var onlyID: JSON { Shape.record(nil, [("id", Shape.text)]) }

    func all() throws -> [Tool] {
        [try list(), try get(), try create(), try change(), try remove()]
    }

    private func list() throws -> Tool {
        try Tool(
            name: "\(room).list-\(name)s",
            purpose: purposes.list,
            input: Shape.record(nil, []),
            output: Shape.record(nil, [("items", Shape.list(of: output))]),
            roles: readers,
            body: .read { [records, shown] _, invocation, reader in
                let found = try records.list(scope: invocation.scope, in: reader)
                return ["items": .array(try found.map { try shown($0, invocation, reader) })]
            }
        )
    }

    private func get() throws -> Tool {
        try Tool(
            name: "\(room).get-\(name)",
            purpose: purposes.show,
            input: Self.onlyID,
            output: output,
            roles: readers,
            body: .read { [records, noun, shown] input, invocation, reader in
                let id: ID<Record> = try input.recordID(noun)
                let found = try records.record(id, scope: invocation.scope, in: reader)
                return try shown(found, invocation, reader)
            }
        )
    }

    private func create() throws -> Tool {
        let members = fixed + input
        return try Tool(
            name: "\(room).create-\(name)",
            purpose: purposes.make,
            input: Shape.record(
                nil,
                members,
                optional: Set(members.map(\.0)).subtracting(required)
            ),
            output: made ?? output,
            roles: Self.admins,
            body: .write { input, invocation in
                { transaction in
                    let scope = invocation.scope
                    let record = try records.add(input, scope: scope, in: transaction)
                    try note("created", record, scope: scope, in: transaction)
                    return try shown(record, invocation, transaction)
                }
            }
        )
    }

    private func change() throws -> Tool {
        try Tool(
            name: "\(room).change-\(name)",
            purpose: purposes.change,
            input: Shape.record(
                nil,
                [("id", Shape.text)] + input,
                optional: Set(input.map(\.0))
            ),
            output: output,
            roles: Self.admins,
            body: .write { input, invocation in
                let id: ID<Record> = try input.recordID(noun)
                return { transaction in
                    let scope = invocation.scope
                    let record = try records.change(id, input, scope: scope, in: transaction)
                    let names = (input.value.object ?? [:]).map(\.key).filter { $0 != "id" }
                    try note("changed", record, names, scope: scope, in: transaction)
                    return try shown(record, invocation, transaction)
                }
            }
        )
    }

    private func remove() throws -> Tool {
        try Tool(
            name: "\(room).remove-\(name)",
            purpose: purposes.remove,
            input: Self.onlyID,
            output: Shape.nothing,
            roles: Self.admins,
            body: .write { input, invocation in
                let id: ID<Record> = try input.recordID(noun)
                return { transaction in
                    let scope = invocation.scope
                    let record = try records.remove(id, scope: scope, in: transaction)
                    try note("removed", record, scope: scope, in: transaction)
                    return .null
                }
            }
        )
    }

    /// Writes down what was done; of what was changed the names alone, as values may be secrets.
    func note(
        _ done: String,
        _ record: Record,
        _ changed: [String] = [],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var detail = told(record)
        if !changed.isEmpty { detail["changed"] = .array(changed.sorted().map { .string($0) }) }
        try audit.append(
            "\(name).\(done)",
            subject: "\(name):\(id(record))",
            detail: detail,
            scope: scope,
            in: transaction
        )
    }
}
