public import Core

/// Days on which a vehicle cannot be booked: an inspection, a repair, a driver on leave.
public struct Unavailability: Sendable, Hashable {
    /// The longest period in days.
    public static let longestDays = 366

    /// The id.
    public var id: ID<Unavailability>
    /// Which vehicle.
    public var vehicle: ID<Vehicle>
    /// The first day.
    public var from: CalendarDate
    /// The last day, not before the first.
    public var to: CalendarDate
    /// Why.
    public var reason: String

    /// A period.
    public init(
        id: ID<Unavailability>,
        vehicle: ID<Vehicle>,
        from: CalendarDate,
        to: CalendarDate,
        reason: String
    ) {
        self.id = id
        self.vehicle = vehicle
        self.from = from
        self.to = to
        self.reason = reason
    }

    /// The period as the API writes it.
    public var json: JSON {
        [
            "id": id.json, "vehicleId": vehicle.json, "from": .string(from.description),
            "to": .string(to.description), "reason": .string(reason),
        ]
    }
}
