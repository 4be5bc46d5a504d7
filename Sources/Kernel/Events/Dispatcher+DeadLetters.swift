public import Core
public import Store

/// An event that a rule's target would not take.
public struct DeadLetter: Sendable {
    /// Its id.
    public var id: ID<DeadLetter>
    /// The rule that matched; a replay's, `rule#replay`.
    public var rule: String
    /// The event's place in the log.
    public var eventSeq: Int64
    /// Why the target would not take it.
    public var reason: String
    /// How often it was tried.
    public var attempts: Int
    /// When it was tried last.
    public var at: Timestamp
    /// The event's type, and what it is about.
    public var event: (type: String, subject: String?)

    /// `{"id","rule","eventSeq","event":{"type","subject"},"reason","attempts","at"}`.
    public var json: JSON {
        [
            "id": id.json, "rule": .string(rule), "eventSeq": .int(eventSeq),
            "event": ["type": .string(event.type), "subject": .optional(event.subject)],
            "reason": .string(reason), "attempts": .int(attempts), "at": at.json,
        ]
    }
}

extension Dispatcher {
    func bury(
        _ event: Event,
        rule: String,
        reason: any Error,
        in transaction: any Transaction
    ) throws {
        let message = (reason as? any Fault)?.message ?? String(describing: reason)
        try transaction.execute(
            """
            INSERT INTO dead_letter (id, organisation, rule, event_seq, reason, attempts, at)
            VALUES (?, ?, ?, ?, ?, 1, ?)
            ON CONFLICT (rule, event_seq) DO UPDATE SET
                reason = excluded.reason, attempts = dead_letter.attempts + 1, at = excluded.at,
                redriven_at = NULL, discard_reason = NULL
            """,
            [
                .id(ids.next(DeadLetter.self)), .id(event.organisation), .text(rule),
                .int(event.seq), .text(message), .time(clock.now()),
            ]
        )
    }

    /// What dead letters can be sorted by.
    public static let deadLetterColumns: [ListQuery.Column] = [
        .init("at", "at", isNumber: true), .init("rule", "rule"),
    ]

    private static let deadLetterSelection = """
        id, rule, event_seq, reason, attempts, at,
        (SELECT type FROM event WHERE seq = event_seq),
        (SELECT subject FROM event WHERE seq = event_seq)
        """

    /// One page of dead letters, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - query: order and page.
    ///   - rule: only those of one rule, its replays included; nil for all.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: those that were neither redriven nor discarded.
    /// - Throws: `StoreError`.
    public func deadLetters(
        _ query: ListQuery,
        rule: String? = nil,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [DeadLetter], next: JSON) {
        try query.page(
            Self.deadLetterSelection,
            count: 8,
            of: "dead_letter",
            where: Self.open(rule, scope),
            in: reader,
            Self.deadLetter
        )
    }

    private static func open(_ rule: String?, _ scope: Scope) -> RowFilter {
        var rows = RowFilter(
            "organisation = ? AND redriven_at IS NULL",
            [.id(scope.organisation)]
        )
        if let rule {
            // A replay's are named rule#replay; "$" is what follows "#".
            rows.add(
                "(rule = ? OR (rule > ? AND rule < ?))",
                .text(rule),
                .text(rule + "#"),
                .text(rule + "$")
            )
        }
        return rows
    }

    /// The ids of the oldest open dead letters of a rule.
    ///
    /// - Throws: `StoreError`.
    public func deadLetterIDs(
        of rule: String,
        limit: Int,
        scope: Scope,
        in reader: any Reader
    ) throws -> [ID<DeadLetter>] {
        let rows = Self.open(rule, scope)
        return try reader.query(
            "SELECT id FROM dead_letter WHERE \(rows.sql) ORDER BY at, event_seq LIMIT ?",
            rows.parameters + [.int(limit)]
        ) { try $0.id(0) }
    }

    private static func deadLetter(_ row: any Row) throws -> DeadLetter {
        DeadLetter(
            id: try row.id(0),
            rule: try row.text(1),
            eventSeq: try row.int(2),
            reason: try row.text(3),
            attempts: Int(try row.int(4)),
            at: try row.timestamp(5),
            event: (try row.optionalText(6) ?? "", try row.optionalText(7))
        )
    }

    /// An open dead letter with its event.
    ///
    /// - Throws: a fault of code `dead-letter-not-found`, or `StoreError`.
    public func deadLetter(
        _ id: ID<DeadLetter>,
        scope: Scope,
        in reader: any Reader
    ) throws -> (letter: DeadLetter, event: Event) {
        let found = try reader.first(
            """
            SELECT \(Self.deadLetterSelection) FROM dead_letter
            WHERE id = ? AND organisation = ? AND redriven_at IS NULL
            """,
            [.id(id), .id(scope.organisation)],
            Self.deadLetter
        )
        guard let found, let event = try log.event(at: found.eventSeq, in: reader) else {
            throw GeneralFault(
                .notFound,
                code: "dead-letter-not-found",
                "there is no open dead letter \(id)"
            )
        }
        return (found, event)
    }

    /// Gives a dead letter to its rule again; when that fails again it stays, with the new reason.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's; the delivery is part of it.
    /// - Returns: whether the target took it.
    /// - Throws: a fault of code `dead-letter-not-found`, or `rule-not-found`; or `StoreError`.
    public func redrive(
        _ id: ID<DeadLetter>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        let (letter, event) = try deadLetter(id, scope: scope, in: transaction)
        let name = letter.rule.split(separator: "#").first.map(String.init) ?? letter.rule
        let rule: EventRule
        do {
            rule = try table.rule(name, scope: scope, in: transaction)
        } catch let fault as GeneralFault where fault.code == "rule-not-found" {
            throw GeneralFault(
                .conflict,
                code: "rule-not-found",
                "the rule \"\(name)\" no longer exists"
            )
        }
        try settle(id, discarded: nil, in: transaction)
        return try deliver(event, to: rule, as: letter.rule, in: transaction)
    }

    /// Gives a dead letter up.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - reason: why.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's.
    /// - Returns: what was given up.
    /// - Throws: a fault of code `dead-letter-not-found`, or `StoreError`.
    public func discard(
        _ id: ID<DeadLetter>,
        reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> DeadLetter {
        let letter = try deadLetter(id, scope: scope, in: transaction).letter
        try settle(id, discarded: reason, in: transaction)
        return letter
    }

    private func settle(
        _ id: ID<DeadLetter>,
        discarded: String?,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "UPDATE dead_letter SET redriven_at = ?, discard_reason = ? WHERE id = ?",
            [.time(clock.now()), .text(discarded), .id(id)]
        )
    }

    /// The names of the program's own rules, which organisations may not give to theirs.
    public var ownRules: [String] { table.commonNames }

    /// The pattern of a rule, the program's or the organisation's.
    ///
    /// - Throws: a fault of code `rule-not-found`, or `StoreError`.
    public func pattern(of rule: String, scope: Scope, in reader: any Reader) throws -> Pattern {
        try table.rule(rule, scope: scope, in: reader).pattern
    }
}
