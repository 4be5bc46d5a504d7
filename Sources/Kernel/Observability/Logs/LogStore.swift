public import Core
public import Store

/// Log lines in the store.
public struct LogStore: Sendable {
    /// A store of log lines; queries name what they read.
    public init() {}

    /// How many of the newest lines a search looks through.
    public static let window = 100_000

    /// Longer messages and fields are cut, so that a line stays a line.
    private static let longestText = 8_192

    func write(
        _ lines: [(record: LogRecord, organisation: ID<Organisation>)],
        in transaction: any Transaction
    ) throws {
        for (record, organisation) in lines {
            let fields = JSON.object(record.fields).text()
            try transaction.execute(
                """
                INSERT INTO log_line (organisation, at, level, message, fields, trace)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(organisation), .time(record.time), .int(record.level.rank),
                    .text(String(record.message.prefix(Self.longestText))),
                    .text(
                        fields.utf8.count <= Self.longestText
                            ? fields : JSON.object(["truncated": true]).text()
                    ),
                    .text(record.trace?.traceID),
                ]
            )
        }
    }

    /// What to look for.
    public struct Filter: Sendable {
        /// Part of the message or of the fields' JSON.
        public var text: String?
        /// Only lines of this level and above.
        public var level: LogLevel?
        /// Only lines of this trace.
        public var trace: String?
        /// Only lines from this moment on.
        public var from: Timestamp?
        /// Only lines before this moment.
        public var until: Timestamp?

        /// Everything.
        public init() {}
    }

    /// A line in the store.
    public struct Line: Sendable, Hashable {
        /// Its place in the log.
        public var seq: Int64
        /// When.
        public var at: Timestamp
        /// How much it matters.
        public var level: LogLevel
        /// What happened.
        public var message: String
        /// Data.
        public var fields: JSON
        /// The trace it belongs to.
        public var trace: String?

        /// `{"seq","at","level","message","fields","traceId"}`.
        public var json: JSON {
            [
                "seq": .int(seq), "at": at.json, "level": .string(level.rawValue),
                "message": .string(message), "fields": fields, "traceId": .optional(trace),
            ]
        }
    }

    /// What lines can be sorted by: their place in the log.
    public static let columns: [ListQuery.Column] = [.init("seq", "seq", isNumber: true)]

    /// The order and page that a tool's input asks for; newest first unless it says otherwise.
    ///
    /// - Throws: faults of code `unknown-sort` and `invalid-cursor`.
    public static func query(_ input: JSONReader) throws(GeneralFault) -> ListQuery {
        try ListQuery(reading: input, columns: columns, standard: "-seq", key: columns[0])
    }

    /// A page of lines among the newest ``window`` lines of the installation, and the next one's cursor.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ filter: Filter,
        _ query: ListQuery,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> (items: [Line], next: JSON) {
        let newest = try reader.first("SELECT max(seq) FROM log_line") { try $0.optionalInt(0) }
        guard let newest = newest ?? nil else { return ([], .null) }
        var rows = RowFilter(
            "seq > ? AND organisation IN (?, ?)",
            [.int(newest - Int64(Self.window))] + viewer.organisations.map { .id($0) }
        )
        rows.add("trace = ?", ifAny: .text(filter.trace))
        rows.add("level >= ?", ifAny: .int(filter.level?.rank))
        if let text = filter.text, !text.isEmpty {
            rows.add(
                "(lower(message) LIKE lower(?) ESCAPE '\\' OR lower(fields) LIKE lower(?) ESCAPE '\\')",
                ifAny: .text("%\(text.escapedForLike)%")
            )
        }
        rows.add("at >= ?", ifAny: .time(filter.from))
        rows.add("at < ?", ifAny: .time(filter.until))
        let columns = "seq, at, level, message, fields, trace"
        return try query.page(columns, count: 6, of: "log_line", where: rows, in: reader) { row in
            let rank = try row.int(2)
            return Line(
                seq: try row.int(0),
                at: try row.timestamp(1),
                level: LogLevel.allCases.first { Int64($0.rank) == rank } ?? .info,
                message: try row.text(3),
                fields: try row.json(4),
                trace: try row.optionalText(5)
            )
        }
    }

    /// Forgets lines that are older than `limit` or beyond the newest `rows`.
    func forget(before limit: Timestamp, keeping rows: Int, in transaction: any Transaction) throws
    {
        let newest = try transaction.first("SELECT max(seq) FROM log_line") {
            try $0.optionalInt(0)
        }
        guard let newest = newest ?? nil else { return }
        // Lines are written nearly in order of time, so the last one that is too old marks the cut.
        let old = try transaction.first(
            "SELECT seq FROM log_line WHERE at >= ? ORDER BY seq LIMIT 1",
            [.time(limit)]
        ) { try $0.int(0) }
        let cut = max(newest - Int64(rows) + 1, old ?? newest + 1)
        try transaction.execute("DELETE FROM log_line WHERE seq < ?", [.int(cut)])
    }
}
