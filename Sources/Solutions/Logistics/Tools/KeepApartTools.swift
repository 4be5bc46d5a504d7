import Agents
import Core
import Identity
import Platform
import Store

/// Which goods are kept apart: read by whoever plans, set by planners and administrators.
extension LogisticsTools {
    func keepApartTools() throws -> [Tool] {
        [try listKeepApartRules(), try setKeepApartRules()]
    }

    private func listKeepApartRules() throws -> Tool {
        try Tool(
            name: "logistics.list-keep-apart-rules",
            purpose: "Tells which goods are kept apart in a vehicle, and by how much.",
            input: Self.object([]),
            output: Self.keepApart,
            roles: Self.readers,
            body: .read { _, invocation, reader in
                let own = try KeepApartRecords(scope: invocation.scope).own(in: reader)
                return Self.shown(own ?? .standard, isStandard: own == nil)
            }
        )
    }

    private func setKeepApartRules() throws -> Tool {
        try Tool(
            name: "logistics.set-keep-apart-rules",
            purpose:
                "Replaces the rules about goods that are kept apart; they hold for orders packed "
                + "from now on.",
            input: Self.object([("rules", Self.keepApartRules)], required: ["rules"]),
            output: Self.keepApart,
            roles: [.admin, .planner],
            body: .write { [self] input, invocation in
                let rules = try KeepApartRules(reading: input.member("rules"))
                return { transaction in
                    try KeepApartRecords(scope: invocation.scope).set(rules, in: transaction)
                    try kernel.emit(
                        "keep-apart.changed",
                        about: "keep-apart",
                        ["rules": rules.json],
                        by: invocation,
                        in: transaction
                    )
                    return Self.shown(rules, isStandard: false)
                }
            }
        )
    }

    private static func shown(_ rules: KeepApartRules, isStandard: Bool) -> JSON {
        ["rules": rules.json, "isStandard": .bool(isStandard)]
    }

    /// The schema of rules, as clients send them and packing takes them.
    static let keepApartRules: JSON = [
        "type": "array", "maxItems": .int(KeepApartRules.most),
        "description": .string(
            "Pairs of classes of goods that are kept apart; a pair that is not named may stand "
                + "together. A pair is named once."
        ),
        "items": [
            "type": "object",
            "properties": [
                "classes": [
                    "type": "array", "minItems": 2, "maxItems": 2, "uniqueItems": true,
                    "items": GoodsClass.schema,
                    "description": "Two classes, as items of orders name them in goodsClass.",
                ],
                "distanceMm": [
                    "type": ["integer", "null"],
                    "minimum": .int(KeepApartRules.distances.lowerBound),
                    "maximum": .int(KeepApartRules.distances.upperBound),
                    "description": .string(
                        "The least gap between their outlines seen from above, along or across; "
                            + "without it they never ride in one vehicle."
                    ),
                ],
            ],
            "required": ["classes"], "additionalProperties": false,
        ],
    ]

    private static let keepApart = Shape.record(
        "Goods kept apart",
        [
            ("rules", keepApartRules),
            (
                "isStandard",
                Shape.described(
                    Shape.flag,
                    "Whether the organisation never set any: then food and feed stand 800 mm from "
                        + "chemicals and dangerous goods (ADR 7.5.4)."
                )
            ),
        ]
    )
}
