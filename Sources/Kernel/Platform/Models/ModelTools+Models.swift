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
        let tools = RecordTools(
            records: room.models,
            audit: audit,
            room: "models",
            name: "model",
            noun: "model",
            purposes: (
                list: "Lists the models that agents may ask.",
                show: "Shows a model.",
                make: "Adds a model of a provider's, for conversations or for vectors.",
                change: "Changes a model; its provider and its purpose stay.",
                remove: "Removes a model; agents that prefer it ask the next of theirs."
            ),
            input: Self.settings,
            fixed: [("provider", Shape.id), ("purpose", Self.purpose)],
            required: ["provider", "name", "model"],
            output: Self.model,
            readers: Self.readers,
            id: { $0.id },
            shown: { model, _, _ in model.json },
            told: { model in
                [
                    "name": .string(model.name), "model": .string(model.model),
                    "prices": model.prices.json, "enabled": .bool(model.enabled),
                ]
            }
        )
        return try tools.all() + [check()]
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
                    input.recordID("model"),
                    scope: invocation.scope
                ).json
            }
        )
    }
}
