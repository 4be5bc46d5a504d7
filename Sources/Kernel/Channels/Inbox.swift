public import Core
public import Store

/// Each account's messages within the program.
///
/// Everything here is about the scope's own account in the scope's organisation: nobody reads or
/// marks what was sent to another.
public struct Inbox: Sendable {
    /// The subject of inbox ids; a message keeps the id that it had in the outbox.
    public typealias Entry = Outbox.Entry

    /// One message in an inbox.
    public struct Item: Sendable, Hashable {
        /// The message's id, which sorts by time.
        public var id: ID<Entry>
        /// What it says.
        public var message: Message
        /// When it was sent.
        public var at: Timestamp
        /// When it was read; nil while unread.
        public var readAt: Timestamp?
        /// What it is about, when that lasts until somebody acknowledges it.
        public var incident: String?
        /// When somebody acknowledged that.
        public var acknowledgedAt: Timestamp?
        /// Who did.
        public var acknowledgedBy: String?

        /// `{"id","subject","body","at","read","link","severity","needsAcknowledgement",
        /// "acknowledgedAt","acknowledgedBy"}`.
        public var json: JSON {
            [
                "id": id.json, "subject": .string(message.subject), "body": .string(message.body),
                "at": at.json, "read": .bool(readAt != nil), "link": .optional(message.link),
                "severity": .string(message.severity.rawValue),
                "needsAcknowledgement": .bool(incident != nil && acknowledgedAt == nil),
                "acknowledgedAt": acknowledgedAt?.json ?? .null,
                "acknowledgedBy": .optional(acknowledgedBy),
            ]
        }
    }

    private let clock: any WallClock

    /// An inbox whose clock says when a message was read.
    public init(clock: any WallClock) {
        self.clock = clock
    }

    /// The newest messages first.
    ///
    /// - Parameters:
    ///   - scope: whose inbox.
    ///   - limit: how many, 1 to 200. Default 50.
    ///   - before: only messages older than this one, to page on.
    ///   - unreadOnly: whether to leave out what was read. Default false.
    ///   - reader: the state to read.
    /// - Returns: at most `limit` messages.
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        limit: Int = 50,
        before: ID<Entry>? = nil,
        unreadOnly: Bool = false,
        in reader: any Reader
    ) throws -> [Item] {
        var sql = """
            SELECT \(Self.itemColumns) FROM channels_inbox
            WHERE organisation = ? AND account = ?
            """
        var parameters: [SQLValue] = [.id(scope.organisation), .id(scope.actor.id)]
        if let before {
            sql += " AND id < ?"
            parameters.append(.id(before))
        }
        if unreadOnly { sql += " AND read_at IS NULL" }
        parameters.append(.int(min(max(limit, 1), 200)))
        return try reader.query(sql + " ORDER BY id DESC LIMIT ?", parameters, Self.item)
    }

    private static let itemColumns = """
        id, subject, body, link, severity, created_at, read_at, incident, acknowledged_at,
        acknowledged_by
        """

    private static func item(_ row: any Row) throws -> Item {
        Item(
            id: try row.id(0),
            message: Message(
                stored: try row.text(1),
                body: try row.text(2),
                link: try row.optionalText(3),
                severity: Message.Severity(rawValue: try row.text(4)) ?? .info
            ),
            at: try row.timestamp(5),
            readAt: try row.optionalTimestamp(6),
            incident: try row.optionalText(7),
            acknowledgedAt: try row.optionalTimestamp(8),
            acknowledgedBy: try row.optionalText(9)
        )
    }

    /// What messages can be sorted by.
    public static let columns: [ListQuery.Column] = [
        .init("at", "created_at", isNumber: true), .init("severity", "severity"),
    ]

    /// One page of messages, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - query: order and page.
    ///   - unreadOnly: whether to leave out what was read.
    ///   - scope: whose inbox.
    ///   - reader: the state to read.
    /// - Returns: the messages.
    /// - Throws: `StoreError`.
    public func page(
        _ query: ListQuery,
        unreadOnly: Bool,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [Item], next: JSON) {
        var rows = RowFilter(
            "organisation = ? AND account = ?",
            [.id(scope.organisation), .id(scope.actor.id)]
        )
        if unreadOnly { rows.add("read_at IS NULL") }
        return try query.page(
            Self.itemColumns,
            count: 10,
            of: "channels_inbox",
            where: rows,
            in: reader,
            Self.item
        )
    }

    /// How many messages are unread.
    ///
    /// - Throws: `StoreError`.
    public func unread(scope: Scope, in reader: any Reader) throws -> Int {
        let count = try reader.first(
            """
            SELECT COUNT(*) FROM channels_inbox
            WHERE organisation = ? AND account = ? AND read_at IS NULL
            """,
            [.id(scope.organisation), .id(scope.actor.id)]
        ) { try $0.int(0) }
        return Int(count ?? 0)
    }

    /// What a message is about that lasts until somebody acknowledges it; nil when there is nothing.
    ///
    /// - Throws: `StoreError`.
    public func incident(
        of id: ID<Entry>,
        scope: Scope,
        in reader: any Reader
    ) throws -> String? {
        try reader.first(
            """
            SELECT incident FROM channels_inbox
            WHERE id = ? AND organisation = ? AND account = ? AND incident IS NOT NULL
            """,
            [.id(id), .id(scope.organisation), .id(scope.actor.id)]
        ) { try $0.text(0) }
    }

    /// Marks one message as read; nothing when it was read before.
    ///
    /// - Throws: `ChannelError` of code `not-found` when the inbox has no such message, or `StoreError`.
    public func markRead(_ id: ID<Entry>, scope: Scope, in transaction: any Transaction) throws {
        let changed = try transaction.executeCounting(
            """
            UPDATE channels_inbox SET read_at = COALESCE(read_at, ?)
            WHERE id = ? AND organisation = ? AND account = ?
            """,
            [.time(clock.now()), .id(id), .id(scope.organisation), .id(scope.actor.id)]
        )
        guard changed == 1 else { throw ChannelError(.notFound, "there is no such message") }
    }

    /// Marks all messages as read.
    ///
    /// - Returns: how many were unread.
    /// - Throws: `StoreError`.
    @discardableResult
    public func markAllRead(scope: Scope, in transaction: any Transaction) throws -> Int {
        try transaction.executeCounting(
            """
            UPDATE channels_inbox SET read_at = ?
            WHERE organisation = ? AND account = ? AND read_at IS NULL
            """,
            [.time(clock.now()), .id(scope.organisation), .id(scope.actor.id)]
        )
    }
}
