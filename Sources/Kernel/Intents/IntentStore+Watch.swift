public import Core
public import Store

/// What the Conscience keeps of an intent, and what is shown of it.
extension IntentStore {
    /// The row of an intent that is watched.
    struct Watch: Sendable {
        var round: Int64
        var evaluatedAt: Timestamp?
        var rowAt: Timestamp?
        var state: Observation.State?
        var value: Double?
        var course: ConscienceCourse
        /// Since when this measure is watched; nil for ever since it was opened.
        var measuredFrom: Timestamp?
        /// Whether a person changed the intent since the last round.
        var isDisturbed: Bool
    }

    func watch(of id: ID<Intent>, in reader: any Reader) throws -> Watch? {
        try reader.first(
            """
            SELECT round, evaluated_at, row_at, state, value, course, measured_from, disturbed
            FROM intent_watch
            WHERE organisation = ? AND intent = ?
            """,
            [.id(scope.organisation), .id(id)]
        ) { row in
            Watch(
                round: try row.int(0),
                evaluatedAt: try row.optionalTimestamp(1),
                rowAt: try row.optionalTimestamp(2),
                state: try row.optionalText(3).flatMap(Observation.State.init(rawValue:)),
                value: row.isNull(4) ? nil : try row.double(4),
                course: try ConscienceCourse(json: row.json(5)),
                measuredFrom: try row.optionalTimestamp(6),
                isDisturbed: try row.bool(7)
            )
        }
    }

    /// One point of an evaluation: at what moment what was so.
    struct Sample: Sendable {
        var at: Timestamp
        var state: Observation.State
        var value: Double?
    }

    /// Takes the place of a round: writes what was seen, and moves the row on.
    ///
    /// - Returns: false when another process, or a person's change, was quicker; nothing is written then.
    func advance(
        _ id: ID<Intent>,
        from watch: Watch,
        seeing samples: [Sample],
        _ observation: Observation,
        deadline: Timestamp,
        course: ConscienceCourse,
        in transaction: any Transaction
    ) throws -> Bool {
        var before = watch
        var micros: [Observation.State: Int64] = [:]
        var drifts: Int64 = 0
        for sample in samples {
            guard let at = before.evaluatedAt, let state = before.state, let rowAt = before.rowAt
            else {
                try insert(sample, of: id, in: transaction)
                before.rowAt = sample.at
                before.evaluatedAt = sample.at
                before.state = sample.state
                continue
            }
            // The time since the last look was as that look found it.
            micros[state, default: 0] += max(0, (sample.at - at).microseconds)
            let begins =
                sample.state != state || sample.at - rowAt >= .seconds(60)
            try transaction.execute(
                """
                UPDATE intent_evaluation SET until_at = ?, samples = samples + ?
                WHERE organisation = ? AND intent = ? AND at = ?
                """,
                [
                    .time(sample.at), .int(begins ? 0 : 1), .id(scope.organisation), .id(id),
                    .time(rowAt),
                ]
            )
            if begins, sample.at > rowAt {
                try insert(sample, of: id, in: transaction)
                before.rowAt = sample.at
            }
            before.evaluatedAt = sample.at
            before.state = sample.state
        }
        if watch.course.drift == nil, course.drift != nil { drifts = 1 }
        return try transaction.executeCounting(
            """
            UPDATE intent_watch SET round = round + 1, disturbed = 0, evaluated_at = ?, row_at = ?, state = ?,
                value = ?, risk = ?, drift_at = ?, drifts = drifts + ?,
                held_micros = held_micros + ?, broken_micros = broken_micros + ?,
                unknown_micros = unknown_micros + ?, course = ?, observation = ?
            WHERE organisation = ? AND intent = ? AND round = ?
            """,
            [
                .time(before.evaluatedAt), .time(before.rowAt), .text(before.state?.rawValue),
                observation.value.map { .double($0) } ?? .null,
                .text(observation.risk.rawValue), .time(course.drift?.since), .int(drifts),
                .int(micros[.holds] ?? 0), .int(micros[.broken] ?? 0),
                .int((micros[.noData] ?? 0) + (micros[.noTelemetry] ?? 0)), .json(course.json),
                .json(observation.json(deadline: deadline)), .id(scope.organisation), .id(id),
                .int(watch.round),
            ]
        ) == 1
    }

