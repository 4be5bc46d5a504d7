import Core
import Store

/// The bookings of an organisation.
struct Bookings {
    let scope: Scope

    func booking(_ id: ID<Booking>, in reader: any Reader) throws -> Booking {
        let found = try reader.first(
            "SELECT body FROM logistics_booking WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) { try Booking(record: try $0.json(0)) }
        guard let found else {
            throw GeneralFault(.notFound, code: "booking-not-found", "there is no booking \(id)")
        }
        return found
    }

    /// An order's bookings, oldest first.
    func bookings(of order: ID<Order>, in reader: any Reader) throws -> [Booking] {
        try reader.query(
            """
            SELECT body FROM logistics_booking WHERE organisation = ? AND order_id = ?
            ORDER BY created_at, id
            """,
            [.id(scope.organisation), .id(order)]
        ) { try Booking(record: try $0.json(0)) }
    }

    /// Which of the layout's loads a booking carries: `<plan>/<vehicle>`; nil for a booking by hand.
    func load(of booking: ID<Booking>, in reader: any Reader) throws -> String? {
        try reader.first(
            "SELECT load FROM logistics_booking WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(booking)]
        ) { try $0.optionalText(0) } ?? nil
    }

    /// The bookings of a shared trip that hold its vehicle, by seat: the first one stands for the vehicle.
    func bookings(of trip: ID<TripRecord>, in reader: any Reader) throws -> [Booking] {
        try reader.query(
            """
            SELECT body FROM logistics_booking WHERE organisation = ? AND trip = ?
                AND status <> 'released' ORDER BY seat, created_at, id
            """,
            [.id(scope.organisation), .id(trip)]
        ) { try Booking(record: try $0.json(0)) }
    }

    /// Adds a booking; the store refuses a second one for the vehicle and day, those of one shared trip
    /// aside, which have a seat each.
    func add(
        _ booking: Booking,
        load: String?,
        seat: Int = 0,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try Unavailabilities(scope: scope).check(
            booking.vehicle,
            on: booking.date,
            in: transaction
        )
        do {
            try transaction.execute(
                """
                INSERT INTO logistics_booking (id, organisation, order_id, vehicle, date, status,
                    created_at, load, trip, seat, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(booking.id), .id(scope.organisation), .id(booking.order),
                    .id(booking.vehicle), .date(booking.date), .text(booking.status.rawValue),
                    .time(now), .text(load), .id(booking.trip), .int(seat),
                    .json(booking.record),
                ]
            )
        } catch let error as StoreError where error.reason == .duplicate {
            throw GeneralFault(
                .conflict,
                code: "vehicle-taken",
                "the vehicle is already booked on \(booking.date); choose another vehicle or day"
            )
        }
        try OrderDocument(scope: scope).refresh(booking.order, in: transaction)
    }

    func save(_ booking: Booking, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE logistics_booking SET status = ?, body = ? WHERE organisation = ? AND id = ?",
            [
                .text(booking.status.rawValue), .json(booking.record), .id(scope.organisation),
                .id(booking.id),
            ]
        )
        if let trip = booking.trip, !booking.status.holdsVehicle {
            try moveUp(trip, in: transaction)
        }
        try OrderDocument(scope: scope).refresh(booking.order, in: transaction)
    }

    /// Gives the first seat of a trip to the next order when whoever had it left: while anybody is on the
    /// trip, the store refuses the vehicle to others.
    private func moveUp(_ trip: ID<TripRecord>, in transaction: any Transaction) throws {
        let seats = try transaction.query(
            """
            SELECT id, seat FROM logistics_booking WHERE organisation = ? AND trip = ?
                AND status <> 'released' ORDER BY seat, created_at, id LIMIT 1
            """,
            [.id(scope.organisation), .id(trip)]
        ) { row in
            let id: ID<Booking> = try row.id(0)
            return (id: id, seat: try row.int(1))
        }
        guard let first = seats.first, first.seat != 0 else { return }
        try transaction.execute(
            "UPDATE logistics_booking SET seat = 0 WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(first.id)]
        )
    }

    /// Moves every booking of an order that may move to `status`.
    ///
    /// - Returns: how many moved.
    @discardableResult
    func moveAll(
        of order: ID<Order>,
        to status: BookingStatus,
        in transaction: any Transaction
    ) throws -> Int {
        var moved = 0
        for var booking in try bookings(of: order, in: transaction)
        where booking.status.allowed.contains(status) {
            try booking.move(to: status)
            try save(booking, in: transaction)
            moved += 1
        }
        return moved
    }
}
