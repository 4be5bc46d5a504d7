public import Core
public import Observability
public import Store

/// Intents that nobody has declared, though the data ask for them: each with its evidence.
///
/// They come of alarms that are raised again and again, of metrics whose trend leads across an alarm's
/// threshold, and of solutions' defaults that do not hold while nobody has opened them.
public struct IntentSuggestions: Sendable {
    /// How often an alarm must have been raised within ``span``.
    public static let fewestAlarms = 3
    /// How far back is looked.
    public static let span = Duration.seconds(7 * 86_400)
    /// How far ahead a trend is drawn.
    public static let horizon = Duration.seconds(86_400)
    /// How many suggestions an organisation has at most.
    static let most = 100

    private let database: any Database
    private let measurer: Measurer
    private let metrics: MetricReader?
    private let presets: [IntentPreset]
    private let ids: IDGenerator

    /// A finder of suggestions.
    public init(
        database: any Database,
        measurer: Measurer,
        metrics: MetricReader?,
        presets: [IntentPreset],
        ids: IDGenerator
    ) {
        self.database = database
        self.measurer = measurer
        self.metrics = metrics
        self.presets = presets
        self.ids = ids
    }

    /// What is suggested, before it is kept.
    struct Found: Sendable {
        var fingerprint: String
        var kind: String
        var domain: String
        var outcome: String
        var predicate: Predicate
        var preset: String?
        var evidence: [String]

        var body: JSON {
            [
                "kind": .string(kind), "domain": .string(domain),
                "desired_outcome": .string(outcome),
                "predicate": .string(predicate.description), "preset": .optional(preset),
                "evidence": .array(evidence.map { .string($0) }),
            ]
        }
    }

    private struct AlarmRow: Sendable {
        var rule: String
        var body: JSON
        var raised: Int
        var first: Timestamp?
        var last: Timestamp?
    }

    /// Looks for suggestions and keeps those that are new; what was dismissed stays so.
    ///
    /// - Parameters:
    ///   - scope: the organisation.
    ///   - now: the moment.
    /// - Returns: how many are open.
    /// - Throws: `StoreError`.
    @discardableResult
    public func refresh(scope: Scope, at now: Timestamp) async throws -> Int {
        let found = try await find(scope: scope, at: now)
        return try await database.transaction { [ids] transaction in
            for suggestion in found.prefix(Self.most) {
                try transaction.execute(
                    """
                    INSERT INTO intent_suggestion
                        (id, organisation, fingerprint, status, at, updated_at, body)
                    VALUES (?, ?, ?, 'open', ?, ?, ?)
                    ON CONFLICT (organisation, fingerprint) DO UPDATE
                        SET updated_at = excluded.updated_at, body = excluded.body
                        WHERE intent_suggestion.status = 'open'
                    """,
                    [
                        .id(ids.next(IntentSuggestions.self)), .id(scope.organisation),
                        .text(suggestion.fingerprint), .time(now), .time(now),
                        .json(suggestion.body),
                    ]
                )
            }
            // What the data do not ask for any more is no suggestion.
            let marks = found.map { _ in "?" }.joined(separator: ", ")
            try transaction.execute(
                """
                DELETE FROM intent_suggestion WHERE organisation = ? AND status = 'open'
                \(found.isEmpty ? "" : "AND fingerprint NOT IN (\(marks))")
                """,
                [.id(scope.organisation)] + found.map { .text($0.fingerprint) }
            )
            return found.count
        }
    }

    /// What the data ask for now.
    func find(scope: Scope, at now: Timestamp) async throws -> [Found] {
        let taken = try await database.read { reader in
            try reader.query(
                """
                SELECT predicate, preset FROM intent
                WHERE organisation = ? AND status IN ('open', 'proposed')
                    AND (status = 'open' OR preset IS NULL)
                """,
                [.id(scope.organisation)]
            ) { row in
                (
                    measure: try? Predicate(row.text(0)).measure,
                    preset: try row.optionalText(1)
                )
            }
        }
        let measures = taken.compactMap(\.measure)
        let sources = Set(measures.map { Self.bare($0.source) })
        let measured = Set(measures.map(Self.whatever))
        var found: [Found] = []
        for alarm in try await alarms(scope, at: now) {
            guard let rule = AlarmMeasure(alarm.body), !sources.contains(rule.metric) else {
                continue
            }
            if alarm.raised >= Self.fewestAlarms {
                found.append(breaching(alarm, rule))
            } else if let trend = try await trending(alarm, rule, scope, at: now) {
                found.append(trend)
            }
        }
        let opened = Set(taken.compactMap(\.preset))
        for preset in presets where !opened.contains(preset.name) {
            guard let suggestion = try await failing(preset, measured, scope, at: now) else {
                continue
            }
            found.append(suggestion)
        }
        return found
    }

