import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let personalRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/me/channels", tool: "channels.get-preferences"),
        ToolRoute(.put, "/api/me/channels", tool: "channels.set-preferences"),
        ToolRoute(.get, "/api/push-key", tool: "channels.push-key"),
        ToolRoute(.get, "/api/me/push", tool: "channels.list-browsers"),
        ToolRoute(.post, "/api/me/push", tool: "channels.add-browser", status: .created),
        ToolRoute(.delete, "/api/me/push/{id}", tool: "channels.remove-browser"),
        ToolRoute(.post, "/api/inbox/{id}/acknowledge", tool: "channels.acknowledge"),
    ]

    private static let setting = ChannelSchemas.object(
        [
            ("enabled", ChannelSchemas.flag), ("minimum", ChannelSchemas.severity),
            ("address", ChannelSchemas.optionalText),
        ],
        required: ["enabled"]
    )

    private static let quietHours: JSON = [
        "anyOf": [
            ["type": "null"],
            ChannelSchemas.object(
                [
                    ("from", ChannelSchemas.text(5)), ("to", ChannelSchemas.text(5)),
                    ("timeZone", ChannelSchemas.text(64)), ("exceptAlarm", ChannelSchemas.flag),
                ],
                required: ["from", "to", "timeZone"]
            ),
        ]
    ]

    private static func choice(required: [String]) -> JSON {
        ChannelSchemas.object(
            [
                (
                    "channels",
                    ChannelSchemas.object(
                        PersonalChannel.allCases.map { ($0.rawValue, setting) },
                        required: required.isEmpty ? [] : PersonalChannel.allCases.map(\.rawValue)
                    )
                ), ("quietHours", quietHours),
                ("language", ["enum": .array([.null] + MessageKind.languages.map { .string($0) })]),
            ],
            required: required
        )
    }

    func preferences() throws -> [Tool] {
        let preferences = kernel.channels.preferences
        let people = AccountPeople(kernel.accounts)
        return [
            try Tool(
                name: "channels.get-preferences",
                purpose: "Shows how you are told things.",
                input: ChannelSchemas.noInput,
                output: Self.choice(required: ["channels", "quietHours", "language"]),
                roles: Self.everybody,
                body: .read { _, invocation, reader in
                    let scope = invocation.scope
                    let choice = try preferences.of(scope.actor.id, in: scope.organisation, reader)
                    let person = try people.person(scope.actor.id, in: scope.organisation, reader)
                    return choice.json(email: person?.email)
                }
            ),
            try Tool(
                name: "channels.set-preferences",
                purpose: "Sets how you are told things; what is missing is as for a new account.",
                input: Self.choice(required: []),
                output: Self.choice(required: ["channels", "quietHours", "language"]),
                roles: Self.everybody,
                body: .write { input, invocation in
                    let choice = try PersonalPreferences(input)
                    try preferences.check(choice)
                    return { transaction in
                        let scope = invocation.scope
                        try preferences.set(choice, scope: scope, in: transaction)
                        let person = try people.person(
                            scope.actor.id,
                            in: scope.organisation,
                            transaction
                        )
                        return choice.json(email: person?.email)
                    }
                }
            ),
            try acknowledge(),
        ]
    }

    private func acknowledge() throws -> Tool {
        try Tool(
            name: "channels.acknowledge",
            purpose:
                "Says that you see to what a message is about; nobody else is disturbed with it.",
            input: ChannelSchemas.object(
                [("id", ["type": "string"]), ("note", ChannelSchemas.text(1_000))],
                required: ["id"]
            ),
            output: ChannelSchemas.nothing,
            roles: Self.everybody,
            body: .write { [kernel, observation] input, invocation in
                let id: ID<Inbox.Entry> = try input.recordID("message")
                let note = try input.optional("note")?.string(length: 1...1_000)
                let scope = invocation.scope
                let about = try await kernel.database.read { reader in
                    try kernel.channels.inbox.incident(of: id, scope: scope, in: reader)
                }
                var alarm: (@Sendable (any Transaction) throws -> Void)?
                if let about {
                    alarm = try await observation?
                        .acknowledging(incident: about, note: note, scope: scope)
                }
                return { [alarm] transaction in
                    let incident = try kernel.channels.escalations.acknowledge(
                        id,
                        note: note,
                        scope: invocation.scope,
                        in: transaction
                    )
                    if let incident {
                        try alarm?(transaction)
                        try kernel.emit(
                            "inbox.acknowledged",
                            about: incident,
                            ["incident": .string(incident), "note": .optional(note)],
                            by: invocation,
                            in: transaction
                        )
                    }
                    return .null
                }
            }
        )
    }

    func push() throws -> [Tool] {
        let push = kernel.channels.push
        let key = kernel.channels.pushSender.publicKey
        let browser = ChannelSchemas.object([
            ("id", ChannelSchemas.id), ("label", ChannelSchemas.name),
            ("createdAt", ChannelSchemas.moment),
        ])
        return [
            try Tool(
                name: "channels.push-key",
                purpose: "Tells the key that browsers subscribe to messages with (VAPID).",
                input: ChannelSchemas.noInput,
                output: ChannelSchemas.object([("key", ChannelSchemas.text(100))]),
                roles: Self.everybody,
                body: .read { _, _, _ in ["key": .string(key)] }
            ),
            try Tool(
                name: "channels.list-browsers",
                purpose: "Lists your browsers that show messages.",
                input: ChannelSchemas.noInput,
                output: ChannelSchemas.list(browser),
                roles: Self.everybody,
                body: .read { _, invocation, reader in
                    ["items": .array(try push.list(scope: invocation.scope, in: reader))]
                }
            ),
            try Tool(
                name: "channels.add-browser",
                purpose: "Has your messages shown by a browser: its push subscription.",
                input: ChannelSchemas.object(
                    [
                        ("endpoint", ChannelSchemas.text(2_000)),
                        (
                            "keys",
                            ChannelSchemas.object([
                                ("p256dh", ChannelSchemas.text(200)),
                                ("auth", ChannelSchemas.text(100)),
                            ])
                        ), ("label", ChannelSchemas.name),
                        ("expirationTime", ["type": ["number", "null"]]),
                    ],
                    required: ["endpoint", "keys"]
                ),
                output: ChannelSchemas.object([("id", ChannelSchemas.id)]),
                roles: Self.everybody,
                body: .write { input, invocation in
                    { transaction in
                        [
                            "id": try push.add(input, scope: invocation.scope, in: transaction)
                                .json
                        ]
                    }
                }
            ),
            try Tool(
                name: "channels.remove-browser",
                purpose: "Has your messages no longer shown by a browser.",
                input: ChannelSchemas.object([("id", ["type": "string"])]),
                output: ChannelSchemas.nothing,
                roles: Self.everybody,
                body: .write { input, invocation in
                    let id: ID<PushSubscription> = try input.recordID("browser")
                    return { transaction in
                        try push.remove(id, scope: invocation.scope, in: transaction)
                        return .null
                    }
                }
            ),
        ]
    }
}
