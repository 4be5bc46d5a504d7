import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let escalationRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/escalations", tool: "channels.list-escalations"),
        ToolRoute(.post, "/api/escalations", tool: "channels.create-escalation", status: .created),
        ToolRoute(.get, "/api/escalations/{id}", tool: "channels.get-escalation"),
        ToolRoute(.patch, "/api/escalations/{id}", tool: "channels.change-escalation"),
        ToolRoute(.delete, "/api/escalations/{id}", tool: "channels.remove-escalation"),
        ToolRoute(.get, "/api/incidents", tool: "channels.list-incidents"),
    ]

    private static let steps: JSON = [
        "type": "array", "minItems": 1, "maxItems": 10,
        "items": ChannelSchemas.object([
            ("afterMinutes", ["type": "integer", "minimum": 0, "maximum": 10_080]),
            (
                "targets",
                [
                    "type": "array", "minItems": 1, "maxItems": 20,
                    "items": ChannelSchemas.object([
                        ("kind", ["enum": ["role", "account", "target"]]),
                        ("id", ChannelSchemas.text(50)),
                    ]),
                ]
            ),
        ]),
    ]

    private static let input: [(String, JSON)] = [
        ("name", ChannelSchemas.name), ("minimum", ChannelSchemas.severity), ("steps", steps),
        ("repeatMinutes", ["type": "integer", "minimum": 0, "maximum": 1_440]),
        ("enabled", ChannelSchemas.flag),
    ]

    private static let policy = ChannelSchemas.object(
        [("id", ChannelSchemas.id)] + input + [("createdAt", ChannelSchemas.moment)]
    )

    private static let onlyID = ChannelSchemas.object([("id", ["type": "string"])])

    func escalations() throws -> [Tool] {
        let escalations = kernel.channels.escalations
        return [
            try Tool(
                name: "channels.list-escalations",
                purpose: "Lists who hears of incidents after how long.",
                input: ChannelSchemas.noInput,
                output: ChannelSchemas.list(Self.policy),
                roles: [.admin, .manager],
                body: .read { _, invocation, reader in
                    let found = try escalations.list(scope: invocation.scope, in: reader)
                    return ["items": .array(found.map(\.json))]
                }
            ),
            try Tool(
                name: "channels.get-escalation",
                purpose: "Shows an escalation.",
                input: Self.onlyID,
                output: Self.policy,
                roles: [.admin, .manager],
                body: .read { input, invocation, reader in
                    try escalations.policy(
                        Self.id(input, "escalation"),
                        scope: invocation.scope,
                        in: reader
                    ).json
                }
            ),
            try Tool(
                name: "channels.create-escalation",
                purpose:
                    "Makes an escalation: who hears of an incident after how many minutes, until "
                    + "somebody acknowledges it.",
                input: ChannelSchemas.object(Self.input, required: ["name", "steps"]),
                output: Self.policy,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        try escalations.add(input, scope: invocation.scope, in: transaction).json
                    }
                }
            ),
            try Tool(
                name: "channels.change-escalation",
                purpose: "Changes an escalation.",
                input: ChannelSchemas.object(
                    [("id", ["type": "string"])] + Self.input,
                    required: ["id"]
                ),
                output: Self.policy,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<EscalationPolicy> = try Self.id(input, "escalation")
                    return { transaction in
                        try escalations.change(id, input, scope: invocation.scope, in: transaction)
                            .json
                    }
                }
            ),
            try Tool(
                name: "channels.remove-escalation",
                purpose: "Removes an escalation; what runs by it ends.",
                input: Self.onlyID,
                output: ChannelSchemas.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<EscalationPolicy> = try Self.id(input, "escalation")
                    return { transaction in
                        try escalations.remove(id, scope: invocation.scope, in: transaction)
                        return .null
                    }
                }
            ),
            try listIncidents(),
        ]
    }

    private func listIncidents() throws -> Tool {
        let escalations = kernel.channels.escalations
        let state: JSON = ["enum": ["open", "acknowledged", "resolved", "ended"]]
        return try Tool(
            name: "channels.list-incidents",
            purpose: "Lists incidents that escalate or did, newest first.",
            input: ChannelSchemas.object(
                [("state", state), ("limit", ChannelSchemas.limit)],
                required: []
            ),
            output: ChannelSchemas.list(
                ChannelSchemas.object([
                    ("id", ChannelSchemas.id), ("incident", ["type": "string"]),
                    ("policy", ChannelSchemas.id), ("severity", ChannelSchemas.severity),
                    ("steps", ChannelSchemas.count), ("state", state),
                    ("openedAt", ChannelSchemas.moment),
                    ("nextAt", ChannelSchemas.optionalMoment),
                    ("closedAt", ChannelSchemas.optionalMoment),
                    ("closedBy", ChannelSchemas.optionalText),
                    ("note", ChannelSchemas.optionalText),
                ])
            ),
            roles: [.admin, .manager, .operator, .supervisor],
            body: .read { input, invocation, reader in
                let found = try escalations.incidents(
                    state: input.value["state"]?.string,
                    limit: input.value["limit"]?.int ?? 50,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(found)]
            }
        )
    }
}
