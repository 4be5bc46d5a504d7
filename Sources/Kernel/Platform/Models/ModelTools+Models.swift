import Agents
import Core
import Identity
import Models
import Store

extension ModelTools {
    private static let prices = Shape.described(
        Shape.record(
            nil,
            [
                ("input", Micros.shape), ("output", Micros.shape), ("cacheRead", Micros.shape),
                ("cacheWrite", Micros.shape),
            ],
            optional: ["input", "output", "cacheRead", "cacheWrite"]
        ),
        "For a million tokens, in the organisation's currency."
    )

    private static let settings: [(String, JSON)] = [
        ("name", Shape.described(name, "What agents call it.")),
        ("model", Shape.described(text(2_048), "The provider's id of it.")), ("prices", prices),
        (
            "answers",
            Shape.described(
                Shape.choice(AnswerMeans.allCases.map(\.rawValue)),
                "How it is held to a JSON Schema: by the provider, by a tool, or by being told."
            )
        ),
        ("takesTemperature", Shape.flag), ("streams", Shape.flag),
        (
            "outputLimit",
            Shape.described(
                Shape.nullable(["type": "integer", "minimum": 1, "maximum": 10_000_000]),
                "The most tokens that it writes."
            )
        ),
        (
            "dimensions",
            Shape.described(
                Shape.nullable(["type": "integer", "minimum": 1, "maximum": 16_384]),
                "How long its vectors are."
            )
        ), ("enabled", Shape.flag),
    ]

    private static let purpose = Shape.choice(ConfiguredModel.Purpose.allCases.map(\.rawValue))

    private static let model = Shape.record(
        "Model",
        [("id", Shape.id), ("provider", Shape.id), ("purpose", purpose)] + settings + [
            ("createdAt", Shape.time)
        ]
    )

    func models() throws -> [Tool] {
        let models = room.models
        return [
            try Tool(
                name: "models.list-models",
                purpose: "Lists the models that agents may ask.",
                input: Self.nothing,
                output: Self.list(Self.model),
                roles: Self.readers,
                body: .read { _, invocation, reader in
                    let found = try models.list(scope: invocation.scope, in: reader)
                    return ["items": .array(found.map(\.json))]
                }
            ),
            try Tool(
                name: "models.get-model",
                purpose: "Shows a model.",
                input: Self.onlyID,
                output: Self.model,
                roles: Self.readers,
                body: .read { input, invocation, reader in
                    try models.model(
                        Self.id(input, "model"),
                        scope: invocation.scope,
                        in: reader
                    ).json
                }
            ),
            try Tool(
                name: "models.create-model",
                purpose: "Adds a model of a provider's, for conversations or for vectors.",
                input: Shape.record(
                    nil,
                    [("provider", Shape.id), ("purpose", Self.purpose)] + Self.settings,
                    optional: Set(Self.settings.map(\.0)).union(["purpose"])
                        .subtracting(["name", "model"])
                ),
                output: Self.model,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let made = try models.add(input, scope: scope, in: transaction)
                        try note("created", made, scope: scope, in: transaction)
                        return made.json
                    }
                }
            ),
            try Tool(
                name: "models.change-model",
                purpose: "Changes a model; its provider and its purpose stay.",
                input: Shape.record(
                    nil,
                    [("id", Shape.text)] + Self.settings,
                    optional: Set(Self.settings.map(\.0))
                ),
                output: Self.model,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ConfiguredModel> = try Self.id(input, "model")
                    return { transaction in
                        let scope = invocation.scope
                        let changed = try models.change(id, input, scope: scope, in: transaction)
                        try note("changed", changed, input, scope: scope, in: transaction)
                        return changed.json
                    }
                }
            ),
            try Tool(
                name: "models.remove-model",
                purpose: "Removes a model; agents that prefer it ask the next of theirs.",
                input: Self.onlyID,
                output: Shape.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ConfiguredModel> = try Self.id(input, "model")
                    return { transaction in
                        let scope = invocation.scope
                        let removed = try models.remove(id, scope: scope, in: transaction)
                        try note("removed", removed, scope: scope, in: transaction)
                        return .null
                    }
                }
            ),
            try check(),
        ]
    }

    private func check() throws -> Tool {
        let finding = Shape.record(
            "Model finding",
            [
                ("step", Shape.choice(ModelCheckReport.Step.allCases.map(\.rawValue))),
                ("outcome", Shape.choice(ModelCheckReport.Outcome.allCases.map(\.rawValue))),
                ("message", Shape.text), ("advice", Shape.nullable(Shape.text)),
            ]
        )
        return try Tool(
            name: "models.check",
            purpose:
                "Asks a model a few small questions and tells in plain words whether it works: "
                + "reach, credentials, model, streaming, tools, JSON, vectors. Costs a few tokens.",
            input: Self.onlyID,
            output: Shape.record(
                "Model check",
                [
                    ("model", Shape.text), ("provider", Shape.text), ("works", Shape.flag),
                    ("latencyMs", Shape.nullable(Shape.count)), ("cost", Shape.text),
                    ("findings", Shape.list(of: finding)),
                ]
            ),
            roles: Self.admins,
            body: .external { [room] input, invocation in
                try await room.gateway.check(
                    Self.id(input, "model"),
                    scope: invocation.scope
                ).json
            }
        )
    }

    private func note(
        _ done: String,
        _ model: ConfiguredModel,
        _ input: JSONReader? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try note(
            "model.\(done)",
            "model:\(model.id)",
            [
                "name": .string(model.name), "model": .string(model.model),
                "prices": model.prices.json, "enabled": .bool(model.enabled),
            ],
            input,
            scope: scope,
            in: transaction
        )
    }
}
