public import Core
public import Store

extension ExecutionTables {
    private static let columns = """
        id, workflow, version, status, started_at, ended_at, coalesce(at_state, current), subject,
        error, cause, name, coalesce(paused, 0)
        """
    /// Executions with what is known of those under way.
    private static let table = "execution LEFT JOIN execution_live ON execution = id"

    /// Writes the newest execution about a thing that no other waits for, as lists show it, or null.
    ///
    /// - Parameters:
    ///   - subject: the thing.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    ///   - writer: what is written to.
    /// - Throws: `StoreError`.
    public func writeLatest(
        about subject: String,
        scope: Scope,
        in reader: any Reader,
        to writer: inout JSONTextWriter
    ) throws {
        var isFound = false
        try reader.forEach(Self.latest, [.id(scope.organisation), .text(subject)]) { row in
            isFound = true
            writer.beginObject()
            for (column, key) in Self.keys.enumerated() {
                writer.key(key)
                switch column {
                case _ where row.isNull(column): writer.value(.null)
                case 4, 5: writer.value(try row.timestamp(column).json)
                case 11: writer.value(.bool(try row.bool(column)))
                default: try row.withText(column) { writer.string($0) }
                }
            }
            writer.endObject()
        }
        if !isFound { writer.value(.null) }
    }

    private static let latest = """
        SELECT \(columns) FROM \(table) WHERE organisation = ? AND subject = ? AND parent IS NULL
        ORDER BY started_at DESC, id DESC LIMIT 1
        """

    /// The members that ``columns`` are shown as.
    private static let keys: [StaticString] = [
        "id", "workflow", "version", "status", "startedAt", "endedAt", "state", "subject", "error",
        "cause", "name", "paused",
    ]

    /// How many events a run's detail shows, the oldest first.
    public static let mostEvents = 5_000
    /// The largest input or output of a step that a run's detail shows, in bytes of JSON.
    public static let mostBytes = 65_536

    /// What executions can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("startedAt", "started_at", isNumber: true), .init("workflow", "workflow"),
        .init("status", "status"),
    ]

    /// Which executions a list shows.
    public struct Filter: Sendable {
        /// Columns and the values they must have: workflow, version, status, subject, error.
        public var equal: [(column: String, value: String)] = []
        /// How the name begins.
        public var name: String?
        /// Started at or after this moment.
        public var from: Timestamp?
        /// Started before this moment.
        public var to: Timestamp?
        /// Whether only those that are paused.
        public var isPaused: Bool?

        /// All executions.
        public init() {}
    }

    /// One page of executions, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - filter: which ones.
    ///   - query: order and page.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: their wire forms.
    /// - Throws: `StoreError`.
    public func page(
        where filter: Filter,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        for (column, value) in filter.equal {
            rows.add("\(column) = ?", .text(value))
        }
        if let name = filter.name {
            rows.add("name >= ? AND name < ?", .text(name), .text(name + "\u{10FFFF}"))
        }
        rows.add("started_at >= ?", ifAny: .time(filter.from))
        rows.add("started_at < ?", ifAny: .time(filter.to))
        if let isPaused = filter.isPaused {
            rows.add("coalesce(paused, 0) = ?", .bool(isPaused))
        }
        return try query.page(
            Self.columns,
            count: 12,
            of: Self.table,
            where: rows,
            in: reader,
            Self.summary
        )
    }

    /// One execution with its history and definition.
    ///
    /// `history` holds at most `mostEvents` of the `historyCount` events; inputs and outputs above
    /// `mostBytes` are left out, with `truncated` in their details as AWS has it. One event is given
    /// whole by ``event(_:of:scope:in:)``.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: its wire form; nil when there is none in the organisation.
    /// - Throws: `StoreError`.
    public func detail(_ id: ID<Execution>, scope: Scope, in reader: any Reader) throws -> JSON? {
        let sql = """
            SELECT \(Self.columns), input, output, traceparent, parent FROM \(Self.table)
            WHERE organisation = ? AND id = ?
            """
        let found = try reader.first(sql, [.id(scope.organisation), .id(id)]) { row in
            var json = try Self.summary(row)
            json["input"] = try row.json(12)
            json["output"] = row.isNull(13) ? .null : try row.json(13)
            // 00-<trace id>-<span id>-<flags>
            json["traceId"] = .string(String(try row.text(14).dropFirst(3).prefix(32)))
            json["parentId"] = .optional(try row.optionalText(15))
            return json
        }
        guard var json = found else { return nil }
        json["history"] = .array(
            try history(of: id, from: 1, limit: Self.mostEvents, in: reader).map { body in
                body.byteCount > Self.mostBytes ? Self.shortened(body) : body
            }
        )
        json["historyCount"] = .int(try historyCount(of: id, in: reader))
        let workflow = json["workflow"]?.string ?? ""
        let version = json["version"]?.string ?? ""
        let deployed: JSON? = try Int(version.dropFirst()).flatMap { number in
            guard version.hasPrefix("v") else { return nil }
            return try WorkflowVersions().source(
                of: workflow,
                number,
                organisation: scope.organisation,
                in: reader
            )?.source
        }
        json["definition"] = try deployed ?? source(of: workflow, version: version, in: reader)
        return json
    }

    /// One event of an execution's history, whole.
    ///
    /// - Returns: the event with AWS's names; nil when the organisation has no such event.
    /// - Throws: `StoreError`.
    public func event(
        _ number: Int,
        of id: ID<Execution>,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        guard try exists(id, scope: scope, in: reader) else { return nil }
        let event = try history(of: id, from: number, limit: 1, in: reader).first
        return event?["id"]?.int == number ? event : nil
    }

    /// The event without its large values.
    private static func shortened(_ event: JSON) -> JSON {
        var event = event
        for member in event.object ?? [:] where member.key.hasSuffix("EventDetails") {
            var details = member.value
            for key in ["input", "output", "parameters"]
            where (details[key]?.byteCount ?? 0) > mostBytes {
                details[key] = .null
                details[key + "Details"] = ["truncated": true]
            }
            event[member.key] = details
        }
        return event
    }

    /// One execution as lists show it; nil when there is none in the organisation.
    ///
    /// - Throws: `StoreError`.
    public func summary(_ id: ID<Execution>, scope: Scope, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT \(Self.columns) FROM \(Self.table) WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)],
            Self.summary
        )
    }

    /// Whether the organisation has that execution.
    ///
    /// - Throws: `StoreError`.
    public func exists(_ id: ID<Execution>, scope: Scope, in reader: any Reader) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM execution WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        )
    }

    private static func summary(_ row: any Row) throws -> JSON {
        [
            "id": .string(try row.text(0)), "workflow": .string(try row.text(1)),
            "version": .string(try row.text(2)), "status": .string(try row.text(3)),
            "startedAt": try row.timestamp(4).json,
            "endedAt": try row.optionalTimestamp(5)?.json ?? .null,
            "state": .optional(try row.optionalText(6)),
            "subject": .optional(try row.optionalText(7)),
            "error": .optional(try row.optionalText(8)),
            "cause": .optional(try row.optionalText(9)),
            "name": .string(try row.text(10)), "paused": .bool(try row.bool(11)),
        ]
    }
}
