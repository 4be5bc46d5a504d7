import Agents
import Core
import Observability
import Store

extension ObservationTools {
    private static let trace = object([
        "traceId": text, "name": text, "startedAt": moment, "durationMs": number,
        "spans": count, "error": flag,
    ])

    private static let span = object([
        "spanId": text, "parentId": optionalText, "name": text, "service": text,
        "kind": words(SpanKind.self), "startedAt": moment, "durationMs": number, "error": flag,
        "attributes": ["type": "object"],
        "events": [
            "type": "array",
            "items": object(["name": text, "at": moment, "attributes": ["type": "object"]]),
        ],
    ])

    func listTraces() throws -> Tool {
        try Tool(
            name: "platform.list-traces",
            purpose:
                "Lists traces, newest first: one for each act, with all that it set in motion.",
            input: Self.query(
                [
                    "q": Self.search, "minMs": ["type": "number", "minimum": 0, "maximum": 1e9],
                    "error": Self.flag, "from": Self.moment, "to": Self.moment,
                ],
                sort: TraceStore.columns
            ),
            output: Self.list(Self.trace),
            roles: Self.operations,
            body: .compute { [self] input, invocation in
                var filter = TraceStore.Filter()
                filter.text = try input.optional("q")?.string()
                filter.minimum = try input.optional("minMs").map {
                    .microseconds(Int64(try $0.double() * 1_000))
                }
                filter.failed = try input.optional("error")?.bool()
                filter.from = try input.optional("from")?.timestamp()
                filter.until = try input.optional("to")?.timestamp()
                let wanted = filter
                let query = try TraceStore.query(input)
                let page = try await scan(invocation) {
                    try TraceStore().page(wanted, query, for: $0, in: $1)
                }
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    func getTrace() throws -> Tool {
        try Tool(
            name: "platform.get-trace",
            purpose: "Shows the spans of a trace, in the order in which they began.",
            input: Self.object(["traceId": ["type": "string", "maxLength": 100]]),
            output: Self.object([
                "traceId": Self.text, "spans": ["type": "array", "items": Self.span],
            ]),
            roles: Self.operations,
            body: .compute { [self] input, invocation in
                let id = try input.member("traceId").string()
                let spans = try await scan(invocation) {
                    try TraceStore().spans(of: id, for: $0, in: $1)
                }
                guard !spans.isEmpty else { throw Self.missing("trace", id) }
                return ["traceId": .string(id), "spans": .array(spans.map(\.json))]
            }
        )
    }

    func listLogs() throws -> Tool {
        try Tool(
            name: "platform.list-logs",
            purpose: "Searches the latest log lines, newest first.",
            input: Self.query(
                [
                    "q": Self.search, "level": Self.words(LogLevel.self), "traceId": Self.search,
                    "from": Self.moment, "to": Self.moment,
                ],
                sort: LogStore.columns
            ),
            output: Self.list(
                Self.object([
                    "seq": Self.count, "at": Self.moment, "level": Self.words(LogLevel.self),
                    "message": Self.text, "fields": ["type": "object"],
                    "traceId": Self.optionalText,
                ])
            ),
            roles: Self.operations,
            body: .compute { [self] input, invocation in
                var filter = LogStore.Filter()
                filter.text = try input.optional("q")?.string()
                filter.level = try input.optional("level")?.choice()
                filter.trace = try input.optional("traceId")?.string()
                filter.from = try input.optional("from")?.timestamp()
                filter.until = try input.optional("to")?.timestamp()
                let wanted = filter
                let query = try LogStore.query(input)
                let page = try await scan(invocation) {
                    try LogStore().page(wanted, query, for: $0, in: $1)
                }
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    /// A map is drawn from at most so many of the latest spans.
    private static let mapSpans = 20_000

    func showServiceMap() throws -> Tool {
        try Tool(
            name: "platform.show-service-map",
            purpose: "Shows who called whom of late, how often and how it went.",
            input: Self.object(
                ["minutes": ["type": "integer", "minimum": 1, "maximum": 10_080]],
                required: []
            ),
            output: Self.object([
                "nodes": [
                    "type": "array",
                    "items": Self.object([
                        "id": Self.text, "kind": Self.text, "name": Self.text,
                        "calls": Self.count, "errors": Self.count, "p50Ms": Self.number,
                        "p99Ms": Self.number,
                    ]),
                ],
                "edges": [
                    "type": "array",
                    "items": Self.object([
                        "from": Self.text, "to": Self.text, "calls": Self.count,
                        "errors": Self.count, "p99Ms": Self.number,
                    ]),
                ],
            ]),
            roles: Self.operations,
            body: .compute { [self] input, invocation in
                let minutes = try input.optional("minutes")?.int() ?? 60
                let since = invocation.now + .seconds(-60 * minutes)
                return try await scan(invocation) { viewer, reader in
                    let spans = try TraceStore().latest(
                        since: since,
                        limit: Self.mapSpans,
                        for: viewer,
                        in: reader
                    )
                    return ServiceMap(spans).json
                }
            }
        )
    }
}
