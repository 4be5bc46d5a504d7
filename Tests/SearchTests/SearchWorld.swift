import Core
import Foundation
import Search
import Store
import StoreTesting

/// Empty indexes on the driver that the tests run on.
final class SearchWorld: Sendable {
    let ours = SearchWorld.scope(0x11)
    let theirs = SearchWorld.scope(0x22)
    let clock = ManualClock(now: Timestamp(microseconds: 1_800_000_000_000_000))
    let store: SearchStore
    private let kept: TestDatabase
    private let folder: String

    init(_ store: SearchStore = SearchStore(embedder: LexicalEmbedder(dimensions: 256)))
        async throws
    {
        folder = NSTemporaryDirectory() + "weft-search-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        kept = try TestDatabase(path: folder + "/weft.db")
        self.store = store
        try await kept.migrate(SearchTables.migrations)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var database: any Database { kept }

    static func scope(_ number: UInt64) -> Scope {
        Scope(
            organisation: ID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number),
            actor: Actor(id: ID(high: 1, low: number), kind: .person, name: "Tester"),
            roles: [],
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
        )
    }

    func put(
        _ documents: [SearchDocument],
        into collection: String = "notes",
        scope: Scope? = nil,
        by store: SearchStore? = nil
    ) async throws {
        let store = store ?? self.store
        let scope = scope ?? ours
        let prepared = try await store.prepare(documents, scope: scope)
        try await database.transaction {
            try store.put(prepared, into: collection, scope: scope, in: $0)
        }
    }

    @discardableResult
    func remove(_ ids: [String], scope: Scope? = nil) async throws -> RemovedDocuments {
        let scope = scope ?? ours
        return try await database.transaction { [store] in
            try store.remove(ids, from: "notes", scope: scope, in: $0)
        }
    }

    func ask(
        _ query: SearchQuery,
        scope: Scope? = nil,
        by store: SearchStore? = nil
    ) async throws -> SearchAnswer {
        let store = store ?? self.store
        let scope = scope ?? ours
        let prepared = try await store.prepare(query, scope: scope)
        return try await database.read {
            try store.answer(prepared, from: "notes", scope: scope, in: $0)
        }
    }

    func found(
        _ text: String,
        _ mode: SearchQuery.Mode = .bm25,
        filters: [SearchFilter] = [],
        scope: Scope? = nil
    ) async throws -> [String] {
        try await ask(SearchQuery(text, mode: mode, filters: filters), scope: scope).hits
            .map(\.document.id)
    }

    func count(_ table: String) async throws -> Int {
        try await database.query("SELECT count(*) FROM \(table)", []) { Int(try $0.int(0)) }.first
            ?? 0
    }

    /// Everything that stands in the tables of the indexes, as text, but for counters.
    func content() async throws -> [String] {
        let rows = try await database.query(
            "SELECT term, shard, postings FROM search_posting ORDER BY term, shard",
            []
        ) { "\(try $0.text(0)) \(try $0.int(1)) \(try $0.blob(2))" }
        let fields = try await database.query(
            "SELECT name, value, number FROM search_field ORDER BY name, value, number",
            []
        ) { "\(try $0.text(0)) \(try $0.text(1)) \(try $0.int(2))" }
        let documents = try await database.query(
            "SELECT id, title, body, fields, length, has_vector FROM search_document ORDER BY id",
            []
        ) { row in
            "\(try row.text(0)) \(try row.text(1)) \(try row.text(2)) \(try row.text(3)) "
                + "\(try row.int(4)) \(try row.int(5))"
        }
        let vectors = try await database.query(
            "SELECT number, vector FROM search_vector ORDER BY number",
            []
        ) { "\(try $0.int(0)) \(try $0.blob(1))" }
        return rows + fields + documents + vectors
    }
}
