import Core
import Store

/// What lists show of orders: records put together with bookings.
struct OrderView {
    let scope: Scope

    private var fleet: Fleet { Fleet(scope: scope) }
    private var bookings: Bookings { Bookings(scope: scope) }

    static func subject(_ order: ID<Order>) -> String { "order:\(order)" }
    static func layoutKey(_ order: ID<Order>) -> String { "order-\(order).json" }

    func summary(_ order: Order, in reader: any Reader) throws -> JSON {
        let active = try bookings.bookings(of: order.id, in: reader).filter(\.status.holdsVehicle)
        return order.summary(
            customer: try fleet.customer(order.customer, in: reader),
            price: try total(of: active),
            vehicle: try names(of: active, in: reader)
        )
    }

    private func total(of bookings: [Booking]) throws -> Money? {
        guard let first = bookings.first else { return nil }
        return try Money.sum(bookings.map(\.price), currency: first.price.currency)
    }

    private func names(of bookings: [Booking], in reader: any Reader) throws -> String? {
        guard !bookings.isEmpty else { return nil }
        return try bookings.map { try fleet.vehicle($0.vehicle, in: reader).name }
            .joined(separator: ", ")
    }
}
