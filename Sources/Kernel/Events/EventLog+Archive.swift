public import Core
public import Store

/// The log as an archive: what an organisation's events were, over a stretch of time.
extension EventLog {
    /// What events can be sorted by.
    public static let sortable: [ListQuery.Column] = [.init("seq", "seq", isNumber: true)]

    /// Which events are meant.
    public struct Selection: Sendable {
        /// Exactly this type, or with `.*` at the end all that begin so; nil for all.
        public var type: String?
        /// Exactly this source; nil for all.
        public var source: String?
        /// Exactly this subject; nil for all.
        public var subject: String?
        /// Not before.
        public var from: Timestamp?
        /// Before.
        public var to: Timestamp?

        /// A selection; without arguments of everything.
        public init(
            type: String? = nil,
            source: String? = nil,
            subject: String? = nil,
            from: Timestamp? = nil,
            to: Timestamp? = nil
        ) {
            self.type = type
            self.source = source
            self.subject = subject
            self.from = from
            self.to = to
        }

        func rows(of organisation: ID<Organisation>) -> RowFilter {
            var rows = RowFilter("organisation = ?", [.id(organisation)])
            if let type, type.hasSuffix(".*") {
                // "/" is what follows ".".
                let prefix = String(type.dropLast(2))
                rows.add("type > ? AND type < ?", .text(prefix + "."), .text(prefix + "/"))
            } else {
                rows.add("type = ?", ifAny: .text(type))
            }
            rows.add("source = ?", ifAny: .text(source))
            rows.add("subject = ?", ifAny: .text(subject))
            rows.add("time >= ?", ifAny: .time(from))
            rows.add("time < ?", ifAny: .time(to))
            return rows
        }
    }

    /// One page of the organisation's events, opened.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ selection: Selection,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [Event], next: JSON) {
        let page = try query.page(
            Self.columns,
            count: 12,
            of: "event",
            where: selection.rows(of: scope.organisation),
            in: reader,
            Event.init(row:)
        )
        return (try page.items.map { try opened($0, in: reader) }, page.next)
    }

    /// The event as people may read it, with what is sealed in it opened.
    ///
    /// Rules see events as they are in the log, sealed.
    ///
    /// - Throws: what opening throws, or `StoreError`.
    public func opened(_ event: Event, in reader: any Reader) throws -> Event {
        let sealed = LoggedEvent(
            seq: event.seq,
            id: event.id.description,
            organisation: event.organisation,
            type: event.type,
            subject: event.subject,
            time: event.time,
            data: event.data.text(),
            actor: event.actor.json.text()
        )
        let open = try opening(sealed, reader)
        guard open.data != sealed.data else { return event }
        var event = event
        do {
            event.data = try JSON(parsing: open.data, limits: .init(depth: 512))
        } catch {
            throw StoreError(.corrupt, "event \(event.seq) holds broken JSON: \(error)")
        }
        return event
    }

    /// An event of the organisation.
    ///
    /// - Throws: a fault of code `event-not-found`, or `StoreError`.
    public func event(_ id: ID<Event>, scope: Scope, in reader: any Reader) throws -> Event {
        let found = try reader.first(
            "SELECT \(Self.columns) FROM event WHERE id = ? AND organisation = ?",
            [.id(id), .id(scope.organisation)],
            Event.init(row:)
        )
        guard let found else {
            throw GeneralFault(.notFound, code: "event-not-found", "there is no event \(id)")
        }
        return found
    }

    /// The organisation's selected events after a place in the log, in order.
    ///
    /// - Throws: `StoreError`.
    public func events(
        _ selection: Selection,
        after cursor: Int64,
        limit: Int,
        scope: Scope,
        in reader: any Reader
    ) throws -> [Event] {
        var rows = selection.rows(of: scope.organisation)
        rows.add("seq > ?", .int(cursor))
        return try reader.query(
            "SELECT \(Self.columns) FROM event WHERE \(rows.sql) ORDER BY seq LIMIT ?",
            rows.parameters + [.int(limit)],
            Event.init(row:)
        )
    }

    /// The newest selected events, newest first.
    ///
    /// - Throws: `StoreError`.
    public func latest(
        _ selection: Selection,
        limit: Int,
        scope: Scope,
        in reader: any Reader
    ) throws -> [Event] {
        let rows = selection.rows(of: scope.organisation)
        return try reader.query(
            "SELECT \(Self.columns) FROM event WHERE \(rows.sql) ORDER BY seq DESC LIMIT ?",
            rows.parameters + [.int(limit)],
            Event.init(row:)
        )
    }

    /// The events of a replay: for the dispatcher alone.
    func events(
        after cursor: Int64,
        through end: Int64,
        of organisation: ID<Organisation>,
        from: Timestamp,
        to: Timestamp,
        limit: Int
    ) async throws -> [Event] {
        var rows = Selection(from: from, to: to).rows(of: organisation)
        rows.add("seq > ? AND seq <= ?", .int(cursor), .int(end))
        let filter = rows
        return try await database.scan { reader in
            try reader.query(
                "SELECT \(Self.columns) FROM event WHERE \(filter.sql) ORDER BY seq LIMIT ?",
                filter.parameters + [.int(limit)],
                Event.init(row:)
            )
        }
    }
}
