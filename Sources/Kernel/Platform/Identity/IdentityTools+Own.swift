import Agents
import Core
import Identity
import Store

extension IdentityTools {
    static let session: JSON = object([
        ("id", uuid), ("createdAt", time), ("lastUsedAt", nullable("string", format: "date-time")),
        ("expiresAt", time), ("address", nullable("string")), ("userAgent", nullable("string")),
        ("current", truth),
    ])

    func ownTools() throws -> [Tool] {
        [
            try changePassword(), try beginTOTP(), try confirmTOTP(), try disableTOTP(),
            try listSessions(), try endSession(),
        ]
    }

    private func changePassword() throws -> Tool {
        try Tool(
            name: "identity.change-password",
            purpose: "Sets your own password; all your other sessions end.",
            input: Self.object([
                ("current", Self.text(0...1_000)), ("password", Self.text(0...1_000)),
            ]),
            output: Self.null,
            roles: Role.people,
            body: .external { [identity] input, invocation in
                try Self.requirePerson(invocation.scope)
                try await identity.signIn.changePassword(
                    from: Secret(input.member("current").string()),
                    to: Secret(input.member("password").string()),
                    scope: invocation.scope
                )
                return .null
            }
        )
    }

    private func beginTOTP() throws -> Tool {
        try Tool(
            name: "identity.begin-totp",
            purpose:
                "Makes a secret for your authenticator app; it counts once you confirm a code.",
            input: Self.nothing,
            output: Self.object([
                ("secret", ["type": "string"]), ("uri", ["type": "string"]),
            ]),
            roles: Role.people,
            body: .external { [identity] _, invocation in
                try Self.requirePerson(invocation.scope)
                let made = try await identity.signIn.beginSecondFactor(scope: invocation.scope)
                return [
                    "secret": .string(made.secret.exposed), "uri": .string(made.uri.exposed),
                ]
            }
        )
    }

    private func confirmTOTP() throws -> Tool {
        try Tool(
            name: "identity.confirm-totp",
            purpose: "Turns your second factor on by a code of your app; answers recovery codes.",
            input: Self.object([("code", Self.text(6...6))]),
            output: Self.object([
                ("recoveryCodes", ["type": "array", "items": ["type": "string"]])
            ]),
            roles: Role.people,
            body: .external { [identity] input, invocation in
                try Self.requirePerson(invocation.scope)
                let codes = try await identity.signIn.turnOnSecondFactor(
                    input.member("code").string(),
                    scope: invocation.scope
                )
                return ["recoveryCodes": .array(codes.map { .string($0.exposed) })]
            }
        )
    }

    private func disableTOTP() throws -> Tool {
        try Tool(
            name: "identity.disable-totp",
            purpose: "Turns your second factor off.",
            input: Self.object([("password", Self.text(0...1_000))]),
            output: Self.null,
            roles: Role.people,
            body: .external { [identity] input, invocation in
                try Self.requirePerson(invocation.scope)
                try await identity.signIn.turnOffSecondFactor(
                    password: Secret(input.member("password").string()),
                    scope: invocation.scope
                )
                return .null
            }
        )
    }

    private func listSessions() throws -> Tool {
        try Tool(
            name: "identity.list-sessions",
            purpose: "Lists where you are signed in, newest first.",
            input: Self.nothing,
            output: Self.page(of: Self.session),
            roles: Role.people,
            body: .read { [identity] _, invocation, reader in
                try Self.requirePerson(invocation.scope)
                let found = try identity.sessions.own(scope: invocation.scope, in: reader)
                return [
                    "items": .array(found.map { $0.json(current: invocation.scope.session) }),
                    "nextCursor": .null,
                ]
            }
        )
    }

    private func endSession() throws -> Tool {
        try Tool(
            name: "identity.end-session",
            purpose: "Signs you out where you are signed in by one session.",
            input: Self.object([("id", ["type": "string"])]),
            output: Self.null,
            roles: Role.people,
            body: .write { [identity] input, invocation in
                try Self.requirePerson(invocation.scope)
                let id: ID<Session> = try input.recordID("session")
                return { transaction in
                    try identity.sessions.end(id, scope: invocation.scope, in: transaction)
                    return .null
                }
            }
        )
    }
}
