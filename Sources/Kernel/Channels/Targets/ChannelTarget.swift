public import Core
import Store

/// Where an organisation has messages sent: a Slack or Teams channel, a PagerDuty service, a gateway for
/// text messages.
public struct ChannelTarget: ChannelRecord {
    /// The sorts of target.
    public enum Kind: String, Sendable, CaseIterable {
        /// A Slack channel, by an incoming webhook.
        case slack
        /// A Teams channel, by a workflow's webhook.
        case teams
        /// A PagerDuty service, by Events API v2.
        case pagerduty
        /// A gateway for text messages: a provider's, or any other over HTTP.
        case sms
    }

    /// The target.
    public var id: ID<ChannelTarget>
    /// The sort.
    public var kind: Kind
    /// What people call it.
    public var name: String
    /// From which severity on it hears what goes to all targets.
    public var minimum: Message.Severity
    /// Whether anything is sent.
    public var enabled: Bool
    /// What everybody may see, for instance the sender's number.
    public var settings: JSONObject
    /// When it was made.
    public var createdAt: Timestamp
    /// The secret parts, sealed.
    var sealed: String

    static let columns = "id, kind, name, minimum, enabled, settings, created_at, secret"

    static func read(_ row: any Row) throws -> ChannelTarget {
        guard let kind = Kind(rawValue: try row.text(1)) else {
            throw StoreError(.corrupt, "a channel target of an unknown kind")
        }
        return ChannelTarget(
            id: try row.id(0),
            kind: kind,
            name: try row.text(2),
            minimum: Message.Severity(rawValue: try row.text(3)) ?? .alarm,
            enabled: try row.bool(4),
            settings: try row.json(5).object ?? JSONObject(),
            createdAt: try row.timestamp(6),
            sealed: try row.text(7)
        )
    }

    /// Whether it hears what goes to all targets: a gateway does so only with a number of its own.
    var takesBroadcasts: Bool { kind != .sms || settings["to"] != nil }

    /// `{"id","kind","name","minimum","enabled","createdAt"}` and the settings, secrets masked.
    public var json: JSON {
        var json: JSON = [
            "id": id.json, "kind": .string(kind.rawValue), "name": .string(name),
            "minimum": .string(minimum.rawValue), "enabled": .bool(enabled),
            "createdAt": createdAt.json,
        ]
        for member in settings { json[member.key] = member.value }
        return json
    }
}
