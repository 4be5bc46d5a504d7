public import Core
public import Store
public import Vault

/// The providers of organisations' models.
public struct ModelProviders: Sendable {
    /// The most that an organisation may have.
    static let limit = 50

    private let vault: Vault
    private let ids: IDGenerator
    private let clock: any WallClock
    /// Whether plain http and addresses of private networks are allowed: the operator's decision.
    let allowsPrivate: Bool

    /// Providers whose credentials are sealed by `vault`.
    public init(vault: Vault, ids: IDGenerator, clock: any WallClock, allowsPrivate: Bool) {
        self.vault = vault
        self.ids = ids
        self.clock = clock
        self.allowsPrivate = allowsPrivate
    }

    /// The organisation's providers by name.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [ModelProvider] {
        try reader.query(
            "SELECT \(ModelProvider.columns) FROM models_provider p WHERE p.organisation = ? ORDER BY p.name",
            [.id(scope.organisation)],
            ModelProvider.read
        )
    }

    /// One provider.
    ///
    /// - Throws: `ModelsError` of code `not-found`, or `StoreError`.
    public func record(
        _ id: ID<ModelProvider>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ModelProvider {
        let found = try reader.first(
            "SELECT \(ModelProvider.columns) FROM models_provider p WHERE p.id = ? AND p.organisation = ?",
            [.id(id), .id(scope.organisation)],
            ModelProvider.read
        )
        guard let found else { throw ModelsError(.notFound, "there is no such provider") }
        return found
    }

    /// Makes a provider of `{"name","kind","sensitivity","url"?,"region"?,"credentials"?,"enabled"?}`.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelProvider {
        guard try list(scope: scope, in: transaction).count < Self.limit else {
            throw ModelsError(.tooMany, "an organisation has at most \(Self.limit) providers")
        }
        let kind = try input.member("kind").choice(ModelProvider.Kind.self)
        let credentials = try ModelCredentials(input.optional("credentials"), kind: kind)
        let id = ids.next(ModelProvider.self)
        var provider = ModelProvider(
            id: id,
            name: try ModelName.checked(input.member("name")),
            kind: kind,
            url: nil,
            region: nil,
            sensitivity: try input.member("sensitivity").choice(),
            hint: credentials.hint,
            enabled: try input.optional("enabled")?.bool() ?? true,
            createdAt: clock.now(),
            sealed: try seal(credentials, id)
        )
        try place(&provider, input)
        try requireFree(provider.name, besides: id, scope: scope, in: transaction)
        try transaction.execute(
            """
            INSERT INTO models_provider (id, organisation, name, kind, url, region, sensitivity,
                secret, hint, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .text(provider.name), .text(kind.rawValue),
                .text(provider.url), .text(provider.region), .text(provider.sensitivity.rawValue),
                .text(provider.sealed), .text(provider.hint), .bool(provider.enabled),
                .time(provider.createdAt),
            ]
        )
        return provider
    }

    /// Changes what the input names; credentials that it does not name stay.
    ///
    /// Another address needs the credentials anew: they are not sent where nobody meant them to go.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func change(
        _ id: ID<ModelProvider>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelProvider {
        var provider = try record(id, scope: scope, in: transaction)
        let before = provider.base
        if let name = try input.optional("name") { provider.name = try ModelName.checked(name) }
        if let value = try input.optional("sensitivity") {
            provider.sensitivity = try value.choice()
        }
        if let enabled = try input.optional("enabled") { provider.enabled = try enabled.bool() }
        try place(&provider, input)
        if let given = try input.optional("credentials") {
            let credentials = try ModelCredentials(given, kind: provider.kind)
            provider.hint = credentials.hint
            provider.sealed = try seal(credentials, id)
        } else if provider.base != before, provider.hint != nil {
            throw ModelsError(
                .invalidSetting,
                "another address needs the credentials anew",
                pointer: "/credentials"
            )
        }
        try requireFree(provider.name, besides: id, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE models_provider SET name = ?, url = ?, region = ?, sensitivity = ?, secret = ?,
                hint = ?, enabled = ? WHERE id = ?
            """,
            [
                .text(provider.name), .text(provider.url), .text(provider.region),
                .text(provider.sensitivity.rawValue), .text(provider.sealed), .text(provider.hint),
                .bool(provider.enabled), .id(id),
            ]
        )
        return provider
    }

    /// Removes a provider that has no models any more.
    ///
    /// - Throws: `ModelsError`, or `StoreError`.
    @discardableResult
    public func remove(
        _ id: ID<ModelProvider>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ModelProvider {
        let provider = try record(id, scope: scope, in: transaction)
        let models = try transaction.query(
            "SELECT name FROM models_model WHERE provider = ? ORDER BY name LIMIT 5",
            [.id(id)]
        ) { try $0.text(0) }
        guard models.isEmpty else {
            throw ModelsError(
                .inUse,
                "\(provider.name) still runs \(models.joined(separator: ", ")); remove them first"
            )
        }
        try transaction.execute("DELETE FROM models_provider WHERE id = ?", [.id(id)])
        return provider
    }

    /// The credentials of a provider.
    func credentials(of provider: ModelProvider) throws -> ModelCredentials {
        let bytes = try vault.open(provider.sealed, for: ModelProvider.purpose(provider.id))
        return ModelCredentials(sealed: try JSON(parsing: bytes))
    }

    private func seal(_ credentials: ModelCredentials, _ id: ID<ModelProvider>) throws -> String {
        try vault.seal(credentials.json.bytes(), for: ModelProvider.purpose(id))
    }

    private func requireFree(
        _ name: String,
        besides id: ID<ModelProvider>,
        scope: Scope,
        in reader: any Reader
    ) throws {
        let isTaken = try reader.exists(
            "SELECT 1 FROM models_provider WHERE organisation = ? AND name = ? AND id <> ?",
            [.id(scope.organisation), .text(name), .id(id)]
        )
        if isTaken {
            throw ModelsError(.nameTaken, "there is a provider \"\(name)\"", pointer: "/name")
        }
    }

    /// Reads where the provider is: null takes back an address or a region.
    private func place(_ provider: inout ModelProvider, _ input: JSONReader) throws {
        if input.value["url"]?.isNull == true { provider.url = nil }
        if input.value["region"]?.isNull == true { provider.region = nil }
        if let url = try input.optional("url") { provider.url = try checked(url) }
        if let region = try input.optional("region") {
            let text = try region.string(length: 1...32)
            guard text.utf8.allSatisfy({ Self.isOfRegion($0) }) else {
                throw ModelsError(
                    .invalidSetting,
                    "expected a region such as eu-central-1: a-z, 0-9 and hyphens",
                    pointer: region.pointer
                )
            }
            provider.region = text
        }
        if provider.kind == .bedrock, provider.region == nil {
            throw ModelsError(.invalidSetting, "Bedrock needs an AWS region", pointer: "/region")
        }
    }

    private static func isOfRegion(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }

    /// An address that may be asked; where it leads is checked when connecting.
    private func checked(_ input: JSONReader) throws -> String {
        let url = try input.string(length: 1...2_000)
        let scheme = url.hasPrefix("https://") || allowsPrivate && url.hasPrefix("http://")
        let authority = url.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }
        guard scheme, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }),
            !authority.isEmpty, !authority.contains("@"), !url.contains("?"), !url.contains("#")
        else {
            let needs =
                url.hasPrefix("http://") && !allowsPrivate
                ? "; plain http needs models.private-providers, which the operator sets" : ""
            throw ModelsError(
                .invalidSetting,
                "expected a whole https address without a user name, query or fragment\(needs)",
                pointer: input.pointer
            )
        }
        return url
    }
}
