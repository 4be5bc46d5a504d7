import Agents
import Core
import Series
import Store

extension SeriesTools {
    private static let record = Shape.record(
        "Series",
        [
            ("name", Shape.text), ("labels", Shape.object), ("unit", Shape.text), ("kind", kind),
            ("createdAt", Shape.time),
        ]
    )

    private static let value = Shape.record(
        "Series value",
        [("time", Shape.time), ("value", Shape.number), ("status", Shape.count)],
        optional: ["status"]
    )

    func list() throws -> Tool {
        try Tool(
            name: "series.list",
            purpose: "Lists time series. Labels are looked at after a page is read: a page may be "
                + "shorter than asked for, and the next one is there as long as nextCursor is.",
            input: Shape.record(
                nil,
                [("name", Self.name), ("match", Self.match)]
                    + ListQuery.properties(sort: SeriesSelection.columns.map(\.name)),
                optional: ["name", "match", "sort", "limit", "cursor"]
            ),
            output: Shape.page(of: Self.record),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: SeriesSelection.columns,
                    standard: "name",
                    key: .init("id", "id", isNumber: true)
                )
                let page = try Self.selection(input, invocation).page(query, in: reader)
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    func latest() throws -> Tool {
        try Tool(
            name: "series.latest",
            purpose: "Shows the latest point of each series; null where all are forgotten.",
            input: Shape.record(
                nil,
                [("name", Self.name), ("match", Self.match)],
                optional: ["match"]
            ),
            output: Self.items(
                "Series with its latest point",
                [("latest", Shape.nullable(Self.value))]
            ),
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                try await items(input, invocation) { series, item, reading in
                    item["latest"] = try reading.latest(of: series)?.json ?? .null
                    return 1
                }
            }
        )
    }

    func points() throws -> Tool {
        try Tool(
            name: "series.points",
            purpose:
                "Shows the points of series as they were written, in order of time: those from "
                + "`from` to before `to`, at most `limit` of each series.",
            input: Shape.record(
                nil,
                [
                    ("name", Self.name), ("match", Self.match), ("from", Shape.time),
                    ("to", Shape.time),
                    ("limit", ["type": "integer", "minimum": 1, "maximum": 50_000]),
                ],
                optional: ["match", "limit"]
            ),
            output: Self.items(
                "Series with points",
                [
                    ("points", Shape.list(of: Self.value)),
                    (
                        "nextFrom",
                        Shape.described(
                            Shape.nullable(Shape.time),
                            "The first point that was left out; null for none."
                        )
                    ),
                ]
            ),
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                let (from, until) = try Self.span(input)
                let limit = try input.optional("limit")?.int(in: 1...50_000) ?? 5_000
                return try await items(input, invocation) { series, item, reading in
                    let points = try reading.points(of: series, from: from, until: until)
                    let part = points.prefix(limit)
                    item["points"] = .array(part.map(\.json))
                    item["nextFrom"] = points.count > limit ? points[limit].at.json : .null
                    return part.count
                }
            }
        )
    }

    /// The series that are asked for, each with further members.
    private static func items(_ title: String, _ members: [(String, JSON)]) -> JSON {
        Shape.record(
            nil,
            [("items", Shape.list(of: Shape.extended(record, title, members)))]
        )
    }

    /// Answers the series that are asked for, each with what `add` reads of it: that gets the series'
    /// number, its members and the snapshot, and answers how many points it has added.
    private func items(
        _ input: JSONReader,
        _ invocation: Invocation,
        _ add: @escaping @Sendable (Int64, inout JSON, inout SeriesReading) throws -> Int
    ) async throws -> JSON {
        let selection = try Self.selection(input, invocation)
        let limits = kernel.series.limits
        return try await kernel.database.scan { reader in
            let series = try selection.series(atMost: limits.seriesPerQuery, in: reader)
            var reading = try SeriesReading(of: series, limits: limits, in: reader)
            var shown = 0
            let items = try series.map { record in
                var item = record.json
                shown += try add(record.id, &item, &reading)
                guard shown <= limits.answer else {
                    throw SeriesError(
                        .queryTooLarge,
                        "the answer would have more than \(limits.answer) points; ask for a "
                            + "shorter time, fewer series or a smaller limit",
                        pointer: "/limit"
                    )
                }
                return item
            }
            return ["items": .array(items)]
        }
    }

    func query() throws -> Tool {
        try Tool(
            name: "series.query",
            purpose:
                "Aggregates series by steps of equal length, of points or of roll-ups, whichever "
                + "is the coarsest that gives the same. The time is widened to whole steps.",
            input: Shape.record(
                nil,
                [
                    ("name", Self.name), ("match", Self.match), ("from", Shape.time),
                    ("to", Shape.time),
                    (
                        "step",
                        Shape.described(
                            ["type": "integer", "minimum": 1, "maximum": 31_622_400],
                            "Seconds; steps begin at multiples of it since 1970."
                        )
                    ),
                    ("aggregate", Shape.choice(SeriesAggregate.allCases.map(\.rawValue))),
                    ("fill", Shape.choice(SeriesFill.allCases.map(\.rawValue))),
                    (
                        "by",
                        Shape.described(
                            ["type": "string", "maxLength": 700],
                            "Labels with commas between: series that are alike in them are united. "
                                + "* unites all. Without it each series stands by itself."
                        )
                    ),
                ],
                optional: ["match", "aggregate", "fill", "by"]
            ),
            output: Shape.record(
                "Series answer",
                [
                    ("name", Shape.text), ("from", Shape.time), ("to", Shape.time),
                    ("step", Shape.count), ("aggregate", Shape.text),
                    ("resolution", Shape.choice(Resolution.allCases.map(\.rawValue))),
                    (
                        "lines",
                        Shape.list(
                            of: Shape.record(
                                "Series line",
                                [
                                    ("labels", Shape.object), ("series", Shape.count),
                                    ("unit", Shape.text),
                                    (
                                        "values",
                                        Shape.described(
                                            Shape.list(of: Shape.nullable(Shape.number)),
                                            "One for each step, the first of which begins at `from`."
                                        )
                                    ),
                                ]
                            )
                        )
                    ),
                ]
            ),
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                let (from, until) = try Self.span(input)
                let by = try input.optional("by")?.string()
                let question = SeriesQuestion(
                    try Self.selection(input, invocation),
                    from: from,
                    until: until,
                    step: try input.member("step").int(in: 1...31_622_400),
                    aggregate: try input.optional("aggregate")?.choice() ?? .average,
                    fill: try input.optional("fill")?.choice() ?? .null,
                    by: by.map { $0 == "*" ? [] : $0.split(separator: ",").map(String.init) }
                )
                let limits = kernel.series.limits
                let answer = try await kernel.database.scan {
                    try question.answer(limits: limits, in: $0)
                }
                return [
                    "name": try input.member("name").value, "from": answer.from.json,
                    "to": answer.until.json, "step": .int(question.step),
                    "aggregate": .string(question.aggregate.rawValue),
                    "resolution": .string(answer.resolution.rawValue),
                    "lines": .array(answer.lines.map(\.json)),
                ]
            }
        )
    }
}
