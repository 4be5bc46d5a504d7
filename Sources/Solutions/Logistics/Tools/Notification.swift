import Agents
import Channels
import Core
import Platform
import Store

/// What there is to tell about an order.
enum OrderNews {
    /// Vehicles are booked.
    case booked
    /// Processing failed, for this reason.
    case failed(String)
    /// It was cancelled after its vehicles were booked.
    case cancelled(String?)
}

extension LogisticsTools {
    func notifyCustomer() throws -> Tool {
        try Tool(
            name: "logistics.notify-customer",
            purpose: "Tells the customer of the booking, and whoever placed the order how it went.",
            input: Self.object(
                [
                    ("orderId", Self.id), ("news", ["enum": ["booked", "failed"]]),
                    ("reason", ["type": "string"]),
                ],
                required: ["orderId", "news"]
            ),
            output: Shape.record(nil, [("orderId", Shape.id), ("notified", Shape.flag)]),
            body: .write { [self] input, invocation in
                let id = try input.member("orderId").id(Order.self)
                let news: OrderNews =
                    input.value["news"]?.string == "booked"
                    ? .booked
                    : .failed(
                        Self.reason(input.value["reason"]?.string ?? "for an unknown reason")
                    )
                return { transaction in
                    let order = try Orders(scope: invocation.scope).order(id, in: transaction)
                    try tellCustomer(news, order, invocation, in: transaction)
                    return ["orderId": id.json, "notified": true]
                }
            }
        )
    }

    /// Puts the messages into the outbox: e-mail for the customer, the inbox for who placed the order.
    ///
    /// Of a failure the customer does not hear: it is for people here to mend first.
    func tellCustomer(
        _ news: OrderNews,
        _ order: Order,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        let customer = try Fleet(scope: scope).customer(order.customer, in: transaction)
        let bookings = try Bookings(scope: scope).bookings(of: order.id, in: transaction)
        let active = bookings.filter(\.status.holdsVehicle)
        let message: Message
        var mail: Message?
        let key: String
        switch news {
        case .booked:
            guard let first = active.first else {
                throw GeneralFault(
                    .conflict,
                    code: "not-booked",
                    "order \(order.reference) has no booking to tell of"
                )
            }
            key = "order-booked:\(order.id):\(first.id)"
            let facts = try bookedFacts(active, in: transaction, scope)
            message = try Message(
                subject: "Order \(order.reference) is booked",
                body: "For \(customer.name) on \(order.requestedDate).\n\n\(facts)\n"
                    + "The customer is told by e-mail to \(customer.email).",
                link: "/console/orders/\(order.id)",
                severity: .info
            )
            mail = try Message(
                subject: message.subject,
                body: "Dear \(customer.name),\n\nyour order \(order.reference) is booked for "
                    + "\(order.requestedDate).\n\n\(facts)",
                link: message.link,
                severity: .info
            )
        case .failed(let reason):
            key = "order-failed:\(order.id):\(order.history.count)"
            message = try Message(
                subject: "Order \(order.reference) could not be processed",
                body: "\(reason)\n\nThe order is marked as failed and holds no vehicle. "
                    + "Open it to see why, then try again.",
                link: "/console/orders/\(order.id)",
                severity: .warning
            )
        case .cancelled(let reason):
            key = "order-cancelled:\(order.id)"
            message = try Message(
                subject: "Order \(order.reference) was cancelled",
                body: "The transport of order \(order.reference) for \(order.requestedDate) was "
                    + "cancelled" + (reason.map { ": \($0)" } ?? "") + ".",
                link: "/console/orders/\(order.id)",
                severity: .info
            )
        }
        let person = scope.onBehalfOf ?? scope.actor
        if person.kind == .person {
            try kernel.outbox.enqueue(
                message,
                to: .inbox(person.id),
                effect: "\(key):inbox",
                scope: scope,
                in: transaction
            )
        }
        if case .failed = news { return }
        try kernel.outbox.enqueue(
            mail ?? message,
            to: .email(EmailAddress(customer.email)),
            effect: "\(key):email",
            scope: scope,
            in: transaction
        )
    }

    /// Vehicle, arrival, price and CO2 of each booking, as lines of text.
    private func bookedFacts(
        _ bookings: [Booking],
        in reader: any Reader,
        _ scope: Scope
    ) throws -> String {
        var lines: [String] = []
        for booking in bookings {
            let vehicle = try Fleet(scope: scope).vehicle(booking.vehicle, in: reader)
            lines.append("Vehicle: \(vehicle.name)")
            if let eta = booking.etaAt { lines.append("Expected arrival at the last stop: \(eta)") }
            lines.append("Price: \(booking.price)")
            lines.append("Greenhouse gases: \((booking.co2Grams + 500) / 1_000) kg CO2e")
            lines.append("")
        }
        if bookings.count > 1, let first = bookings.first {
            let total = try Money.sum(bookings.map(\.price), currency: first.price.currency)
            lines.append("Total price: \(total)\n")
        }
        return lines.joined(separator: "\n")
    }
}
