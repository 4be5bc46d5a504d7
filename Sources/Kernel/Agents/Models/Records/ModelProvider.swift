public import Core
import Store

/// Who runs an organisation's models, and with what credentials it is asked.
public struct ModelProvider: Sendable {
    /// The protocols.
    public enum Kind: String, Sendable, CaseIterable {
        /// Amazon Bedrock.
        case bedrock
        /// Anthropic's Messages API.
        case anthropic
        /// OpenAI's Chat Completions, and everybody who speaks it.
        case openai
    }

    /// The provider.
    public var id: ID<ModelProvider>
    /// What people call it; one of a kind in the organisation.
    public var name: String
    /// Which protocol it speaks.
    public var kind: Kind
    /// The address that was given; nil for the kind's own.
    public var url: String?
    /// Where it works; for Bedrock the AWS region.
    public var region: String?
    /// The most delicate prompts that it may be sent.
    public var sensitivity: ModelSensitivity
    /// So much of the secret that its owner knows which it is; nil where there is none.
    public var hint: String?
    /// Whether it is asked.
    public var enabled: Bool
    /// When it was made.
    public var createdAt: Timestamp
    /// The credentials, sealed.
    var sealed: String

    static let columns =
        "p.id, p.name, p.kind, p.url, p.region, p.sensitivity, p.hint, p.enabled, p.created_at, p.secret"
    static let columnCount = 10

    static func read(_ row: any Row) throws -> ModelProvider { try read(row, from: 0) }

    static func read(_ row: any Row, from start: Int) throws -> ModelProvider {
        guard let kind = Kind(rawValue: try row.text(start + 2)) else {
            throw StoreError(.corrupt, "a provider of models of an unknown kind")
        }
        return ModelProvider(
            id: try row.id(start),
            name: try row.text(start + 1),
            kind: kind,
            url: try row.optionalText(start + 3),
            region: try row.optionalText(start + 4),
            sensitivity: ModelSensitivity(rawValue: try row.text(start + 5)) ?? .public,
            hint: try row.optionalText(start + 6),
            enabled: try row.bool(start + 7),
            createdAt: try row.timestamp(start + 8),
            sealed: try row.text(start + 9)
        )
    }

    /// What the vault seals the credentials for.
    static func purpose(_ id: ID<ModelProvider>) -> String { "model-provider:\(id)" }

    /// What administrators see: everything but the credentials.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "kind": .string(kind.rawValue),
            "url": .optional(url), "region": .optional(region),
            "sensitivity": .string(sensitivity.rawValue), "credentials": .optional(hint),
            "enabled": .bool(enabled), "createdAt": createdAt.json,
        ]
    }

    /// The address without a slash at its end: what was given, or the kind's own.
    public var base: String {
        var base =
            url
            ?? {
                switch kind {
                case .anthropic: "https://api.anthropic.com"
                case .openai: "https://api.openai.com/v1"
                case .bedrock: "https://bedrock-runtime.\(region ?? "us-east-1").amazonaws.com"
                }
            }()
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }
}
