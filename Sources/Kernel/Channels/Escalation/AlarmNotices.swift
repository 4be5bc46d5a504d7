public import Core
public import Events
public import Store

/// Follows alarms in the event log: raised ones are told and escalate, acknowledged and cleared ones stop.
public struct AlarmNotices: EventTarget {
    /// The rule that gives alarms to this.
    public static let rule = "channels.alarms"
    /// The events it follows.
    public static let pattern: JSON = [
        "type": [
            "alarm.raised", "alarm.reminded", "alarm.acknowledged", "alarm.shelved",
            "alarm.cleared",
        ]
    ]
    /// Alike alarms within so long are told once.
    static let window: Duration = .seconds(300)

    private let escalations: Escalations
    private let audience: Set<Role>

    /// A follower that tells people with these roles.
    public init(
        _ escalations: Escalations,
        tells audience: Set<Role> = ["admin", "manager", "operator"]
    ) {
        self.escalations = escalations
        self.audience = audience
    }

    /// See ``EventTarget``.
    ///
    /// - Throws: `ChannelError`, or `StoreError`.
    public func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
        guard let key = event.subject, key.count <= 200 else { return }
        var scope = Scope.channels(in: event.organisation, trace: event.trace)
        let severity =
            event.data["severity"]?.string.flatMap(Message.Severity.init(rawValue:)) ?? .warning
        var values: [String: String] = [:]
        for name in ["name", "detail", "metric", "value", "threshold", "unit"] {
            guard let value = event.data[name], !value.isNull else { continue }
            values[name] = value.string ?? value.text()
        }
        let link =
            "/console/alarms" + (key.hasPrefix("alarm:") ? "/\(key.dropFirst("alarm:".count))" : "")
        values["name"] = values["name"] ?? event.data["rule"]?.string ?? key
        let isShelved =
            event.data["shelvedUntil"]?.string.flatMap { Timestamp($0) }
            .map { $0 > event.time } ?? false
        switch event.type {
        case "alarm.raised", "alarm.reminded":
            // Nobody wants to be told of what is shelved; when that is over, they are reminded.
            guard event.data["shelvedUntil"]?.string == nil else { return }
            let rule = event.data["rule"]?.string ?? values["name"] ?? key
            try escalations.raise(
                Notice(
                    "alarm.raised",
                    values,
                    severity: severity,
                    link: link,
                    to: [.roles(audience), .targets],
                    effect: "alarm-raised:\(event.id)",
                    incident: Incident(key),
                    // That the time of quiet is over is worth another message.
                    deduplication: event.type == "alarm.reminded"
                        ? nil : .init("alarm:\(rule)", window: Self.window)
                ),
                scope: scope,
                in: transaction
            )
        case "alarm.acknowledged", "alarm.shelved":
            scope.actor = event.actor
            try escalations.close(
                key,
                .acknowledge,
                note: event.data["note"]?.string ?? event.data["shelvedReason"]?.string,
                scope: scope,
                in: transaction
            )
        case "alarm.cleared":
            // People read it in the inbox when they look; channels hear it at once.
            try escalations.close(
                key,
                .resolve,
                notice: isShelved
                    ? nil
                    : Notice(
                        "alarm.cleared",
                        values,
                        severity: .info,
                        link: link,
                        to: [.roles(audience)],
                        effect: "alarm-cleared:\(event.id)",
                        incident: Incident(key, .resolve),
                        deduplication: .init(
                            "alarm-over:\(event.data["rule"]?.string ?? key)",
                            window: Self.window
                        )
                    ),
                scope: scope,
                in: transaction
            )
        default: return
        }
    }
}
