import Agents
import Core
import Identity
import Store

extension IdentityTools {
    private static let actor: JSON = [
        "type": "object",
        "properties": [
            "id": uuid, "kind": ["enum": ["person", "service"]], "name": ["type": "string"],
        ],
        "required": ["id", "kind", "name"], "additionalProperties": false,
    ]

    private static let outcomes: JSON = ["enum": ["done", "refused", "failed"]]

    private static let entry: JSON = object([
        ("seq", whole), ("at", time), ("actor", actor), ("onBehalfOf", ["anyOf": [actor, null]]),
        ("action", ["type": "string"]), ("subject", ["type": "string"]), ("outcome", outcomes),
        ("detail", ["type": "object"]), ("trace", ["type": "string"]),
        ("hash", ["type": "string"]),
    ])

    func auditTools() throws -> [Tool] {
        [try listAudit(), try verifyAudit()]
    }

    private func listAudit() throws -> Tool {
        try Tool(
            name: "identity.list-audit",
            purpose: "Lists who did what in the organisation, newest first.",
            input: Self.object(
                [
                    ("actor", Self.text(1...200)), ("action", Self.text(1...100)),
                    ("subject", Self.text(1...200)), ("outcome", Self.outcomes),
                    ("from", Self.time), ("to", Self.time), ("limit", Self.limit),
                    ("cursor", Self.cursor),
                ],
                required: []
            ),
            output: Self.page(of: Self.entry),
            roles: [.admin],
            body: .read { [identity] input, invocation, reader in
                var filter = AuditFilter()
                filter.actor = input.value["actor"]?.string
                filter.action = input.value["action"]?.string
                filter.subject = input.value["subject"]?.string
                filter.outcome = input.value["outcome"]?.string.flatMap(
                    AuditEntry.Outcome.init(rawValue:)
                )
                filter.from = try input.optional("from")?.timestamp()
                filter.to = try input.optional("to")?.timestamp()
                let before = try input.optional("cursor").map { reader -> Int64 in
                    guard let seq = Int64(try reader.string()) else {
                        throw reader.fault("is no cursor of ours", code: "invalid-cursor")
                    }
                    return seq
                }
                let limit = Self.limit(input)
                let found = try identity.audit.list(
                    scope: invocation.scope,
                    filter: filter,
                    before: before,
                    limit: limit + 1,
                    in: reader
                )
                return Self.page(found, limit: limit) {
                    String($0.seq)
                } json: {
                    $0.json
                }
            }
        )
    }

    private func verifyAudit() throws -> Tool {
        try Tool(
            name: "identity.verify-audit",
            purpose: "Checks the whole audit log's chain of hashes.",
            input: Self.nothing,
            output: Self.object([
                ("ok", Self.truth), ("entries", Self.whole), ("head", ["type": "string"]),
                ("brokenAt", Self.nullable("integer")), ("why", Self.nullable("string")),
            ]),
            roles: [.admin],
            body: .compute { [database] _, invocation in
                let organisation = invocation.scope.organisation
                var json = try await database.scan { reader in
                    try AuditLog.verify(organisation, in: reader).json
                }
                json["organisation"] = nil
                return json
            }
        )
    }
}
