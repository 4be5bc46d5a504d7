import Agents
public import Core
import Events
import HTTP
import Identity
import Store

extension EventTools {
    /// How many events one request may bring.
    private static let mostTaken = 1_000

    static let logRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/events", tool: "events.list"),
        ToolRoute(
            .post,
            "/api/events",
            tool: "events.take",
            bodyLimit: 4 << 20,
            body: RouteDocumentation.Body([
                ("application/cloudevents+json", Shape.object),
                ("application/cloudevents-batch+json", Shape.list(of: Shape.object)),
                ("application/x-ndjson", Shape.text),
            ]),
            problems: [.unsupportedMediaType, .contentTooLarge],
            input: { try EventBatch.read($0) }
        ),
        ToolRoute(.get, "/api/events/{id}", tool: "events.get"),
        ToolRoute(.get, "/api/event-retention", tool: "events.get-retention"),
        ToolRoute(.put, "/api/event-retention", tool: "events.set-retention"),
    ]

    /// The filters of lists of events.
    static let filters: [(String, JSON)] = [
        (
            "type",
            Shape.described(
                ["type": "string", "minLength": 1, "maxLength": 200],
                "A type, or all that begin so: order.*"
            )
        ),
        ("source", ["type": "string", "minLength": 1, "maxLength": 500]),
        ("subject", ["type": "string", "minLength": 1, "maxLength": 500]), ("from", Shape.time),
        ("to", Shape.time),
    ]

    static func selection(_ input: JSONReader) throws -> EventLog.Selection {
        EventLog.Selection(
            type: try input.optional("type")?.string(),
            source: try input.optional("source")?.string(),
            subject: try input.optional("subject")?.string(),
            from: try input.optional("from")?.timestamp(),
            to: try input.optional("to")?.timestamp()
        )
    }

    func log() throws -> [Tool] {
        [try listEvents(), try getEvent(), try takeEvents()] + (try retention())
    }

    private func listEvents() throws -> Tool {
        try Tool(
            name: "events.list",
            purpose: "Lists what happened in the organisation, newest first.",
            input: PlatformTools.list(Self.filters, sort: EventLog.sortable.map(\.name)),
            output: Shape.page(of: Self.event),
            roles: Self.rulers,
            body: .read { [kernel] input, invocation, reader in
                let page = try kernel.events.page(
                    Self.selection(input),
                    ListQuery(
                        reading: input,
                        columns: EventLog.sortable,
                        standard: "-seq",
                        key: .init("seq", "seq", isNumber: true)
                    ),
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func getEvent() throws -> Tool {
        try Tool(
            name: "events.get",
            purpose: "Shows an event of the log.",
            input: PlatformTools.id,
            output: Self.event,
            roles: Self.rulers,
            body: .read { [kernel] input, invocation, reader in
                try kernel.events.opened(
                    try kernel.events.event(
                        Self.id(input, "event"),
                        scope: invocation.scope,
                        in: reader
                    ),
                    in: reader
                ).json
            }
        )
    }

    private func takeEvents() throws -> Tool {
        try Tool(
            name: "events.take",
            purpose:
                "Takes events in from outside, each once for its source and id; one that is malformed "
                + "holds up no other.",
            input: Self.input([
                (
                    "events",
                    [
                        "type": "array", "minItems": 1, "maxItems": .int(Self.mostTaken),
                        "items": Shape.any,
                    ]
                )
            ]),
            output: Shape.record(
                nil,
                [
                    ("taken", Shape.count), ("known", Shape.count), ("refused", Shape.count),
                    (
                        "results",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [
                                    ("index", Shape.count), ("eventId", Shape.id),
                                    ("known", Shape.flag), ("problem", Shape.object),
                                ],
                                optional: ["eventId", "known", "problem"]
                            )
                        )
                    ),
                ]
            ),
            roles: Self.rulers,
            body: .write { [kernel] input, invocation in
                let list = try input.member("events").array(count: 1...Self.mostTaken)
                let events = list.map { reader in
                    // Pointers are from the event's root, and its index stands beside.
                    Result { () throws(GeneralFault) in
                        try OutsideEvent(JSONReader(reader.value))
                    }
                }
                return { transaction in
                    var results: [JSON] = []
                    var taken = 0
                    var refused = 0
                    for (index, event) in events.enumerated() {
                        do {
                            let (id, isNew) = try kernel.events.take(
                                try event.get(),
                                ids: kernel.ids,
                                now: invocation.now,
                                scope: invocation.scope,
                                in: transaction
                            )
                            if isNew { taken += 1 }
                            results.append([
                                "index": .int(index), "eventId": id.json, "known": .bool(!isNew),
                            ])
                        } catch let fault as GeneralFault {
                            refused += 1
                            results.append([
                                "index": .int(index), "problem": ProblemDetails.json(of: fault),
                            ])
                        }
                    }
                    return [
                        "taken": .int(taken), "known": .int(events.count - taken - refused),
                        "refused": .int(refused), "results": .array(results),
                    ]
                }
            }
        )
    }

    private static let items: JSON = [
        "type": "array", "maxItems": .int(EventRetention.largest),
        "items": Shape.record(
            nil,
            [
                ("type", ["type": "string", "minLength": 1, "maxLength": 200]),
                ("days", ["type": "integer", "minimum": 1, "maximum": 36_500]),
            ]
        ),
    ]

    private func retention() throws -> [Tool] {
        let shape = Shape.record(nil, [("items", Self.items)])
        return [
            try Tool(
                name: "events.get-retention",
                purpose: "Shows how long events are kept, by type; for ever where nothing is said.",
                input: Self.input([]),
                output: shape,
                roles: Self.rulers,
                body: .read { _, invocation, reader in
                    Self.json(of: try EventRetention().items(scope: invocation.scope, in: reader))
                }
            ),
            try Tool(
                name: "events.set-retention",
                purpose:
                    "Decides how long events are kept; what is older is forgotten within the hour, save "
                    + "what a dead letter or a replay still needs.",
                input: Self.input([("items", Self.items), ("reason", Self.reason)]),
                output: shape,
                roles: [.admin],
                body: .write { [audit] input, invocation in
                    var items: [EventRetention.Item] = []
                    for item in try input.member("items").array(count: 0...EventRetention.largest) {
                        let type = try item.member("type").string(length: 1...200)
                        guard !items.contains(where: { $0.type == type }) else {
                            throw item.fault("\"\(type)\" is there twice")
                        }
                        items.append(.init(type: type, days: try item.member("days").int()))
                    }
                    let reason = try input.member("reason").string(length: 1...500)
                    let decided = items
                    return { transaction in
                        let scope = invocation.scope
                        try EventRetention().set(decided, scope: scope, in: transaction)
                        var detail = Self.json(of: decided)
                        detail["reason"] = .string(reason)
                        try audit.append(
                            "event-retention.changed",
                            subject: "organisation:\(scope.organisation)",
                            detail: detail,
                            scope: scope,
                            in: transaction
                        )
                        return Self.json(of: decided)
                    }
                }
            ),
        ]
    }

    private static func json(of items: [EventRetention.Item]) -> JSON {
        [
            "items": .array(
                items.map { ["type": .string($0.type), "days": .int($0.days)] }
            )
        ]
    }
}

/// Reads the body that brings events: one, a batch, or one a line.
public enum EventBatch {
    /// The tool's input.
    ///
    /// - Throws: a fault of code `malformed-json` or `unsupported-media-type`.
    static func read(_ request: Request) throws -> JSON {
        let type = (request.headers["content-type"] ?? "application/json").lowercased()
        let media = type.split(separator: ";").first.map(String.init) ?? type
        switch media.filter({ $0 != " " }) {
        case "application/cloudevents-batch+json":
            let body = try request.reader()
            _ = try body.array()
            return ["events": body.value]
        case "application/cloudevents+json", "application/json":
            let json = try request.reader().value
            return ["events": json.array == nil ? .array([json]) : json]
        case "application/x-ndjson", "application/jsonl", "application/json-lines":
            return ["events": .array(try lines(request.body))]
        default:
            throw HTTPFault(
                .unsupportedMediaType,
                code: "unsupported-media-type",
                "send events as application/cloudevents+json, application/cloudevents-batch+json or "
                    + "application/x-ndjson, not as \"\(media.prefix(80))\"",
                headers: ["Accept": "application/cloudevents-batch+json, application/x-ndjson"]
            )
        }
    }

    /// The events of a text with one a line.
    ///
    /// - Throws: a fault of code `malformed-json` with the line.
    public static func lines(_ bytes: some Collection<UInt8>) throws(GeneralFault) -> [JSON] {
        var events: [JSON] = []
        for (index, line) in bytes.split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        ).enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
            do {
                events.append(try JSON(parsing: line))
            } catch {
                throw GeneralFault(
                    .malformed,
                    code: "malformed-json",
                    "line \(index + 1), column \(error.column): \(error.message)"
                )
            }
        }
        return events
    }
}
