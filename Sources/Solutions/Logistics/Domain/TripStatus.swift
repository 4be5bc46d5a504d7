/// How far a shared trip has come.
public enum TripStatus: String, Lifecycle {
    /// Computed; the orders keep the vehicles that they have.
    case proposed
    /// The vehicle is booked for all its orders.
    case accepted
    /// The vehicle has left.
    case dispatched
    /// Given up; the reason says why.
    case withdrawn

    /// `trip`.
    public static var subject: String { "trip" }

    /// proposed → accepted → dispatched, or withdrawn before it leaves.
    public static let transitions: [TripStatus: [TripStatus]] = [
        .proposed: [.accepted, .withdrawn],
        .accepted: [.dispatched, .withdrawn],
        .dispatched: [],
        .withdrawn: [],
    ]

    /// Whether its orders can still be arranged anew.
    public var isOpen: Bool { !isFinal }
}
