import Core
import Store

/// Everything that the solution shows of one order, as the JSON text that its record keeps.
///
/// Orders are read far more often than they change, so the text is made when something in it changes,
/// in the same transaction, and is then handed out as it is. What is asked for beside it, such as
/// decisions, is added when it is read.
struct OrderDocument {
    let scope: Scope

    /// The text of an order whose customer and depot are known and which has nothing else yet.
    static func fresh(_ order: Order, customer: Customer, depot: Depot) -> JSONText {
        JSONText(order.detail(customer: customer, depot: depot))
    }

    /// The text of an order as the tables have it now.
    ///
    /// - Throws: `StoreError`; a fault when a record that the order names is missing.
    func text(of order: Order, in reader: any Reader) throws -> JSONText {
        let fleet = Fleet(scope: scope)
        let bookings = try Bookings(scope: scope).bookings(of: order.id, in: reader)
        var json = order.detail(
            customer: try fleet.customer(order.customer, in: reader),
            depot: try fleet.depot(order.depot, in: reader)
        )
        let vehicles = try bookings.map { try fleet.vehicle($0.vehicle, in: reader) }
        json["bookings"] = .array(zip(bookings, vehicles).map { $0.json(vehicle: $1) })
        let active = zip(bookings, vehicles).filter { $0.0.status.holdsVehicle }
        if let first = active.first?.0.price {
            json["price"] = try Money.sum(active.map(\.0.price), currency: first.currency).json
            json["vehicle"] = .string(active.map(\.1.name).joined(separator: ", "))
        }
        json["layout"] =
            try SavedLayout.summary(key: OrderView.layoutKey(order.id), scope: scope, in: reader)
            ?? .null
        return JSONText(json)
    }

    /// Makes an order's text anew after something that it shows has changed.
    ///
    /// - Throws: `StoreError`.
    func refresh(_ id: ID<Order>, in transaction: any Transaction) throws {
        let orders = Orders(scope: scope)
        try orders.save(orders.order(id, in: transaction), in: transaction)
    }
}
