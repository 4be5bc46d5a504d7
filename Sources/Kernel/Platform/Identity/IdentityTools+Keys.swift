import Agents
import Core
import Identity
import Store

extension IdentityTools {
    private static let keyMembers: [(String, JSON)] = [
        ("id", uuid), ("name", ["type": "string"]), ("prefix", ["type": "string"]),
        ("roles", roleNames), ("createdAt", time),
        ("createdBy", object([("id", uuid), ("name", ["type": "string"])])), ("expiresAt", time),
        ("lastUsedAt", nullable("string", format: "date-time")),
        ("revokedAt", nullable("string", format: "date-time")),
    ]

    func keyTools() throws -> [Tool] {
        [try listKeys(), try createKey(), try revokeKey()]
    }

    private func listKeys() throws -> Tool {
        try Tool(
            name: "identity.list-keys",
            purpose: "Lists the organisation's API keys, newest first, without their secrets.",
            input: Self.object(
                [("limit", Self.limit), ("cursor", Self.cursor)],
                required: []
            ),
            output: Self.page(of: Self.object(Self.keyMembers)),
            roles: [.admin],
            body: .read { [identity] input, invocation, reader in
                let limit = Self.limit(input)
                let found = try identity.apiKeys.list(
                    scope: invocation.scope,
                    before: try Self.cursor(input),
                    limit: limit + 1,
                    in: reader
                )
                return Self.page(found, limit: limit) {
                    $0.id.description
                } json: {
                    $0.json
                }
            }
        )
    }

    private func createKey() throws -> Tool {
        try Tool(
            name: "identity.create-key",
            purpose: """
                Makes an API key for a program, of no more rights than your own. Its secret is shown this \
                once.
                """,
            input: Self.object([
                ("name", Self.text(1...200)), ("roles", Self.roles),
                (
                    "expiresInDays",
                    ["type": "integer", "minimum": 1, "maximum": 365]
                ),
            ]),
            output: Self.object(Self.keyMembers + [("secret", ["type": "string"])]),
            roles: [.admin],
            body: .external { [identity, database] input, invocation in
                let name = try input.member("name").string()
                let roles = try Self.roles(input.member("roles"))
                let days = try input.member("expiresInDays").int()
                return try await database.transaction { transaction in
                    let made = try identity.apiKeys.create(
                        name: name,
                        roles: roles,
                        days: days,
                        scope: invocation.scope,
                        in: transaction
                    )
                    var json = made.key.json
                    json["secret"] = .string(made.secret.exposed)
                    return json
                }
            }
        )
    }

    private func revokeKey() throws -> Tool {
        try Tool(
            name: "identity.revoke-key",
            purpose: "Ends an API key at once.",
            input: Self.object([("id", ["type": "string"]), ("reason", Self.reason)]),
            output: Self.null,
            roles: [.admin],
            body: .write { [identity] input, invocation in
                let id: ID<APIKey> = try input.recordID("key")
                let reason = try input.member("reason").string()
                return { transaction in
                    try identity.apiKeys.revoke(
                        id,
                        reason: reason,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return .null
                }
            }
        )
    }
}
