import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func recoveryTools() throws -> [Tool] { [try listRecoverable(), try retryFailed()] }

    private func listRecoverable() throws -> Tool {
        try Tool(
            name: "logistics.list-recoverable-orders",
            purpose: "Lists failed orders that are not due yet, those due first first.",
            input: Self.object([]),
            output: Shape.record(
                nil,
                [
                    (
                        "orders",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [
                                    ("orderId", Shape.id), ("reference", Shape.text),
                                    ("due", Shape.time), ("tries", Shape.count),
                                    ("worthTrying", Shape.flag),
                                    ("reason", Shape.nullable(Shape.text)),
                                ]
                            )
                        )
                    )
                ]
            ),
            body: .read { _, invocation, reader in
                let found = try RecoverableOrder.all(
                    scope: invocation.scope,
                    at: invocation.now,
                    in: reader
                )
                return [
                    "orders": .array(
                        found.map { found in
                            // Only what a program said is told: a person's words may be about persons.
                            let last = found.order.history.last
                            let isProgram = last?.actor.kind == .service
                            return [
                                "orderId": found.order.id.json,
                                "reference": .string(found.order.reference),
                                "due": found.due.json, "tries": .int(found.tries),
                                "worthTrying": .bool(found.isWorthTrying),
                                "reason": isProgram ? .optional(last?.reason) : .null,
                            ]
                        }
                    )
                ]
            }
        )
    }

    private func retryFailed() throws -> Tool {
        try Tool(
            name: "logistics.retry-failed-order",
            purpose: "Gives a failed order back to processing.",
            input: Self.object([("orderId", Self.id)], required: ["orderId"]),
            output: Shape.record(
                nil,
                [("orderId", Shape.id), ("status", LogisticsShapes.orderStatus)]
            ),
            body: .write { [self] input, invocation in
                let id = try input.member("orderId").id(Order.self)
                return { transaction in
                    let scope = invocation.scope
                    var order = try Orders(scope: scope).order(id, in: transaction)
                    try order.retry(at: invocation.now, by: scope.actor)
                    try Orders(scope: scope).save(order, in: transaction)
                    try emit("order.retried", order, by: invocation, in: transaction)
                    return ["orderId": id.json, "status": .string(order.status.rawValue)]
                }
            }
        )
    }
}