    private static func bare(_ source: String) -> String {
        source.split(separator: ":").last.map(String.init) ?? source
    }

    /// A measure whatever its window.
    private static func whatever(_ measure: Measure) -> Measure {
        var measure = measure
        measure.windowSeconds = 0
        return measure
    }

    private func alarms(_ scope: Scope, at now: Timestamp) async throws -> [AlarmRow] {
        let since = Timestamp(microseconds: now.microseconds - Self.span.microseconds)
        return try await database.read { reader in
            try reader.query(
                """
                SELECT r.id, r.body, count(a.id), min(a.raised_at), max(a.raised_at)
                FROM alarm_rule r LEFT JOIN alarm a
                    ON a.rule = r.id AND a.organisation = r.organisation AND a.raised_at >= ?
                WHERE r.organisation = ? AND r.deleted_at IS NULL GROUP BY r.id, r.body
                ORDER BY r.id
                """,
                [.time(since), .id(scope.organisation)]
            ) { row in
                AlarmRow(
                    rule: try row.text(0),
                    body: try row.json(1),
                    raised: Int(try row.int(2)),
                    first: try row.optionalTimestamp(3),
                    last: try row.optionalTimestamp(4)
                )
            }
        }
    }

    private func breaching(_ alarm: AlarmRow, _ rule: AlarmMeasure) -> Found {
        Found(
            fingerprint: "alarm:\(alarm.rule)",
            kind: "alarm",
            domain: "operations",
            outcome: "Stabilise: \(rule.name)".prefix(200).description,
            predicate: rule.predicate,
            preset: nil,
            evidence: [
                "the alarm \"\(rule.name)\" was raised \(alarm.raised) times in 7 days",
                "first at \(alarm.first?.description ?? "?"), last at \(alarm.last?.description ?? "?")",
                "no open intent measures \(rule.metric)",
            ]
        )
    }

    private func trending(
        _ alarm: AlarmRow,
        _ rule: AlarmMeasure,
        _ scope: Scope,
        at now: Timestamp
    ) async throws -> Found? {
        guard let metrics, rule.isThreshold else { return nil }
        let values = try await metrics.values(
            rule.statistic,
            of: MetricSelector(
                rule.metric,
                rule.labels,
                for: Viewer(scope.organisation, operates: false)
            ),
            from: Timestamp(microseconds: now.microseconds - Self.horizon.microseconds),
            until: now,
            period: .seconds(3_600)
        ).compactMap { value in value.value.map { (at: value.at, value: $0) } }
        guard let trend = Trend(values), trend.fit >= Trend.leastFit else { return nil }
        var raw = rule.predicate
        raw.target = rule.threshold
        guard let crosses = trend.breaks(raw, until: now + Self.horizon) else { return nil }
        return Found(
            fingerprint: "trend:\(alarm.rule)",
            kind: "trend",
            domain: "operations",
            outcome: "Turn the trend: \(rule.name)".prefix(200).description,
            predicate: rule.predicate,
            preset: nil,
            evidence: [
                "\(rule.metric) changes by \(JSON.double(trend.slope * 3_600).text()) an hour over 24 h "
                    + "(the line explains \(Int(trend.fit * 100)) % of it)",
                "going on so, it crosses \(JSON.double(rule.threshold).text()) at \(crosses)",
            ]
        )
    }

