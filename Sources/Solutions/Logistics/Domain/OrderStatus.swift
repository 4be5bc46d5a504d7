/// How far an order has come.
public enum OrderStatus: String, Lifecycle {
    /// Accepted, not yet looked at.
    case received
    /// Load calculated and packed.
    case analysed
    /// A vehicle is reserved.
    case booked
    /// The vehicle has left the depot.
    case dispatched
    /// The goods have arrived.
    case delivered
    /// Processing stopped; the reason says why, and a retry starts again.
    case failed
    /// Withdrawn.
    case cancelled

    /// `order`.
    public static var subject: String { "order" }

    /// received → analysed → booked → dispatched → delivered, with ways out; a retry is failed → received.
    public static let transitions: [OrderStatus: [OrderStatus]] = [
        .received: [.analysed, .failed, .cancelled],
        .analysed: [.booked, .failed, .cancelled],
        .booked: [.dispatched, .failed, .cancelled],
        .dispatched: [.delivered, .failed],
        .delivered: [],
        .failed: [.received, .cancelled],
        .cancelled: [],
    ]
}
