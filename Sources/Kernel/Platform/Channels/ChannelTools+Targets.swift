import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let targetRoutes =
        RecordTools<ChannelTargets>.routes("/api/channel-targets", "channels", "target") + [
            ToolRoute(.post, "/api/channel-targets/{id}/test", tool: "channels.test-target"),
            ToolRoute(.get, "/api/deliveries", tool: "channels.list-deliveries"),
        ]

    /// The members of the kinds; which belong to which is told by the fault.
    private static let settings: [(String, JSON)] = [
        ("url", ChannelSchemas.text(2_000)), ("routingKey", ChannelSchemas.text(64)),
        ("preset", ["enum": ["generic", "twilio", "sns"]]), ("from", ChannelSchemas.text(34)),
        ("to", ChannelSchemas.text(20)), ("accountSid", ChannelSchemas.text(64)),
        ("authToken", ChannelSchemas.text(128)), ("accessKeyId", ChannelSchemas.text(128)),
        ("secretAccessKey", ChannelSchemas.text(128)), ("region", ChannelSchemas.text(32)),
        ("contentType", ChannelSchemas.text(100)), ("body", ChannelSchemas.text(2_000)),
        ("authorization", ChannelSchemas.text(1_000)),
    ]

    private static let common: [(String, JSON)] = [
        ("name", ChannelSchemas.name), ("minimum", ChannelSchemas.severity),
        ("enabled", ChannelSchemas.flag),
    ]

    private static let kind: JSON = ["enum": ["slack", "teams", "pagerduty", "sms"]]

    private static let target = ChannelSchemas.object(
        [("id", ChannelSchemas.id), ("kind", kind), ("createdAt", ChannelSchemas.moment)] + common
            + settings,
        required: ["id", "kind", "name", "minimum", "enabled", "createdAt"]
    )

    func targets() throws -> [Tool] {
        try RecordTools(
            records: kernel.channels.targets,
            audit: audit,
            name: "target",
            purposes: (
                list: "Lists the organisation's channel targets, secrets masked.",
                show: "Shows a channel target, secrets masked.",
                make: "Has messages sent to a Slack or Teams channel, a PagerDuty service or by a "
                    + "gateway for text messages.",
                change: "Changes a channel target; secrets that are not named stay.",
                remove: "Removes a channel target."
            ),
            input: Self.common + Self.settings,
            fixed: [("kind", Self.kind)],
            required: ["kind", "name"],
            output: Self.target
        ).all() + [testTarget()]
    }

    private func testTarget() throws -> Tool {
        let channels = kernel.channels
        return try Tool(
            name: "channels.test-target",
            purpose: "Sends a message to a channel target to see whether it arrives.",
            input: ChannelSchemas.onlyID,
            output: ChannelSchemas.object([("queued", ChannelSchemas.count)]),
            roles: Self.admins,
            body: .write { input, invocation in
                let id: ID<ChannelTarget> = try input.recordID("channel target")
                return { transaction in
                    let scope = invocation.scope
                    let target = try channels.targets.record(id, scope: scope, in: transaction)
                    let count = try channels.notices.tell(
                        Notice(
                            "channel.test",
                            ["name": target.name, "person": scope.actor.name],
                            to: [.target(id)],
                            effect: "channel-test:\(id):\(invocation.now.microseconds)"
                        ),
                        scope: scope,
                        in: transaction
                    )
                    return ["queued": .int(count)]
                }
            }
        )
    }

    func deliveries() throws -> [Tool] {
        let item = ChannelSchemas.object([
            ("id", ChannelSchemas.id), ("at", ChannelSchemas.moment),
            ("channel", ["enum": .array(DeliveryLog.channels.map { .string($0) })]),
            ("address", ["type": "string"]), ("subject", ["type": "string"]),
            ("severity", ChannelSchemas.severity),
            ("status", ["enum": ["queued", "sent", "failed", "suppressed"]]),
            ("attempts", ChannelSchemas.count), ("lastError", ChannelSchemas.optionalText),
            ("nextAttemptAt", ChannelSchemas.optionalMoment),
        ])
        return [
            try Tool(
                name: "channels.list-deliveries",
                purpose:
                    "Lists messages and what became of them, newest first; addresses are masked.",
                input: ChannelSchemas.object(
                    [
                        (
                            "channel",
                            ["enum": .array(DeliveryLog.channels.map { .string($0) })]
                        ), ("status", ["enum": ["queued", "sent", "failed", "suppressed"]]),
                    ] + ListQuery.properties(sort: DeliveryLog.columns.map(\.name)),
                    required: []
                ),
                output: ChannelSchemas.page(item),
                roles: [.admin, .manager],
                body: .read { [kernel] input, invocation, reader in
                    ChannelSchemas.page(
                        try DeliveryLog(privacy: kernel.privacy).page(
                            channel: input.value["channel"]?.string,
                            status: input.value["status"]?.string,
                            ListQuery(
                                reading: input,
                                columns: DeliveryLog.columns,
                                standard: "-at",
                                key: DeliveryLog.key
                            ),
                            scope: invocation.scope,
                            in: reader
                        )
                    )
                }
            )
        ]
    }
}
