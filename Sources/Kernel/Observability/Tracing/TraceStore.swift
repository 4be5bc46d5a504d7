public import Core
public import Store

/// Traces in the store.
public struct TraceStore: Sendable {
    /// A store of traces; queries name what they read.
    public init() {}

    /// Writes spans; one that is there already is replaced.
    func write(_ spans: [Span], in transaction: any Transaction) throws {
        for span in spans {
            try transaction.execute(
                """
                INSERT INTO trace_span (trace, span, organisation, parent, name, kind, component,
                    started_at, duration_micros, error, attributes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (trace, span) DO UPDATE SET duration_micros = excluded.duration_micros,
                    error = excluded.error, attributes = excluded.attributes
                """,
                [
                    .text(span.context.traceID), .text(span.context.spanID),
                    .id(span.organisation ?? .installation),
                    .text(span.parent.map(TraceContext.spanID)), .text(span.name),
                    .text(span.kind.rawValue), .text(span.component), .time(span.start),
                    .int(span.duration.microseconds), .text(span.status.failure),
                    .json(.object(span.attributes)),
                ]
            )
        }
        for part in Self.summaries(of: spans) {
            try transaction.execute(
                """
                INSERT INTO trace (organisation, trace, name, started_at, ended_at, spans, errors)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (organisation, trace) DO UPDATE SET
                    name = CASE WHEN excluded.started_at < trace.started_at
                        THEN excluded.name ELSE trace.name END,
                    started_at = CASE WHEN excluded.started_at < trace.started_at
                        THEN excluded.started_at ELSE trace.started_at END,
                    ended_at = CASE WHEN excluded.ended_at > trace.ended_at
                        THEN excluded.ended_at ELSE trace.ended_at END,
                    spans = trace.spans + excluded.spans,
                    errors = trace.errors + excluded.errors
                """,
                [
                    .id(part.organisation), .text(part.trace), .text(part.name),
                    .time(part.start), .time(part.end), .int(part.spans), .int(part.errors),
                ]
            )
        }
    }

    private struct Part {
        var organisation: ID<Organisation>
        var trace: String
        var name: String
        var start: Timestamp
        var end: Timestamp
        var spans = 0
        var errors = 0
    }

    private struct PartKey: Hashable {
        var organisation: ID<Organisation>
        var high: UInt64
        var low: UInt64
    }

    private static func summaries(of spans: [Span]) -> [Part] {
        var parts: [PartKey: Part] = [:]
        for span in spans {
            let organisation = span.organisation ?? .installation
            let key = PartKey(
                organisation: organisation,
                high: span.context.traceHigh,
                low: span.context.traceLow
            )
            let end = span.start + span.duration
            // An event is known to the millisecond, rounded down; it must not seem to come before its
            // cause, whose name the trace has.
            let start = span.kind == .event ? span.start + .microseconds(999) : span.start
            var part =
                parts[key]
                ?? Part(
                    organisation: organisation,
                    trace: span.context.traceID,
                    name: span.name,
                    start: start,
                    end: max(start, end)
                )
            if start < part.start || (start == part.start && span.kind == .ingress) {
                part.start = start
                part.name = span.name
            }
            part.end = max(part.end, end)
            part.spans += 1
            part.errors += span.status == .ok ? 0 : 1
            parts[key] = part
        }
        return parts.values.sorted { $0.start < $1.start }
    }

    /// What to look for among traces.
    public struct Filter: Sendable {
        /// Part of a span's name, or a trace id.
        public var text: String?
        /// Only traces that took at least so long.
        public var minimum: Duration?
        /// Only traces with errors, or only those without.
        public var failed: Bool?
        /// Only traces that began at or after this.
        public var from: Timestamp?
        /// Only traces that began before this.
        public var until: Timestamp?

        /// Everything.
        public init() {}
    }

    /// One trace in a list.
    public struct Summary: Sendable, Hashable {
        /// 32 hexadecimal digits.
        public var trace: String
        /// The name of its first span.
        public var name: String
        /// When its first span began.
        public var start: Timestamp
        /// Until its last span ended.
        public var duration: Duration
        /// How many spans the viewer may see.
        public var spans: Int
        /// Whether one of them failed.
        public var failed: Bool

        /// `{"traceId","name","startedAt","durationMs","spans","error"}`.
        public var json: JSON {
            [
                "traceId": .string(trace), "name": .string(name), "startedAt": start.json,
                "durationMs": .double(duration.milliseconds), "spans": .int(spans),
                "error": .bool(failed),
            ]
        }
    }

    /// What traces can be sorted by.
    public static let columns: [ListQuery.Column] = [
        .init("startedAt", "started_at", isNumber: true)
    ]

    /// The order and page that a tool's input asks for; newest first unless it says otherwise.
    ///
    /// - Throws: faults of code `unknown-sort` and `invalid-cursor`.
    public static func query(_ input: JSONReader) throws(GeneralFault) -> ListQuery {
        let key = ListQuery.Column("traceId", "trace")
        return try ListQuery(reading: input, columns: columns, standard: "-startedAt", key: key)
    }

