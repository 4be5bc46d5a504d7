import Core

/// An event for PagerDuty's Events API v2.
enum PagerDutyEvent {
    /// Where events go unless a target says otherwise, for instance for the service region in Europe.
    static let url = "https://events.pagerduty.com/v2/enqueue"

    /// The JSON to post: `trigger`, `acknowledge` or `resolve`, tied together by `dedup_key`.
    static func json(_ message: TargetMessage, routingKey: String, source: String) -> JSON {
        let action = message.incident?.action ?? .trigger
        var json: JSON = [
            "routing_key": .string(routingKey), "event_action": .string(action.rawValue),
            "dedup_key": .string(message.incident?.key ?? message.id.description),
        ]
        guard action == .trigger else { return json }
        let severity =
            switch message.message.severity {
            case .info: "info"
            case .warning: "warning"
            case .alarm: "critical"
            }
        json["payload"] = [
            "summary": .string(TargetMessage.short(message.message.subject, 1_024)),
            "source": .string(source), "severity": .string(severity),
            "timestamp": message.at.json,
            "custom_details": ["text": .string(TargetMessage.short(message.body, 8_000))],
        ]
        json["client"] = "Weft"
        if let link = message.link {
            json["client_url"] = .string(link)
            json["links"] = [["href": .string(link), "text": "Open in Weft"]]
        }
        return json
    }
}
