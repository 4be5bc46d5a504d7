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

    /// The order with its customer and pickup; the caller adds what others know.
    ///
    /// Price, vehicle, bookings and layout belong to other records and start empty here.
    public func detail(customer: Customer, depot: Depot) -> JSON {
        var json = record
        json["customer"] = customer.contactJSON
        json["pickup"] = depot.pickupJSON
        json["bookings"] = []
        json["price"] = .null
        json["vehicle"] = .null
        json["layout"] = .null
        return json
    }
}
