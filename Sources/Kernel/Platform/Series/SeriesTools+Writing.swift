import Agents
import Core
import HTTP
import Identity
import Series
import Store

extension SeriesTools {
    /// The largest body.
    static let bodyLimit = 8 << 20

    private static let point = Shape.record(
        "Series point",
        [
            (
                "time",
                Shape.described(
                    ["type": ["string", "integer"], "maxLength": 40],
                    "RFC 3339, or microseconds since 1970; now when it is not there."
                )
            ), ("value", Shape.number),
            (
                "status",
                ["type": "integer", "minimum": 0, "maximum": .int(Int64(UInt32.max))]
            ),
        ],
        optional: ["time", "status"]
    )

    private static let batch: JSON = [
        "type": "array", "minItems": 1, "maxItems": 10_000,
        "items": Shape.record(
            nil,
            [
                ("name", name), ("labels", labels), ("unit", unit), ("kind", kind),
                (
                    "points",
                    ["type": "array", "minItems": 1, "maxItems": 50_000, "items": point]
                ),
            ],
            optional: ["labels", "unit", "kind"]
        ),
    ]

    func write() throws -> Tool {
        try Tool(
            name: "series.write",
            purpose:
                "Writes points of time series, all of a batch or nothing. A point at the time of "
                + "an earlier one replaces it.",
            input: Shape.record(
                nil,
                [
                    ("series", Self.batch),
                    ("format", Shape.choice(PointFormat.allCases.map(\.rawValue))),
                    ("text", ["type": "string", "maxLength": .int(Self.bodyLimit)]),
                    (
                        "precision",
                        Shape.choice(LineProtocol.Precision.allCases.map(\.rawValue))
                    ),
                ],
                optional: ["series", "format", "text", "precision"]
            ),
            output: Shape.record(
                "Series receipt",
                [("points", Shape.count), ("series", Shape.count), ("created", Shape.count)]
            ),
            roles: Self.writers,
            body: .write { [self] input, invocation in
                // A large batch is not read on an event loop.
                let isLarge = try Self.isLarge(input)
                let prepared =
                    isLarge
                    ? try await kernel.workers.value { try intake(input, invocation) }
                    : try intake(input, invocation)
                let store = kernel.series
                return { transaction in
                    let receipt = try Self.located { try store.write(prepared, in: transaction) }
                    return [
                        "points": .int(receipt.points), "series": .int(receipt.series),
                        "created": .int(receipt.created),
                    ]
                }
            }
        )
    }

    private static func isLarge(_ input: JSONReader) throws -> Bool {
        if let text = try input.optional("text")?.value.string { return text.utf8.count > 32_768 }
        var points = 0
        for entry in try input.optional("series")?.value.array ?? [] {
            points += entry["points"]?.array?.count ?? 0
        }
        return points > 500
    }

    private func intake(
        _ input: JSONReader,
        _ invocation: Invocation
    ) throws -> SeriesStore.Prepared {
        var intake = SeriesIntake(
            kernel.series,
            organisation: invocation.scope.organisation,
            now: invocation.now
        )
        let series = try input.optional("series")
        let text = try input.optional("text")
        guard (series == nil) != (text == nil) else {
            throw input.fault("expected either series, or format and text")
        }
        return try Self.located {
            if let text {
                let format: PointFormat = try input.member("format").choice()
                let precision: LineProtocol.Precision? = try input.optional("precision")?.choice()
                try format.read(
                    try text.string(length: 0...Self.bodyLimit),
                    precision: precision ?? .nanoseconds,
                    into: &intake
                )
            }
            for one in try series?.array() ?? [] {
                let name = try PointReading.name(one)
                let unit = try one.optional("unit")?.string(length: 0...32)
                let kind: SeriesKind? = try one.optional("kind")?.choice()
                for point in try one.member("points").array() {
                    try intake.take(
                        try PointReading.point(point, now: invocation.now),
                        of: name,
                        unit: unit,
                        kind: kind,
                        place: point.pointer
                    )
                }
            }
            return try intake.prepared()
        }
    }

    /// A refusal that is about a line of a text says so in its message.
    static func located<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as SeriesError {
            guard let place = error.pointer, place.hasPrefix("line ") else { throw error }
            throw GeneralFault(
                error.kind,
                code: error.code,
                "\(place): \(error.message)",
                pointer: "/text",
                details: JSONObject([("line", .int(Int(place.dropFirst(5)) ?? 0))])
            )
        }
    }

    /// The body of the route, by its media type.
    static func input(of request: Request) throws -> JSON {
        let type = (request.headers["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
        let format: PointFormat
        switch type {
        case "", "application/json":
            return try request.json()
        case "application/x-ndjson", "application/jsonl": format = .ndjson
        case "text/csv": format = .csv
        case "text/plain": format = .line
        default:
            throw GeneralFault(
                .malformed,
                code: "unknown-format",
                "points come as application/json, application/x-ndjson, text/csv or text/plain (line "
                    + "protocol), found \(type.prefix(60))"
            )
        }
        guard let text = String(validating: request.body, as: UTF8.self) else {
            throw GeneralFault(.malformed, code: "not-utf8", "the body is not UTF-8 text")
        }
        var input: JSON = ["format": .string(format.rawValue), "text": .string(text)]
        if let precision = request.query.list.last(where: { $0.name == "precision" })?.value {
            input["precision"] = .string(precision)
        }
        return input
    }

    static let body = RouteDocumentation.Body([
        (
            "application/json",
            Shape.record(nil, [("series", batch)])
        ),
        (
            "application/x-ndjson",
            ["type": "string", "description": "An object with name, labels, time, value a line."]
        ),
        (
            "text/csv",
            [
                "type": "string",
                "description": "Columns name, value, time, status, unit, kind; others are labels.",
            ]
        ),
        (
            "text/plain",
            ["type": "string", "description": "InfluxDB's line protocol; see precision."]
        ),
    ])

    func delete() throws -> Tool {
        try Tool(
            name: "series.delete",
            purpose: "Deletes series with all their points, which cannot be undone.",
            input: Shape.record(
                nil,
                [
                    ("name", Self.name), ("match", Self.match),
                    ("reason", ["type": "string", "minLength": 1, "maxLength": 500]),
                ],
                optional: ["match"]
            ),
            output: Shape.record(nil, [("deleted", Shape.count)]),
            roles: [.admin],
            body: .write { [self] input, invocation in
                let selection = try Self.selection(input, invocation)
                let name = try input.member("name").string()
                let match = try input.optional("match")?.string() ?? ""
                let reason = try input.member("reason").string(length: 1...500)
                return { transaction in
                    let removed = try kernel.series.remove(selection, in: transaction)
                    guard !removed.isEmpty else {
                        throw SeriesError(.notFound, "there is no such series")
                    }
                    let detail: JSON = [
                        "name": .string(name), "match": .string(match), "reason": .string(reason),
                        "series": .int(removed.count),
                    ]
                    try audit.append(
                        "series.deleted",
                        subject: "series:\(name)",
                        detail: detail,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try kernel.emit(
                        "series.deleted",
                        about: "series:\(name)",
                        detail,
                        by: invocation,
                        in: transaction
                    )
                    return ["deleted": .int(removed.count)]
                }
            }
        )
    }
}
