public import Agents
import Core
import HTTP
import Identity
public import Search
public import Store

/// The question to all that can be found.
public struct SearchTools: Sendable {
    private let store: SearchStore
    private let sources: [SearchSource]
    private let database: any Database

    /// The tools over indexes.
    ///
    /// - Parameters:
    ///   - store: the indexes.
    ///   - sources: the collections, with who may see them.
    ///   - database: what is read.
    public init(_ store: SearchStore, sources: [SearchSource], database: any Database) {
        self.store = store
        self.sources = sources
        self.database = database
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/search", tool: "search.query", problems: [.notFound])
    ]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] { [try query()] }

    /// The most letters of a question.
    static let longest = 2_000

    static let mode = Shape.described(
        Shape.choice(SearchQuery.Mode.allCases.map(\.rawValue)),
        "What decides the order: the words, the vectors, or both (by default)."
    )
    static let text = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": .int(longest)],
        "What is looked for."
    )

    private static let hit = Shape.record(
        "Search hit",
        [
            ("collection", Shape.text), ("id", Shape.text), ("title", Shape.text),
            ("excerpt", Shape.described(Shape.text, "Where the first of the words stands.")),
            ("fields", Shape.object),
            ("score", Shape.described(Shape.number, "Comparable within one answer.")),
            ("link", Shape.described(Shape.text, "Where the record is.")),
        ]
    )

    private static let collection = Shape.record(
        "Searched collection",
        [
            ("collection", Shape.text), ("title", Shape.text),
            ("total", Shape.described(Shape.count, "How many have one of the words.")),
            (
                "facets",
                Shape.described(
                    Shape.list(
                        of: Shape.record(
                            nil,
                            [
                                ("field", Shape.text),
                                (
                                    "values",
                                    Shape.list(
                                        of: Shape.record(
                                            nil,
                                            [("value", Shape.text), ("count", Shape.count)]
                                        )
                                    )
                                ),
                            ]
                        )
                    ),
                    "How often values of the fields that were asked for stand in them."
                )
            ),
        ]
    )

    private func query() throws -> Tool {
        try Tool(
            name: "search.query",
            purpose: "Finds records by their words, and by words that look like these: in all "
                + "collections that you may see, or in one.",
            input: Shape.record(
                nil,
                [
                    ("q", Self.text),
                    ("collection", ["type": "string", "minLength": 1, "maxLength": 64]),
                    ("mode", Self.mode),
                    ("limit", ["type": "integer", "minimum": 1, "maximum": 100]),
                    (
                        "filter",
                        Shape.described(
                            ["type": "string", "minLength": 1, "maxLength": 1_000],
                            "`field=value` with commas between; values of one field are "
                                + "alternatives, for instance `status=booked,status=delivered`. A "
                                + "value with a comma stands in quotes: `depot=\"Nord, Halle 2\"`; "
                                + "within them `\"\"` is a quote."
                        )
                    ),
                    (
                        "facets",
                        Shape.described(
                            ["type": "string", "minLength": 1, "maxLength": 300],
                            "Fields with commas between whose values are counted, 8 at most."
                        )
                    ),
                ],
                optional: ["collection", "mode", "limit", "filter", "facets"]
            ),
            output: Shape.record(
                "Search answer",
                [
                    ("items", Shape.list(of: Self.hit)),
                    ("collections", Shape.list(of: Self.collection)), ("mode", Self.mode),
                ]
            ),
            roles: sources.reduce(into: []) { $0.formUnion($1.roles) },
            body: .compute { [self] input, invocation in
                try await answer(input, invocation)
            }
        )
    }

    private func answer(_ input: JSONReader, _ invocation: Invocation) async throws -> JSON {
        let scope = invocation.scope
        let limit = try input.optional("limit")?.int(in: 1...100) ?? 20
        let facets = try Self.words(input.optional("facets"))
        guard facets.count <= 8 else {
            throw SearchError(.invalidQuery, "at most 8 facets can be given", pointer: "/facets")
        }
        let query = SearchQuery(
            try input.member("q").string(length: 1...Self.longest),
            mode: try input.optional("mode")?.choice() ?? .hybrid,
            filters: try input.optional("filter").map { try FilterText.filters($0.string()) } ?? [],
            facets: facets,
            limit: limit
        )
        let visible = try collections(input.optional("collection"), scope)
        let prepared = try await store.prepare(query, scope: scope)
        let answers = try await database.scan { [store] reader in
            try visible.map { source in
                try store.answer(prepared, from: source.collection, scope: scope, in: reader)
            }
        }
        // Scores of different collections say nothing about each other, places do.
        var hits: [(place: Int, source: SearchSource, hit: SearchHit)] = []
        for (source, answer) in zip(visible, answers) {
            for (place, hit) in answer.hits.enumerated() { hits.append((place, source, hit)) }
        }
        let order = Dictionary(
            uniqueKeysWithValues: visible.enumerated().map { ($1.collection, $0) }
        )
        hits.sort { one, other in
            (one.place, order[one.source.collection] ?? 0)
                < (other.place, order[other.source.collection] ?? 0)
        }
        return [
            "items": .array(
                hits.prefix(limit).map { Self.json($0.hit, of: $0.source, for: query.text) }
            ),
            "collections": .array(
                zip(visible, answers).map { source, answer in
                    [
                        "collection": .string(source.collection), "title": .string(source.title),
                        "total": .int(answer.total), "facets": Self.json(answer.facets, facets),
                    ]
                }
            ),
            "mode": .string(query.mode.rawValue),
        ]
    }

    private func collections(
        _ wanted: JSONReader?,
        _ scope: Scope
    ) throws -> [SearchSource] {
        let visible = sources.filter { !$0.roles.isDisjoint(with: scope.roles) }
        guard let wanted else { return visible }
        let name = try wanted.string()
        guard let source = visible.first(where: { $0.collection == name }) else {
            let known = visible.map(\.collection).joined(separator: ", ")
            throw GeneralFault(
                .notFound,
                code: "collection-not-found",
                "there is no collection \"\(name.prefix(64))\"; there are: \(known)",
                pointer: wanted.pointer
            )
        }
        return [source]
    }

    private static func json(_ hit: SearchHit, of source: SearchSource, for text: String) -> JSON {
        [
            "collection": .string(source.collection), "id": .string(hit.document.id),
            "title": .string(hit.document.title),
            "excerpt": .string(Excerpt.of(hit.document.body, around: text)),
            "fields": .object(hit.document.fields), "score": .double(hit.score),
            "link": .string(source.link(hit.document.id)),
        ]
    }

    private static func json(
        _ facets: [String: [(value: String, count: Int)]],
        _ names: [String]
    ) -> JSON {
        .array(
            names.map { name in
                let values = (facets[name] ?? []).map { entry -> JSON in
                    ["value": .string(entry.value), "count": .int(entry.count)]
                }
                return ["field": .string(name), "values": .array(values)]
            }
        )
    }

    private static func words(_ reader: JSONReader?) throws -> [String] {
        try reader?.string().split(separator: ",").map { String($0) } ?? []
    }
}
