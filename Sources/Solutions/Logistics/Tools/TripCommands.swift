import Agents
import Channels
import Core
import Platform
import Store

extension LogisticsTools {
    func acceptTrip() throws -> Tool {
        try Tool(
            name: "logistics.accept-trip",
            purpose:
                "Books a trip's vehicle for all its orders at once and releases those that they had.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: TripShapes.trip,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let id = try Self.tripID(input.member("id"))
                return { transaction in
                    let scope = invocation.scope
                    var trip = try Trips(scope: scope).trip(id, in: transaction)
                    try invocation.expected?.check(trip.version, of: "trip \(trip.reference)")
                    try trip.status.checkMove(to: .accepted)
                    guard trip.date >= today(invocation) else {
                        throw GeneralFault(
                            .conflict,
                            code: "trip-stale",
                            "the day of \(trip.reference), \(trip.date), has passed"
                        )
                    }
                    var orders: [Order] = []
                    for order in trip.orders {
                        orders.append(
                            try joining(order, trip, invocation, in: transaction)
                        )
                    }
                    try trip.move(to: .accepted, at: invocation.now, by: scope.actor)
                    try Trips(scope: scope).save(trip, in: transaction)
                    try book(trip, orders, invocation, in: transaction)
                    try emit("trip.accepted", trip, by: invocation, in: transaction)
                    for order in orders {
                        try tellCustomer(.booked, order, invocation, in: transaction)
                    }
                    return try TripView(scope: scope).json(trip, in: transaction)
                }
            }
        )
    }

    /// An order of a proposed trip, its own vehicle released, if it is still as it was planned with.
    private func joining(
        _ id: ID<Order>,
        _ trip: TripRecord,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws -> Order {
        let scope = invocation.scope
        let order = try Orders(scope: scope).order(id, in: transaction)
        func stale(_ why: String) -> GeneralFault {
            GeneralFault(
                .conflict,
                code: "trip-stale",
                "order \(order.reference) \(why); plan the day's trips again"
            )
        }
        guard order.status == .booked else { throw stale("is \(order.status.rawValue) now") }
        guard order.requestedDate == trip.date else {
            throw stale("is for \(order.requestedDate) now")
        }
        for booking in try Bookings(scope: scope).bookings(of: id, in: transaction)
        where booking.status.holdsVehicle {
            guard booking.trip == nil else { throw stale("goes with another trip now") }
            guard booking.status == .booked else {
                throw stale("has a vehicle that is \(booking.status.rawValue)")
            }
            guard try !TripCandidates.isBeingLoaded(booking.id, scope, in: transaction) else {
                throw stale("is being loaded")
            }
            try release(booking, "it goes with \(trip.reference)", invocation, in: transaction)
        }
        return order
    }

    func release(
        _ booking: Booking,
        _ reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        var booking = booking
        try booking.move(to: .released)
        try Bookings(scope: invocation.scope).save(booking, in: transaction)
        try kernel.emit(
            "booking.released",
            about: OrderView.subject(booking.order),
            [
                "bookingId": booking.id.json, "orderId": booking.order.json,
                "reason": .string(reason),
            ],
            by: invocation,
            in: transaction
        )
    }

    /// Books the trip's vehicle, a booking for each order: its part of price, way and load.
    func book(
        _ trip: TripRecord,
        _ orders: [Order],
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        let vehicle = try Fleet(scope: scope).vehicle(trip.vehicle, in: transaction)
        let document = JSONReader(trip.document)
        let total = try Money(reading: document.member("price"))
        let apart = try Money(reading: document.member("separate").member("price"))
        let load = try document.member("load")
        let fill = BookingFill(
            volume: try load.member("volumeUtilisation").double(),
            weight: try load.member("weightUtilisation").double()
        )
        for (seat, part) in try document.member("orders").array().enumerated() {
            let id = try part.member("orderId").id(Order.self)
            guard orders.contains(where: { $0.id == id }) else { continue }
            let price = try Money(reading: part.member("price"))
            let alone = try Money(reading: part.member("separate").member("price"))
            var booking = Booking(
                id: kernel.ids.next(),
                order: id,
                vehicle: trip.vehicle,
                date: trip.date,
                price: price,
                breakdown: [
                    PriceLine(
                        label: "Part of \(trip.reference)",
                        amount: price,
                        explanation: "Of \(total) for the shared trip, in proportion to what "
                            + "trips of their own would cost: \(alone) of \(apart)."
                    )
                ],
                distanceMeters: try part.member("distanceMeters").int(),
                co2Grams: try part.member("co2Grams").int(),
                etaAt: try part.member("etaAt").timestamp(),
                share: LoadShare(
                    weightGrams: try part.member("weightGrams").int(),
                    volumeMm3: try part.member("volumeMm3").int()
                )
            )
            booking.trip = trip.id
            try Bookings(scope: scope).add(
                booking,
                load: SavedLayout.onlyLoad,
                seat: seat,
                at: invocation.now,
                in: transaction
            )
            // The vehicle is filled by all of them together.
            try fill.keep(of: booking.id, at: invocation.now, scope: scope, in: transaction)
            try kernel.emit(
                "booking.made",
                about: OrderView.subject(id),
                [
                    "bookingId": booking.id.json, "orderId": id.json,
                    "vehicleId": vehicle.id.json, "date": .string(trip.date.description),
                    "price": price.json, "volumeUtilisation": .double(fill.volume),
                    "weightUtilisation": .double(fill.weight), "tripId": trip.id.json,
                ],
                by: invocation,
                in: transaction
            )
        }
    }

    func emit(
        _ type: String,
        _ trip: TripRecord,
        _ more: JSON = [:],
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        var data: JSON = [
            "tripId": trip.id.json, "reference": .string(trip.reference),
            "planId": trip.plan.json, "status": .string(trip.status.rawValue),
            "date": .string(trip.date.description), "depotId": trip.depot.json,
            "vehicleId": trip.vehicle.json, "orders": .array(trip.orders.map(\.json)),
            "saved": trip.document["saved"] ?? .null,
        ]
        for member in more.object ?? [:] { data[member.key] = member.value }
        try kernel.emit(
            type,
            about: TripRecord.subject(trip.id),
            data,
            by: invocation,
            in: transaction
        )
    }

    func withdrawTrip() throws -> Tool {
        try Tool(
            name: "logistics.withdraw-trip",
            purpose:
                "Gives up a trip that has not left; orders on an accepted one are processed again, alone.",
            input: Self.object(
                [("id", Self.text), ("reason", Self.why)],
                required: ["id", "reason"]
            ),
            output: TripShapes.trip,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let id = try Self.tripID(input.member("id"))
                let reason = try input.member("reason").text(1...500)
                return { transaction in
                    let scope = invocation.scope
                    var trip = try Trips(scope: scope).trip(id, in: transaction)
                    try invocation.expected?.check(trip.version, of: "trip \(trip.reference)")
                    try withdraw(&trip, reason, invocation, in: transaction)
                    return try TripView(scope: scope).json(trip, in: transaction)
                }
            }
        )
    }

    func withdraw(
        _ trip: inout TripRecord,
        _ reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        try trip.move(to: .withdrawn, at: invocation.now, by: scope.actor, reason: reason)
        for booking in try Bookings(scope: scope).bookings(of: trip.id, in: transaction) {
            try leave(
                booking,
                "\(trip.reference) was withdrawn",
                invocation,
                in: transaction
            )
        }
        try Trips(scope: scope).save(trip, in: transaction)
        try emit(
            "trip.withdrawn",
            trip,
            ["reason": .string(reason)],
            by: invocation,
            in: transaction
        )
    }

    /// Takes an order off its trip and gives it back to processing, which books a vehicle for it alone.
    func leave(
        _ booking: Booking,
        _ reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        try release(booking, reason, invocation, in: transaction)
        var order = try Orders(scope: scope).order(booking.order, in: transaction)
        guard order.status == .booked else { return }
        try order.reopen(at: invocation.now, by: scope.actor, reason: reason)
        try Orders(scope: scope).save(order, in: transaction)
        try emit("order.retried", order, by: invocation, in: transaction)
    }

    func dispatchTrip() throws -> Tool {
        try Tool(
            name: "logistics.dispatch-trip",
            purpose: "Reports that a shared trip's vehicle has left with all its orders.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: TripShapes.trip,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let id = try Self.tripID(input.member("id"))
                return { transaction in
                    let scope = invocation.scope
                    let trips = Trips(scope: scope)
                    let before = try trips.trip(id, in: transaction)
                    try invocation.expected?.check(before.version, of: "trip \(before.reference)")
                    try before.status.checkMove(to: .dispatched)
                    for booking in try Bookings(scope: scope).bookings(of: id, in: transaction) {
                        var order = try Orders(scope: scope).order(booking.order, in: transaction)
                        guard order.status == .booked else { continue }
                        try order.move(to: .dispatched, at: invocation.now, by: scope.actor)
                        try Orders(scope: scope).save(order, in: transaction)
                        try follow(order, .dispatched, nil, invocation, in: transaction)
                    }
                    // The last order that left has taken the trip along; an empty one leaves by itself.
                    var trip = try trips.trip(id, in: transaction)
                    if trip.status != .dispatched {
                        try sendOff(&trip, invocation, in: transaction)
                    }
                    return try TripView(scope: scope).json(trip, in: transaction)
                }
            }
        )
    }

    private func sendOff(
        _ trip: inout TripRecord,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        try trip.move(to: .dispatched, at: invocation.now, by: invocation.scope.actor)
        try Trips(scope: invocation.scope).save(trip, in: transaction)
        try emit("trip.dispatched", trip, by: invocation, in: transaction)
    }

    /// A trip has left when all that is on it has.
    func followTrip(
        of order: Order,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        guard var trip = try Trips(scope: scope).open(of: order.id, in: transaction),
            trip.status == .accepted
        else { return }
        let aboard = try Bookings(scope: scope).bookings(of: trip.id, in: transaction)
        guard !aboard.isEmpty, aboard.allSatisfy({ $0.status != .booked }) else { return }
        try sendOff(&trip, invocation, in: transaction)
    }
}
