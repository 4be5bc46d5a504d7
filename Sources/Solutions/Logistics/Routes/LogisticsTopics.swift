import Core
import Live

/// What of logistics can be followed live.
enum LogisticsTopics {
    static let all: [LiveTopic] = [
        LiveTopic("orders", roles: LogisticsTools.readers, events: ["order.*"]),
        LiveTopic(
            "orders/{id}",
            roles: LogisticsTools.readers,
            events: ["order.*", "booking.*", "load.*"],
            member: .data("orderId")
        ) { text, scope, reader in
            guard let id = ID<Order>(text), id.description == text else { return false }
            return try Orders(scope: scope).exists(id, in: reader)
        },
        LiveTopic("loads", roles: LogisticsTools.loaders, events: ["booking.*", "load.*"]),
        LiveTopic("trips", roles: LogisticsTools.readers, events: ["trip.*"]),
        LiveTopic("bookings", roles: LogisticsTools.readers, events: ["booking.*"]),
        // A vehicle's calendar is its bookings.
        LiveTopic("vehicles", roles: LogisticsTools.readers, events: ["booking.*", "vehicle.*"]),
    ]
}
