import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func transportTools() throws -> [Tool] {
        [
            try checkAvailability(), try calculatePrice(), try bookVehicle(),
            try updateBookingStatus(), try getBooking(), try createBooking(), try listBookings(),
        ]
    }

    private func checkAvailability() throws -> Tool {
        try Tool(
            name: "logistics.check-availability",
            purpose:
                "Lists the vehicles free on an order's day, with kind and depot, and those that "
                + "the order has booked already.",
            input: Self.object([("orderId", Self.id)], required: ["orderId"]),
            output: LayoutShapes.availability,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let order = try Orders(scope: scope).order(input.member("orderId").id(), in: reader)
                let fleet = Fleet(scope: scope)
                let depots = Dictionary(
                    uniqueKeysWithValues: try fleet.depots(in: reader).map { ($0.id, $0) }
                )
                let free = try fleet.available(on: order.requestedDate, in: reader)
                return [
                    "date": .string(order.requestedDate.description),
                    "vehicles": .array(
                        free.map { vehicle in
                            [
                                "id": vehicle.id.json, "name": .string(vehicle.name),
                                "kind": .string(VehicleKind(of: vehicle).id),
                                "depot": .optional(depots[vehicle.depot]?.name),
                                "atPickup": .bool(vehicle.depot == order.depot),
                            ]
                        }
                    ),
                    "booked": .array(
                        try SavedLayout.booked(order.id, scope: scope, in: reader).map { held in
                            [
                                "id": held.booking.id.json, "vehicleId": held.vehicle.id.json,
                                "name": .string(held.vehicle.name), "load": .optional(held.load),
                            ]
                        }
                    ),
                ]
            }
        )
    }

    private func calculatePrice() throws -> Tool {
        try Tool(
            name: "logistics.calculate-price",
            purpose: "Prices a vehicle for an order or for given amounts, with CO2 and arrival.",
            input: schemas.calculatePrice,
            output: LogisticsShapes.price,
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                let request = try PriceRequest(reading: input)
                let scope = invocation.scope
                switch request.load {
                case .order(let id, let share):
                    let trip = try await kernel.database.read { reader in
                        try Trip(order: id, vehicle: request.vehicle, scope: scope, in: reader)
                    }
                    return try await quote(trip, share: share).json
                case .amounts(let meters, let weight, let volume):
                    let vehicle = try await kernel.database.read { reader in
                        try Fleet(scope: scope).vehicle(request.vehicle, in: reader)
                    }
                    let price = try PriceQuote(
                        vehicle: vehicle,
                        distanceMeters: meters,
                        weightGrams: weight,
                        volumeMm3: volume
                    )
                    let emission = try emissions.emission(
                        vehicleClass: vehicle.vehicleClass,
                        refrigerated: vehicle.refrigerated,
                        legs: [LoadedLeg(meters: meters, grams: weight)]
                    )
                    var json = price.json
                    json["distanceMeters"] = .int(meters)
                    json["co2Grams"] = .int(emission.grams)
                    json["co2Explanation"] = .string(emission.explanation)
                    return json
                }
            }
        )
    }

    /// What a vehicle costs and emits for an order, or for a share of it.
    func quote(_ trip: Trip, share: LoadShare?) async throws -> TripQuote {
        let legs = try await distances.legMeters(along: trip.route)
        return try TripQuote(trip, legs: legs, share: share, emissions: emissions)
    }

    private func bookVehicle() throws -> Tool {
        try Tool(
            name: "logistics.book-vehicle",
            purpose:
                "Books a vehicle for an analysed order on its day, for one load of its layout. A load "
                + "goes on one vehicle, and an order one way.",
            input: Self.object(
                [
                    ("orderId", Self.id), ("vehicleId", Self.id), ("load", Self.text),
                    ("weightGrams", Self.integer), ("volumeMm3", Self.integer),
                ],
                required: ["orderId", "vehicleId", "load", "weightGrams", "volumeMm3"]
            ),
            output: LogisticsShapes.booking,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let id = try input.member("orderId").id(Order.self)
                let vehicle = try input.member("vehicleId").id(Vehicle.self)
                let load = try input.member("load").string()
                let share = LoadShare(
                    weightGrams: try input.member("weightGrams").int(in: 0...Int.max),
                    volumeMm3: try input.member("volumeMm3").int(in: 0...Int.max)
                )
                let trip = try await kernel.database.read {
                    try Trip(order: id, vehicle: vehicle, scope: scope, in: $0)
                }
                let quote = try await quote(trip, share: share)
                return { transaction in
                    let order = try Orders(scope: scope).order(id, in: transaction)
                    try Self.checkUnchanged(order, trip)
                    guard order.status == .analysed else {
                        throw GeneralFault(
                            .conflict,
                            code: "order-not-analysed",
                            "order \(order.reference) is \(order.status.rawValue); "
                                + "only an analysed order is booked"
                        )
                    }
                    return try book(
                        trip,
                        quote,
                        share: share,
                        load: load,
                        invocation,
                        in: transaction
                    )
                }
            }
        )
    }

    /// Adds the booking, or answers the one that this load of the order has on this vehicle already.
    private func book(
        _ trip: Trip,
        _ quote: TripQuote,
        share: LoadShare?,
        load: String?,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws -> JSON {
        let scope = invocation.scope
        let store = Bookings(scope: scope)
        let booked = try SavedLayout.booked(trip.order.id, scope: scope, in: transaction)
        let same = booked.first { $0.vehicle.id == trip.vehicle.id && $0.load == load }
        if let same { return same.booking.json(vehicle: trip.vehicle) }
        if let load {
            try LayoutLoads.check(
                load,
                of: trip.order,
                in: try LayoutLoads(of: trip.order.id, scope: scope, in: transaction),
                booked: booked
            )
        }
        let booking = Booking(
            id: kernel.ids.next(),
            order: trip.order.id,
            vehicle: trip.vehicle.id,
            date: trip.order.requestedDate,
            price: quote.price.total,
            breakdown: quote.price.lines,
            distanceMeters: quote.distanceMeters,
            co2Grams: quote.emission.grams,
            etaAt: quote.eta,
            share: share
                ?? LoadShare(
                    weightGrams: trip.order.totalWeightGrams,
                    volumeMm3: trip.order.totalVolumeMm3
                )
        )
        try store.add(booking, load: load, at: invocation.now, in: transaction)
        let volume =
            Double(share?.volumeMm3 ?? trip.order.totalVolumeMm3)
            / Double(max(1, trip.vehicle.volumeMm3))
        let weight =
            Double(share?.weightGrams ?? trip.order.totalWeightGrams)
            / Double(max(1, trip.vehicle.payloadGrams))
        try BookingFill(volume: volume, weight: weight)
            .keep(of: booking.id, at: invocation.now, scope: scope, in: transaction)
        try kernel.emit(
            "booking.made",
            about: OrderView.subject(trip.order.id),
            [
                "bookingId": booking.id.json, "orderId": trip.order.id.json,
                "vehicleId": trip.vehicle.id.json, "date": .string(booking.date.description),
                "price": booking.price.json,
                "volumeUtilisation": .double(volume), "weightUtilisation": .double(weight),
            ],
            by: invocation,
            in: transaction
        )
        return booking.json(vehicle: trip.vehicle)
    }

    private func createBooking() throws -> Tool {
        try Tool(
            name: "logistics.create-booking",
            purpose: "Books a vehicle for an order by hand; processing of the order stops.",
            input: schemas.createBooking,
            output: LogisticsShapes.booking,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let request = try BookingRequest(reading: input, today: today(invocation))
                let trip = try await kernel.database.read {
                    try Trip(order: request.order, vehicle: request.vehicle, scope: scope, in: $0)
                }
                let quote = try await quote(trip, share: nil)
                return { transaction in
                    var order = try Orders(scope: scope).order(request.order, in: transaction)
                    try Self.checkUnchanged(order, trip)
                    try checkByHand(order, trip, request, in: transaction)
                    try kernel.workflows.abortAll(
                        about: OrderView.subject(order.id),
                        organisation: scope.organisation,
                        cause: "booked by hand by \(scope.actor.name)",
                        in: transaction
                    )
                    let path: [OrderStatus] =
                        switch order.status {
                        case .failed: [.received, .analysed, .booked]
                        case .received: [.analysed, .booked]
                        default: [.booked]
                        }
                    for status in path {
                        try order.move(
                            to: status,
                            at: invocation.now,
                            by: scope.actor,
                            reason: "booked by hand"
                        )
                    }
                    try Orders(scope: scope).save(order, in: transaction)
                    let json = try book(
                        trip,
                        quote,
                        share: nil,
                        load: nil,
                        invocation,
                        in: transaction
                    )
                    try emit("order.booked", order, by: invocation, in: transaction)
                    try tellCustomer(.booked, order, invocation, in: transaction)
                    return json
                }
            }
        )
    }

    /// The quote was made for the order as it was read: another day needs another one.
    private static func checkUnchanged(_ order: Order, _ trip: Trip) throws {
        guard order.requestedDate == trip.order.requestedDate else {
            throw GeneralFault(
                .conflict,
                code: "order-changed",
                "order \(order.reference) was moved to \(order.requestedDate) meanwhile; try again"
            )
        }
    }

    private func checkByHand(
        _ order: Order,
        _ trip: Trip,
        _ request: BookingRequest,
        in reader: any Reader
    ) throws {
        guard [.received, .analysed, .failed].contains(order.status) else {
            throw GeneralFault(
                .conflict,
                code: "order-not-open",
                "order \(order.reference) is \(order.status.rawValue) and takes no booking",
                pointer: "/orderId"
            )
        }
        if let date = request.date, date != order.requestedDate {
            throw GeneralFault(
                .invalid,
                code: "wrong-date",
                "the order wants \(order.requestedDate); change the order's date first",
                pointer: "/date"
            )
        }
        guard order.totalWeightGrams <= trip.vehicle.payloadGrams,
            order.totalVolumeMm3 <= trip.vehicle.volumeMm3
        else {
            throw GeneralFault(
                .conflict,
                code: "does-not-fit",
                "\(trip.vehicle.name) carries \(trip.vehicle.payloadGrams / 1_000) kg and "
                    + "\(trip.vehicle.volumeMm3 / 1_000_000_000) m³; the order has "
                    + "\(order.totalWeightGrams / 1_000) kg and "
                    + "\(order.totalVolumeMm3 / 1_000_000_000) m³",
                pointer: "/vehicleId"
            )
        }
    }

    private func updateBookingStatus() throws -> Tool {
        var schema = schemas.patchBookingStatus
        schema["properties"]?["id"] = Self.text
        return try Tool(
            name: "logistics.update-booking-status",
            purpose: "Releases a booking, or reports it dispatched or delivered.",
            input: schema,
            output: LogisticsShapes.booking,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.bookingID(input.member("id"))
                var fields = input.value
                fields["id"] = nil
                let request = try BookingStatusRequest(reading: JSONReader(fields))
                return { transaction in
                    let store = Bookings(scope: scope)
                    var booking = try store.booking(id, in: transaction)
                    try invocation.expected?.check(booking.version, of: "the booking")
                    try booking.move(to: request.status)
                    try store.save(booking, in: transaction)
                    try kernel.emit(
                        "booking.\(request.status.rawValue)",
                        about: OrderView.subject(booking.order),
                        [
                            "bookingId": id.json, "orderId": booking.order.json,
                            "reason": .optional(request.reason),
                        ],
                        by: invocation,
                        in: transaction
                    )
                    return booking.json(
                        vehicle: try Fleet(scope: scope).vehicle(booking.vehicle, in: transaction)
                    )
                }
            }
        )
    }

    static func bookingID(_ reader: JSONReader) throws -> ID<Booking> {
        guard let id = ID<Booking>(try reader.string()) else {
            throw GeneralFault(
                .notFound,
                code: "booking-not-found",
                "there is no booking \(reader.value)"
            )
        }
        return id
    }

    private func getBooking() throws -> Tool {
        try Tool(
            name: "logistics.get-booking",
            purpose: "Shows a booking with its price and CO2.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LogisticsShapes.booking,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let id = try Self.bookingID(input.member("id"))
                let booking = try Bookings(scope: scope).booking(id, in: reader)
                return booking.json(
                    vehicle: try Fleet(scope: scope).vehicle(booking.vehicle, in: reader)
                )
            }
        )
    }
}
