public import Core
import Store

/// A model that an organisation's agents may ask.
public struct ConfiguredModel: Sendable {
    /// What it is good for.
    public enum Purpose: String, Sendable, CaseIterable {
        /// Conversations.
        case chat
        /// Vectors of texts.
        case embedding
    }

    /// The model.
    public var id: ID<ConfiguredModel>
    /// What agents call it; one of a kind in the organisation.
    public var name: String
    /// Who runs it.
    public var provider: ID<ModelProvider>
    /// The provider's id of it.
    public var model: String
    /// What it is good for.
    public var purpose: Purpose
    /// What it costs.
    public var prices: ModelPrices
    /// How to speak with it.
    public var traits: ModelTraits
    /// The most tokens that it writes; nil for as many as are asked for.
    public var outputLimit: Int?
    /// How long its vectors are; nil for as long as it likes.
    public var dimensions: Int?
    /// Whether it is asked.
    public var enabled: Bool
    /// When it was made.
    public var createdAt: Timestamp

    static let columns = """
        m.id, m.name, m.provider, m.model, m.purpose, m.input_price, m.output_price,
        m.cache_read_price, m.cache_write_price, m.settings, m.enabled, m.created_at
        """
    static let columnCount = 12

    static func read(_ row: any Row) throws -> ConfiguredModel {
        let settings = try row.json(9)
        return ConfiguredModel(
            id: try row.id(0),
            name: try row.text(1),
            provider: try row.id(2),
            model: try row.text(3),
            purpose: Purpose(rawValue: try row.text(4)) ?? .chat,
            prices: ModelPrices(
                input: Int(try row.int(5)),
                output: Int(try row.int(6)),
                cacheRead: Int(try row.int(7)),
                cacheWrite: Int(try row.int(8))
            ),
            traits: ModelTraits(
                answers: settings["answers"]?.string.flatMap(AnswerMeans.init) ?? .native,
                takesTemperature: settings["takesTemperature"]?.bool ?? true,
                streams: settings["streams"]?.bool ?? true
            ),
            outputLimit: settings["outputLimit"]?.int,
            dimensions: settings["dimensions"]?.int,
            enabled: try row.bool(10),
            createdAt: try row.timestamp(11)
        )
    }

    /// What is kept as JSON.
    var settings: JSON {
        var settings: JSON = [
            "answers": .string(traits.answers.rawValue),
            "takesTemperature": .bool(traits.takesTemperature), "streams": .bool(traits.streams),
        ]
        if let outputLimit { settings["outputLimit"] = .int(outputLimit) }
        if let dimensions { settings["dimensions"] = .int(dimensions) }
        return settings
    }

    /// What people see of it.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "provider": provider.json,
            "model": .string(model), "purpose": .string(purpose.rawValue), "prices": prices.json,
            "answers": .string(traits.answers.rawValue),
            "takesTemperature": .bool(traits.takesTemperature), "streams": .bool(traits.streams),
            "outputLimit": outputLimit.map { .int($0) } ?? .null,
            "dimensions": dimensions.map { .int($0) } ?? .null, "enabled": .bool(enabled),
            "createdAt": createdAt.json,
        ]
    }
}
