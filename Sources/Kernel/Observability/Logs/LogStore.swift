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
        /// Only lines before this one, to page on.
        public var before: Int64?
        /// At most this many.
        public var limit = 50

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

    /// Lines, newest first, among the newest ``window`` lines of the installation.
    ///
    /// - Throws: `StoreError`.
    public func list(_ filter: Filter, for viewer: Viewer, in reader: any Reader) throws -> [Line] {
        let newest = try reader.first("SELECT max(seq) FROM log_line") { try $0.optionalInt(0) }
        guard let newest = newest ?? nil else { return [] }
        var sql = """
            SELECT seq, at, level, message, fields, trace FROM log_line
            WHERE seq > ? AND organisation IN (?, ?)
            """
        var parameters: [SQLValue] = [.int(newest - Int64(Self.window))]
        parameters += viewer.organisations.map { .id($0) }
        if let trace = filter.trace {
            sql += " AND trace = ?"
            parameters.append(.text(trace))
        }
        if let level = filter.level {
            sql += " AND level >= ?"
            parameters.append(.int(level.rank))
        }
        if let text = filter.text, !text.isEmpty {
            sql += " AND (message LIKE ? ESCAPE '\\' OR fields LIKE ? ESCAPE '\\')"
            let like = SQLValue.text("%\(text.escapedForLike)%")
            parameters += [like, like]
        }
        if let from = filter.from {
            sql += " AND at >= ?"
            parameters.append(.time(from))
        }
        if let until = filter.until {
            sql += " AND at < ?"
            parameters.append(.time(until))
        }
        if let before = filter.before {
            sql += " AND seq < ?"
            parameters.append(.int(before))
        }
        sql += " ORDER BY seq DESC LIMIT ?"
        parameters.append(.int(min(max(filter.limit, 1), 500)))
        return try reader.query(sql, parameters) { row in
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
