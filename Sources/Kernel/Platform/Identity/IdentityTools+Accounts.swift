import Agents
import Core
import Identity
import Store

extension IdentityTools {
    private static let accountMembers: [(String, JSON)] = [
        ("id", uuid), ("kind", ["enum": ["person", "service"]]), ("email", nullable("string")),
        ("name", ["type": "string"]), ("disabled", truth), ("roles", roleNames),
        ("createdAt", time), ("totp", truth),
        ("lastSignInAt", nullable("string", format: "date-time")),
    ]
    static let account: JSON = object(accountMembers)

    func accountTools() throws -> [Tool] {
        [
            try listAccounts(), try getAccount(), try createAccount(), try changeAccount(),
            try revokeSessions(), try listRoles(),
        ]
    }

    private func listAccounts() throws -> Tool {
        try Tool(
            name: "identity.list-accounts",
            purpose: "Lists the organisation's people and services.",
            input: Self.object(
                [
                    ("q", Self.text(1...200)), ("kind", ["enum": ["person", "service"]]),
                    ("role", Self.text(1...64)), ("disabled", Self.truth), ("limit", Self.limit),
                    ("cursor", Self.cursor),
                ],
                required: []
            ),
            output: Self.page(of: Self.account),
            roles: [.admin],
            body: .read { [identity] input, invocation, reader in
                var filter = AccountFilter()
                filter.text = input.value["q"]?.string
                filter.kind = input.value["kind"]?.string.flatMap(Actor.Kind.init(rawValue:))
                filter.role = input.value["role"]?.string.map(Role.init(rawValue:))
                filter.disabled = input.value["disabled"]?.bool
                let limit = Self.limit(input)
                let found = try identity.accounts.find(
                    filter,
                    after: try Self.cursor(input),
                    limit: limit + 1,
                    scope: invocation.scope,
                    in: reader
                )
                return Self.page(found, limit: limit) {
                    $0.record.id.description
                } json: {
                    $0.json
                }
            }
        )
    }

    private func getAccount() throws -> Tool {
        try Tool(
            name: "identity.get-account",
            purpose: "Shows one account of the organisation.",
            input: Self.object([("id", ["type": "string"])]),
            output: Self.account,
            roles: [.admin],
            body: .read { [identity] input, invocation, reader in
                try identity.accounts.summary(
                    input.recordID("account"),
                    scope: invocation.scope,
                    in: reader
                ).json
            }
        )
    }

    private func createAccount() throws -> Tool {
        try Tool(
            name: "identity.create-account",
            purpose: """
                Makes an account for a person. Without a password the person gets an invitation by \
                e-mail; where no mail is sent, the answer has the link as "invitation".
                """,
            input: Self.object(
                [
                    ("name", Self.text(1...200)), ("email", Self.text(3...320)),
                    ("roles", Self.roles), ("password", Self.text(0...1_000)),
                ],
                required: ["name", "email", "roles"]
            ),
            output: Self.object(
                Self.accountMembers + [("invitation", ["type": "string"])],
                required: Self.accountMembers.map(\.0)
            ),
            roles: [.admin],
            body: .external { [identity, database] input, invocation in
                let scope = invocation.scope
                let email = try EmailAddress(input.member("email").string())
                let name = try input.member("name").string()
                let roles = try Self.roles(input.member("roles"))
                var hash: PasswordHash?
                if let given = try input.optional("password") {
                    let password = Secret(try given.string())
                    try PasswordRules.check(password, for: email)
                    hash = try await identity.passwords.hash(password)
                }
                let password = hash
                return try await database.transaction { transaction in
                    let made = try identity.accounts.createMember(
                        email: email,
                        name: name,
                        password: password,
                        roles: roles,
                        scope: scope,
                        in: transaction
                    )
                    var json = try identity.accounts.summary(made.id, scope: scope, in: transaction)
                        .json
                    if password == nil,
                        let link = try identity.reset.invite(made, scope: scope, in: transaction)
                    {
                        json["invitation"] = .string(link.exposed)
                    }
                    return json
                }
            }
        )
    }

    private func changeAccount() throws -> Tool {
        try Tool(
            name: "identity.change-account",
            purpose: """
                Renames an account, gives it other roles, shuts it out or lets it in, or takes a lost \
                second factor away. Nobody changes their own rights, and the last admin stays one.
                """,
            input: Self.object(
                [
                    ("id", ["type": "string"]), ("name", Self.text(1...200)),
                    ("roles", Self.roles), ("disabled", Self.truth), ("totp", ["const": false]),
                    ("reason", Self.reason),
                ],
                required: ["id", "reason"]
            ),
            output: Self.account,
            roles: [.admin],
            body: .write { [identity] input, invocation in
                let id: ID<Account> = try input.recordID("account")
                var wanted = AccountChange(reason: try input.member("reason").string())
                wanted.name = input.value["name"]?.string
                wanted.roles = try input.optional("roles").map(Self.roles)
                wanted.disabled = input.value["disabled"]?.bool
                wanted.removesSecondFactor = input.value["totp"]?.bool == false
                let change = wanted
                return { transaction in
                    try identity.accounts.change(
                        id,
                        change,
                        secondFactor: identity.secondFactor,
                        scope: invocation.scope,
                        in: transaction
                    ).json
                }
            }
        )
    }

    private func revokeSessions() throws -> Tool {
        try Tool(
            name: "identity.revoke-sessions",
            purpose: "Signs a member out everywhere.",
            input: Self.object([("id", ["type": "string"]), ("reason", Self.reason)]),
            output: Self.object([("revoked", Self.whole)]),
            roles: [.admin],
            body: .write { [identity] input, invocation in
                let id: ID<Account> = try input.recordID("account")
                let reason = try input.member("reason").string()
                return { transaction in
                    let revoked = try identity.sessions.endAll(
                        of: id,
                        reason: reason,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return ["revoked": .int(revoked)]
                }
            }
        )
    }

    private func listRoles() throws -> Tool {
        try Tool(
            name: "identity.list-roles",
            purpose: "Lists the roles and what each is for.",
            input: Self.nothing,
            output: Self.page(
                of: Self.object([
                    ("name", ["type": "string"]), ("purpose", ["type": "string"]),
                ])
            ),
            roles: Role.people,
            body: .read { _, _, _ in
                [
                    "items": .array(
                        Role.catalogue.map {
                            ["name": .string($0.role.rawValue), "purpose": .string($0.purpose)]
                        }
                    ),
                    "nextCursor": .null,
                ]
            }
        )
    }
}
