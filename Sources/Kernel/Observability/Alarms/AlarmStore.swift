public import Core
public import Store

/// Rules and alarms in the store.
public struct AlarmStore: Sendable {
    /// A store of alarms; queries name what they read.
    public init() {}

    /// A rule with how it has fared.
    struct Followed: Sendable {
        var rule: AlarmRule
        var course: AlarmCourse
    }

    // MARK: Rules

    private static let ruleColumns = "id, organisation, preset, body, evaluation"

    private static func followed(_ row: any Row) throws -> Followed {
        let body = try row.json(3)
        guard let metric = body["metric"]?.string, let name = body["name"]?.string,
            let statistic = body["statistic"]?.string.flatMap(MetricStatistic.init(rawValue:)),
            let threshold = body["threshold"]?.double
        else { throw StoreError(.corrupt, "an alarm rule is broken") }
        var rule = AlarmRule(
            id: try row.id(0),
            organisation: try row.id(1),
            preset: try row.optionalText(2),
            name: name,
            metric: metric,
            statistic: statistic,
            threshold: threshold
        )
        for label in body["labels"]?.object ?? JSONObject() {
            rule.labels[label.key] = label.value.string
        }
        rule.kind = body["kind"]?.string.flatMap(AlarmRule.Kind.init) ?? rule.kind
        rule.comparison =
            body["comparison"]?.string.flatMap(AlarmRule.Comparison.init) ?? rule.comparison
        rule.band = body["band"]?.double
        rule.periodSeconds = body["periodSeconds"]?.int ?? rule.periodSeconds
        rule.periods = body["periods"]?.int ?? rule.periods
        rule.datapointsToAlarm = body["datapointsToAlarm"]?.int ?? rule.datapointsToAlarm
        rule.missing =
            body["missing"]?.string.flatMap(AlarmEvaluation.MissingData.init) ?? rule.missing
        rule.holdPeriods = body["holdPeriods"]?.int ?? rule.holdPeriods
        rule.severity = body["severity"]?.string.flatMap(AlarmRule.Severity.init) ?? rule.severity
        rule.isEnabled = body["enabled"]?.bool ?? true
        return Followed(rule: rule, course: AlarmCourse(json: try row.json(4)))
    }

    /// Every rule that is not deleted.
    func allRules(in reader: any Reader) throws -> [Followed] {
        try reader.query(
            "SELECT \(Self.ruleColumns) FROM alarm_rule WHERE deleted_at IS NULL ORDER BY id",
            [],
            Self.followed
        )
    }

    /// The rules that a viewer may see, oldest first.
    ///
    /// - Throws: `StoreError`.
    public func rules(for viewer: Viewer, in reader: any Reader) throws -> [AlarmRule] {
        try reader.query(
            """
            SELECT \(Self.ruleColumns) FROM alarm_rule
            WHERE deleted_at IS NULL AND organisation IN (?, ?) ORDER BY created_at, id
            """,
            viewer.organisations.map { .id($0) },
            Self.followed
        ).map(\.rule)
    }

    func followed(_ id: ID<AlarmRule>, in reader: any Reader) throws -> Followed? {
        try reader.first(
            "SELECT \(Self.ruleColumns) FROM alarm_rule WHERE id = ? AND deleted_at IS NULL",
            [.id(id)],
            Self.followed
        )
    }

