import Core
import Store

/// What vehicles of an organisation do in a period.
struct FleetCalendar {
    /// A booking with what people call its order.
    struct Entry {
        var booking: Booking
        var orderReference: String
        var orderStatus: String
        /// Which of the layout's loads it carries; nil for a booking by hand.
        var load: String?
        /// How many pieces the whole order has.
        var pieces: Int
    }

    let scope: Scope

    /// The bookings of a period that hold a vehicle, by day, then oldest first.
    func bookings(
        from: CalendarDate,
        to: CalendarDate,
        vehicle: ID<Vehicle>? = nil,
        in reader: any Reader
    ) throws -> [Entry] {
        var sql = """
            SELECT b.body, b.load, o.reference, o.status, o.body FROM logistics_booking b
            JOIN logistics_order o ON o.organisation = b.organisation AND o.id = b.order_id
            WHERE b.organisation = ? AND b.date >= ? AND b.date <= ? AND b.status <> 'released'
            """
        var parameters: [SQLValue] = [.id(scope.organisation), .date(from), .date(to)]
        if let vehicle {
            sql += " AND b.vehicle = ?"
            parameters.append(.id(vehicle))
        }
        return try reader.query(
            sql + " ORDER BY b.date, b.created_at, b.id LIMIT 20000",
            parameters
        ) { row in
            let items = try row.json(4)["items"]?.array ?? []
            return Entry(
                booking: try Booking(record: try row.json(0)),
                orderReference: try row.text(2),
                orderStatus: try row.text(3),
                load: try row.optionalText(1),
                pieces: items.reduce(0) { $0 + ($1["quantity"]?.int ?? 0) }
            )
        }
    }
}

extension FleetCalendar.Entry {
    /// The booking as the calendar shows it.
    func json(vehicle: Vehicle) -> JSON {
        var json: JSON = [
            "kind": "booking", "date": .string(booking.date.description),
            "bookingId": booking.id.json, "orderId": booking.order.json,
            "orderReference": .string(orderReference), "status": .string(booking.status.rawValue),
            "utilisation": .null, "weightUtilisation": .null,
        ]
        if let share = booking.share {
            json["utilisation"] = .double(Double(share.volumeMm3) / Double(vehicle.volumeMm3))
            json["weightUtilisation"] = .double(
                Double(share.weightGrams) / Double(vehicle.payloadGrams)
            )
        }
        return json
    }
}
