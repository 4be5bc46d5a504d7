public import Core
public import Store

/// Something that happened to an alarm.
public struct AlarmChange: Sendable {
    /// The sorts of change; the raw values are the events' types.
    public enum Kind: String, Sendable {
        /// A rule was found breached.
        case raised = "alarm.raised"
        /// It is well again.
        case cleared = "alarm.cleared"
        /// Somebody takes care of it.
        case acknowledged = "alarm.acknowledged"
        /// Nobody is to be told of it for a while.
        case shelved = "alarm.shelved"
        /// That while is over, and it is active still.
        case reminded = "alarm.reminded"
    }

    /// What happened.
    public var kind: Kind
    /// To which alarm, as it is now.
    public var alarm: Alarm
    /// The rule; nil once it is gone.
    public var rule: AlarmRule?
    /// When.
    public var at: Timestamp
    /// On whose authority; nil when the installation did it by itself.
    public var scope: Scope?

    /// A change.
    public init(
        kind: Kind,
        alarm: Alarm,
        rule: AlarmRule?,
        at: Timestamp,
        scope: Scope? = nil
    ) {
        self.kind = kind
        self.alarm = alarm
        self.rule = rule
        self.at = at
        self.scope = scope
    }

    /// Whether people are to be told, not only the log.
    public var isForPeople: Bool {
        guard alarm.shelvedUntil.map({ $0 <= at }) ?? true else { return false }
        switch kind {
        case .raised, .cleared, .reminded: return true
        case .acknowledged, .shelved: return false
        }
    }

    /// The event's data: all that explains it.
    public var json: JSON {
        var json = alarm.json
        json["alarmId"] = alarm.id.json
        json["id"] = nil
        if let rule {
            json["statistic"] = .string(rule.statistic.rawValue)
            json["comparison"] = .string(rule.comparison.rawValue)
            json["labels"] = rule.json["labels"]
            json["periodSeconds"] = .int(rule.periodSeconds)
            json["periods"] = .int(rule.periods)
            json["datapointsToAlarm"] = .int(rule.datapointsToAlarm)
        }
        return json
    }
}

/// Tells the log, and people, of changes of alarms.
public protocol AlarmAnnouncer: Sendable {
    /// Does what must be waited for, such as finding out whom to tell.
    ///
    /// - Parameter change: what is about to happen.
    /// - Returns: what writes the event and the messages, within the transaction of the change.
    /// - Throws: `StoreError`, or a fault.
    func prepare(_ change: AlarmChange) async throws -> @Sendable (any Transaction) throws -> Void
}
