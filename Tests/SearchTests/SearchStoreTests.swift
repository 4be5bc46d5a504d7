import Core
import Foundation
import Store
import Testing

@testable import Search

/// What every driver must do; `WEFT_TEST_STORE=postgres` runs it there.
@Suite struct SearchStoreTests {
    static let library = [
        SearchDocument(
            id: "a",
            title: "Cooling of pharma goods",
            body: "Refrigerated vehicles keep vaccines between two and eight degrees.",
            fields: ["kind": "note", "year": 2025, "tags": ["cold", "pharma"], "open": true]
        ),
        SearchDocument(
            id: "b",
            title: "Loading steel",
            body: "Coils of steel are loaded first, near the axle, and strapped.",
            fields: ["kind": "rule", "year": 2026, "tags": ["steel"], "open": false]
        ),
        SearchDocument(
            id: "c",
            title: "Vaccines at the border",
            body: "Customs opens no refrigerated box without the recipient.",
            fields: ["kind": "note", "year": 2027, "tags": ["cold", "border"]]
        ),
    ]

    @Test("Words find documents in every mode, the best first")
    func finding() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        for mode in SearchQuery.Mode.allCases {
            #expect(try await world.found("vaccine", mode).prefix(2).sorted() == ["a", "c"])
            #expect(try await world.found("steel coil", mode).first == "b")
        }
        #expect(try await world.found("submarine").isEmpty)
        #expect(try await world.found("the of and").isEmpty)
        #expect(try await world.found("", .hybrid).isEmpty)
    }

    @Test("Hybrid search finds parts of words that words alone do not")
    func parts() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        #expect(try await world.found("refrigeratd", .bm25).isEmpty)
        #expect(Set(try await world.found("refrigeratd", .hybrid).prefix(2)) == ["a", "c"])
    }

    @Test(
        "Filters hold in every mode",
        arguments: [
            ([.any("kind", ["note"])], ["a", "c"]),
            ([.any("kind", ["note", "rule"]), .any("tags", ["cold"])], ["a", "c"]),
            ([.any("open", [true])], ["a"]),
            ([.any("year", [2027])], ["c"]),
            ([.range("year", atLeast: 2026, atMost: nil)], ["c"]),
            ([.range("year", atLeast: 2024, atMost: 2025.5)], ["a"]),
            ([.absentOrAbove("year", 2025)], ["c"]),
            ([.absentOrAbove("missing", 1)], ["a", "c"]),
            ([.any("kind", ["nothing"])], []),
            ([.any("kind", [])], []),
        ] as [([SearchFilter], [String])]
    )
    func filters(filters: [SearchFilter], expected: [String]) async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        for mode in SearchQuery.Mode.allCases {
            let answer = try await world.ask(
                SearchQuery("refrigerated vaccines", mode: mode, filters: filters)
            )
            let found = answer.hits.map(\.document.id).filter { $0 != "b" }.sorted()
            #expect(found == expected, "\(mode)")
            if mode == .bm25 { #expect(answer.total == expected.count) }
        }
    }

    @Test("Facets count the values of all that is found, not only of what is shown")
    func facets() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        let answer = try await world.ask(
            SearchQuery("vaccines steel", mode: .bm25, facets: ["kind", "tags", "none"], limit: 1)
        )
        #expect(answer.hits.count == 1)
        #expect(answer.total == 3)
        #expect(answer.facets["kind"]?.map(\.value) == ["note", "rule"])
        #expect(answer.facets["kind"]?.map(\.count) == [2, 1])
        #expect(answer.facets["tags"]?.first?.value == "cold")
        #expect(answer.facets["none"]?.isEmpty == true)
    }

    @Test("A document of the same id replaces the earlier one wholly")
    func replacing() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        _ = try await world.found("steel", .vector)
        try await world.put([SearchDocument(id: "b", body: "Bananas ripen.", fields: ["kind": "x"])]
        )
        for mode in SearchQuery.Mode.allCases {
            #expect(try await world.found("bananas", mode).first == "b")
        }
        #expect(try await world.found("steel").isEmpty)
        #expect(try await world.found("steel", .vector).first != "b")
        #expect(try await world.found("bananas", filters: [.any("kind", ["rule"])]).isEmpty)
        let fresh = try await SearchWorld()
        try await fresh.put([Self.library[0]])
        try await fresh.put([SearchDocument(id: "b", body: "Bananas ripen.", fields: ["kind": "x"])]
        )
        try await fresh.put([Self.library[2]])
        #expect(try await world.content() == fresh.content())
    }

    @Test("Whatever came and went, the tables hold what is there and nothing else")
    func comingAndGoing() async throws {
        let words = ["steel", "cold", "box", "pallet", "route", "driver", "customs", "delay"]
        for seed in UInt64(1)...4 {
            let random = SeededRandom(seed: seed)
            func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
            let world = try await SearchWorld()
            var present: [String: SearchDocument] = [:]
            for _ in 0..<40 {
                let id = "d\(pick(12))"
                if pick(3) == 0 {
                    let removed = try await world.remove([id])
                    #expect(removed.documents == (present[id] == nil ? 0 : 1), "seed \(seed)")
                    present[id] = nil
                } else {
                    let text = (0...pick(6)).map { _ in words[pick(8)] }.joined(separator: " ")
                    let document = SearchDocument(
                        id: id,
                        title: words[pick(8)],
                        body: text,
                        fields: ["n": .int(pick(4))]
                    )
                    try await world.put([document])
                    present[id] = document
                }
                if pick(4) == 0 { _ = try await world.found(words[pick(8)], .hybrid) }
            }
            let fresh = try await SearchWorld()
            try await fresh.put(present.values.sorted { $0.id < $1.id })
            for word in words {
                for mode in SearchQuery.Mode.allCases {
                    let one = try await world.ask(SearchQuery(word, mode: mode)).hits
                    let other = try await fresh.ask(SearchQuery(word, mode: mode)).hits
                    #expect(
                        Set(one.map(\.document.id)) == Set(other.map(\.document.id)),
                        "seed \(seed), \(word), \(mode)"
                    )
                    if mode == .bm25 {
                        let scores = Dictionary(
                            uniqueKeysWithValues: other.map { ($0.document.id, $0.score) }
                        )
                        for hit in one {
                            let score = scores[hit.document.id] ?? 0
                            #expect(abs(hit.score - score) < 1e-9, "seed \(seed), \(word)")
                        }
                    }
                }
            }
            try await world.remove(Array(present.keys))
            for table in ["search_document", "search_posting", "search_field", "search_vector"] {
                #expect(try await world.count(table) == 0, "seed \(seed), \(table)")
            }
        }
    }

    @Test("Another organisation's documents are neither found nor counted")
    func isolation() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        let before = try await world.ask(SearchQuery("vaccines", mode: .bm25)).hits.map(\.score)
        try await world.put(
            (0..<20).map { SearchDocument(id: "x\($0)", body: "vaccines vaccines") },
            scope: world.theirs
        )
        let after = try await world.ask(SearchQuery("vaccines", mode: .bm25)).hits.map(\.score)
        #expect(before == after)
        for mode in SearchQuery.Mode.allCases {
            #expect(try await world.found("vaccines", mode).allSatisfy { !$0.hasPrefix("x") })
            let theirs = try await world.found("vaccines", mode, scope: world.theirs)
            #expect(theirs.count == 20)
        }
        #expect(try await world.remove(["a"], scope: world.theirs).documents == 0)
        #expect(try await world.found("vaccines").contains("a"))
    }

    @Test("Removing takes the row, the postings, the fields and the vector, or nothing at all")
    func removing() async throws {
        struct Crash: Error {}
        let world = try await SearchWorld()
        try await world.put(Self.library)
        let before = try await world.content()
        await #expect(throws: Crash.self) {
            try await world.database.transaction { [store = world.store, ours = world.ours] in
                try store.remove(["a"], from: "notes", scope: ours, in: $0)
                throw Crash()
            }
        }
        #expect(try await world.content() == before)
        #expect(try await world.found("pharma", .hybrid).first == "a")
        let removed = try await world.remove(["a", "unknown"])
        #expect(removed.documents == 1)
        #expect(removed.vectors == 1)
        #expect(
            removed.postings
                == Set(
                    Analyser().terms(
                        "Cooling of pharma goods Refrigerated vehicles keep vaccines between two and eight degrees"
                    )
                ).count
        )
        for mode in SearchQuery.Mode.allCases {
            #expect(try await !world.found("pharma vaccines", mode).contains("a"))
        }
        #expect(try await !world.content().contains { $0.contains("pharma") })
        let fresh = try await SearchWorld()
        try await fresh.put([Self.library[1], Self.library[2]])
        #expect(try await world.count("search_posting") == fresh.count("search_posting"))
    }

    @Test("A transaction finds what it has put in itself, and nobody finds what it rolls back")
    func uncommitted() async throws {
        struct Stop: Error {}
        let world = try await SearchWorld()
        try await world.put(Self.library)
        _ = try await world.found("steel", .vector)
        let prepared = try await world.store.prepare(
            [SearchDocument(id: "z", body: "zeppelin steel")],
            scope: world.ours
        )
        let query = try await world.store.prepare(
            SearchQuery("zeppelin", mode: .vector),
            scope: world.ours
        )
        await #expect(throws: Stop.self) {
            try await world.database.transaction { [store = world.store, ours = world.ours] in
                try store.put(prepared, into: "notes", scope: ours, in: $0)
                let hits = try store.answer(query, from: "notes", scope: ours, in: $0).hits
                #expect(hits.first?.document.id == "z")
                throw Stop()
            }
        }
        #expect(try await !world.found("zeppelin", .vector).contains("z"))
        try await world.put([SearchDocument(id: "y", body: "yacht")])
        #expect(try await world.found("yacht", .vector).first == "y")
        #expect(try await world.found("zeppelin", .vector).first != "z")
    }

    @Test("Vectors that memory does not hold are read through, with the same answer")
    func beyondMemory() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        let narrow = SearchStore(embedder: LexicalEmbedder(dimensions: 256), holding: 0)
        for text in ["vaccines", "steel", "refrigerator"] {
            let query = SearchQuery(text, mode: .vector)
            let held = try await world.ask(query).hits
            let read = try await world.ask(query, by: narrow).hits
            #expect(held.map(\.document.id) == read.map(\.document.id))
            for (one, other) in zip(held, read) { #expect(abs(one.score - other.score) < 1e-4) }
        }
        #expect(narrow.cache.held == 0)
    }

    @Test("Fields change without the text, and filters follow")
    func fields() async throws {
        let world = try await SearchWorld()
        try await world.put(Self.library)
        try await world.database.transaction { [store = world.store, ours = world.ours] in
            try store.setFields(["a": ["kind": "old"], "q": [:]], in: "notes", scope: ours, in: $0)
        }
        #expect(try await world.found("vaccines", filters: [.any("kind", ["old"])]) == ["a"])
        #expect(try await world.found("vaccines", filters: [.any("kind", ["note"])]) == ["c"])
        #expect(try await world.found("vaccines", .vector).first != nil)
    }

    @Test("More documents than one run of numbers has are ranked together")
    func runs() async throws {
        let world = try await SearchWorld()
        let many = (0..<2_100).map { number in
            SearchDocument(id: "n\(number)", body: "common word \(number)")
        }
        for start in [0, 700, 1_400] {
            try await world.put(Array(many[start..<start + 700]))
        }
        for number in [0, 1_023, 1_024, 2_047, 2_048, 2_099] {
            #expect(try await world.found("common \(number)").first == "n\(number)")
        }
        let answer = try await world.ask(SearchQuery("common", mode: .bm25, limit: 1_000))
        #expect(answer.total == 2_100)
        #expect(answer.hits.count == 1_000)
        #expect(answer.hits.first?.document.id == "n0")
    }

    @Test(
        "What is too large or of a wrong kind is refused, and nothing is changed",
        arguments: [
            SearchDocument(id: "", body: "x"),
            SearchDocument(id: String(repeating: "i", count: 201), body: "x"),
            SearchDocument(id: "i", title: String(repeating: "t", count: 2_001), body: "x"),
            SearchDocument(id: "i", body: String(repeating: "b", count: 200_001)),
            SearchDocument(id: "i", body: "x", fields: ["f": ["a": 1]]),
            SearchDocument(id: "i", body: "x", fields: ["f": [["a"]]]),
            SearchDocument(
                id: "i",
                body: "x",
                fields: JSONObject((0..<33).map { ("f\($0)", .int($0)) })
            ),
        ]
    )
    func refusals(document: SearchDocument) async throws {
        let world = try await SearchWorld()
        await #expect(throws: SearchError.self) { try await world.put([document]) }
        #expect(try await world.count("search_index") == 0)
    }

    @Test("A question's size is bounded, and a collection's name is one")
    func bounds() async throws {
        let world = try await SearchWorld()
        await #expect(throws: SearchError.self) {
            try await world.ask(SearchQuery(String(repeating: "q", count: 20_001)))
        }
        await #expect(throws: SearchError.self) {
            try await world.ask(SearchQuery("q", limit: 0))
        }
        await #expect(throws: SearchError.self) {
            try await world.put([SearchDocument(id: "i", body: "x")], into: "No Such")
        }
        try await world.put(Self.library)
        let words = (0..<600).map { "w\($0)" }.joined(separator: " ")
        #expect(try await world.found(words + " steel").isEmpty)
        #expect(try await world.found("steel " + words) == ["b"])
    }
}
