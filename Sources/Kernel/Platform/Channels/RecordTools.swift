import Agents
import Channels
import Core
import HTTP
import Identity
import Store

/// The tools that webhooks, targets and escalations have alike; every change is written to the audit log.
struct RecordTools<Records: ChannelRecords> {
    let records: Records
    let audit: AuditLog
    /// What one is called in the names of tools and in the audit log.
    let name: String
    /// What the tools are for.
    let purposes: (list: String, show: String, make: String, change: String, remove: String)
    /// The members that can be given and changed.
    let input: [(String, JSON)]
    /// Members that are given when one is made and stay.
    var fixed: [(String, JSON)] = []
    /// The members that must be given when one is made.
    let required: [String]
    /// What is shown.
    let output: JSON
    /// What is shown once after one was made, when that is more.
    var made: JSON?
    var readers: Set<Role> = ChannelTools.admins

    /// The routes of the tools under a path.
    static func routes(_ path: String, _ name: String) -> [ToolRoute] {
        [
            ToolRoute(.get, path, tool: "channels.list-\(name)s"),
            ToolRoute(.post, path, tool: "channels.create-\(name)", status: .created),
            ToolRoute(.get, path + "/{id}", tool: "channels.get-\(name)"),
            ToolRoute(.patch, path + "/{id}", tool: "channels.change-\(name)"),
            ToolRoute(.delete, path + "/{id}", tool: "channels.remove-\(name)"),
        ]
    }

    func all() throws -> [Tool] {
        [
            try Tool(
                name: "channels.list-\(name)s",
                purpose: purposes.list,
                input: ChannelSchemas.noInput,
                output: ChannelSchemas.list(output),
                roles: readers,
                body: .read { [records] _, invocation, reader in
                    let found = try records.list(scope: invocation.scope, in: reader)
                    return ["items": .array(found.map(\.json))]
                }
            ),
            try Tool(
                name: "channels.get-\(name)",
                purpose: purposes.show,
                input: ChannelSchemas.onlyID,
                output: output,
                roles: readers,
                body: .read { [records] input, invocation, reader in
                    try records.record(
                        ChannelTools.id(input, Records.noun),
                        scope: invocation.scope,
                        in: reader
                    ).json
                }
            ),
            try Tool(
                name: "channels.create-\(name)",
                purpose: purposes.make,
                input: ChannelSchemas.object(fixed + input, required: required),
                output: made ?? output,
                roles: ChannelTools.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let record = try records.add(input, scope: scope, in: transaction)
                        try note("created", record, scope: scope, in: transaction)
                        return record.json
                    }
                }
            ),
            try Tool(
                name: "channels.change-\(name)",
                purpose: purposes.change,
                input: ChannelSchemas.object(
                    [("id", ["type": "string"])] + input,
                    required: ["id"]
                ),
                output: output,
                roles: ChannelTools.admins,
                body: .write { input, invocation in
                    let id: ID<Records.Record> = try ChannelTools.id(input, Records.noun)
                    let names = (input.value.object ?? [:]).map(\.key).filter { $0 != "id" }
                    return { transaction in
                        let scope = invocation.scope
                        let record = try records.change(id, input, scope: scope, in: transaction)
                        try note("changed", record, names, scope: scope, in: transaction)
                        return record.json
                    }
                }
            ),
            try Tool(
                name: "channels.remove-\(name)",
                purpose: purposes.remove,
                input: ChannelSchemas.onlyID,
                output: ChannelSchemas.nothing,
                roles: ChannelTools.admins,
                body: .write { input, invocation in
                    let id: ID<Records.Record> = try ChannelTools.id(input, Records.noun)
                    return { transaction in
                        let scope = invocation.scope
                        let record = try records.remove(id, scope: scope, in: transaction)
                        try note("removed", record, scope: scope, in: transaction)
                        return .null
                    }
                }
            ),
        ]
    }

    /// Writes down what was done; of what was changed the names alone, as values may be secrets.
    func note(
        _ done: String,
        _ record: Records.Record,
        _ changed: [String] = [],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var detail: JSON = ["name": .string(record.name), "enabled": .bool(record.enabled)]
        if !changed.isEmpty { detail["changed"] = .array(changed.sorted().map { .string($0) }) }
        try audit.append(
            "\(name).\(done)",
            subject: "\(name):\(record.id)",
            detail: detail,
            scope: scope,
            in: transaction
        )
    }
}