    /// A page of traces, and the cursor of the next.
    ///
    /// - Throws: `StoreError`.
    public func page(
        _ filter: Filter,
        _ query: ListQuery,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> (items: [Summary], next: JSON) {
        var rows = RowFilter("organisation IN (?, ?)", viewer.organisations.map { .id($0) })
        if let text = filter.text, !text.isEmpty {
            let like = SQLValue.text("%\(text.escapedForLike)%")
            rows.add(
                """
                (trace = ? OR EXISTS (SELECT 1 FROM trace_span s WHERE s.trace = trace.trace
                AND s.organisation = trace.organisation AND (lower(s.name) LIKE lower(?)
                ESCAPE '\\' OR lower(s.attributes) LIKE lower(?) ESCAPE '\\')))
                """,
                .text(text.lowercased()),
                like,
                like
            )
        }
        rows.add(
            "ended_at - started_at >= ?",
            ifAny: filter.minimum.map { .int($0.microseconds) } ?? .null
        )
        if let failed = filter.failed { rows.add(failed ? "errors > 0" : "errors = 0") }
        rows.add("started_at >= ?", ifAny: .time(filter.from))
        rows.add("started_at < ?", ifAny: .time(filter.until))
        let columns = "trace, name, started_at, ended_at, spans, errors"
        return try query.page(columns, count: 6, of: "trace", where: rows, in: reader) { row in
            Summary(
                trace: try row.text(0),
                name: try row.text(1),
                start: try row.timestamp(2),
                duration: try row.timestamp(3) - row.timestamp(2),
                spans: Int(try row.int(4)),
                failed: try row.int(5) > 0
            )
        }
    }

    /// The spans of one trace that the viewer may see, in the order in which they began.
    ///
    /// - Returns: at most 5,000 spans; none when there is no such trace.
    /// - Throws: `StoreError`.
    public func spans(
        of trace: String,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> [StoredSpan] {
        try reader.query(
            """
            SELECT \(StoredSpan.columns) FROM trace_span
            WHERE trace = ? AND organisation IN (?, ?) ORDER BY started_at, span LIMIT 5000
            """,
            [.text(trace)] + viewer.organisations.map { .id($0) },
            StoredSpan.init(row:)
        )
    }

    /// The latest spans that began after a moment, newest first, at most `limit`.
    ///
    /// - Throws: `StoreError`.
    public func latest(
        since: Timestamp,
        limit: Int,
        for viewer: Viewer,
        in reader: any Reader
    ) throws -> [StoredSpan] {
        try reader.query(
            """
            SELECT \(StoredSpan.columns) FROM trace_span
            WHERE started_at >= ? AND organisation IN (?, ?) ORDER BY started_at DESC LIMIT ?
            """,
            [.time(since)] + viewer.organisations.map { .id($0) } + [.int(limit)],
            StoredSpan.init(row:)
        )
    }

    /// Forgets spans and traces that began before `limit`, at most `count` spans at once.
    ///
    /// - Returns: whether there may be more.
    func forget(
        before limit: Timestamp,
        atMost count: Int,
        in transaction: any Transaction
    ) throws -> Bool {
        let cut = try transaction.first(
            """
            SELECT started_at FROM trace_span WHERE started_at < ?
            ORDER BY started_at LIMIT 1 OFFSET ?
            """,
            [.time(limit), .int(count)]
        ) { try $0.timestamp(0) }
        let before = cut ?? limit
        try transaction.execute("DELETE FROM trace_span WHERE started_at < ?", [.time(before)])
        try transaction.execute(
            """
            DELETE FROM trace WHERE started_at < ? AND NOT EXISTS (SELECT 1 FROM trace_span s
            WHERE s.trace = trace.trace AND s.organisation = trace.organisation)
            """,
            [.time(before)]
        )
        return cut != nil
    }
}

/// A span as the store keeps it.
public struct StoredSpan: Sendable, Hashable {
    static let columns =
        "trace, span, parent, name, kind, component, started_at, duration_micros, error, attributes"

    /// 32 hexadecimal digits.
    public var trace: String
    /// 16 hexadecimal digits.
    public var span: String
    /// The span it is part of; nil when it began the trace.
    public var parent: String?
    /// What was done.
    public var name: String
    /// What sort of work.
    public var kind: String
    /// What did the work.
    public var component: String
    /// When it began.
    public var start: Timestamp
    /// How long it took.
    public var duration: Duration
    /// What went wrong; nil when nothing did.
    public var error: String?
    /// Data about it.
    public var attributes: JSON

    init(row: any Row) throws {
        trace = try row.text(0)
        span = try row.text(1)
        parent = try row.optionalText(2)
        name = try row.text(3)
        kind = try row.text(4)
        component = try row.text(5)
        start = try row.timestamp(6)
        duration = .microseconds(try row.int(7))
        error = try row.optionalText(8)
        attributes = try row.json(9)
    }

    /// The API's form; an error is also an event of the span, as OpenTelemetry writes exceptions.
    public var json: JSON {
        var events: [JSON] = []
        if let error {
            events = [
                [
                    "name": "exception", "at": (start + duration).json,
                    "attributes": ["exception.message": .string(error)],
                ]
            ]
        }
        return [
            "spanId": .string(span), "parentId": .optional(parent), "name": .string(name),
            "service": "weft", "kind": .string(kind), "startedAt": start.json,
            "durationMs": .double(duration.milliseconds), "error": .bool(error != nil),
            "attributes": attributes, "events": .array(events),
        ]
    }
}

extension TraceContext {
    /// The span id as 16 hexadecimal digits.
    public var spanID: String { Self.spanID(span) }

    /// A span id as 16 hexadecimal digits.
    public static func spanID(_ span: UInt64) -> String {
        let digits = String(span, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Duration {
    /// In milliseconds, with a fraction.
    public var milliseconds: Double { Double(microseconds) / 1_000 }
}

extension String {
    /// With `%`, `_` and `\` escaped, for `LIKE … ESCAPE '\'`.
    var escapedForLike: String {
        reduce(into: "") { result, character in
            if character == "%" || character == "_" || character == "\\" { result += "\\" }
            result.append(character)
        }
    }
}
