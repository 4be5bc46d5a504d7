import Agents
import Core
import Identity
import Models
import Store

extension ModelTools {
    private static let limits: [(String, JSON)] = [
        ("cost", Shape.nullable(Micros.shape)),
        (
            "tokens",
            Shape.described(
                Shape.nullable(["type": "integer", "minimum": 0, "maximum": 1_000_000_000_000]),
                "Tokens of all sorts."
            )
        ),
    ]

    private static let whose: [(String, JSON)] = [
        (
            "agent",
            Shape.described(Shape.nullable(text(100)), "Null for all agents together.")
        ), ("period", Shape.choice(ModelBudget.Period.allCases.map(\.rawValue))),
    ]

    private static let budget = Shape.record(
        "Model budget",
        [("id", Shape.id)] + whose + limits + [
            ("createdAt", Shape.time), ("from", Shape.date),
            ("spent", Shape.record(nil, [("cost", Shape.text), ("tokens", Shape.count)])),
        ]
    )

    func budgets() throws -> [Tool] {
        let budgets = room.budgets
        let tools = RecordTools(
            records: budgets,
            audit: audit,
            room: "models",
            name: "model-budget",
            noun: "budget",
            purposes: (
                list:
                    "Lists what agents may spend on models, and what they have in the present period.",
                show: "Shows a budget, and what is spent of it in the present period.",
                make:
                    "Sets what an agent, or all together, may spend on models in a day or a month of "
                    + "UTC: money, tokens or both.",
                change: "Changes the limits of a budget; its alarms are told anew.",
                remove: "Removes a budget: there is no limit any more."
            ),
            input: Self.limits,
            fixed: Self.whose,
            required: ["period"],
            output: Self.budget,
            readers: Self.readers,
            id: { $0.id },
            shown: { budget, invocation, reader in
                try budgets.json(
                    of: budget,
                    scope: invocation.scope,
                    at: invocation.now,
                    in: reader
                )
            },
            told: { budget in
                var detail = budget.json
                detail["id"] = nil
                detail["createdAt"] = nil
                return detail
            }
        )
        return try tools.all()
    }
}
