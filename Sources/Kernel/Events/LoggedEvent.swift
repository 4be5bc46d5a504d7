public import Core
import Store

/// An event as the log holds it: data and actor are still text, for those who only pass it on.
public struct LoggedEvent: Sendable, Hashable {
    /// The place in the log.
    public var seq: Int64
    /// The id as text.
    public var id: String
    /// The only organisation that may see it.
    public var organisation: ID<Organisation>
    /// What happened.
    public var type: String
    /// What it happened to.
    public var subject: String?
    /// When it happened.
    public var time: Timestamp
    /// The facts, as JSON text.
    public var data: String
    /// Who did it, as JSON text.
    public var actor: String

    /// An event as it is logged.
    public init(
        seq: Int64,
        id: String,
        organisation: ID<Organisation>,
        type: String,
        subject: String?,
        time: Timestamp,
        data: String,
        actor: String
    ) {
        self.seq = seq
        self.id = id
        self.organisation = organisation
        self.type = type
        self.subject = subject
        self.time = time
        self.data = data
        self.actor = actor
    }
}

/// A stretch of the log.
public struct LogPage: Sendable {
    /// The events that were asked for, in order.
    public var events: [LoggedEvent]
    /// Up to here nothing was left out.
    public var through: Int64
    /// Whether the log ended there.
    public var isEnd: Bool

    /// A stretch.
    public init(events: [LoggedEvent], through: Int64, isEnd: Bool) {
        self.events = events
        self.through = through
        self.isEnd = isEnd
    }
}

extension EventLog {
    /// A page looks at no more of the log than this, however little of it is wanted.
    private static let window: Int64 = 4_096

    /// The stretch of the log after `cursor`, of one organisation or, for the program itself, of all.
    ///
    /// - Parameters:
    ///   - cursor: where to begin.
    ///   - organisation: whose events; nil for everybody's, which must not leave the program unsorted.
    ///   - limit: at most this many events.
    /// - Returns: the stretch; it may hold no event and still not be the end.
    /// - Throws: `StoreError`.
    public func page(
        after cursor: Int64,
        of organisation: ID<Organisation>?,
        limit: Int = 256
    ) async throws -> LogPage {
        try await database.read { reader in
            let head = try head(in: reader)
            guard head > cursor else {
                return LogPage(events: [], through: head, isEnd: true)
            }
            let end = min(head, cursor + Self.window)
            var sql = """
                SELECT seq, id, organisation, type, subject, time, data, actor FROM event
                WHERE seq > ? AND seq <= ?
                """
            var parameters: [SQLValue] = [.int(cursor), .int(end)]
            if let organisation {
                // An expression keeps SQLite from the index by subject, which would need sorting.
                sql += " AND organisation || '' = ?"
                parameters.append(.id(organisation))
            }
            sql += " ORDER BY seq LIMIT ?"
            parameters.append(.int(limit))
            let events = try reader.query(sql, parameters) { row -> LoggedEvent in
                try opening(
                    LoggedEvent(
                        seq: try row.int(0),
                        id: try row.text(1),
                        organisation: try row.id(2),
                        type: try row.text(3),
                        subject: try row.optionalText(4),
                        time: try row.timestamp(5),
                        data: try row.text(6),
                        actor: try row.text(7)
                    ),
                    reader
                )
            }
            let isCut = events.count == limit
            let through = isCut ? events.last?.seq ?? end : end
            return LogPage(events: events, through: through, isEnd: through == head)
        }
    }

    /// The last place in the log that is taken; 0 when it is empty.
    ///
    /// - Throws: `StoreError`.
    public func head() async throws -> Int64 {
        try await database.read { try head(in: $0) }
    }

    private func head(in reader: any Reader) throws -> Int64 {
        try reader.first("SELECT MAX(seq) FROM event") { try $0.optionalInt(0) ?? 0 } ?? 0
    }
}
