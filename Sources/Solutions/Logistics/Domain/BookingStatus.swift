/// How far a booking has come.
public enum BookingStatus: String, Lifecycle {
    /// The vehicle is reserved for the day.
    case booked
    /// The reservation was given back.
    case released
    /// The vehicle has left.
    case dispatched
    /// The vehicle has delivered.
    case delivered

    /// `booking`.
    public static var subject: String { "booking" }

    /// booked → dispatched → delivered, or booked → released.
    public static let transitions: [BookingStatus: [BookingStatus]] = [
        .booked: [.dispatched, .released],
        .released: [],
        .dispatched: [.delivered],
        .delivered: [],
    ]

    /// Whether the vehicle is taken on the booking's day.
    public var holdsVehicle: Bool { self != .released }
}
