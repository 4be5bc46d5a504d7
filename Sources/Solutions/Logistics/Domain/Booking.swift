public import Core

/// A vehicle reserved for an order on a day.
public struct Booking: Sendable, Hashable {
    /// The id.
    public var id: ID<Booking>
    /// For which order.
    public var order: ID<Order>
    /// Which vehicle.
    public var vehicle: ID<Vehicle>
    /// On which day.
    public var date: CalendarDate
    /// How far it has come.
    public private(set) var status: BookingStatus
    /// Rises with every change, from 1.
    public private(set) var version = 1
    /// What it costs: the sum of the breakdown.
    public var price: Money
    /// How the price came about.
    public var breakdown: [PriceLine]
    /// How far the vehicle drives from the depot over all stops, in metres; of a shared trip the order's
    /// part, so that parts add up.
    public var distanceMeters: Int
    /// The shipment's greenhouse gases, grams of CO2 equivalent, well to wheel.
    public var co2Grams: Int
    /// When the last stop is reached; nil when nobody has computed it.
    public var etaAt: Timestamp?
    /// The part of the order that the vehicle carries; nil in records of before it was kept.
    public var share: LoadShare?
    /// The shared trip that it is part of; nil when the order has the vehicle to itself.
    var trip: ID<TripRecord>?

    /// A new booking.
    public init(
        id: ID<Booking>,
        order: ID<Order>,
        vehicle: ID<Vehicle>,
        date: CalendarDate,
        price: Money,
        breakdown: [PriceLine],
        distanceMeters: Int,
        co2Grams: Int,
        etaAt: Timestamp?,
        share: LoadShare? = nil
    ) {
        self.id = id
        self.order = order
        self.vehicle = vehicle
        self.date = date
        status = .booked
        self.price = price
        self.breakdown = breakdown
        self.distanceMeters = distanceMeters
        self.co2Grams = co2Grams
        self.etaAt = etaAt
        self.share = share
    }

    /// Moves to `next`; throws the conflict `illegal-transition`, naming the allowed moves.
    public mutating func move(to next: BookingStatus) throws(GeneralFault) {
        try status.checkMove(to: next)
        status = next
        version += 1
    }

    /// The booking as the API writes it.
    public func json(vehicle: Vehicle) -> JSON {
        var json = body
        json["vehicle"] = vehicle.referenceJSON
        return json
    }

    /// The booking for a record; `init(record:)` reads it back.
    public var record: JSON {
        var json = body
        json["vehicleId"] = vehicle.json
        if let share {
            json["weightGrams"] = .int(share.weightGrams)
            json["volumeMm3"] = .int(share.volumeMm3)
        }
        return json
    }

    /// Reads what `record` wrote.
    public init(record: JSON) throws(GeneralFault) {
        let reader = JSONReader(record)
        id = try reader.member("id").id()
        order = try reader.member("orderId").id()
        vehicle = try reader.member("vehicleId").id()
        date = try reader.member("date").date()
        status = try reader.member("status").choice()
        price = try Money(reading: reader.member("price"))
        breakdown = []
        for line in try reader.member("breakdown").array() {
            breakdown.append(try PriceLine(reading: line))
        }
        distanceMeters = try reader.member("distanceMeters").int()
        co2Grams = try reader.member("co2Grams").int()
        etaAt = try reader.optional("etaAt")?.timestamp()
        version = try reader.optional("version")?.int() ?? 1
        if let weight = try reader.optional("weightGrams") {
            share = LoadShare(
                weightGrams: try weight.int(),
                volumeMm3: try reader.member("volumeMm3").int()
            )
        }
        trip = try reader.optional("tripId")?.id()
    }

    private var body: JSON {
        [
            "id": id.json,
            "orderId": order.json,
            "status": .string(status.rawValue),
            "date": .string(date.description),
            "price": price.json,
            "breakdown": .array(breakdown.map(\.json)),
            "distanceMeters": .int(distanceMeters),
            "co2Grams": .int(co2Grams),
            "etaAt": etaAt?.json ?? .null,
            "version": .int(version),
            "tripId": trip?.json ?? .null,
        ]
    }
}
