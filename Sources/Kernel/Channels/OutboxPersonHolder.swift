public import Core
public import Privacy
public import Store

/// What the outbox and inboxes keep about persons: it is sealed, and needs only be stopped.
public struct OutboxPersonHolder: PersonHolder {
    private let privacy: Privacy

    /// The most messages of an export; the outbox keeps them for a while only.
    private static let most = 10_000

    /// The holder; `privacy` opens messages for an export.
    public init(privacy: Privacy) {
        self.privacy = privacy
    }

    /// `messages`.
    public var name: String { "messages" }

    /// `[{"id","at","channel","address","subject","body","status"}]`, the oldest first.
    ///
    /// - Throws: `StoreError`.
    public func export(
        _ subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        let found = try reader.query(
            """
            SELECT id, created_at, channel, address, subject, body, status FROM channels_outbox
            WHERE organisation = ? AND person = ? ORDER BY id LIMIT ?
            """,
            [.id(scope.organisation), .text(subject.description), .int(Self.most)]
        ) { row -> JSON in
            [
                "id": .string(try row.text(0)), "at": try row.timestamp(1).json,
                "channel": .string(try row.text(2)), "address": .string(try row.text(3)),
                "subject": .string(try row.text(4)), "body": .string(try row.text(5)),
                "status": .string(try row.text(6)),
            ]
        }
        guard !found.isEmpty else { return nil }
        return .array(try found.map { try privacy.open($0, of: scope.organisation, in: reader) })
    }

    /// Messages that wait are not sent any more; those that were sent are unreadable without the key.
    ///
    /// - Throws: `StoreError`.
    public func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)] {
        let stopped = try transaction.executeCounting(
            """
            UPDATE channels_outbox SET status = 'skipped', finished_at = ?,
                reason = 'the person it is about was erased'
            WHERE organisation = ? AND person = ? AND status = 'pending'
            """,
            [.time(now), .id(scope.organisation), .text(subject.description)]
        )
        let all = try transaction.first(
            "SELECT COUNT(*) FROM channels_outbox WHERE organisation = ? AND person = ?",
            [.id(scope.organisation), .text(subject.description)]
        ) { Int(try $0.int(0)) }
        return [("messages stopped", stopped), ("messages sealed", all ?? 0)]
    }
}
