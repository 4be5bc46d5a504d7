import Core
import HTTP

/// One client that follows topics by server-sent events.
struct LiveStream {
    private static let heartbeat = Duration.seconds(15)

    private let hub: LiveHub
    private var ticket: LiveTicket
    private let names: Set<String>
    private var place: Int64
    private var sentAt: Timestamp

    init(hub: LiveHub, ticket: LiveTicket, names: Set<String>, at place: Int64) {
        self.hub = hub
        self.ticket = ticket
        self.names = names
        self.place = place
        sentAt = hub.clock.now()
    }

    /// Sends what is new, or now and then a sign of life; false when the stream shall end.
    ///
    /// The writer waits for a slow client, and this with it: what comes meanwhile stays in the log.
    mutating func send(to writer: BodyWriter) async throws -> Bool {
        guard try await isStillGood() else { return false }
        while place != hub.position {
            let page = try await hub.page(after: place, of: ticket.principal.organisation)
            for event in page.events where !names.isDisjoint(with: event.names) {
                try await writer.send(
                    ServerSentEvent(
                        data: String(decoding: event.body, as: UTF8.self),
                        event: event.type,
                        id: String(event.seq)
                    )
                )
                sentAt = hub.clock.now()
            }
            place = page.through
            if page.isEnd { break }
            guard try await isStillGood() else { return false }
        }
        if hub.clock.now() >= sentAt + Self.heartbeat {
            sentAt = hub.clock.now()
            try await writer.heartbeat()
        }
        return true
    }

    /// After any revocation the token is looked at again.
    private mutating func isStillGood() async throws -> Bool {
        if let end = ticket.principal.expiresAt, end <= hub.clock.now() { return false }
        if hub.isCurrent(ticket) { return true }
        guard case .success(let renewed) = await hub.ticket(ticket.token) else { return false }
        ticket = renewed
        return true
    }
}
