import Agents
import Core
import Identity
import Models
import Store

extension ModelTools {
    private static let sensitivity = Shape.described(
        Shape.choice(ModelSensitivity.allCases.map(\.rawValue)),
        "The most delicate prompts that it may be sent."
    )

    private static let credentials = Shape.described(
        Shape.record(
            nil,
            [
                ("apiKey", text(8_192)), ("accessKeyId", text(128)),
                ("secretAccessKey", text(128)), ("sessionToken", text(8_192)),
            ],
            optional: ["apiKey", "accessKeyId", "secretAccessKey", "sessionToken"]
        ),
        "An API key; for Bedrock also an access key. Sealed, and never shown again."
    )

    private static let settings: [(String, JSON)] = [
        ("name", name),
        (
            "url",
            Shape.described(
                Shape.nullable(text(2_000)),
                "The address of the API; null for the provider's own."
            )
        ),
        (
            "region",
            Shape.described(
                Shape.nullable(text(32)),
                "Where it works, for the data policy; for Bedrock the AWS region."
            )
        ), ("sensitivity", sensitivity), ("credentials", credentials), ("enabled", Shape.flag),
    ]

    private static let kind = Shape.choice(ModelProvider.Kind.allCases.map(\.rawValue))

    private static let provider = Shape.record(
        "Model provider",
        [
            ("id", Shape.id), ("name", Shape.text), ("kind", kind),
            ("url", Shape.nullable(Shape.text)), ("region", Shape.nullable(Shape.text)),
            ("sensitivity", sensitivity),
            (
                "credentials",
                Shape.described(
                    Shape.nullable(Shape.text),
                    "A hint at the credentials; null where there are none."
                )
            ), ("enabled", Shape.flag), ("createdAt", Shape.time),
        ]
    )

    func providers() throws -> [Tool] {
        let providers = room.providers
        return [
            try Tool(
                name: "models.list-model-providers",
                purpose: "Lists the providers of models, credentials hidden.",
                input: Self.nothing,
                output: Self.list(Self.provider),
                roles: Self.readers,
                body: .read { _, invocation, reader in
                    let found = try providers.list(scope: invocation.scope, in: reader)
                    return ["items": .array(found.map(\.json))]
                }
            ),
            try Tool(
                name: "models.get-model-provider",
                purpose: "Shows a provider of models, credentials hidden.",
                input: Self.onlyID,
                output: Self.provider,
                roles: Self.readers,
                body: .read { input, invocation, reader in
                    try providers.provider(
                        Self.id(input, "provider"),
                        scope: invocation.scope,
                        in: reader
                    ).json
                }
            ),
            try Tool(
                name: "models.create-model-provider",
                purpose: "Adds a provider of models: Bedrock, Anthropic, or a server that speaks "
                    + "OpenAI's protocol.",
                input: Shape.record(
                    nil,
                    [("kind", Self.kind)] + Self.settings,
                    optional: ["url", "region", "credentials", "enabled"]
                ),
                output: Self.provider,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let made = try providers.add(input, scope: scope, in: transaction)
                        try note("created", made, scope: scope, in: transaction)
                        return made.json
                    }
                }
            ),
            try Tool(
                name: "models.change-model-provider",
                purpose: "Changes a provider of models; credentials that are not named stay, and "
                    + "another address needs them anew.",
                input: Shape.record(
                    nil,
                    [("id", Shape.text)] + Self.settings,
                    optional: Set(Self.settings.map(\.0))
                ),
                output: Self.provider,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ModelProvider> = try Self.id(input, "provider")
                    return { transaction in
                        let scope = invocation.scope
                        let changed = try providers.change(id, input, scope: scope, in: transaction)
                        try note("changed", changed, input, scope: scope, in: transaction)
                        return changed.json
                    }
                }
            ),
            try Tool(
                name: "models.remove-model-provider",
                purpose: "Removes a provider that has no models any more.",
                input: Self.onlyID,
                output: Shape.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ModelProvider> = try Self.id(input, "provider")
                    return { transaction in
                        let scope = invocation.scope
                        let removed = try providers.remove(id, scope: scope, in: transaction)
                        try note("removed", removed, scope: scope, in: transaction)
                        return .null
                    }
                }
            ),
        ]
    }

    private func note(
        _ done: String,
        _ provider: ModelProvider,
        _ input: JSONReader? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try note(
            "model-provider.\(done)",
            "model-provider:\(provider.id)",
            [
                "name": .string(provider.name), "kind": .string(provider.kind.rawValue),
                "sensitivity": .string(provider.sensitivity.rawValue),
                "region": .optional(provider.region), "enabled": .bool(provider.enabled),
            ],
            input,
            scope: scope,
            in: transaction
        )
    }
}
