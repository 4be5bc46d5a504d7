import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let webhookRoutes =
        RecordTools<Webhooks>.routes("/api/webhooks", "channels", "webhook") + [
            ToolRoute(.post, "/api/webhooks/{id}/rotate", tool: "channels.rotate-webhook"),
            ToolRoute(.post, "/api/webhooks/{id}/test", tool: "channels.test-webhook"),
            ToolRoute(
                .get,
                "/api/webhooks/{id}/deliveries",
                tool: "channels.list-webhook-deliveries"
            ),
            ToolRoute(
                .post,
                "/api/webhooks/{id}/deliveries/{delivery}/redeliver",
                tool: "channels.redeliver"
            ),
        ]

    private static let filters: JSON = [
        "type": "array", "minItems": 1, "maxItems": 50, "items": ChannelSchemas.text(100),
    ]

    private static let webhookMembers: [(String, JSON)] = [
        ("id", ChannelSchemas.id), ("name", ChannelSchemas.name),
        ("url", ChannelSchemas.text(2_000)), ("events", filters),
        ("enabled", ChannelSchemas.flag), ("disabledReason", ChannelSchemas.optionalText),
        ("failingSince", ChannelSchemas.optionalMoment), ("createdAt", ChannelSchemas.moment),
    ]

    private static let input: [(String, JSON)] = [
        ("name", ChannelSchemas.name), ("url", ChannelSchemas.text(2_000)),
        ("events", filters), ("enabled", ChannelSchemas.flag),
    ]

    func webhooks() throws -> [Tool] {
        let webhooks = kernel.channels.webhooks
        let tools = RecordTools(
            records: webhooks,
            audit: audit,
            name: "webhook",
            purposes: (
                list: "Lists the organisation's webhooks.",
                show: "Shows a webhook.",
                make: "Has events posted to an address; the secret is told this once.",
                change: "Changes a webhook; enabling one sends what waited.",
                remove: "Removes a webhook with its deliveries."
            ),
            input: Self.input,
            required: ["name", "url", "events"],
            output: ChannelSchemas.object(Self.webhookMembers),
            made: ChannelSchemas.object(
                Self.webhookMembers + [("secret", ChannelSchemas.text(100))]
            )
        )
        return try tools.all() + [
            try Tool(
                name: "channels.rotate-webhook",
                purpose: "Makes a new secret; the one before signs beside it for a day.",
                input: ChannelSchemas.onlyID,
                output: ChannelSchemas.object([("secret", ChannelSchemas.text(100))]),
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<Webhook> = try input.recordID("webhook")
                    return { transaction in
                        let scope = invocation.scope
                        let webhook = try webhooks.rotate(id, scope: scope, in: transaction)
                        try tools.note("secret-rotated", webhook, scope: scope, in: transaction)
                        return ["secret": .optional(webhook.secret)]
                    }
                }
            )
        ]
    }

    private static let delivery = ChannelSchemas.object([
        ("id", ChannelSchemas.id), ("eventId", ChannelSchemas.id),
        ("type", ChannelSchemas.text(200)), ("status", ["enum": ["pending", "delivered", "dead"]]),
        ("attempts", ChannelSchemas.count), ("responseStatus", ["type": ["integer", "null"]]),
        ("lastError", ChannelSchemas.optionalText), ("at", ChannelSchemas.moment),
        ("nextAttemptAt", ChannelSchemas.optionalMoment),
        ("finishedAt", ChannelSchemas.optionalMoment),
    ])

    func webhookDeliveries() throws -> [Tool] {
        let webhooks = kernel.channels.webhooks
        return [
            try Tool(
                name: "channels.test-webhook",
                purpose: "Sends an event webhook.test to a webhook.",
                input: ChannelSchemas.onlyID,
                output: Self.delivery,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<Webhook> = try input.recordID("webhook")
                    return { transaction in
                        try webhooks.test(id, scope: invocation.scope, in: transaction)
                    }
                }
            ),
            try Tool(
                name: "channels.list-webhook-deliveries",
                purpose: "Lists what was and is to be delivered to a webhook, newest first.",
                input: ChannelSchemas.object(
                    [
                        ("id", ["type": "string"]),
                        ("status", ["enum": ["pending", "delivered", "dead"]]),
                    ] + ListQuery.properties(sort: Webhooks.deliveryOrders.map(\.name)),
                    required: ["id"]
                ),
                output: ChannelSchemas.page(Self.delivery),
                roles: Self.admins,
                body: .read { input, invocation, reader in
                    ChannelSchemas.page(
                        try webhooks.deliveries(
                            of: input.recordID("webhook"),
                            status: input.value["status"]?.string,
                            ListQuery(
                                reading: input,
                                columns: Webhooks.deliveryOrders,
                                standard: "-at",
                                key: .init("id", "id")
                            ),
                            scope: invocation.scope,
                            in: reader
                        )
                    )
                }
            ),
            try Tool(
                name: "channels.redeliver",
                purpose: "Sends an event once more, with the same webhook-id.",
                input: ChannelSchemas.object([
                    ("id", ["type": "string"]), ("delivery", ["type": "string"]),
                ]),
                output: Self.delivery,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<Webhook> = try input.recordID("webhook")
                    let delivery: ID<WebhookDelivery> = try input.recordID(
                        "delivery",
                        key: "delivery"
                    )
                    return { transaction in
                        try webhooks.redeliver(
                            delivery,
                            of: id,
                            scope: invocation.scope,
                            in: transaction
                        )
                    }
                }
            ),
        ]
    }
}
