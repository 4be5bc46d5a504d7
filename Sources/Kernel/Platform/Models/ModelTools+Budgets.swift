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
        return [
            try Tool(
                name: "models.list-model-budgets",
                purpose: "Lists what agents may spend on models, and what they have in the present "
                    + "period.",
                input: Self.nothing,
                output: Self.list(Self.budget),
                roles: Self.readers,
                body: .read { _, invocation, reader in
                    let found = try budgets.list(scope: invocation.scope, in: reader)
                    return [
                        "items": .array(
                            try found.map {
                                try budgets.json(
                                    of: $0,
                                    scope: invocation.scope,
                                    at: invocation.now,
                                    in: reader
                                )
                            }
                        )
                    ]
                }
            ),
            try Tool(
                name: "models.get-model-budget",
                purpose: "Shows a budget, and what is spent of it in the present period.",
                input: Self.onlyID,
                output: Self.budget,
                roles: Self.readers,
                body: .read { input, invocation, reader in
                    let found = try budgets.budget(
                        Self.id(input, "budget"),
                        scope: invocation.scope,
                        in: reader
                    )
                    return try budgets.json(
                        of: found,
                        scope: invocation.scope,
                        at: invocation.now,
                        in: reader
                    )
                }
            ),
            try Tool(
                name: "models.create-model-budget",
                purpose: "Sets what an agent, or all together, may spend on models in a day or a "
                    + "month of UTC: money, tokens or both.",
                input: Shape.record(
                    nil,
                    Self.whose + Self.limits,
                    optional: ["agent", "cost", "tokens"]
                ),
                output: Self.budget,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let made = try budgets.add(input, scope: scope, in: transaction)
                        try note("created", made, scope: scope, in: transaction)
                        return try budgets.json(
                            of: made,
                            scope: scope,
                            at: invocation.now,
                            in: transaction
                        )
                    }
                }
            ),
            try Tool(
                name: "models.change-model-budget",
                purpose: "Changes the limits of a budget; its alarms are told anew.",
                input: Shape.record(
                    nil,
                    [("id", Shape.text)] + Self.limits,
                    optional: ["cost", "tokens"]
                ),
                output: Self.budget,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ModelBudget> = try Self.id(input, "budget")
                    return { transaction in
                        let scope = invocation.scope
                        let changed = try budgets.change(id, input, scope: scope, in: transaction)
                        try note("changed", changed, scope: scope, in: transaction)
                        return try budgets.json(
                            of: changed,
                            scope: scope,
                            at: invocation.now,
                            in: transaction
                        )
                    }
                }
            ),
            try Tool(
                name: "models.remove-model-budget",
                purpose: "Removes a budget: there is no limit any more.",
                input: Self.onlyID,
                output: Shape.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let id: ID<ModelBudget> = try Self.id(input, "budget")
                    return { transaction in
                        let scope = invocation.scope
                        let removed = try budgets.remove(id, scope: scope, in: transaction)
                        try note("removed", removed, scope: scope, in: transaction)
                        return .null
                    }
                }
            ),
        ]
    }

    private func note(
        _ done: String,
        _ budget: ModelBudget,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var detail = budget.json
        detail["id"] = nil
        detail["createdAt"] = nil
        try note(
            "model-budget.\(done)",
            "model-budget:\(budget.id)",
            detail,
            scope: scope,
            in: transaction
        )
    }
}
