public import Core
public import Store
import Synchronization

/// The append-only log of what happened, in the same store as the records.
///
/// An event is appended inside the transaction that changes the records, so neither is ever there
/// without the other.
public struct EventLog: Sendable {
    let database: any Database
    private let changed: Signal
    private let followers = Followers()
    let opening: @Sendable (LoggedEvent, any Reader) throws -> LoggedEvent

    /// The log in `database`.
    ///
    /// - Parameters:
    ///   - database: keeps it.
    ///   - changed: given after every commit that appended, those of other processes on the same
    ///     database included.
    ///   - opening: opens what is sealed in an event that is passed on to people; default nothing is.
    public init(
        database: any Database,
        changed: Signal = Signal(),
        opening: @escaping @Sendable (LoggedEvent, any Reader) throws -> LoggedEvent = { event, _ in
            event
        }
    ) {
        self.opening = opening
        self.database = database
        self.changed = changed
        database.onAnnouncement(of: Self.topic) { [followers] in
            Self.tell(changed, followers)
        }
    }

    /// One more signal that is given after every commit that appended events, for as long as the log
    /// lives: a signal has one listener only.
    public func follow() -> Signal {
        let signal = Signal()
        followers.signals.withLock { $0.append(signal) }
        return signal
    }

    /// Given after every commit that appended events.
    public var signal: Signal { changed }

    /// The log's tables.
    public static let migrations: [Migration] = [
        Migration(
            "events",
            1,
            "log, cursors, dead letters",
            [
                """
                CREATE TABLE event (
                    seq IDENTITY, id TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL,
                    source TEXT NOT NULL, type TEXT NOT NULL, subject TEXT, time BIGINT NOT NULL,
                    data TEXT NOT NULL, actor TEXT NOT NULL, on_behalf_of TEXT, traceparent TEXT NOT NULL)
                """,
                "CREATE INDEX event_by_subject ON event (organisation, subject, seq)",
                "CREATE TABLE event_cursor (name TEXT PRIMARY KEY, seq BIGINT NOT NULL)",
                """
                CREATE TABLE dead_letter (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, rule TEXT NOT NULL,
                    event_seq BIGINT NOT NULL, reason TEXT NOT NULL, attempts BIGINT NOT NULL,
                    at BIGINT NOT NULL, redriven_at BIGINT, UNIQUE (rule, event_seq))
                """,
            ]
        ),
        Migration(
            "events",
            2,
            "rules, replays, events from outside, retention",
            [
                "ALTER TABLE event ADD COLUMN external_id TEXT",
                "ALTER TABLE dead_letter ADD COLUMN discard_reason TEXT",
                "CREATE INDEX dead_letter_by_time ON dead_letter (organisation, at, id)",
                """
                CREATE TABLE event_rule (
                    organisation TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
                    pattern TEXT NOT NULL, target TEXT NOT NULL, enabled BIGINT NOT NULL,
                    version BIGINT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, name))
                """,
                """
                CREATE TABLE event_replay (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, rule TEXT NOT NULL,
                    from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, position BIGINT NOT NULL,
                    end_seq BIGINT NOT NULL, status TEXT NOT NULL, examined BIGINT NOT NULL,
                    delivered BIGINT NOT NULL, failed BIGINT NOT NULL, reason TEXT NOT NULL,
                    requested_by TEXT NOT NULL, created_at BIGINT NOT NULL, finished_at BIGINT)
                """,
                "CREATE INDEX event_replay_by_status ON event_replay (status, created_at)",
                """
                CREATE TABLE event_external (
                    organisation TEXT NOT NULL, source TEXT NOT NULL, external_id TEXT NOT NULL,
                    event_id TEXT NOT NULL, PRIMARY KEY (organisation, source, external_id))
                """,
                """
                CREATE TABLE event_retention (
                    organisation TEXT NOT NULL, type TEXT NOT NULL, days BIGINT NOT NULL,
                    PRIMARY KEY (organisation, type))
                """,
            ]
        ),
    ]

    static let columns = """
        seq, id, organisation, source, type, subject, time, data, actor, on_behalf_of, traceparent,
        external_id
        """

    /// Appends an event within the caller's transaction.
    ///
    /// - Throws: `StoreError`.
    public func append(_ event: Event, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO event (id, organisation, source, type, subject, time, data, actor,
                on_behalf_of, traceparent, external_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(event.id), .id(event.organisation), .text(event.source), .text(event.type),
                .text(event.subject), .time(event.time), .json(event.data), .json(event.actor.json),
                .json(event.onBehalfOf?.json), .text(event.trace.description),
                .text(event.externalID),
            ]
        )
        transaction.afterCommit { [changed, followers] in Self.tell(changed, followers) }
        transaction.announce(Self.topic)
    }

    /// What other processes hear of.
    private static let topic = "events"

    private static func tell(_ changed: Signal, _ followers: Followers) {
        changed.notify()
        for signal in followers.signals.withLock({ $0 }) { signal.notify() }
    }

    /// The events after `cursor` in order, of every organisation: for the dispatcher alone.
    ///
    /// - Throws: `StoreError`.
    func events(after cursor: Int64, limit: Int) async throws -> [Event] {
        try await database.query(
            "SELECT \(Self.columns) FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
            [.int(cursor), .int(limit)],
            Event.init(row:)
        )
    }

    /// The event at `seq`, whatever its organisation: for redrive.
    func event(at seq: Int64, in reader: any Reader) throws -> Event? {
        try reader.first(
            "SELECT \(Self.columns) FROM event WHERE seq = ?",
            [.int(seq)],
            Event.init(row:)
        )
    }

    func cursor(_ name: String, in reader: any Reader) throws -> Int64 {
        try reader.first("SELECT seq FROM event_cursor WHERE name = ?", [.text(name)]) {
            try $0.int(0)
        } ?? 0
    }

    func advance(_ name: String, to seq: Int64, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO event_cursor (name, seq) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
            """,
            [.text(name), .int(seq)]
        )
    }
}

/// Who else hears of new events.
private final class Followers: Sendable {
    let signals = Mutex<[Signal]>([])
}
