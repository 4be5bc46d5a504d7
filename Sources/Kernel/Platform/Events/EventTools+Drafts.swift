import Agents
import Core
import Events
import HTTP
import Store

extension EventTools {
    static let draftRoutes: [ToolRoute] = [
        ToolRoute(.post, "/api/event-patterns/test", tool: "events.test-pattern"),
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

    func drafts() throws -> [Tool] { [try testPattern(), try explain()] }

    private func testPattern() throws -> Tool {
        try Tool(
            name: "events.test-pattern",
            purpose:
                "Tries a draft of a pattern on given events, on the newest of the log, or on those of "
                + "a stretch of time; changes nothing.",
            input: Self.input(
                [
                    ("pattern", Self.pattern),
                    (
                        "events",
                        ["type": "array", "minItems": 1, "maxItems": 100, "items": Shape.object]
                    ), ("latest", ["type": "integer", "minimum": 1, "maximum": 10_000]),
                    ("from", Shape.time), ("to", Shape.time),
                ],
                optional: ["events", "latest", "from", "to"]
            ),
            output: Shape.record(
                nil,
                [
                    ("examined", Shape.count), ("matched", Shape.count),
                    (
                        "complete",
                        Shape.described(
                            Shape.flag,
                            "Whether all events of the time were looked at; at most 100,000 are."
                        )
                    ),
                    (
                        "results",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [
                                    ("index", Shape.count), ("eventId", Shape.text),
                                    ("event", Self.event), ("matched", Shape.flag),
                                    ("explanation", Self.explanation),
                                ],
                                optional: ["index", "eventId", "event", "explanation"]
                            )
                        )
                    ),
                ]
            ),
            roles: Self.rulers,
            body: .compute { [self] input, invocation in
                let pattern = try Self.pattern(try input.member("pattern"))
                if let events = try input.optional("events") {
                    return try Self.tried(pattern, on: try events.array(count: 1...100))
                }
                let latest = try input.optional("latest")?.int(in: 1...10_000)
                let times: Range<Timestamp>? = latest == nil ? try Self.times(input) : nil
                return try await kernel.database.scan { reader in
                    try tried(pattern, latest: latest, times, invocation.scope, in: reader)
                }
            }
        )
    }

    private static func tried(_ pattern: Pattern, on events: [JSONReader]) throws -> JSON {
        var results: [JSON] = []
        var matched = 0
        for (index, event) in events.enumerated() {
            let explanation = try pattern.explanation(for: event.value.bytes())
            if explanation["matched"] == true { matched += 1 }
            results.append([
                "index": .int(index), "matched": explanation["matched"] ?? false,
                "explanation": explanation,
            ])
        }
        return [
            "examined": .int(events.count), "matched": .int(matched), "complete": true,
            "results": .array(results),
        ]
    }

    private func tried(
        _ pattern: Pattern,
        latest: Int?,
        _ times: Range<Timestamp>?,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let matcher = PatternMatcher(PatternMachine([pattern]))
        var examined = 0
        var matched = 0
        var results: [JSON] = []
        func look(at events: [Event]) throws {
            for event in events {
                let json = event.json
                try json.bytes().withUnsafeBytes { try matcher.match($0) }
                examined += 1
                guard matcher.count > 0 else { continue }
                matched += 1
                if results.count < Self.mostShown {
                    results.append(["eventId": event.id.json, "event": json, "matched": true])
                }
            }
        }
        if let latest {
            try look(
                at: kernel.events.latest(.init(), limit: latest, scope: scope, in: reader)
            )
        } else {
            let selection = EventLog.Selection(from: times?.lowerBound, to: times?.upperBound)
            var cursor: Int64 = 0
            while examined < Self.mostTried {
                let page = try kernel.events.events(
                    selection,
                    after: cursor,
                    limit: 1_000,
                    scope: scope,
                    in: reader
                )
                try look(at: page)
                guard page.count == 1_000, let last = page.last else { break }
                cursor = last.seq
            }
        }
        return [
            "examined": .int(examined), "matched": .int(matched),
            "complete": .bool(examined < Self.mostTried), "results": .array(results),
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
