public import Core
public import Store

/// Forgets what was sent, given up or closed long ago, a little at a time.
public struct ChannelRetention: Sendable {
    /// How long it is kept.
    public var age: Duration
    /// The most rows of one transaction, so that nobody else waits long for the writer.
    static let batch = 1_000

    /// Keeps what is younger than `age`.
    public init(age: Duration) {
        self.age = age
    }

    private static let tables: [(name: String, ended: String, exception: String)] = [
        (
            "channels_outbox", "finished_at",
            // Whoever heard of an incident must hear that it is over, however long it lasts.
            """
            AND NOT (channel = 'pagerduty' AND action = 'trigger' AND incident IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM channels_outbox later
                    WHERE later.organisation = channels_outbox.organisation
                        AND later.incident = channels_outbox.incident
                        AND later.created_at >= channels_outbox.created_at AND later.channel = 'pagerduty'
                        AND later.address = channels_outbox.address AND later.action = 'resolve'))
            """
        ), ("channels_webhook_delivery", "finished_at", ""),
        ("channels_incident", "closed_at", ""),
    ]

    /// Forgets all there is to forget: messages, deliveries to webhooks, incidents.
    ///
    /// The inbox keeps its messages.
    ///
    /// - Throws: `StoreError`.
    public func apply(to database: any Database, at now: Timestamp) async throws {
        for table in Self.tables {
            var removed = Self.batch
            while removed == Self.batch {
                removed = try await database.transaction { transaction in
                    try transaction.executeCounting(
                        """
                        DELETE FROM \(table.name) WHERE id IN (
                            SELECT id FROM \(table.name)
                            WHERE \(table.ended) < ? \(table.exception) LIMIT \(Self.batch))
                        """,
                        [.time(now + age * -1)]
                    )
                }
            }
        }
        try await database.transaction { transaction in
            try transaction.execute("DELETE FROM channels_told WHERE until <= ?", [.time(now)])
        }
    }
}
