import Agents
import Core
import HTTP
import Platform
import Store

extension LogisticsTools {
    /// How many orders one call may name.
    private static let bulkLimit: JSON = 200

    func bulkOrders() throws -> Tool {
        try Tool(
            name: "logistics.bulk-orders",
            purpose: "Cancels many orders or tries them again; each is done or refused by itself.",
            input: Self.object(
                [
                    ("action", Shape.choice(["cancel", "retry"])),
                    (
                        "ids",
                        [
                            "type": "array", "minItems": 1, "maxItems": Self.bulkLimit,
                            "uniqueItems": true, "items": Self.id,
                        ]
                    ), ("reason", ["type": "string", "minLength": 1, "maxLength": 500]),
                ],
                required: ["action", "ids", "reason"]
            ),
            output: LogisticsShapes.bulk,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let cancels = try input.member("action").string() == "cancel"
                let reason = try input.member("reason").text(1...500)
                var ids: [ID<Order>] = []
                for element in try input.member("ids").array() { ids.append(try element.id()) }
                return { [ids] transaction in
                    var results: [JSON] = []
                    for id in ids {
                        do {
                            try transaction.attempt {
                                try change(
                                    id,
                                    cancels: cancels,
                                    reason,
                                    invocation,
                                    in: transaction
                                )
                            }
                            results.append(["id": id.json, "ok": true])
                        } catch let fault as any Fault
                            where [.notFound, .conflict, .invalid].contains(fault.kind)
                        {
                            results.append([
                                "id": id.json, "ok": false,
                                "problem": ProblemDetails.json(of: fault),
                            ])
                        }
                    }
                    return ["results": .array(results)]
                }
            }
        )
    }

    private func change(
        _ id: ID<Order>,
        cancels: Bool,
        _ reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        var order = try Orders(scope: scope).order(id, in: transaction)
        try order.move(
            to: cancels ? .cancelled : .received,
            at: invocation.now,
            by: scope.actor,
            reason: reason
        )
        try Orders(scope: scope).save(order, in: transaction)
        if cancels {
            try follow(order, .cancelled, reason, invocation, in: transaction)
        } else {
            try emit("order.retried", order, reason: reason, by: invocation, in: transaction)
        }
    }
}