    private func insert(
        _ sample: Sample,
        of id: ID<Intent>,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO intent_evaluation (organisation, intent, at, until_at, state, value, samples)
            VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (organisation, intent, at) DO NOTHING
            """,
            [
                .id(scope.organisation), .id(id), .time(sample.at), .time(sample.at),
                .text(sample.state.rawValue), sample.value.map { .double($0) } ?? .null,
            ]
        )
    }

    /// The latest values, oldest first, at most `limit`.
    func values(
        of id: ID<Intent>,
        since: Timestamp,
        limit: Int,
        in reader: any Reader
    ) throws -> [(at: Timestamp, value: Double)] {
        try reader.query(
            """
            SELECT at, value FROM intent_evaluation
            WHERE organisation = ? AND intent = ? AND at >= ? AND value IS NOT NULL
            ORDER BY at DESC LIMIT \(limit)
            """,
            [.id(scope.organisation), .id(id), .time(since)]
        ) { (at: try $0.timestamp(0), value: try $0.double(1)) }.reversed()
    }

    /// The stretches of evaluations of an intent, oldest first.
    ///
    /// - Throws: `StoreError`.
    public func evaluations(
        of id: ID<Intent>,
        from: Timestamp,
        until: Timestamp,
        limit: Int,
        in reader: any Reader
    ) throws -> [JSON] {
        try reader.query(
            """
            SELECT at, until_at, state, value, samples FROM intent_evaluation
            WHERE organisation = ? AND intent = ? AND until_at >= ? AND at < ?
            ORDER BY at LIMIT \(limit)
            """,
            [.id(scope.organisation), .id(id), .time(from), .time(until)]
        ) { row in
            [
                "at": try row.timestamp(0).json, "until": try row.timestamp(1).json,
                "state": .string(try row.text(2)),
                "value": row.isNull(3) ? .null : .double(try row.double(3)),
                "samples": .int(try row.int(4)),
            ]
        }
    }

    /// An intent with everything that lists show of it.
    ///
    /// - Throws: `StoreError`.
    public func shown(_ intent: Intent, in reader: any Reader) throws -> JSON {
        var json = intent.json
        let found = try reader.first(
            """
            SELECT state, value, risk, evaluated_at, drift_at, drifts, held_micros, broken_micros,
                unknown_micros, intent_uptime, remediations, remediations_improved, decisions,
                cost_micros
            FROM intent_insights WHERE organisation = ? AND intent_id = ?
            """,
            [.id(scope.organisation), .id(intent.id)]
        ) { row -> [(String, JSON)] in
            [
                ("state", .optional(try row.optionalText(0))),
                ("value", row.isNull(1) ? .null : .double(try row.double(1))),
                ("risk", .optional(try row.optionalText(2))),
                ("evaluatedAt", try row.optionalTimestamp(3)?.json ?? .null),
                ("driftingSince", try row.optionalTimestamp(4)?.json ?? .null),
                ("drifts", .int(try row.int(5))),
                ("heldSeconds", .double(Double(try row.int(6)) / 1e6)),
                ("brokenSeconds", .double(Double(try row.int(7)) / 1e6)),
                ("unknownSeconds", .double(Double(try row.int(8)) / 1e6)),
                ("uptime", row.isNull(9) ? .null : .double(try row.double(9))),
                ("remediations", .int(try row.int(10))),
                ("remediationsImproved", .int(try row.int(11))),
                ("decisions", .int(try row.int(12))), ("costMicros", .int(try row.int(13))),
            ]
        }
        for (name, value) in found ?? [] { json[name] = value }
        return json
    }

    /// The latest observation in full; nil before the first.
    ///
    /// - Throws: `StoreError`.
    public func observation(of id: ID<Intent>, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT observation FROM intent_watch WHERE organisation = ? AND intent = ?",
            [.id(scope.organisation), .id(id)]
        ) { $0.isNull(0) ? nil : try $0.json(0) } ?? nil
    }
}

extension IntentStore {
    /// The default of that name when it waits to be opened; nil otherwise.
    ///
    /// - Throws: `StoreError`.
    public func proposed(_ preset: String, in reader: any Reader) throws -> Intent? {
        try reader.first(
            """
            SELECT \(Self.columns) FROM intent
            WHERE organisation = ? AND preset = ? AND status = 'proposed'
            """,
            [.id(scope.organisation), .text(preset)],
            Self.intent
        )
    }

    /// Ends whatever is done or asked for an intent.
    ///
    /// - Returns: what was under way.
    /// - Throws: `StoreError`.
    public func endRemediations(
        of id: ID<Intent>,
        reason: String,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [RemediationRecord] {
        let ids = try transaction.query(
            """
            SELECT id FROM intent_remediation WHERE organisation = ? AND intent = ?
                AND status IN ('proposed', 'approved', 'rejected', 'running')
            """,
            [.id(scope.organisation), .id(id)]
        ) { try $0.id(0, RemediationRecord.self) }
        var ended: [RemediationRecord] = []
        for id in ids {
            guard var record = try remediation(id, in: transaction) else { continue }
            record.status = .withdrawn
            record.endedAt = now
            record.body["reason"] = .string(reason)
            try save(record, in: transaction)
            ended.append(record)
        }
        return ended
    }
}