    /// One rule; nil when the viewer may not see one of that id.
    ///
    /// - Throws: `StoreError`.
    public func rule(
        _ id: ID<AlarmRule>,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> AlarmRule? {
        guard let rule = try followed(id, in: reader)?.rule,
            viewer.organisations.contains(rule.organisation)
        else { return nil }
        return rule
    }

    /// Adds a rule; a default that is there already stays as it is, even when it was deleted.
    ///
    /// - Throws: `StoreError`.
    public func add(_ rule: AlarmRule, at now: Timestamp, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO alarm_rule (id, organisation, preset, body, evaluation, created_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organisation, preset) DO NOTHING
            """,
            [
                .id(rule.id), .id(rule.organisation), .text(rule.preset), .json(rule.json),
                .json(AlarmCourse().json), .time(now),
            ]
        )
    }

    /// Saves a changed rule; what its alarm waits for to be cleared begins anew.
    ///
    /// - Throws: `StoreError`.
    public func save(_ rule: AlarmRule, in transaction: any Transaction) throws {
        guard var course = try followed(rule.id, in: transaction)?.course else { return }
        course.well = 0
        try transaction.execute(
            "UPDATE alarm_rule SET body = ?, evaluation = ? WHERE id = ?",
            [.json(rule.json), .json(course.json), .id(rule.id)]
        )
    }

    func save(_ course: AlarmCourse, of rule: ID<AlarmRule>, in transaction: any Transaction) throws
    {
        try transaction.execute(
            "UPDATE alarm_rule SET evaluation = ? WHERE id = ?",
            [.json(course.json), .id(rule)]
        )
    }

    /// Deletes a rule; its alarms stay.
    ///
    /// - Throws: `StoreError`.
    public func delete(
        _ id: ID<AlarmRule>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "UPDATE alarm_rule SET deleted_at = ? WHERE id = ?",
            [.time(now), .id(id)]
        )
    }

    /// How many rules an organisation has.
    ///
    /// - Throws: `StoreError`.
    public func count(of organisation: ID<Organisation>, in reader: any Reader) throws -> Int {
        try reader.first(
            "SELECT count(*) FROM alarm_rule WHERE organisation = ? AND deleted_at IS NULL",
            [.id(organisation)]
        ) { Int(try $0.int(0)) } ?? 0
    }

    // MARK: Alarms

    private static let alarmColumns = """
        id, organisation, rule, state, raised_at, cleared_at, acknowledged_at, shelved_until, body
        """

    private static func alarm(_ row: any Row) throws -> Alarm {
        let body = try row.json(8)
        return Alarm(
            id: try row.id(0),
            organisation: try row.id(1),
            rule: try row.id(2),
            name: body["name"]?.string ?? "",
            severity: body["severity"]?.string.flatMap(AlarmRule.Severity.init) ?? .alarm,
            state: Alarm.State(rawValue: try row.text(3)) ?? .cleared,
            raisedAt: try row.timestamp(4),
            clearedAt: try row.optionalTimestamp(5),
            acknowledgedAt: try row.optionalTimestamp(6),
            acknowledgedBy: Actor(json: body["acknowledgedBy"]),
            note: body["note"]?.string,
            shelvedUntil: try row.optionalTimestamp(7),
            shelvedReason: body["shelvedReason"]?.string,
            value: body["value"]?.double,
            threshold: body["threshold"]?.double ?? 0,
            unit: body["unit"]?.string ?? "",
            metric: body["metric"]?.string ?? "",
            detail: body["detail"]?.string ?? "",
            datapoints: body["datapoints"] ?? []
        )
    }

    /// Writes an alarm, new or changed.
    ///
    /// - Throws: `StoreError`.
    public func save(_ alarm: Alarm, in transaction: any Transaction) throws {
        var body = alarm.body
        body["acknowledgedBy"] = alarm.acknowledgedBy?.json ?? .null
        try transaction.execute(
            """
            INSERT INTO alarm (id, organisation, rule, state, raised_at, cleared_at, acknowledged_at,
                shelved_until, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, cleared_at = excluded.cleared_at,
                acknowledged_at = excluded.acknowledged_at,
                shelved_until = excluded.shelved_until, body = excluded.body
            """,
            [
                .id(alarm.id), .id(alarm.organisation), .id(alarm.rule),
                .text(alarm.state.rawValue), .time(alarm.raisedAt), .time(alarm.clearedAt),
                .time(alarm.acknowledgedAt), .time(alarm.shelvedUntil), .json(body),
            ]
        )
    }

    /// The active alarm of a rule.
    ///
    /// - Throws: `StoreError`.
    public func active(of rule: ID<AlarmRule>, in reader: any Reader) throws -> Alarm? {
        try reader.first(
            "SELECT \(Self.alarmColumns) FROM alarm WHERE rule = ? AND state = 'active'",
            [.id(rule)],
            Self.alarm
        )
    }

    /// Active alarms whose time of quiet is over.
    func quietIsOver(at now: Timestamp, in reader: any Reader) throws -> [Alarm] {
        try reader.query(
            """
            SELECT \(Self.alarmColumns) FROM alarm
            WHERE state = 'active' AND shelved_until IS NOT NULL AND shelved_until <= ?
            """,
            [.time(now)],
            Self.alarm
        )
    }

    /// One alarm; nil when the viewer may not see one of that id.
    ///
    /// - Throws: `StoreError`.
    public func alarm(
        _ id: ID<Alarm>,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> Alarm? {
        try reader.first(
            "SELECT \(Self.alarmColumns) FROM alarm WHERE id = ? AND organisation IN (?, ?)",
            [.id(id)] + viewer.organisations.map { .id($0) },
            Self.alarm
        )
    }

    /// What to look for among alarms.
    public struct Filter: Sendable {
        /// Only of this state.
        public var state: Alarm.State?
        /// Only acknowledged ones, or only others.
        public var acknowledged: Bool?

        /// Everything.
        public init() {}
    }

    /// What alarms can be sorted by.
    public static let columns: [ListQuery.Column] = [
        .init("raisedAt", "raised_at", isNumber: true)
    ]

    /// The order and page that a tool's input asks for; newest first unless it says otherwise.
    ///
    /// - Throws: faults of code `unknown-sort` and `invalid-cursor`.
    public static func query(_ input: JSONReader) throws(GeneralFault) -> ListQuery {
        let key = ListQuery.Column("id", "id")
        return try ListQuery(reading: input, columns: columns, standard: "-raisedAt", key: key)
    }

    /// A page of alarms, and the cursor of the next.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ filter: Filter,
        _ query: ListQuery,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> (items: [Alarm], next: JSON) {
        var rows = RowFilter("organisation IN (?, ?)", viewer.organisations.map { .id($0) })
        rows.add("state = ?", ifAny: .text(filter.state?.rawValue))
        if let acknowledged = filter.acknowledged {
            rows.add("acknowledged_at IS \(acknowledged ? "NOT " : "")NULL")
        }
        return try query.page(
            Self.alarmColumns,
            count: 9,
            of: "alarm",
            where: rows,
            in: reader,
            Self.alarm
        )
    }

    /// How many alarms are active, and how many nobody has acknowledged.
    ///
    /// - Throws: `StoreError`.
    public func counts(
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> (active: Int, unacknowledged: Int) {
        let found = try reader.first(
            """
            SELECT coalesce(sum(CASE WHEN state = 'active' THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE WHEN acknowledged_at IS NULL THEN 1 ELSE 0 END), 0)
            FROM alarm WHERE organisation IN (?, ?)
            """,
            viewer.organisations.map { .id($0) }
        ) { (active: Int(try $0.int(0)), unacknowledged: Int(try $0.int(1))) }
        return found ?? (0, 0)
    }
}
