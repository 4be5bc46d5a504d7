public import Core
public import Models
public import Search
public import Store
import Synchronization

/// Chooses who makes an organisation's vectors: its first model for embeddings, or words and their parts.
public final class ModelEmbedders: Sendable {
    /// A gateway to models for embeddings, which keeps what they cost.
    public typealias Gateway = EmbeddingGateway & ModelGateway

    private let gateway: any Gateway
    private let models: ConfiguredModels
    private let database: any Database
    /// The dimensions of models that were asked before, by the embedder's name.
    private let known = Mutex<[String: Int]>([:])

    /// A choice.
    ///
    /// - Parameters:
    ///   - gateway: asks models.
    ///   - models: the models that organisations have configured.
    ///   - database: where they and their accounts are.
    public init(gateway: any Gateway, models: ConfiguredModels, database: any Database) {
        self.gateway = gateway
        self.models = models
        self.database = database
    }

    /// The embedder of the scope's organisation; a new model is asked for one vector, to see how long it is.
    ///
    /// - Throws: `ModelFault` when the model cannot be asked now; `StoreError`.
    public func choose(_ scope: Scope) async throws -> any Embedder {
        let found = try await database.read { [models] reader in
            try models.list(scope: scope, in: reader)
                .filter { $0.purpose == .embedding && $0.enabled }
                .min { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        }
        guard let model = found else { return LexicalEmbedder() }
        let source = ModelVectors(
            gateway: gateway,
            database: database,
            model: model.name,
            scope: scope
        )
        // The provider's own id is a part of it: another one's vectors mean something else.
        let name = "model-\(model.id)-\(model.model)-\(model.dimensions ?? 0)"
        if let dimensions = known.withLock({ $0[name] }) {
            return ModelEmbedder(name: name, dimensions: dimensions, source: source)
        }
        guard let vector = try await source.embed(["dimensions"]).first, !vector.isEmpty else {
            throw ModelFault(.unavailable, "\(model.name) answered no vector")
        }
        known.withLock { $0[name] = vector.count }
        return ModelEmbedder(name: name, dimensions: vector.count, source: source)
    }
}

/// A model of an organisation's, asked for vectors.
private struct ModelVectors: Sendable {
    /// Most models for embeddings read some 8,000 tokens; what comes after is found by words.
    static let longestText = 16_000

    var gateway: any ModelEmbedders.Gateway
    var database: any Database
    var model: String
    var scope: Scope

    func embed(_ texts: [String]) async throws -> [[Float]] {
        let caller = ModelCaller(scope: scope, agent: "search", run: "search")
        let (vectors, charge) = try await gateway.embed(
            texts.map { String($0.prefix(Self.longestText)) },
            by: model,
            caller: caller
        )
        try await database.transaction { [gateway] transaction in
            try gateway.record(charge, in: transaction)
        }
        return vectors
    }
}

/// An embedder whose vectors a model makes.
private struct ModelEmbedder: Embedder {
    let name: String
    let dimensions: Int
    let source: ModelVectors

    func embed(_ texts: [String]) async throws -> [[Float]] {
        let asked = texts.indices.filter { texts[$0].contains { !$0.isWhitespace } }
        var vectors = [[Float]](
            repeating: [Float](repeating: 0, count: dimensions),
            count: texts.count
        )
        guard !asked.isEmpty else { return vectors }
        let made = try await source.embed(asked.map { texts[$0] })
        guard made.count == asked.count else {
            throw ModelFault(.unavailable, "there are not as many vectors as texts")
        }
        for (index, vector) in zip(asked, made) { vectors[index] = vector }
        return vectors
    }
}
