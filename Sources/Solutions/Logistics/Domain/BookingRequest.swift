public import Core

/// What a client sends to reserve a vehicle.
public struct BookingRequest: Sendable, Hashable {
    /// For which order.
    public var order: ID<Order>
    /// Which vehicle.
    public var vehicle: ID<Vehicle>
    /// On which day; nil for the order's requested date.
    public var date: CalendarDate?

    /// A request.
    public init(order: ID<Order>, vehicle: ID<Vehicle>, date: CalendarDate? = nil) {
        self.order = order
        self.vehicle = vehicle
        self.date = date
    }

    /// Reads the body of `POST /api/bookings`.
    public init(reading reader: JSONReader, today: CalendarDate) throws(GeneralFault) {
        try reader.onlyKeys(["orderId", "vehicleId", "date"])
        order = try reader.member("orderId").id()
        vehicle = try reader.member("vehicleId").id()
        date = try reader.optional("date")?.date(onOrAfter: today)
    }
}

/// What a client sends to change how far a booking has come.
public struct BookingStatusRequest: Sendable, Hashable {
    /// The status to move to.
    public var status: BookingStatus
    /// Why; nil when nothing was said.
    public var reason: String?

    /// Reads the body of `PATCH /api/bookings/{id}/status`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["status", "reason"])
        status = try reader.member("status").choice()
        reason = try reader.optional("reason")?.text(1...500)
    }
}

/// What a client sends to learn a price without booking.
public struct PriceRequest: Sendable, Hashable {
    /// What is to be carried.
    public enum Load: Sendable, Hashable {
        /// What an order has, over its stops; or one vehicle's share of it.
        case order(ID<Order>, share: LoadShare? = nil)
        /// So much over such a distance.
        case amounts(distanceMeters: Int, weightGrams: Int, volumeMm3: Int)
    }

    /// With which vehicle.
    public var vehicle: ID<Vehicle>
    /// What is to be carried.
    public var load: Load

    /// Reads the body of `POST /api/bookings/calculate-price`.
    ///
    /// `{"vehicleId","orderId"}`, there with `"weightGrams","volumeMm3"` for one vehicle's share; or
    /// `{"vehicleId","distanceMeters","weightGrams","volumeMm3"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        vehicle = try reader.member("vehicleId").id()
        if let order = try reader.optional("orderId") {
            try reader.onlyKeys(["vehicleId", "orderId", "weightGrams", "volumeMm3"])
            var share: LoadShare?
            if let weight = try reader.optional("weightGrams") {
                share = LoadShare(
                    weightGrams: try weight.int(in: 0...1_000_000_000),
                    volumeMm3: try reader.member("volumeMm3").int(in: 0...1_000_000_000_000_000)
                )
            }
            load = .order(try order.id(), share: share)
        } else {
            try reader.onlyKeys([
                "vehicleId", "orderId", "distanceMeters", "weightGrams", "volumeMm3",
            ])
            load = .amounts(
                distanceMeters: try reader.member("distanceMeters").int(in: 0...50_000_000),
                weightGrams: try reader.member("weightGrams").int(in: 0...1_000_000_000),
                volumeMm3: try reader.member("volumeMm3").int(in: 0...1_000_000_000_000_000)
            )
        }
    }
}
