public import Core

/// A rule that was found breached, from then until it is well again, and what people did about it.
///
/// Being active and being acknowledged are independent (ISA-18.2): what went away by itself still
/// wants to be seen.
public struct Alarm: Sendable, Hashable {
    /// Whether the rule is breached still.
    public enum State: String, Sendable, CaseIterable {
        /// It is.
        case active
        /// It is not any more.
        case cleared
    }

    /// Its id.
    public var id: ID<Alarm>
    /// Whose; `installation` for the installation's own.
    public var organisation: ID<Organisation>
    /// The rule.
    public var rule: ID<AlarmRule>
    /// The rule's name when it was raised.
    public var name: String
    /// How much it matters.
    public var severity: AlarmRule.Severity
    /// Whether it is active.
    public var state = State.active
    /// When it was raised.
    public var raisedAt: Timestamp
    /// When it was cleared.
    public var clearedAt: Timestamp?
    /// When somebody said that they take care of it.
    public var acknowledgedAt: Timestamp?
    /// Who did.
    public var acknowledgedBy: Actor?
    /// What they noted.
    public var note: String?
    /// Until when nobody is told of it.
    public var shelvedUntil: Timestamp?
    /// Why nobody is told.
    public var shelvedReason: String?
    /// The latest value that breached.
    public var value: Double?
    /// What it was compared with.
    public var threshold: Double
    /// The value's unit; empty for counts.
    public var unit: String
    /// The metric.
    public var metric: String
    /// What was found, in a sentence with the numbers.
    public var detail: String
    /// The values that were judged, oldest first: `[{"at","value"}]`.
    public var datapoints: JSON

    /// The API's form.
    public var json: JSON {
        var json = body
        json["id"] = self.id.json
        json["rule"] = rule.json
        json["state"] = .string(state.rawValue)
        json["acknowledged"] = .bool(acknowledgedAt != nil)
        json["acknowledgedBy"] =
            acknowledgedBy.map { ["id": $0.id.json, "name": .string($0.name)] } ?? .null
        json["acknowledgedAt"] = acknowledgedAt?.json ?? .null
        json["raisedAt"] = raisedAt.json
        json["clearedAt"] = clearedAt?.json ?? .null
        json["shelvedUntil"] = shelvedUntil?.json ?? .null
        return json
    }

    /// What the store keeps beside the columns.
    var body: JSON {
        [
            "name": .string(name), "severity": .string(severity.rawValue),
            "value": value.map { .double($0) } ?? .null, "threshold": .double(threshold),
            "unit": .string(unit), "metric": .string(metric), "detail": .string(detail),
            "datapoints": datapoints, "note": .optional(note),
            "shelvedReason": .optional(shelvedReason),
        ]
    }
}
