public import Core
public import Store

/// How long an organisation keeps its events, by type; without a word, for ever.
public struct EventRetention: Sendable {
    /// What is kept how long.
    public struct Item: Sendable {
        /// A type, `order.*` for all that begin so, or `*` for all.
        public var type: String
        /// How many days.
        public var days: Int

        /// An item.
        public init(type: String, days: Int) {
            self.type = type
            self.days = days
        }
    }

    /// More items than this an organisation does not have.
    public static let largest = 100
    private static let batch = 1_000

    /// The retention.
    public init() {}

    /// What the organisation has decided.
    ///
    /// - Throws: `StoreError`.
    public func items(scope: Scope, in reader: any Reader) throws -> [Item] {
        try reader.query(
            "SELECT type, days FROM event_retention WHERE organisation = ? ORDER BY type",
            [.id(scope.organisation)]
        ) { Item(type: try $0.text(0), days: Int(try $0.int(1))) }
    }

    /// Decides anew.
    ///
    /// - Throws: `StoreError`.
    public func set(_ items: [Item], scope: Scope, in transaction: any Transaction) throws {
        try transaction.execute(
            "DELETE FROM event_retention WHERE organisation = ?",
            [.id(scope.organisation)]
        )
        for item in items {
            try transaction.execute(
                "INSERT INTO event_retention (organisation, type, days) VALUES (?, ?, ?)",
                [.id(scope.organisation), .text(item.type), .int(item.days)]
            )
        }
    }

    /// Forgets what is older than was decided.
    ///
    /// What a cursor has not passed, a running replay has still to give, or an open dead letter is about is
    /// kept, and the newest event of all.
    ///
    /// - Returns: how many events were forgotten.
    /// - Throws: `StoreError`.
    public func apply(to database: any Database, at now: Timestamp) async throws -> Int {
        let items = try await database.query(
            "SELECT organisation, type, days FROM event_retention ORDER BY organisation, type",
            []
        ) {
            (
                organisation: try $0.id(0, Organisation.self), type: try $0.text(1),
                days: try $0.int(2)
            )
        }
        var forgotten = 0
        for item in items {
            var rows = EventLog.Selection(
                type: item.type == "*" ? nil : item.type,
                to: now + .seconds(-item.days * 86_400)
            ).rows(of: item.organisation)
            rows.add("seq < (SELECT MAX(e.seq) FROM event e)")
            rows.add(
                """
                seq <= (SELECT COALESCE(MIN(c.seq), 0) FROM event_cursor c WHERE c.name <> ?)
                """,
                .text(EventRules.revisionName)
            )
            rows.add(
                """
                NOT EXISTS (SELECT 1 FROM event_replay r WHERE r.organisation = event.organisation
                    AND r.status = 'running' AND r.position < event.seq AND r.end_seq >= event.seq)
                """
            )
            rows.add(
                """
                NOT EXISTS (SELECT 1 FROM dead_letter d
                    WHERE d.event_seq = event.seq AND d.redriven_at IS NULL)
                """
            )
            let filter = rows
            var count = 0
            repeat {
                count = try await database.transaction { transaction in
                    try transaction.executeCounting(
                        """
                        DELETE FROM event WHERE seq IN (
                            SELECT seq FROM event WHERE \(filter.sql) ORDER BY seq LIMIT \(Self.batch))
                        """,
                        filter.parameters
                    )
                }
                forgotten += count
            } while count == Self.batch
        }
        return forgotten
    }
}
