import Agents
import Core
import Events
import HTTP
import Store

extension EventTools {
    static let draftRoutes: [ToolRoute] = [
        ToolRoute(.post, "/api/event-rules/test", tool: "events.test-pattern"),
        ToolRoute(.post, "/api/events/replay", tool: "events.count-replay"),
        ToolRoute(.get, "/api/events/{id}/explain", tool: "events.explain"),
    ]

    /// How much of the log a draft is tried on.
    private static let mostTried = 100_000
    private static let mostShown = 50

    private static let explanation = Shape.described(
        Shape.object,
        "matched, and for each leaf of the pattern pointer, path, wanted, found, matched and reason; "
            + "conflicts where leaves are never satisfied together."
    )

    func drafts() throws -> [Tool] { [try testPattern(), try countReplay(), try explain()] }

    private static let result = Shape.record(
        nil,
        [("event", event), ("matched", Shape.flag), ("explanation", explanation)]
    )

    private func testPattern() throws -> Tool {
        try Tool(
            name: "events.test-pattern",
            purpose:
                "Tries a draft of a pattern on given events, or on the newest of the log, and tells why "
                + "each matches or not; changes nothing.",
            input: Self.input(
                [
                    ("pattern", Self.pattern),
                    (
                        "events",
                        ["type": "array", "minItems": 1, "maxItems": 100, "items": Shape.object]
                    ), ("last", ["type": "integer", "minimum": 1, "maximum": 100]),
                ],
                optional: ["events", "last"]
            ),
            output: Shape.record(
                nil,
                [
                    ("examined", Shape.count), ("matched", Shape.count),
                    ("results", Shape.list(of: Self.result)),
                ]
            ),
            roles: Self.rulers,
            body: .read { [kernel] input, invocation, reader in
                let pattern = try Self.pattern(try input.member("pattern"))
                let given = try input.optional("events")?.array(count: 1...100).map(\.value)
                let last = try input.optional("last")?.int(in: 1...100)
                guard given == nil || last == nil else {
                    throw input.fault("give either \"events\" or \"last\"")
                }
                let events =
                    try given
                    ?? kernel.events.latest(
                        .init(),
                        limit: last ?? 50,
                        scope: invocation.scope,
                        in: reader
                    ).map(\.json)
                var matched = 0
                let results = try events.map { event -> JSON in
                    let explanation = try pattern.explanation(for: event.bytes())
                    if explanation["matched"] == true { matched += 1 }
                    return [
                        "event": event, "matched": explanation["matched"] ?? false,
                        "explanation": explanation,
                    ]
                }
                return [
                    "examined": .int(events.count), "matched": .int(matched),
                    "results": .array(results),
                ]
            }
        )
    }

    private func countReplay() throws -> Tool {
        try Tool(
            name: "events.count-replay",
            purpose:
                "Counts which events of a stretch of time a draft of a pattern would have matched; "
                + "delivers nothing.",
            input: Self.input(
                [
                    ("pattern", Self.pattern), ("from", Shape.time), ("to", Shape.time),
                    ("dryRun", ["const": true]),
                ],
                optional: ["dryRun"]
            ),
            output: Shape.record(
                nil,
                [
                    ("events", Shape.count), ("matched", Shape.count),
                    (
                        "complete",
                        Shape.described(
                            Shape.flag,
                            "Whether all events of the time were looked at; at most 100,000 are."
                        )
                    ), ("examples", Shape.list(of: Self.event)),
                ]
            ),
            roles: Self.rulers,
            body: .compute { [self] input, invocation in
                let pattern = try Self.pattern(try input.member("pattern"))
                let times = try Self.times(input)
                return try await kernel.database.scan { reader in
                    try counted(pattern, times, invocation.scope, in: reader)
                }
            }
        )
    }

    private func counted(
        _ pattern: Pattern,
        _ times: Range<Timestamp>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let matcher = PatternMatcher(PatternMachine([pattern]))
        let selection = EventLog.Selection(from: times.lowerBound, to: times.upperBound)
        var examined = 0
        var matched = 0
        var examples: [JSON] = []
        var cursor: Int64 = 0
        while examined < Self.mostTried {
            let page = try kernel.events.events(
                selection,
                after: cursor,
                limit: 1_000,
                scope: scope,
                in: reader
            )
            for event in page {
                let json = event.json
                try json.bytes().withUnsafeBytes { try matcher.match($0) }
                examined += 1
                guard matcher.count > 0 else { continue }
                matched += 1
                if examples.count < Self.mostShown { examples.append(json) }
            }
            guard page.count == 1_000, let last = page.last else { break }
            cursor = last.seq
        }
        return [
            "events": .int(examined), "matched": .int(matched),
            "complete": .bool(examined < Self.mostTried), "examples": .array(examples),
        ]
    }

    private func explain() throws -> Tool {
        try Tool(
            name: "events.explain",
            purpose: "Tells why a rule matches an event of the log, or why it does not.",
            input: Self.input([
                ("id", ["type": "string", "maxLength": 100]), ("rule", Self.name),
            ]),
            output: Shape.record(
                nil,
                [
                    ("eventId", Shape.id), ("rule", Shape.text), ("matched", Shape.flag),
                    ("explanation", Self.explanation),
                ]
            ),
            roles: Self.rulers,
            body: .read { [kernel] input, invocation, reader in
                let id: ID<Event> = try Self.id(input, "event")
                let name = try input.member("rule").string()
                let event = try kernel.events.event(id, scope: invocation.scope, in: reader)
                let pattern = try kernel.workflows.dispatcher().pattern(
                    of: name,
                    scope: invocation.scope,
                    in: reader
                )
                let explanation = try pattern.explanation(for: event.json.bytes())
                return [
                    "eventId": id.json, "rule": .string(name),
                    "matched": explanation["matched"] ?? false, "explanation": explanation,
                ]
            }
        )
    }
}
