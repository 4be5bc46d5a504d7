import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func delayOrder() throws -> Tool {
        try Tool(
            name: "logistics.delay-order",
            purpose:
                "Reports that an order's goods are late: on another day, or so many minutes after "
                + "vehicles usually leave. A shared trip that it goes with is planned again.",
            input: Self.object(
                [
                    ("id", Self.text), ("newDate", Self.date),
                    ("minutes", ["type": "integer", "minimum": 1, "maximum": 1_080]),
                    ("reason", Self.why),
                ],
                required: ["id", "reason"]
            ),
            output: LogisticsShapes.order,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.orderID(input.member("id"))
                let reason = try input.member("reason").text(1...500)
                let date = try input.optional("newDate")?.date(onOrAfter: today(invocation))
                let minutes = try input.optional("minutes")?.int(in: 1...1_080)
                guard (date == nil) != (minutes == nil) else {
                    throw GeneralFault(
                        .invalid,
                        code: "invalid-value",
                        "say either \"newDate\" or \"minutes\"",
                        pointer: "/newDate"
                    )
                }
                return { transaction in
                    var order = try Orders(scope: scope).order(id, in: transaction)
                    try invocation.expected?.check(order.version, of: "order \(order.reference)")
                    guard [.received, .analysed, .booked, .failed].contains(order.status) else {
                        throw GeneralFault(
                            .conflict,
                            code: "order-not-open",
                            "order \(order.reference) is \(order.status.rawValue) and cannot be late "
                                + "any more"
                        )
                    }
                    // Found before its booking is released: it is planned again without the order.
                    let trip = try Trips(scope: scope).open(of: id, in: transaction)
                    if let date {
                        try move(&order, to: date, reason, invocation, in: transaction)
                    } else {
                        try Delays(scope: scope).keep(
                            (minutes ?? 0) * 60,
                            of: id,
                            on: order.requestedDate,
                            at: invocation.now,
                            in: transaction
                        )
                    }
                    var facts: JSON = [
                        "minutes": minutes.map { .int($0) } ?? .null,
                        "newDate": .optional(date?.description),
                    ]
                    if let trip { facts["tripId"] = trip.id.json }
                    try emit(
                        "order.delayed",
                        order,
                        reason: reason,
                        facts,
                        by: invocation,
                        in: transaction
                    )
                    if date != nil {
                        try emit("order.retried", order, by: invocation, in: transaction)
                    }
                    return try shown(order, scope, in: transaction)
                }
            }
        )
    }

    /// Moves an order to another day: its vehicles are released, and it is processed for that day.
    private func move(
        _ order: inout Order,
        to date: CalendarDate,
        _ reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        try order.postpone(to: date, at: invocation.now, by: scope.actor, reason: reason)
        try kernel.workflows.abortAll(
            about: OrderView.subject(order.id),
            organisation: scope.organisation,
            cause: "moved to \(date) by \(scope.actor.name)",
            in: transaction
        )
        try Orders(scope: scope).save(order, in: transaction)
        for booking in try Bookings(scope: scope).bookings(of: order.id, in: transaction)
        where booking.status == .booked {
            try release(booking, "the order was moved to \(date)", invocation, in: transaction)
        }
    }
}
