import Core
import Events
import Testing

@testable import Live

/// A log, a hub that offers it, a session, a socket with little room and a client that comes back: whatever
/// the order of things, the client must have each event once and in order.
private struct Delivery {
    private let random: SeededRandom
    private var log: [LiveEvent] = []
    private var position: Int64 = 0
    private var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
    private var room = 600
    private var wasFull = false
    private var replays: [Int64] = []
    private var checks: [Int] = []
    /// What the client knows of each topic: from where on, and what has come since.
    private var known: [String: (start: Int64, seen: [Int64])] = [:]
    /// Topics by the id they are followed under, on this connection.
    private var followed: [String: String] = [:]
    private var nextID = 0
    private var problems: [String] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        _ = session.handle(.opened(LiveWorld.principal()), at: moment)
    }

    private var moment: LiveSession.Moment {
        LiveSession.Moment(now: LiveWorld.start, position: position, room: room)
    }

    private func chance(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    mutating func run(steps: Int) -> [String] {
        for _ in 0..<steps { step() }
        settle()
        for (name, topic) in known {
            let expected = log.filter { $0.names.contains(name) && $0.seq > topic.start }.map(\.seq)
            if topic.seen != expected {
                problems.append("\(name) from \(topic.start): \(topic.seen), expected \(expected)")
            }
        }
        return problems
    }

    private mutating func step() {
        switch chance(16) {
        case 0...4: append()
        case 5...8: offerNext()
        case 9: subscribe()
        case 10: unsubscribe()
        case 11...12: drain(by: 200 + chance(900))
        case 13...14: answerReplay()
        default:
            if !checks.isEmpty {
                give(.checked(checks.removeFirst(), exists: true))
            } else if chance(6) == 0 {
                reconnect()
            }
        }
    }

    private mutating func append() {
        let types = ["order.placed", "order.booked", "booking.made", "device.seen", "other.thing"]
        // Places have gaps, as rolled back transactions leave them.
        let seq = (log.last?.seq ?? 0) + 1 + Int64(chance(3) == 0 ? chance(4) : 0)
        log.append(
            LiveWorld.live(
                LiveWorld.event(
                    seq,
                    types[chance(types.count)],
                    order: "\(chance(2))",
                    subject: "device:\(chance(2))"
                )
            )
        )
    }

    /// The hub offers what the session's topics may want, as a shard does by its index.
    private mutating func offerNext() {
        guard let event = log.first(where: { $0.seq > position }) else { return }
        give(.offered(event))
        position = event.seq
    }

    private static let names = ["orders", "orders/0", "orders/1", "bookings", "devices/0"]

    private mutating func subscribe() {
        let free = Self.names.filter { !followed.values.contains($0) }
        guard !free.isEmpty else { return }
        follow(free[chance(free.count)])
    }

    /// Goes on where the client stands, if it knows the topic already.
    private mutating func follow(_ name: String) {
        nextID += 1
        let id = "s\(nextID)"
        followed[id] = name
        var message: JSON = ["type": "subscribe", "id": .string(id), "topic": .string(name)]
        if let topic = known[name] {
            message["after"] = .int(topic.seen.last ?? topic.start)
        } else if chance(3) == 0 {
            let start = Int64(chance(Int(position) + 1))
            known[name] = (start, [])
            message["after"] = .int(start)
        }
        give(.text(message.bytes()))
    }

    private mutating func unsubscribe() {
        guard let id = followed.keys.sorted().first else { return }
        followed[id] = nil
        give(.text(JSON.object(["type": "unsubscribe", "id": .string(id)]).bytes()))
    }

    private mutating func drain(by count: Int) {
        room = min(600, room + count)
        guard wasFull, room > 150 else { return }
        wasFull = false
        give(.drained)
    }

    /// Reads a page as the log is now, which may be later than when it was asked for.
    private mutating func answerReplay() {
        guard let after = replays.first else { return }
        replays.removeFirst()
        let head = log.last?.seq ?? 0
        let limit = 1 + chance(5)
        let end = min(head, after + 12)
        let all = log.filter { $0.seq > after && $0.seq <= end }
        let page = Array(all.prefix(limit))
        let through = page.count < limit || all.count == limit ? end : page.last?.seq ?? end
        give(
            .replayed(
                page.filter { !$0.names.isEmpty },
                through: head <= after ? head : through,
                isEnd: head <= after || through == head
            )
        )
    }

    private mutating func reconnect() {
        session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        room = 600
        wasFull = false
        replays = []
        checks = []
        let names = followed.values.sorted()
        followed = [:]
        // Another loop's shard may be behind, or ahead.
        position = Int64(chance(Int(log.last?.seq ?? 0) + 1))
        give(.opened(LiveWorld.principal()))
        for name in names { follow(name) }
    }

    private mutating func give(_ input: LiveSession.Input) {
        for action in session.handle(input, at: moment) { perform(action) }
        if session.isOwed, room > 0 { give(.drained) }
    }

    private mutating func perform(_ action: LiveSession.Action) {
        switch action {
        case .send(let json):
            guard json["type"] == "subscribed", let id = json["id"]?.string,
                let name = followed[id], let seq = json["seq"]?.int
            else { return }
            if known[name] == nil { known[name] = (Int64(seq), []) }
        case .sendEvent(let event, let ids):
            for id in ids {
                // What was on its way when the client let go is none of its business.
                guard let name = followed[id] else { continue }
                if known[name] == nil { problems.append("\(name) came before it was confirmed") }
                known[name]?.seen.append(event.seq)
            }
            room -= event.body.count
            if room <= 0 { wasFull = true }
        case .check(let serial, _, _): checks.append(serial)
        case .replay(let after): replays.append(after)
        case .close(let code, let reason): problems.append("closed \(code) \(reason)")
        default: break
        }
        if replays.count > 1 { problems.append("two pages were asked for at once") }
    }

    /// Lets everything come to rest, with everybody followed that the client knows.
    private mutating func settle() {
        for name in known.keys.sorted() where !followed.values.contains(name) { follow(name) }
        for _ in 0..<5_000 {
            let isDone =
                position == log.last?.seq ?? 0 && replays.isEmpty && checks.isEmpty
                && !session.isOwed && room == 600
            if isDone { return }
            while !checks.isEmpty { give(.checked(checks.removeFirst(), exists: true)) }
            drain(by: 600)
            answerReplay()
            offerNext()
        }
    }
}

@Suite struct LiveDeliveryTests {
    @Test(
        "No event is missed, none comes twice, and all come in order, whatever happens",
        arguments: 0..<UInt64(100)
    )
    func delivery(seed: UInt64) {
        var delivery = Delivery(seed: seed)
        let problems = delivery.run(steps: 300)
        #expect(problems.isEmpty, "seed \(seed)")
    }
}
