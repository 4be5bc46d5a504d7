public import Core
import Store

/// A subscription of an organisation: events of these types are posted to this address.
public struct Webhook: ChannelRecord {
    /// The subscription.
    public var id: ID<Webhook>
    /// What people call it.
    public var name: String
    /// Where the events go.
    public var url: String
    /// Which events.
    public var events: [EventFilter]
    /// Whether anything is sent.
    public var enabled: Bool
    /// Why it was disabled, when it was not a person who did it.
    public var disabledReason: String?
    /// Since when every attempt has failed; nil when the last one succeeded.
    public var failingSince: Timestamp?
    /// When it was made.
    public var createdAt: Timestamp
    /// The secret that events are signed with, once after it was made.
    public internal(set) var secret: String?

    static let columns =
        "id, name, url, events, enabled, disabled_reason, failing_since, created_at"

    static func read(_ row: any Row) throws -> Webhook {
        Webhook(
            id: try row.id(0),
            name: try row.text(1),
            url: try row.text(2),
            events: (try row.json(3).array ?? []).compactMap {
                $0.string.flatMap(EventFilter.init)
            },
            enabled: try row.bool(4),
            disabledReason: try row.optionalText(5),
            failingSince: try row.optionalTimestamp(6),
            createdAt: try row.timestamp(7)
        )
    }

    /// `{"id","name","url","events","enabled","disabledReason","failingSince","createdAt"}`, and `secret`
    /// this once.
    public var json: JSON {
        var json: JSON = [
            "id": id.json, "name": .string(name), "url": .string(url),
            "events": .array(events.map { .string($0.text) }), "enabled": .bool(enabled),
            "disabledReason": .optional(disabledReason),
            "failingSince": failingSince?.json ?? .null, "createdAt": createdAt.json,
        ]
        if let secret { json["secret"] = .string(secret) }
        return json
    }
}

extension Notice {
    /// Tells administrators that a webhook was disabled.
    public static func webhookDisabled(_ webhook: Webhook, at now: Timestamp) -> Notice {
        Notice(
            "webhook.disabled",
            [
                "name": webhook.name, "url": webhook.url,
                "reason": webhook.disabledReason ?? "",
            ],
            severity: .warning,
            link: "/console/webhooks",
            to: [.roles(["admin"]), .targets],
            effect: "webhook-disabled:\(webhook.id):\(now.microseconds)"
        )
    }
}

/// The subject of the ids of what is delivered to one subscription.
public enum WebhookDelivery: Sendable {}
