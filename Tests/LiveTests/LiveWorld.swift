import Core
import Events

@testable import Live

/// Values that tests of the live channel share.
enum LiveWorld {
    static let organisation = ID<Organisation>(high: 0x7000, low: 0x8000_0000_0000_0011)
    static let start = Timestamp(microseconds: 1_800_000_000_000_000)

    static let topics = LiveTopics([
        LiveTopic("orders", roles: ["planner"], events: ["order.*"]),
        LiveTopic(
            "orders/{id}",
            roles: ["planner"],
            events: ["order.*", "booking.made"],
            member: .data("orderId")
        ) { _, _, _ in true },
        LiveTopic("bookings", roles: ["planner", "viewer"], events: ["booking.*"]),
        LiveTopic("devices/{id}", roles: [], events: ["device.*"], member: .subject("device:")) {
            _,
            _,
            _ in true
        },
        LiveTopic("inbox", roles: [], isOwn: true),
        LiveTopic("audit", roles: ["admin"]),
    ])

    static func event(_ seq: Int64, _ type: String, order: String? = nil, subject: String? = nil)
        -> LoggedEvent
    {
        LoggedEvent(
            seq: seq,
            id: "id-\(seq)",
            organisation: organisation,
            type: type,
            subject: subject,
            time: start,
            data: JSON.object(["orderId": .optional(order)]).text(),
            actor: #"{"id":"a","kind":"person","name":"A"}"#
        )
    }

    static func live(_ event: LoggedEvent) -> LiveEvent {
        LiveEvent(event, names: topics.names(of: event))
    }

    static func principal(
        _ roles: Set<Role> = ["planner"],
        account: UInt64 = 1,
        session: String = "s1",
        endsIn: Duration? = nil
    ) -> LivePrincipal {
        LivePrincipal(
            organisation: organisation,
            actor: Actor(id: ID(high: 0x7000, low: account), kind: .person, name: "P\(account)"),
            roles: roles,
            session: session,
            expiresAt: endsIn.map { start + $0 }
        )
    }

    static func moment(
        after duration: Duration = .zero,
        position: Int64 = 0,
        room: Int = 1 << 20
    ) -> LiveSession.Moment {
        LiveSession.Moment(now: start + duration, position: position, room: room)
    }
}

extension LiveSession {
    /// A session whose holder is known.
    static func ready(
        _ principal: LivePrincipal = LiveWorld.principal(),
        limits: LiveLimits = LiveLimits()
    ) -> LiveSession {
        var session = LiveSession(topics: LiveWorld.topics, limits: limits)
        _ = session.handle(.opened(principal), at: LiveWorld.moment())
        return session
    }

    mutating func say(_ json: JSON, at moment: Moment = LiveWorld.moment()) -> [Action] {
        handle(.text(json.bytes()), at: moment)
    }
}

extension [LiveSession.Action] {
    /// What is sent, each frame's JSON.
    var sent: [JSON] {
        compactMap { action in
            switch action {
            case .send(let json): json
            case .sendEvent(let event, let ids): try? JSON(parsing: event.frame(ids: ids))
            default: nil
            }
        }
    }

    var codes: [String] { sent.compactMap { $0["code"]?.string } }

    var closes: [Int] {
        compactMap { if case .close(let code, _) = $0 { code } else { nil } }
    }
}
