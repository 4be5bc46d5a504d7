import Agents
import Core
import Foundation
import Models
import Search
import Store
import StoreTesting
import Synchronization
import Testing

/// A gateway to a model that says how long each text is and how many `a` are in it.
private final class CountingGateway: EmbeddingGateway, ModelGateway {
    let asked = Mutex<[[String]]>([])
    let recorded = Mutex(0)
    let isAway = Mutex(false)

    func embed(
        _ texts: [String],
        by model: String?,
        caller: ModelCaller
    ) async throws(ModelFault) -> (vectors: [[Float]], charge: ModelCharge) {
        if isAway.withLock({ $0 }) { throw ModelFault(.unavailable, "away") }
        asked.withLock { $0.append(texts) }
        let vectors = texts.map { text in
            [Float(text.count), Float(text.count { $0 == "a" })]
        }
        return (
            vectors,
            ModelCharge(
                organisation: caller.scope.organisation,
                agent: caller.agent,
                run: caller.run,
                model: model ?? "",
                usage: ModelUsage(),
                costMicros: 1,
                at: Timestamp(microseconds: 0),
                latency: .zero,
                attempts: 1
            )
        )
    }

    func reply(
        to request: ModelRequest,
        from models: [String],
        caller: ModelCaller,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge) {
        throw ModelFault(.notConfigured, "only vectors")
    }

    func record(_ charge: ModelCharge, in transaction: any Transaction) throws {
        recorded.withLock { $0 += charge.costMicros }
    }
}

@Suite struct ModelEmbeddersTests {
    @Test("Without a model words make the vectors; with one it is asked, and its cost is kept")
    func choosing() async throws {
        let folder = NSTemporaryDirectory() + "weft-embedders-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try TestDatabase(path: folder + "/weft.db")
        try await database.migrate(ModelTables.migrations)
        let clock = ManualClock(now: Timestamp(microseconds: 1_000_000))
        let ids = IDGenerator(clock: clock, random: SeededRandom(seed: 1))
        let scope = Scope(
            organisation: ID(high: 1, low: 1),
            actor: Actor(id: ID(high: 1, low: 2), kind: .person, name: "Tester"),
            roles: [],
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
        )
        let gateway = CountingGateway()
        let models = ConfiguredModels(ids: ids, clock: clock)
        let embedders = ModelEmbedders(gateway: gateway, models: models, database: database)
        #expect(try await embedders.choose(scope).isLexical)

        let provider: ID<ModelProvider> = ids.next()
        try await database.transaction { transaction in
            try transaction.execute(
                """
                INSERT INTO models_provider (id, organisation, name, kind, url, region, sensitivity,
                    secret, hint, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(provider), .id(scope.organisation), "local", "openai",
                    "http://127.0.0.1:1", "", "restricted", "", "", 1, 0,
                ]
            )
            _ = try models.add(
                JSONReader([
                    "name": "vectors", "provider": provider.json, "model": "embed-1",
                    "purpose": "embedding",
                ]),
                scope: scope,
                in: transaction
            )
        }
        let embedder = try await embedders.choose(scope)
        #expect(!embedder.isLexical)
        #expect(embedder.dimensions == 2)
        #expect(embedder.name.contains("embed-1"))
        let vectors = try await embedder.embed([
            "banana", " ", String(repeating: "a", count: 20_000),
        ])
        #expect(vectors == [[6, 3], [0, 0], [16_000, 16_000]])
        #expect(gateway.recorded.withLock { $0 } == 2)
        // How long vectors are is asked once.
        let again = try await embedders.choose(scope)
        #expect(again.name == embedder.name)
        #expect(gateway.asked.withLock { $0.count } == 2)
        gateway.isAway.withLock { $0 = true }
        await #expect(throws: ModelFault.self) { try await again.embed(["x"]) }
    }
}