    private func failing(
        _ preset: IntentPreset,
        _ measured: Set<Measure>,
        _ scope: Scope,
        at now: Timestamp
    ) async throws -> Found? {
        guard let predicate = try? Predicate(preset.predicate),
            !measured.contains(Self.whatever(predicate.measure))
        else { return nil }
        let catalogue = try await measurer.catalogue(of: scope.organisation)
        guard let compiled = try? CompiledPredicate(predicate, in: catalogue) else { return nil }
        let seen = try await measurer.measure(compiled, of: scope.organisation, until: now)
        guard let value = seen.value, !predicate.comparison.holds(value, predicate.target)
        else { return nil }
        return Found(
            fingerprint: "preset:\(preset.name)",
            kind: "default",
            domain: preset.domain,
            outcome: preset.desiredOutcome,
            predicate: predicate,
            preset: preset.name,
            evidence: [
                "\(predicate.measure) is \(JSON.double(value).text()), usual is "
                    + "\(predicate.comparison.rawValue) \(JSON.double(predicate.target).text())",
                "nobody has opened the default \(preset.name)",
            ]
        )
    }

    // MARK: The store

    /// The suggestions that are open.
    ///
    /// - Throws: `StoreError`.
    public static func list(scope: Scope, in reader: any Reader) throws -> [JSON] {
        try reader.query(
            """
            SELECT id, at, updated_at, body FROM intent_suggestion
            WHERE organisation = ? AND status = 'open' ORDER BY at DESC, id LIMIT \(most)
            """,
            [.id(scope.organisation)]
        ) { row in
            var json: JSON = [
                "id": .string(try row.text(0)), "at": try row.timestamp(1).json,
                "updatedAt": try row.timestamp(2).json,
            ]
            for member in try row.json(3).object ?? JSONObject() { json[member.key] = member.value }
            return json
        }
    }

    /// Settles a suggestion as adopted or dismissed.
    ///
    /// - Returns: its body.
    /// - Throws: a fault of code `suggestion-not-found`; `StoreError`.
    public static func settle(
        _ id: String,
        as status: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> JSON {
        let body = try transaction.first(
            """
            SELECT body FROM intent_suggestion
            WHERE organisation = ? AND id = ? AND status = 'open'
            """,
            [.id(scope.organisation), .text(id)]
        ) { try $0.json(0) }
        guard let body else {
            throw GeneralFault(
                .notFound,
                code: "suggestion-not-found",
                "there is no open suggestion \"\(id.prefix(60))\""
            )
        }
        try transaction.execute(
            "UPDATE intent_suggestion SET status = ? WHERE organisation = ? AND id = ?",
            [.text(status), .id(scope.organisation), .text(id)]
        )
        return body
    }
}

/// What an alarm's rule measures, as a predicate that wants the opposite.
struct AlarmMeasure: Sendable {
    var name: String
    var metric: String
    var labels: [String: String]
    var statistic: MetricStatistic
    var threshold: Double
    var isThreshold: Bool
    var predicate: Predicate

    init?(_ body: JSON) {
        guard let metric = body["metric"]?.string, let threshold = body["threshold"]?.double,
            let statistic = body["statistic"]?.string.flatMap(MetricStatistic.init(rawValue:)),
            let name = body["name"]?.string
        else { return nil }
        self.name = name
        self.metric = metric
        self.threshold = threshold
        self.statistic = statistic
        isThreshold = body["kind"]?.string ?? "threshold" == "threshold"
        labels = [:]
        for label in body["labels"]?.object ?? JSONObject() {
            labels[label.key] = label.value.string
        }
        let wanted: Predicate.Comparison =
            switch body["comparison"]?.string {
            case ">=": .below
            case "<": .atLeast
            case "<=": .above
            default: .atMost
            }
        let function: Measure.Function =
            switch statistic {
            case .average: .average
            case .sum: .sum
            case .minimum: .minimum
            case .maximum: .maximum
            case .rate: .rate
            case .ratio: .share
            case .p50: .p50
            case .p99: .p99
            }
        let window = (body["periodSeconds"]?.int ?? 60) * (body["periods"]?.int ?? 5)
        predicate = Predicate(
            measure: Measure(
                function,
                of: "metric:\(metric)",
                where: labels.sorted { $0.key < $1.key }.map {
                    Condition($0.key, .equal, [.text($0.value)])
                },
                windowSeconds: min(max(window, 10), Measure.windows.upperBound)
            ),
            comparison: wanted,
            target: statistic == .ratio ? threshold / 100 : threshold
        )
    }
}
