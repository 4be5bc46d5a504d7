import Agents
import Core
import Foundation
import Privacy
import Search
import Store
import StoreTesting
import Vault

/// A memory on the driver that the tests run on.
final class MemoryWorld: Sendable {
    let ours = MemoryWorld.scope(0x11)
    let theirs = MemoryWorld.scope(0x22)
    let clock = ManualClock(now: MemoryWorld.at(0))
    let store: FactStore
    let privacy: Privacy
    let database: TestDatabase
    private let folder: String

    init() async throws {
        folder = NSTemporaryDirectory() + "weft-memory-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        database = try TestDatabase(path: folder + "/weft.db")
        let ids = IDGenerator(clock: clock, random: SeededRandom(seed: 7))
        privacy = Privacy(
            keys: PersonKeys(
                vault: try Vault(key: Array(repeating: 7, count: 32)),
                clock: clock,
                ids: ids
            ),
            fields: FactStore.personalData(of: ["customer"])
        )
        store = FactStore(
            search: SearchStore(embedder: LexicalEmbedder(dimensions: 64)),
            privacy: privacy,
            personKinds: ["customer"],
            ids: ids
        )
        try await database.migrate(
            SearchTables.migrations + AgentJournal.migrations + PersonKeys.migrations
                + FactTables.migrations
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func at(_ day: Int) -> Timestamp {
        Timestamp(microseconds: 1_800_000_000_000_000 + Int64(day) * 86_400_000_000)
    }

    static func scope(_ number: UInt64) -> Scope {
        Scope(
            organisation: ID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number),
            actor: Actor(id: ID(high: 1, low: number), kind: .person, name: "Tester"),
            roles: [],
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
        )
    }

    func draft(
        _ subject: String,
        _ statement: String,
        attribute: String = "",
        confidence: Double = 0.8,
        from: Int = 0,
        until: Int? = nil,
        source: String = "dispatcher",
        agent: String = "Tester"
    ) throws -> FactDraft {
        try FactDraft(
            subject: subject,
            attribute: attribute,
            statement: statement,
            confidence: confidence,
            validFrom: Self.at(from),
            validUntil: until.map(Self.at),
            provenance: FactProvenance(source: source, agent: agent, at: clock.now())
        )
    }

    @discardableResult
    func remember(_ draft: FactDraft, scope: Scope? = nil) async throws -> RememberedFact {
        let now = clock.now()
        let scope = scope ?? ours
        let prepared = try await store.prepare(draft, scope: scope)
        return try await database.transaction { [store] in
            try store.remember(prepared, at: now, scope: scope, in: $0)
        }
    }

    func recall(
        _ text: String,
        _ question: FactQuestion = FactQuestion(),
        mode: SearchQuery.Mode = .hybrid,
        scope: Scope? = nil
    ) async throws -> [String] {
        let query = store.query(text, question, mode: mode, limit: 10)
        let scope = scope ?? ours
        let prepared = try await store.search.prepare(query, scope: scope)
        return try await database.read { [store] in
            try store.recall(prepared, scope: scope, in: $0).map(\.fact.statement)
        }
    }

    func list(_ question: FactQuestion = FactQuestion(), scope: Scope? = nil) async throws -> [Fact]
    {
        let query = try ListQuery(
            reading: JSONReader([:]),
            columns: FactStore.sortable,
            standard: "recordedAt",
            key: .init("id", "id")
        )
        let scope = scope ?? ours
        return try await database.read { [store] in
            try store.page(question, query, scope: scope, in: $0).items
        }
    }

    /// Every row of memory and of the indexes, but for counters.
    func rows() async throws -> Int {
        var sum = 0
        for table in [
            "memory_fact", "search_document", "search_posting", "search_field", "search_vector",
        ] {
            let found = try await database.query("SELECT count(*) FROM \(table)", []) {
                Int(try $0.int(0))
            }
            sum += found.first ?? 0
        }
        return sum
    }
}
