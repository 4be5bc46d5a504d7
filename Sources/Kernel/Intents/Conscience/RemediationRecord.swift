public import Core
public import Store

/// What was done, or asked for, to bring an intent back: predicted and measured.
public struct RemediationRecord: Sendable {
    /// How far it has come.
    public enum Status: String, Sendable, CaseIterable {
        /// A person is asked.
        case proposed
        /// A person agreed; it starts with the next round.
        case approved
        /// A person refused; the next round ends it.
        case rejected
        /// Its workflow was started, and its effect is not judged yet.
        case running
        /// See ``ConscienceAction/Outcome``.
        case improved
        /// See ``ConscienceAction/Outcome``.
        case noEffect = "no-effect"
        /// See ``ConscienceAction/Outcome``.
        case failed
        /// See ``ConscienceAction/Outcome``.
        case refused
        /// See ``ConscienceAction/Outcome``.
        case withdrawn
    }

    /// Its id.
    public var id: ID<RemediationRecord>
    /// For which intent.
    public var intent: ID<Intent>
    /// The remediation's name.
    public var name: String
    /// How far it has come.
    public var status: Status
    /// The workflow's run, once it was started.
    public var execution: String?
    /// The decision that began it.
    public var decision: String?
    /// By how much the measure was to get better.
    public var predicted: Double
    /// The value when it was started.
    public var baseline: Double?
    /// The value when it was judged.
    public var measured: Double?
    /// By how much the measure got better.
    public var effect: Double?
    /// When it was started or asked for.
    public var at: Timestamp
    /// When its workflow was started.
    public var startedAt: Timestamp?
    /// When its effect is judged, or the question expires.
    public var judgeAt: Timestamp
    /// When it was judged.
    public var endedAt: Timestamp?
    /// The offer, the question, who answered, and why it ended so.
    public var body: JSON

    /// The API's form.
    public var json: JSON {
        [
            "id": id.json, "intentId": intent.json, "name": .string(name),
            "workflow": body["offer"]?["workflow"] ?? .null,
            "cost": body["offer"]?["cost"] ?? .null,
            "rationale": body["offer"]?["rationale"] ?? .null,
            "question": body["question"] ?? .null, "reason": body["reason"] ?? .null,
            "answeredBy": body["answeredBy"] ?? .null,
            "status": .string(status.rawValue), "executionId": .optional(execution),
            "decisionId": .optional(decision), "predicted": .double(predicted),
            "baseline": .optional(baseline), "measured": .optional(measured),
            "effect": .optional(effect), "at": at.json, "startedAt": startedAt?.json ?? .null,
            "judgeAt": judgeAt.json, "endedAt": endedAt?.json ?? .null,
        ]
    }
}

/// Remediations in the store.
extension IntentStore {
    private static let remediationColumns = """
        id, intent, name, status, execution, decision, predicted, baseline, measured, effect, at,
        started_at, judge_at, ended_at, body
        """

    private static func remediation(_ row: any Row) throws -> RemediationRecord {
        func number(_ column: Int) throws -> Double? {
            row.isNull(column) ? nil : try row.double(column)
        }
        guard let status = RemediationRecord.Status(rawValue: try row.text(3)) else {
            throw StoreError(.corrupt, "a remediation's status is broken")
        }
        return RemediationRecord(
            id: try row.id(0),
            intent: try row.id(1),
            name: try row.text(2),
            status: status,
            execution: try row.optionalText(4),
            decision: try row.optionalText(5),
            predicted: try row.double(6),
            baseline: try number(7),
            measured: try number(8),
            effect: try number(9),
            at: try row.timestamp(10),
            startedAt: try row.optionalTimestamp(11),
            judgeAt: try row.timestamp(12),
            endedAt: try row.optionalTimestamp(13),
            body: try row.json(14)
        )
    }

