import Core
import Store

/// Shared trips as people see them: the record with names and addresses of its orders.
struct TripView {
    let scope: Scope

    func json(_ trip: TripRecord, in reader: any Reader) throws -> JSON {
        let fleet = Fleet(scope: scope)
        let bookings = try Bookings(scope: scope).bookings(of: trip.id, in: reader)
        var orders: [ID<Order>: Order] = [:]
        for id in trip.orders {
            orders[id] = try Orders(scope: scope).order(id, in: reader)
        }
        let depot = try fleet.depot(trip.depot, in: reader)
        var json = trip.document
        json["vehicleId"] = nil
        json["id"] = trip.id.json
        json["reference"] = .string(trip.reference)
        json["planId"] = trip.plan.json
        json["status"] = .string(trip.status.rawValue)
        json["version"] = .int(trip.version)
        json["date"] = .string(trip.date.description)
        json["createdAt"] = trip.createdAt.json
        json["updatedAt"] = trip.updatedAt.json
        json["depot"] = [
            "id": depot.id.json, "name": .string(depot.name),
            "latitude": .double(depot.address.coordinate.latitude),
            "longitude": .double(depot.address.coordinate.longitude),
        ]
        json["vehicle"] = try fleet.vehicle(trip.vehicle, in: reader).referenceJSON
        json["history"] = .array(trip.history)
        json["stops"] = .array(
            (trip.document["stops"]?.array ?? []).map { stop in
                Self.stop(stop, orders)
            }
        )
        json["orders"] = .array(
            try (trip.document["orders"]?.array ?? []).map { part in
                try self.part(part, of: trip, orders, bookings, in: reader)
            }
        )
        return json
    }

    private static func order(_ part: JSON, _ orders: [ID<Order>: Order]) -> Order? {
        part["orderId"]?.string.flatMap { ID<Order>($0) }.flatMap { orders[$0] }
    }

    private static func stop(_ stop: JSON, _ orders: [ID<Order>: Order]) -> JSON {
        var json = stop
        let order = order(stop, orders)
        let address = order?.deliveries.first { $0.stop == stop["orderStop"]?.int }?.address
        let lines = order?.items.filter { $0.stop == stop["orderStop"]?.int } ?? []
        json["orderReference"] = .optional(order?.reference)
        json["name"] = .optional(address?.name)
        json["postcode"] = .optional(address?.postcode)
        json["city"] = .optional(address?.city)
        json["country"] = .optional(address?.country)
        json["latitude"] = address.map { .double($0.coordinate.latitude) } ?? .null
        json["longitude"] = address.map { .double($0.coordinate.longitude) } ?? .null
        json["pieces"] = .int(lines.reduce(0) { $0 + $1.quantity })
        json["weightGrams"] = .int(lines.reduce(0) { $0 + $1.totalWeightGrams })
        return json
    }

    private func part(
        _ part: JSON,
        of trip: TripRecord,
        _ orders: [ID<Order>: Order],
        _ bookings: [Booking],
        in reader: any Reader
    ) throws -> JSON {
        var json = part
        guard let order = Self.order(part, orders) else { return json }
        let booking = bookings.first { $0.order == order.id }
        json["readySeconds"] = nil
        json["reference"] = .string(order.reference)
        json["status"] = .string(order.status.rawValue)
        json["customer"] =
            try Fleet(scope: scope).customer(order.customer, in: reader).referenceJSON
        json["bookingId"] = booking?.id.json ?? .null
        let holds = trip.status == .accepted || trip.status == .dispatched
        json["onBoard"] = .bool(holds ? booking != nil : order.requestedDate == trip.date)
        return json
    }

    /// A plan with its trips as they are now.
    func json(_ plan: TripPlanRecord, in reader: any Reader) throws -> JSON {
        let depot = try Fleet(scope: scope).depot(plan.depot, in: reader)
        let trips = try Trips(scope: scope).trips(of: plan.id, in: reader)
        var json = plan.body
        json["id"] = plan.id.json
        json["date"] = .string(plan.date.description)
        json["status"] = .string(plan.status.rawValue)
        json["createdAt"] = plan.createdAt.json
        json["depot"] = depot.referenceJSON
        json["trips"] = .array(try trips.map { try self.json($0, in: reader) })
        return json
    }
}
