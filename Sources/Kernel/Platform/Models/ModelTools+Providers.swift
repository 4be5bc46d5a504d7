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
        let tools = RecordTools(
            records: room.providers,
            audit: audit,
            room: "models",
            name: "model-provider",
            noun: "provider",
            purposes: (
                list: "Lists the providers of models, credentials hidden.",
                show: "Shows a provider of models, credentials hidden.",
                make:
                    "Adds a provider of models: Bedrock, Anthropic, or a server that speaks OpenAI's "
                    + "protocol.",
                change:
                    "Changes a provider of models; credentials that are not named stay, and another "
                    + "address needs them anew.",
                remove: "Removes a provider that has no models any more."
            ),
            input: Self.settings,
            fixed: [("kind", Self.kind)],
            required: ["kind", "name", "sensitivity"],
            output: Self.provider,
            readers: Self.readers,
            id: { $0.id },
            shown: { provider, _, _ in provider.json },
            told: { provider in
                [
                    "name": .string(provider.name), "kind": .string(provider.kind.rawValue),
                    "sensitivity": .string(provider.sensitivity.rawValue),
                    "region": .optional(provider.region), "enabled": .bool(provider.enabled),
                ]
            }
        )
        return try tools.all()
    }
}
