public import Core
public import Models
public import Search
public import Store

/// Makes the search's vectors with one of an organisation's models, and charges it with them.
///
/// The indexes of an installation share one embedder. With a second organisation there would be texts that
/// are not the payer's and may not go where the payer's go: then no vectors are made, and words alone find.
public struct ModelEmbedder: Embedder {
    /// Who asks, in the accounts.
    public static let agent = "search"

    /// `model:` and the names of model and provider's model.
    public let name: String
    /// What the model was configured with.
    public let dimensions: Int
    private let model: String
    private let organisation: ID<Organisation>
    private let gateway: ConfiguredModelGateway
    private let database: any Database
    private let random: any RandomSource

    /// The embedder of an organisation's model.
    ///
    /// - Parameters:
    ///   - model: the model's name; it must have `dimensions`.
    ///   - organisation: whose.
    ///   - room: the models.
    ///   - database: the records.
    ///   - random: for traces.
    /// - Throws: a fault of code `no-embedder` when there is no such model; `StoreError`.
    public init(
        _ model: String,
        of organisation: ID<Organisation>,
        room: ModelRoom,
        database: any Database,
        random: any RandomSource
    ) async throws {
        let scope = Self.scope(organisation, random)
        let found = try await database.read { reader in
            try room.models.list(scope: scope, in: reader).first { $0.name == model }
        }
        guard let found, found.purpose == .embedding, let dimensions = found.dimensions else {
            throw GeneralFault(
                .invalid,
                code: "no-embedder",
                "search.model needs a model for vectors with dimensions, and \"\(model)\" is none"
            )
        }
        name = "model:\(found.name):\(found.model)"
        self.dimensions = dimensions
        self.model = model
        self.organisation = organisation
        gateway = room.gateway
        self.database = database
        self.random = random
    }

    /// The vectors of some texts; what they cost is recorded.
    ///
    /// - Throws: `ModelFault`, a fault of code `several-organisations`, or `StoreError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let count = try await database.query(
            "SELECT COUNT(*) FROM identity_organisation",
            []
        ) { try $0.int(0) }
        // The installation itself is one.
        guard (count.first ?? 0) <= 2 else {
            throw GeneralFault(
                .unavailable,
                code: "several-organisations",
                "search.model is for installations with one organisation"
            )
        }
        // Providers refuse texts without a word.
        let words = texts.map { $0.allSatisfy(\.isWhitespace) ? "-" : $0 }
        let scope = Self.scope(organisation, random)
        let (vectors, charge) = try await gateway.embed(
            words,
            by: model,
            caller: ModelCaller(scope: scope, agent: Self.agent, run: scope.trace.traceID)
        )
        try await database.transaction { [gateway] in try gateway.record(charge, in: $0) }
        return vectors
    }

    private static func scope(
        _ organisation: ID<Organisation>,
        _ random: some RandomSource
    ) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(
                id: ID(high: 0x7000, low: 0x8000_0000_0000_00D2),
                kind: .service,
                name: "weft.search"
            ),
            roles: [],
            trace: TraceContext(random: random)
        )
    }
}
