public import Core
public import Store

/// One thing that somebody did, or tried to do.
public struct AuditEntry: Sendable {
    /// How it ended.
    public enum Outcome: String, Sendable, CaseIterable {
        /// It was done.
        case done
        /// It was not allowed.
        case refused
        /// It was allowed and did not work.
        case failed
    }

    /// The position in the log, ascending, with gaps.
    public var seq: Int64
    /// When.
    public var at: Timestamp
    /// Who acted.
    public var actor: Actor
    /// For whom, when it was an agent or workflow.
    public var onBehalfOf: Actor?
    /// What was done, for instance `account.disabled`.
    public var action: String
    /// To what, for instance `account:0192…`.
    public var subject: String
    /// How it ended.
    public var outcome: Outcome
    /// What else is worth knowing; never a secret.
    public var detail: JSON
    /// The `traceparent`.
    public var trace: String

    /// The entry with camelCase members.
    public var json: JSON {
        [
            "seq": .int(seq), "at": at.json, "actor": actor.json,
            "onBehalfOf": onBehalfOf?.json ?? .null, "action": .string(action),
            "subject": .string(subject), "outcome": .string(outcome.rawValue), "detail": detail,
            "trace": .string(trace),
        ]
    }
}

/// Who did what: append-only, there is nothing that changes or removes an entry.
public struct AuditLog: Sendable {
    private let database: any Database
    private let clock: any WallClock

    /// A log in the given store.
    public init(database: any Database, clock: any WallClock) {
        self.database = database
        self.clock = clock
    }

    /// Adds an entry, as part of the transaction that does the thing itself.
    ///
    /// - Parameters:
    ///   - action: what is done, for instance `account.disabled`.
    ///   - subject: to what, for instance `account:0192…`.
    ///   - outcome: how it ended; default done.
    ///   - detail: what else is worth knowing; never a secret.
    ///   - scope: who acts, where, and within which trace.
    ///   - transaction: what the entry belongs to.
    /// - Throws: `StoreError`.
    public func append(
        _ action: String,
        subject: String,
        outcome: AuditEntry.Outcome = .done,
        detail: JSON = [:],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_audit
                (organisation, at, actor, on_behalf_of, action, subject, outcome, detail, trace)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .time(clock.now()), .json(scope.actor.json),
                .json(scope.onBehalfOf?.json), .text(action), .text(subject),
                .text(outcome.rawValue), .json(detail), .text(scope.trace.description),
            ]
        )
    }

    /// The organisation's entries, newest first.
    ///
    /// - Parameters:
    ///   - scope: whose entries.
    ///   - before: the `seq` of the last entry already seen; nil starts at the newest.
    ///   - limit: at most this many, 1 to 500.
    /// - Returns: the entries; fewer than `limit` when the log ends.
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        before: Int64? = nil,
        limit: Int = 100
    ) async throws -> [AuditEntry] {
        try await database.query(
            """
            SELECT seq, at, actor, on_behalf_of, action, subject, outcome, detail, trace
            FROM identity_audit WHERE organisation = ? AND seq < ? ORDER BY seq DESC LIMIT ?
            """,
            [.id(scope.organisation), .int(before ?? Int64.max), .int(min(max(limit, 1), 500))],
            Self.read
        )
    }

    private static func read(_ row: any Row) throws -> AuditEntry {
        guard let actor = Actor(json: try row.json(2)),
            let outcome = AuditEntry.Outcome(rawValue: try row.text(6))
        else { throw StoreError(.corrupt, "an audit entry cannot be read") }
        return AuditEntry(
            seq: try row.int(0),
            at: try row.timestamp(1),
            actor: actor,
            onBehalfOf: row.isNull(3) ? nil : Actor(json: try row.json(3)),
            action: try row.text(4),
            subject: try row.text(5),
            outcome: outcome,
            detail: try row.json(7),
            trace: try row.text(8)
        )
    }
}
