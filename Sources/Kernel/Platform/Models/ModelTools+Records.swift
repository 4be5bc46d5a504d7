import Agents
import Core
import Identity
import Models
import Store

extension ModelTools {
    /// What the five tools over one kind of record say of it.
    struct Wording<Record: Sendable>: Sendable {
        /// As tools and the audit log call it: `model-provider`.
        var noun: String
        /// As errors call it: `provider`.
        var word: String
        var list: String
        var get: String
        var create: String
        var change: String
        var remove: String
        /// The shape of a record, and of what adding and changing one take.
        var record: JSON
        var created: JSON
        var changed: JSON
        var id: @Sendable (Record) -> ID<Record>
        /// What the audit log keeps of it: never a secret.
        var told: @Sendable (Record) -> JSON
    }

    /// How a record is shown to whom, at what time.
    typealias Shown<Record> =
        @Sendable (Record, Invocation, any Reader) throws -> JSON

    /// Five tools: list, get, create, change, remove.
    func tools<Records: ModelRecords>(
        over records: Records,
        _ words: Wording<Records.Record>,
        shown: @escaping Shown<Records.Record>
    ) throws -> [Tool] {
        [
            try Tool(
                name: "models.list-\(words.noun)s",
                purpose: words.list,
                input: Self.nothing,
                output: Self.list(words.record),
                roles: Self.readers,
                body: .read { _, invocation, reader in
                    let found = try records.list(scope: invocation.scope, in: reader)
                    return ["items": .array(try found.map { try shown($0, invocation, reader) })]
                }
            ),
            try Tool(
                name: "models.get-\(words.noun)",
                purpose: words.get,
                input: Self.onlyID,
                output: words.record,
                roles: Self.readers,
                body: .read { input, invocation, reader in
                    let id: ID<Records.Record> = try Self.id(input, words.word)
                    let found = try records.record(id, scope: invocation.scope, in: reader)
                    return try shown(found, invocation, reader)
                }
            ),
            try Tool(
                name: "models.create-\(words.noun)",
                purpose: words.create,
                input: words.created,
                output: words.record,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let made = try records.add(input, scope: scope, in: transaction)
                        try note("created", made, words, scope: scope, in: transaction)
                        return try shown(made, invocation, transaction)
                    }
                }
            ),
            try Tool(
                name: "models.change-\(words.noun)",
                purpose: words.change,
                input: words.changed,
                output: words.record,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<Records.Record> = try Self.id(input, words.word)
                    return { transaction in
                        let scope = invocation.scope
                        let changed = try records.change(id, input, scope: scope, in: transaction)
                        try note("changed", changed, words, input, scope: scope, in: transaction)
                        return try shown(changed, invocation, transaction)
                    }
                }
            ),
            try Tool(
                name: "models.remove-\(words.noun)",
                purpose: words.remove,
                input: Self.onlyID,
                output: Shape.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<Records.Record> = try Self.id(input, words.word)
                    return { transaction in
                        let scope = invocation.scope
                        let removed = try records.remove(id, scope: scope, in: transaction)
                        try note("removed", removed, words, scope: scope, in: transaction)
                        return .null
                    }
                }
            ),
        ]
    }

    /// The id in the path; anything else is answered like an id that does not exist.
    static func id<Subject>(_ input: JSONReader, _ noun: String) throws -> ID<Subject> {
        let text = try input.member("id").string()
        guard let id = ID<Subject>(text) else {
            throw GeneralFault(
                .notFound,
                code: "not-found",
                "there is no \(noun) \"\(text.prefix(60))\""
            )
        }
        return id
    }

    /// Writes down what was done; of what was changed the names alone, as values may be secrets.
    private func note<Record>(
        _ done: String,
        _ record: Record,
        _ words: Wording<Record>,
        _ input: JSONReader? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var detail = words.told(record)
        let changed = (input?.value.object ?? [:]).map(\.key).filter { $0 != "id" }.sorted()
        if !changed.isEmpty { detail["changed"] = .array(changed.map { .string($0) }) }
        try audit.append(
            "\(words.noun).\(done)",
            subject: "\(words.noun):\(words.id(record))",
            detail: detail,
            scope: scope,
            in: transaction
        )
    }
}
