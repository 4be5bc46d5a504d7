public import Core
public import Store

/// What an organisation has decided for all its models: money, and where prompts may go.
public struct PromptPolicy: Sendable, Equatable {
    /// The currency of prices and budgets (ISO 4217).
    public var currency: String
    /// The region that data belongs to; nil for any.
    public var homeRegion: String?
    /// Whether restricted prompts may go to providers in other regions.
    public var restrictedAbroad: Bool

    /// What holds until somebody decides.
    public static let standard = PromptPolicy(
        currency: "EUR",
        homeRegion: nil,
        restrictedAbroad: false
    )

    /// The organisation's policy.
    ///
    /// - Throws: `StoreError`.
    public static func of(
        _ organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> PromptPolicy {
        try reader.first(
            "SELECT currency, home_region, restricted_abroad FROM models_policy WHERE organisation = ?",
            [.id(organisation)]
        ) { row in
            PromptPolicy(
                currency: try row.text(0),
                homeRegion: try row.optionalText(1),
                restrictedAbroad: try row.bool(2)
            )
        } ?? .standard
    }

    /// Sets the organisation's policy to `{"currency","homeRegion","restrictedAbroad"}`.
    ///
    /// Amounts that were recorded before keep their numbers: another currency is for a new beginning.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public static func set(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> PromptPolicy {
        let currency = try input.member("currency")
        let code = try currency.string(length: 3...3)
        guard code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw ModelsError(
                .invalidSetting,
                "expected a currency code of ISO 4217, for instance \"EUR\"",
                pointer: currency.pointer
            )
        }
        let policy = PromptPolicy(
            currency: code,
            homeRegion: try input.optional("homeRegion")?.string(length: 1...32),
            restrictedAbroad: try input.optional("restrictedAbroad")?.bool() ?? false
        )
        try transaction.execute(
            """
            INSERT INTO models_policy (organisation, currency, home_region, restricted_abroad)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (organisation) DO UPDATE SET currency = excluded.currency,
                home_region = excluded.home_region, restricted_abroad = excluded.restricted_abroad
            """,
            [
                .id(scope.organisation), .text(policy.currency), .text(policy.homeRegion),
                .bool(policy.restrictedAbroad),
            ]
        )
        return policy
    }

    /// Why a prompt may not be sent to a provider; nil when it may.
    func refusal(of sensitivity: ModelSensitivity, to provider: ModelProvider) -> String? {
        guard sensitivity == .restricted else { return nil }
        guard provider.sensitivity == .restricted else {
            return "\(provider.name) may be sent public prompts only, and this one is restricted"
        }
        guard let homeRegion, provider.region != homeRegion, !restrictedAbroad else { return nil }
        return "restricted prompts stay in \(homeRegion), and \(provider.name) is in "
            + (provider.region ?? "no region that is known")
    }

    /// `{"currency","homeRegion","restrictedAbroad"}`.
    public var json: JSON {
        [
            "currency": .string(currency), "homeRegion": .optional(homeRegion),
            "restrictedAbroad": .bool(restrictedAbroad),
        ]
    }
}
