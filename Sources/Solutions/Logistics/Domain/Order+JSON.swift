public import Core

extension Order {
    /// The order as lists show it.
    ///
    /// - Parameters:
    ///   - customer: The customer, whose name is shown.
    ///   - price: What its bookings cost together, nil before booking.
    ///   - vehicle: The names of the booked vehicles, nil before booking.
    /// - Returns: `OrderSummary` of the API.
    public func summary(customer: Customer, price: Money? = nil, vehicle: String? = nil) -> JSON {
        let last = deliveries.last?.address
        return [
            "id": id.json,
            "reference": .string(reference),
            "status": .string(status.rawValue),
            "statusReason": .optional(statusReason),
            "customer": customer.referenceJSON,
            "destination": [
                "city": .optional(last?.city),
                "country": .optional(last?.country),
            ],
            "requestedDate": .string(requestedDate.description),
            "itemCount": .int(pieces),
            "totalWeightGrams": .int(totalWeightGrams),
            "totalVolumeMm3": .int(totalVolumeMm3),
            "createdAt": createdAt.json,
            "updatedAt": updatedAt.json,
            "version": .int(version),
            "price": price?.json ?? .null,
            "vehicle": .optional(vehicle),
        ]
    }

    /// The order with its customer, pickup, stops, lines and history; the caller adds what others know.
    ///
    /// Bookings, layout, execution and decisions belong to other records and start empty here.
    public func detail(
        customer: Customer,
        depot: Depot,
        price: Money? = nil,
        vehicle: String? = nil
    ) -> JSON {
        var json = summary(customer: customer, price: price, vehicle: vehicle)
        json["customer"] = customer.contactJSON
        json["pickup"] = depot.pickupJSON
        json["deliveries"] = .array(deliveries.map(\.json))
        json["items"] = .array(items.map(\.json))
        json["notes"] = .optional(notes)
        json["history"] = .array(history.map(\.json))
        json["bookings"] = []
        json["layout"] = .null
        json["execution"] = .null
        json["decisions"] = []
        return json
    }
}
