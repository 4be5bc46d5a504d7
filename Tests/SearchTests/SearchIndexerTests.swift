import Core
import Store
import Synchronization
import Testing

@testable import Search

/// A model stands behind it that can be away.
private final class FakeModel: Embedder {
    struct Away: Error {}

    let name: String
    let dimensions = 3
    let isAway = Mutex(false)
    let texts = Mutex(0)

    init(_ name: String) { self.name = name }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        if isAway.withLock({ $0 }) { throw Away() }
        self.texts.withLock { $0 += texts.count }
        return texts.map { text in
            [
                text.contains("north") ? 1 : 0, text.contains("south") ? 1 : 0,
                Float(text.utf8.count) / 100,
            ]
        }
    }
}

@Suite struct SearchIndexerTests {
    private static let records = Migration(
        "records",
        1,
        "records",
        ["CREATE TABLE record (id TEXT PRIMARY KEY, text TEXT NOT NULL)"]
    )

    private static let source = SearchSource(
        collection: "notes",
        title: "Notes",
        roles: [],
        link: { "/notes/\($0)" },
        document: { id, _, reader in
            try reader.first("SELECT text FROM record WHERE id = ?", [.text(id)]) {
                SearchDocument(id: id, body: try $0.text(0))
            }
        }
    )

    private func change(_ world: SearchWorld, _ id: String, _ text: String?) async throws {
        try await world.database.transaction { [ours = world.ours] transaction in
            try transaction.execute("DELETE FROM record WHERE id = ?", [.text(id)])
            if let text {
                try transaction.execute(
                    "INSERT INTO record (id, text) VALUES (?, ?)",
                    [.text(id), .text(text)]
                )
            }
            try SearchQueue.mark(
                id,
                in: "notes",
                of: ours.organisation,
                transaction: transaction
            )
        }
    }

    private func indexer(_ world: SearchWorld, _ store: SearchStore? = nil) -> SearchIndexer {
        SearchIndexer(
            store ?? world.store,
            sources: [Self.source],
            database: world.database,
            clock: world.clock
        )
    }

    @Test("Records that change, come and go are followed, each once")
    func following() async throws {
        let world = try await SearchWorld()
        try await world.database.migrate([Self.records])
        try await change(world, "r", "north wind")
        try await change(world, "r", "south wind")
        try await change(world, "s", "calm")
        #expect(try await indexer(world).index() == 3)
        #expect(try await indexer(world).index() == 0)
        #expect(try await world.found("south") == ["r"])
        #expect(try await world.found("north").isEmpty)
        try await change(world, "r", nil)
        try await indexer(world).index()
        #expect(try await world.found("south").isEmpty)
        #expect(try await world.found("calm") == ["s"])
        #expect(try await world.count("search_pending") == 0)
    }

    @Test("A text that stays is given to the embedder once, and its vector stays")
    func unchanged() async throws {
        let model = FakeModel("model-a")
        let world = try await SearchWorld(SearchStore(embedder: model))
        try await world.database.migrate([Self.records])
        try await change(world, "r", "north wind")
        try await indexer(world).index()
        // Words at once, and no model is waited for.
        #expect(model.texts.withLock { $0 } == 0)
        #expect(try await world.found("north", .bm25) == ["r"])
        #expect(try await indexer(world).embed() == 1)
        let before = try await world.content()
        let calls = model.texts.withLock { $0 }
        try await change(world, "r", "north wind")
        try await indexer(world).index()
        #expect(try await indexer(world).embed() == 0)
        #expect(model.texts.withLock { $0 } == calls)
        #expect(try await world.content() == before)
        #expect(try await world.found("north", .vector) == ["r"])
        try await change(world, "r", "south wind")
        try await indexer(world).index()
        try await indexer(world).embed()
        #expect(model.texts.withLock { $0 } > calls)
        #expect(try await world.found("south", .hybrid) == ["r"])
        #expect(try await world.found("north", .bm25).isEmpty)
    }

