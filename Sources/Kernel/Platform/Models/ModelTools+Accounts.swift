import Agents
import Core
import Identity
import Models
import Store

extension ModelTools {
    private static let policy = Shape.record(
        "Model policy",
        [
            (
                "currency",
                [
                    "type": "string", "minLength": 3, "maxLength": 3,
                    "description": "Of prices and budgets; ISO 4217.",
                ]
            ),
            (
                "homeRegion",
                Shape.described(
                    Shape.nullable(text(32)),
                    "The region that data belongs to; null for any."
                )
            ),
            (
                "restrictedAbroad",
                Shape.described(
                    Shape.flag,
                    "Whether restricted prompts may go to providers in other regions."
                )
            ),
        ]
    )

    private static let line = Shape.record(
        "Model usage",
        [
            ("name", Shape.text), ("calls", Shape.count),
            (
                "tokens",
                Shape.record(
                    nil,
                    [
                        ("input", Shape.count), ("output", Shape.count),
                        ("cacheRead", Shape.count), ("cacheWrite", Shape.count),
                    ]
                )
            ), ("cost", Shape.text),
        ]
    )

    /// How many days are shown at most.
    private static let longest = 366

    func accounts() throws -> [Tool] {
        [
            try Tool(
                name: "models.get-model-policy",
                purpose: "Shows the currency of models' prices, and where prompts may go.",
                input: Self.nothing,
                output: Self.policy,
                roles: Self.readers,
                body: .read { _, invocation, reader in
                    try PromptPolicy.of(invocation.scope.organisation, in: reader).json
                }
            ),
            try Tool(
                name: "models.set-model-policy",
                purpose: "Sets the currency of models' prices, and where prompts may go.",
                input: {
                    var input = Self.policy
                    input["title"] = nil
                    input["required"] = ["currency"]
                    return input
                }(),
                output: Self.policy,
                roles: Self.admins,
                body: .write { input, invocation in
                    { transaction in
                        let scope = invocation.scope
                        let policy = try PromptPolicy.set(input, scope: scope, in: transaction)
                        try audit.append(
                            "model-policy.changed",
                            subject: "model-policy",
                            detail: policy.json,
                            scope: scope,
                            in: transaction
                        )
                        return policy.json
                    }
                }
            ),
            try Tool(
                name: "models.list-model-usage",
                purpose: "Shows what was spent on models, by day, agent or model: the last 30 days "
                    + "of UTC, or those that are named.",
                input: Shape.record(
                    nil,
                    [
                        ("from", Shape.date), ("to", Shape.date),
                        ("by", Shape.choice(UsageGroup.allCases.map(\.rawValue))),
                    ],
                    optional: ["from", "to", "by"]
                ),
                output: Shape.record(
                    nil,
                    [
                        ("from", Shape.date), ("to", Shape.date), ("by", Shape.text),
                        ("currency", Shape.text), ("items", Shape.list(of: Self.line)),
                    ]
                ),
                roles: Self.readers,
                body: .read { [room] input, invocation, reader in
                    let days = invocation.now.microseconds / 86_400_000_000
                    let today = CalendarDate(daysSinceEpoch: Int(days))
                    let to = try input.optional("to")?.date() ?? today
                    let from = try input.optional("from")?.date() ?? to.advanced(by: -29)
                    let count = to.daysSinceEpoch - from.daysSinceEpoch + 1
                    guard (1...Self.longest).contains(count) else {
                        throw GeneralFault(
                            .invalid,
                            code: "invalid-range",
                            "from must not be after to, nor more than \(Self.longest) days before it",
                            pointer: "/from"
                        )
                    }
                    let group: UsageGroup = try input.optional("by")?.choice() ?? .day
                    let scope = invocation.scope
                    let rows = try room.accounts.usage(
                        from: from,
                        to: to,
                        by: group,
                        scope: scope,
                        in: reader
                    )
                    let policy = try PromptPolicy.of(scope.organisation, in: reader)
                    return [
                        "from": .string(from.description), "to": .string(to.description),
                        "by": .string(group.rawValue), "currency": .string(policy.currency),
                        "items": .array(rows.map(\.json)),
                    ]
                }
            ),
        ]
    }
}
