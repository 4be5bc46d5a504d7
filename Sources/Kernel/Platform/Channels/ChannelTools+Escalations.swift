import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let escalationRoutes =
        RecordTools<Escalations>.routes("/api/escalations", "channels", "escalation") + [
            ToolRoute(.get, "/api/incidents", tool: "channels.list-incidents")
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

    func escalations() throws -> [Tool] {
        try RecordTools(
            records: kernel.channels.escalations,
            audit: audit,
            name: "escalation",
            purposes: (
                list: "Lists who hears of incidents after how long.",
                show: "Shows an escalation.",
                make: "Makes an escalation: who hears of an incident after how many minutes, until "
                    + "somebody acknowledges it.",
                change: "Changes an escalation.",
                remove: "Removes an escalation; what runs by it ends."
            ),
            input: Self.input,
            required: ["name", "steps"],
            output: Self.policy,
            readers: [.admin, .manager]
        ).all() + [listIncidents()]
    }

    private func listIncidents() throws -> Tool {
        let escalations = kernel.channels.escalations
        let state: JSON = ["enum": ["open", "acknowledged", "resolved", "ended"]]
        return try Tool(
            name: "channels.list-incidents",
            purpose: "Lists incidents that escalate or did, newest first.",
            input: ChannelSchemas.object(
                [("state", state)]
                    + ListQuery.properties(sort: Escalations.incidentOrders.map(\.name)),
                required: []
            ),
            output: ChannelSchemas.page(
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
                ChannelSchemas.page(
                    try escalations.incidents(
                        state: input.value["state"]?.string,
                        ListQuery(
                            reading: input,
                            columns: Escalations.incidentOrders,
                            standard: "-openedAt",
                            key: .init("id", "id")
                        ),
                        scope: invocation.scope,
                        in: reader
                    )
                )
            }
        )
    }
}