    /// Writes a remediation, new or changed.
    func save(_ record: RemediationRecord, in transaction: any Transaction) throws {
        func number(_ value: Double?) -> SQLValue { value.map { .double($0) } ?? .null }
        try transaction.execute(
            """
            INSERT INTO intent_remediation (id, organisation, intent, name, status, execution,
                decision, predicted, baseline, measured, effect, at, started_at, judge_at,
                ended_at, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, id) DO UPDATE SET status = excluded.status,
                execution = excluded.execution, baseline = excluded.baseline,
                measured = excluded.measured, effect = excluded.effect,
                started_at = excluded.started_at, judge_at = excluded.judge_at,
                ended_at = excluded.ended_at, body = excluded.body
            """,
            [
                .id(record.id), .id(scope.organisation), .id(record.intent), .text(record.name),
                .text(record.status.rawValue), .text(record.execution), .text(record.decision),
                .double(record.predicted), number(record.baseline), number(record.measured),
                number(record.effect), .time(record.at), .time(record.startedAt),
                .time(record.judgeAt), .time(record.endedAt), .json(record.body),
            ]
        )
    }

    /// One remediation; nil when there is none in the organisation.
    ///
    /// - Throws: `StoreError`.
    public func remediation(
        _ id: ID<RemediationRecord>,
        in reader: any Reader
    ) throws -> RemediationRecord? {
        try reader.first(
            """
            SELECT \(Self.remediationColumns) FROM intent_remediation
            WHERE organisation = ? AND id = ?
            """,
            [.id(scope.organisation), .id(id)],
            Self.remediation
        )
    }

    /// What lists of remediations can be sorted by.
    public static let remediationSorts: [ListQuery.Column] = [.init("at", "at", isNumber: true)]

    /// A page of remediations, of one intent or of all.
    ///
    /// - Throws: `StoreError`.
    public func remediations(
        of intent: ID<Intent>?,
        status: RemediationRecord.Status?,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [RemediationRecord], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("intent = ?", ifAny: .id(intent))
        rows.add("status = ?", ifAny: .text(status?.rawValue))
        if scope.roles.isDisjoint(with: Intent.confidants) {
            rows.add(
                """
                EXISTS (SELECT 1 FROM intent i WHERE i.organisation = intent_remediation.organisation
                    AND i.id = intent_remediation.intent
                    AND (i.sensitivity = 'public' OR i.owner = ?))
                """,
                .id(scope.actor.id)
            )
        }
        return try query.page(
            Self.remediationColumns,
            count: 15,
            of: "intent_remediation",
            where: rows,
            in: reader,
            Self.remediation
        )
    }

    /// Takes a person's answer to a question.
    ///
    /// - Parameters:
    ///   - id: what was asked about.
    ///   - approves: whether it may be started.
    ///   - actor: who answered; nil when nobody did in time.
    ///   - note: what they said to it.
    ///   - transaction: the caller's.
    /// - Returns: the remediation as it is now.
    /// - Throws: faults of code `remediation-not-found` and `not-asked`; `StoreError`.
    @discardableResult
    public func answer(
        _ id: ID<RemediationRecord>,
        approves: Bool,
        by actor: Actor?,
        note: String?,
        in transaction: any Transaction
    ) throws -> RemediationRecord {
        guard var record = try remediation(id, in: transaction),
            let intent = try find(record.intent, in: transaction)
        else {
            throw GeneralFault(
                .notFound,
                code: "remediation-not-found",
                "there is no remediation \"\(id)\""
            )
        }
        guard record.status == .proposed, intent.status == .open else {
            throw GeneralFault(
                .conflict,
                code: "not-asked",
                "the remediation is \(record.status.rawValue); nobody is asked about it any more",
                details: ["status": .string(record.status.rawValue)]
            )
        }
        record.status = approves ? .approved : .rejected
        if let actor { record.body["answeredBy"] = actor.json }
        if let note { record.body["note"] = .string(note) }
        try save(record, in: transaction)
        return record
    }
}