    @Test("A model that answers nothing delays vectors alone: words of all are found meanwhile")
    func hanging() async throws {
        let model = HangingModel()
        let world = try await SearchWorld(SearchStore(embedder: model))
        try await world.database.migrate([Self.records])
        try await change(world, "r", "north wind")
        let indexer = indexer(world)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run {} }
            try await wait { try await world.found("north") == ["r"] }
            try await wait { model.asked.withLock { $0 } > 0 }
            // It hangs now, and what changes next is found all the same.
            try await change(world, "s", "south wind")
            try await wait {
                world.clock.advance(by: .milliseconds(500))
                return try await world.found("south") == ["s"]
            }
            #expect(try await world.count("search_vector") == 0)
            group.cancelAll()
        }
    }

    /// Says nothing until it is cancelled.
    private final class HangingModel: Embedder {
        let name = "hanging"
        let dimensions = 3
        let asked = Mutex(0)

        func embed(_ texts: [String]) async throws -> [[Float]] {
            asked.withLock { $0 += 1 }
            while !Task.isCancelled { await Task.yield() }
            throw CancellationError()
        }
    }

    private func wait(_ check: () async throws -> Bool) async throws {
        for _ in 0..<100_000 {
            if try await check() { return }
            await Task.yield()
        }
        Issue.record("waited in vain")
    }

    private struct Unreadable: Error {}

    /// Records whose text is "broken" cannot be read.
    private static let picky = SearchSource(
        collection: "notes",
        title: "Notes",
        roles: [],
        link: { $0 },
        document: { id, scope, reader in
            let document = try source.document(id, scope, reader)
            if document?.body == "broken" { throw Unreadable() }
            return document
        }
    )

    @Test("A record of which no document can be made stops no other, and is tried later and later")
    func unreadable() async throws {
        let world = try await SearchWorld()
        try await world.database.migrate([Self.records])
        let reports = Mutex(0)
        let indexer = SearchIndexer(
            world.store,
            sources: [Self.picky],
            database: world.database,
            clock: world.clock,
            report: { _ in reports.withLock { $0 += 1 } }
        )
        try await change(world, "a", "north")
        try await change(world, "b", "broken")
        // Readable, but larger than a document may be.
        try await change(world, "c", String(repeating: "x", count: SearchDocument.longestBody + 1))
        try await change(world, "d", "south")
        #expect(try await indexer.index() == 4)
        #expect(try await world.found("north") == ["a"])
        #expect(try await world.found("south") == ["d"])
        #expect(reports.withLock { $0 } == 2)
        func pending() async throws -> [Int64] {
            try await world.database.query(
                "SELECT tries FROM search_pending ORDER BY seq",
                []
            ) { try $0.int(0) }
        }
        #expect(try await pending() == [1, 1])
        // They rest for 30 s, then for a minute.
        #expect(try await indexer.index() == 0)
        world.clock.advance(by: .seconds(30))
        #expect(try await indexer.index() == 2)
        #expect(try await pending() == [2, 2])
        world.clock.advance(by: .seconds(59))
        #expect(try await indexer.index() == 0)
        // What is mended by a change is made at once; its older mark goes with it.
        try await change(world, "b", "east")
        #expect(try await indexer.index() == 1)
        #expect(try await world.found("east") == ["b"])
        #expect(try await pending() == [2])
        // And what mends itself, when its time comes.
        try await world.database.transaction { transaction in
            try transaction.execute("UPDATE record SET text = 'west' WHERE id = 'c'", [])
        }
        world.clock.advance(by: .seconds(1))
        #expect(try await indexer.index() == 1)
        #expect(try await world.found("west") == ["c"])
        #expect(try await world.count("search_pending") == 0)
    }

    @Test("Marks of collections that nobody makes are dropped")
    func strangers() async throws {
        let world = try await SearchWorld()
        try await world.database.transaction { [ours = world.ours] in
            try SearchQueue.mark("x", in: "gone", of: ours.organisation, transaction: $0)
        }
        try await indexer(world).index()
        #expect(try await world.count("search_pending") == 0)
    }

    @Test("A record that is changed while its document is made is made again")
    func overtaken() async throws {
        let world = try await SearchWorld()
        try await world.database.migrate([Self.records])
        try await change(world, "r", "north")
        let overtaken = Mutex(false)
        let slow = SearchSource(
            collection: "notes",
            title: "Notes",
            roles: [],
            link: { $0 },
            document: { id, scope, reader in
                let document = try Self.source.document(id, scope, reader)
                overtaken.withLock { $0 = true }
                return document
            }
        )
        // The embedder is asked between the reading of the record and the transaction.
        let store = SearchStore(
            embedder: Meanwhile { [self] in
                guard overtaken.withLock({ $0 }) else { return }
                overtaken.withLock { $0 = false }
                try? await change(world, "r", "south")
            }
        )
        let indexer = SearchIndexer(
            store,
            sources: [slow],
            database: world.database,
            clock: world.clock
        )
        try await indexer.index()
        #expect(try await world.found("north").isEmpty)
        overtaken.withLock { $0 = false }
        try await self.indexer(world, store).index()
        #expect(try await world.found("south") == ["r"])
    }

    private struct Meanwhile: Embedder {
        let isLexical = true
        var name: String { "meanwhile" }
        var dimensions: Int { 2 }
        let act: @Sendable () async -> Void

        func embed(_ texts: [String]) async throws -> [[Float]] {
            await act()
            return texts.map { _ in [1, 0] }
        }
    }

    @Test("Another embedder makes all vectors anew; words find documents meanwhile")
    func changingEmbedder() async throws {
        let world = try await SearchWorld()
        try await world.put([
            SearchDocument(id: "n", body: "north"), SearchDocument(id: "s", body: "south"),
        ])
        let model = SearchStore(embedder: FakeModel("model-a"))
        let query = SearchQuery("south", mode: .vector)
        await #expect(throws: SearchError.self) { try await world.ask(query, by: model) }
        let hybrid = try await world.ask(SearchQuery("south", mode: .hybrid), by: model)
        #expect(hybrid.hits.map(\.document.id) == ["s"])
        // What is put in before the change has no vector of either.
        try await world.put([SearchDocument(id: "t", body: "south south")], by: model)
        let indexer = indexer(world, model)
        try await indexer.renew()
        while try await indexer.embed() > 0 {}
        #expect(try await world.ask(query, by: model).hits.first?.document.id == "s")
        #expect(try await world.count("search_vector") == 3)
        let summary = try await world.database.read { [ours = world.ours] in
            try model.summary(of: "notes", scope: ours, in: $0)
        }
        #expect(summary?.embedder == "model-a")
        #expect(summary?.waiting == 0)
        // And back.
        try await self.indexer(world).renew()
        while try await self.indexer(world).embed() > 0 {}
        #expect(try await world.found("north", .vector).first == "n")
    }

    @Test("While the embedder is away documents are found by words, and get vectors later")
    func away() async throws {
        let model = FakeModel("model-a")
        let world = try await SearchWorld(SearchStore(embedder: model))
        model.isAway.withLock { $0 = true }
        try await world.put([SearchDocument(id: "n", body: "north")])
        #expect(try await world.found("north", .hybrid) == ["n"])
        await #expect(throws: FakeModel.Away.self) { try await world.found("north", .vector) }
        await #expect(throws: FakeModel.Away.self) { try await indexer(world).embed() }
        model.isAway.withLock { $0 = false }
        #expect(try await world.found("north", .vector).isEmpty)
        #expect(try await indexer(world).embed() == 1)
        #expect(try await indexer(world).embed() == 0)
        #expect(try await world.found("north", .vector) == ["n"])
    }

    @Test("Each organisation has its own embedder, and one that fails stops no other")
    func embeddersOfOrganisations() async throws {
        let world = try await SearchWorld()
        let model = FakeModel("model-a")
        let theirs = world.theirs.organisation
        let store = SearchStore { scope -> any Embedder in
            if scope.organisation == theirs { return model }
            return LexicalEmbedder(dimensions: 64)
        }
        try await world.put([SearchDocument(id: "n", body: "north")], by: store)
        model.isAway.withLock { $0 = true }
        try await world.put(
            [SearchDocument(id: "s", body: "south")],
            scope: world.theirs,
            by: store
        )
        let query = SearchQuery("south", mode: .hybrid)
        let words = try await world.ask(query, scope: world.theirs, by: store)
        #expect(words.hits.map(\.vectorRank) == [nil])
        try await world.database.transaction { transaction in
            try transaction.execute("UPDATE search_document SET has_vector = 0", [])
            try transaction.execute("DELETE FROM search_vector", [])
        }
        await #expect(throws: FakeModel.Away.self) { try await indexer(world, store).embed() }
        #expect(try await world.count("search_vector") == 1)
        model.isAway.withLock { $0 = false }
        try await indexer(world, store).embed()
        #expect(try await world.count("search_vector") == 2)
        let both = try await world.ask(query, scope: world.theirs, by: store)
        #expect(both.hits.map(\.vectorRank) == [1])
    }

    @Test("An index of an older analyser gets its terms anew")
    func changingAnalyser() async throws {
        let world = try await SearchWorld()
        try await world.put(SearchStoreTests.library)
        let before = try await world.content()
        try await world.database.transaction { transaction in
            try transaction.execute("UPDATE search_index SET analyser = 0", [])
            try transaction.execute("UPDATE search_posting SET term = 'old-' || term", [])
        }
        #expect(try await world.found("steel").isEmpty)
        try await indexer(world).renew()
        #expect(try await world.content() == before)
        #expect(try await world.found("steel") == ["b"])
    }
}
