public import Core
public import Store

/// The models of organisations.
public struct ConfiguredModels: Sendable {
    /// The most that an organisation may have.
    static let limit = 200

    private let ids: IDGenerator
    private let clock: any WallClock

    /// The models.
    public init(ids: IDGenerator, clock: any WallClock) {
        self.ids = ids
        self.clock = clock
    }

    /// The organisation's models by name.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [ConfiguredModel] {
        try reader.query(
            "SELECT \(ConfiguredModel.columns) FROM models_model m WHERE m.organisation = ? ORDER BY m.name",
            [.id(scope.organisation)],
            ConfiguredModel.read
        )
    }

    /// One model.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    public func record(
        _ id: ID<ConfiguredModel>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ConfiguredModel {
        let found = try reader.first(
            "SELECT \(ConfiguredModel.columns) FROM models_model m WHERE m.id = ? AND m.organisation = ?",
            [.id(id), .id(scope.organisation)],
            ConfiguredModel.read
        )
        guard let found else { throw ModelsError(.notFound, "there is no such model") }
        return found
    }

    /// The model of a name with its provider; nil when there is none.
    func named(
        _ name: String,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> (model: ConfiguredModel, provider: ModelProvider)? {
        try reader.first(
            """
            SELECT \(ConfiguredModel.columns), \(ModelProvider.columns)
            FROM models_model m JOIN models_provider p ON p.id = m.provider
            WHERE m.organisation = ? AND m.name = ?
            """,
            [.id(organisation), .text(name)]
        ) { row in
            (
                try ConfiguredModel.read(row),
                try ModelProvider.read(row, from: ConfiguredModel.columnCount)
            )
        }
    }

    /// The name of the first model for a purpose that is asked; nil when there is none.
    func first(
        _ purpose: ConfiguredModel.Purpose,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> String? {
        try reader.first(
            """
            SELECT m.name FROM models_model m JOIN models_provider p ON p.id = m.provider
            WHERE m.organisation = ? AND m.purpose = ? AND m.enabled = 1 AND p.enabled = 1
            ORDER BY m.created_at, m.id LIMIT 1
            """,
            [.id(organisation), .text(purpose.rawValue)]
        ) { try $0.text(0) }
    }

    /// Makes a model of `{"name","provider","model"}` and what else is known of it.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ConfiguredModel {
        guard try list(scope: scope, in: transaction).count < Self.limit else {
            throw ModelsError(.tooMany, "an organisation has at most \(Self.limit) models")
        }
        let provider = try input.member("provider").id(ModelProvider.self)
        let isThere = try transaction.exists(
            "SELECT 1 FROM models_provider WHERE id = ? AND organisation = ?",
            [.id(provider), .id(scope.organisation)]
        )
        guard isThere else {
            throw ModelsError(.invalidSetting, "there is no such provider", pointer: "/provider")
        }
        var model = ConfiguredModel(
            id: ids.next(),
            name: try ModelName.checked(input.member("name")),
            provider: provider,
            model: "",
            purpose: try input.optional("purpose")?.choice() ?? .chat,
            prices: try ModelPrices(input.optional("prices")),
            traits: ModelTraits(),
            enabled: true,
            createdAt: clock.now()
        )
        _ = try input.member("model")
        try settle(&model, input)
        try requireFree(model.name, besides: model.id, scope: scope, in: transaction)
        try transaction.execute(
            """
            INSERT INTO models_model (id, organisation, provider, name, model, purpose, input_price,
                output_price, cache_read_price, cache_write_price, settings, enabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(model.id), .id(scope.organisation), .id(provider), .text(model.name),
                .text(model.model), .text(model.purpose.rawValue), .int(model.prices.input),
                .int(model.prices.output), .int(model.prices.cacheRead),
                .int(model.prices.cacheWrite), .json(model.settings), .bool(model.enabled),
                .time(model.createdAt),
            ]
        )
        return model
    }

    /// Changes what the input names; the provider and the purpose stay.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func change(
        _ id: ID<ConfiguredModel>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ConfiguredModel {
        var model = try record(id, scope: scope, in: transaction)
        if let name = try input.optional("name") { model.name = try ModelName.checked(name) }
        model.prices = try ModelPrices(input.optional("prices"), over: model.prices)
        try settle(&model, input)
        try requireFree(model.name, besides: id, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE models_model SET name = ?, model = ?, input_price = ?, output_price = ?,
                cache_read_price = ?, cache_write_price = ?, settings = ?, enabled = ? WHERE id = ?
            """,
            [
                .text(model.name), .text(model.model), .int(model.prices.input),
                .int(model.prices.output), .int(model.prices.cacheRead),
                .int(model.prices.cacheWrite), .json(model.settings), .bool(model.enabled), .id(id),
            ]
        )
        return model
    }

    /// Removes a model; agents that prefer it ask the next of theirs, and its accounts stay.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    @discardableResult
    public func remove(
        _ id: ID<ConfiguredModel>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ConfiguredModel {
        let model = try record(id, scope: scope, in: transaction)
        try transaction.execute("DELETE FROM models_model WHERE id = ?", [.id(id)])
        return model
    }

    private func settle(_ model: inout ConfiguredModel, _ input: JSONReader) throws {
        if let id = try input.optional("model") {
            model.model = try id.string(length: 1...2_048)
            guard model.model.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw ModelsError(
                    .invalidSetting,
                    "a provider's id of a model has visible ASCII characters only",
                    pointer: id.pointer
                )
            }
        }
        if let means = try input.optional("answers") { model.traits.answers = try means.choice() }
        if let takes = try input.optional("takesTemperature") {
            model.traits.takesTemperature = try takes.bool()
        }
        if let streams = try input.optional("streams") { model.traits.streams = try streams.bool() }
        if let enabled = try input.optional("enabled") { model.enabled = try enabled.bool() }
        if input.value["outputLimit"]?.isNull == true { model.outputLimit = nil }
        if let limit = try input.optional("outputLimit") {
            model.outputLimit = try limit.int(in: 1...10_000_000)
        }
        if input.value["dimensions"]?.isNull == true { model.dimensions = nil }
        if let dimensions = try input.optional("dimensions") {
            model.dimensions = try dimensions.int(in: 1...VectorJSON.longest)
        }
    }

    private func requireFree(
        _ name: String,
        besides id: ID<ConfiguredModel>,
        scope: Scope,
        in reader: any Reader
    ) throws {
        let isTaken = try reader.exists(
            "SELECT 1 FROM models_model WHERE organisation = ? AND name = ? AND id <> ?",
            [.id(scope.organisation), .text(name), .id(id)]
        )
        if isTaken {
            throw ModelsError(.nameTaken, "there is a model \"\(name)\"", pointer: "/name")
        }
    }
}
