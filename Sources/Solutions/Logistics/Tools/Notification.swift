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

    /// Tells who placed the order by the channels they chose, and the customer by e-mail.
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
        var notice = Notice(
            "",
            [
                "reference": order.reference, "customer": customer.name, "email": customer.email,
                "date": "\(order.requestedDate)",
            ],
            link: "/console/orders/\(order.id)",
            to: [],
            effect: "",
            person: CustomerRecords.subject(order.customer)
        )
        var outside: String?
        switch news {
        case .booked:
            let active = try Bookings(scope: scope).bookings(of: order.id, in: transaction)
                .filter(\.status.holdsVehicle)
            guard let first = active.first else {
                throw GeneralFault(
                    .conflict,
                    code: "not-booked",
                    "order \(order.reference) has no booking to tell of"
                )
            }
            notice.kind = LogisticsMessages.booked
            notice.effect = "order-booked:\(order.id):\(first.id)"
            try notice.values.merge(facts(active, in: transaction, scope)) { $1 }
            outside = LogisticsMessages.bookedForCustomer
        case .failed(let reason):
            notice.kind = LogisticsMessages.failed
            notice.effect = "order-failed:\(order.id):\(order.history.count)"
            notice.severity = .warning
            notice.values["reason"] = reason
        case .cancelled(let reason):
            notice.kind = LogisticsMessages.cancelled
            notice.effect = "order-cancelled:\(order.id)"
            notice.values["reason"] = reason.map { ": \($0)" } ?? ""
            outside = notice.kind
        }
        let person = scope.onBehalfOf ?? scope.actor
        if person.kind == .person {
            notice.audience = [.account(person.id)]
            try kernel.channels.notices.tell(notice, scope: scope, in: transaction)
        }
        // Who was erased while the order was under way hears no more of it.
        guard let outside, !customer.isErased else { return }
        notice.kind = outside
        notice.audience = [.address(try EmailAddress(customer.email))]
        try kernel.channels.notices.tell(notice, scope: scope, in: transaction)
    }

    /// A line for each vehicle, in no language, and the price in all.
    private func facts(
        _ bookings: [Booking],
        in reader: any Reader,
        _ scope: Scope
    ) throws -> [String: String] {
        var lines: [String] = []
        for booking in bookings {
            let vehicle = try Fleet(scope: scope).vehicle(booking.vehicle, in: reader)
            var parts = [
                "\(booking.price)", "\((booking.co2Grams + 500) / 1_000) kg CO2e",
            ]
            if let eta = booking.etaAt { parts.append("→ \(eta)") }
            lines.append("\(vehicle.name): \(parts.joined(separator: ", "))")
        }
        let currency = bookings.first?.price.currency
        let total = try currency.map { try Money.sum(bookings.map(\.price), currency: $0) }
        return [
            "vehicles": lines.joined(separator: "\n"), "price": total.map { "\($0)" } ?? "",
        ]
    }
}
