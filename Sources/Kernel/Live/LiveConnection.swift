import Core
import Events
import HTTP

/// A live connection's socket: gives the session what comes, and does what it says.
///
/// Invariant behind `@unchecked Sendable`: everything is touched on the socket's loop only; tasks come
/// back through `perform`.
final class LiveConnection: WebSocketHandler, @unchecked Sendable {
    /// Names the connection among all of the program.
    let number: Int
    private let hub: LiveHub
    private let shard: LiveShard
    private var session: LiveSession
    private var socket: WebSocket?
    private var ticket: LiveTicket?

    init(number: Int, hub: LiveHub, shard: LiveShard, ticket: LiveTicket?) {
        self.number = number
        self.hub = hub
        self.shard = shard
        self.ticket = ticket
        session = LiveSession(topics: hub.topics, limits: hub.limits)
    }

    /// When `ticked` matters next.
    var deadline: Timestamp? { session.deadline }

    func opened(_ socket: WebSocket) {
        self.socket = socket
        shard.add(self)
        let ticket = ticket
        self.ticket = nil
        guard let ticket else {
            handle(.opened(nil))
            return
        }
        if hub.isCurrent(ticket) {
            handle(.opened(ticket.principal))
        } else {
            handle(.opened(nil))
            handle(.text(LiveCommand.authenticate(ticket.token).bytes))
        }
    }

    func received(text: [UInt8], from _: WebSocket) { handle(.text(text)) }

    func received(binary _: [UInt8], from socket: WebSocket) {
        socket.close(.unsupported, reason: "only texts are taken")
    }

    func drained(_: WebSocket) { handle(.drained) }

    func closed(_: WebSocket, code _: CloseCode) {
        socket = nil
        shard.remove(self, places: Set(session.subscriptions.map(place)))
        for name in session.presences { setPresence(name, nil) }
        hub.left()
    }

    func handle(_ input: LiveSession.Input) {
        guard let socket else { return }
        let moment = LiveSession.Moment(
            now: hub.clock.now(),
            position: shard.position,
            room: socket.room
        )
        for action in session.handle(input, at: moment) {
            perform(action, socket)
            // What was just sent may have been too much; nothing more is said or joined then.
            guard self.socket != nil else { return }
        }
        // A page may have used up its room while the socket has some.
        if session.isOwed, !socket.mustWait { handle(.drained) }
    }

    private func perform(_ action: LiveSession.Action, _ socket: WebSocket) {
        switch action {
        case .send(let json): socket.send(text: json.bytes())
        case .sendEvent(let event, let ids): socket.send(shard.prepared(event, ids: ids))
        case .authenticate(let token): authenticate(token, socket, attempts: 5)
        case .check(let serial, let topic, let id): check(serial, topic, id, socket)
        case .replay(let place): replay(after: place, socket)
        case .join(let name, let isOwn): shard.join(self, place(name, isOwn))
        case .leave(let name, let isOwn): shard.leave(self, place(name, isOwn))
        case .setPresence(let name, let state): setPresence(name, state)
        case .tellPresence(let name, let evenIfNobody):
            let people = hub.people(at: place(name, false))
            if evenIfNobody || !people.isEmpty { handle(.present(name, people)) }
        case .close(let code, let reason):
            socket.close(CloseCode(rawValue: code), reason: reason)
        }
    }

    private func place(_ subscription: LiveSession.Subscription) -> LivePlace {
        place(subscription.name, hub.topics.all[subscription.topic].isOwn)
    }

    private func place(_ name: String, _ isOwn: Bool) -> LivePlace {
        // Only who has signed in has subscriptions; `system` stands in for nobody.
        LivePlace(
            organisation: session.principal?.organisation ?? LivePlace.nowhere,
            name: name,
            account: isOwn ? session.principal?.actor.id : nil
        )
    }

    private func setPresence(_ name: String, _ state: PresenceState?) {
        guard let actor = session.principal?.actor else { return }
        hub.setPresence(state, of: actor, connection: number, at: place(name, false))
    }

    // MARK: What waits for something

    /// A revocation that overtook the check makes it be done again.
    private func authenticate(_ token: String, _ socket: WebSocket, attempts: Int) {
        socket.run { [self, hub] in
            let outcome = await hub.ticket(token)
            socket.home.perform {
                switch outcome {
                case .success(let ticket) where hub.isCurrent(ticket):
                    self.handle(.authenticated(ticket.principal))
                case .success where attempts > 0:
                    self.authenticate(token, socket, attempts: attempts - 1)
                case .success:
                    self.handle(.refused(code: "busy", detail: "try again"))
                case .failure(let fault):
                    self.handle(.refused(code: fault.code, detail: fault.message))
                }
            }
        }
    }

    private func check(_ serial: Int, _ topic: Int, _ id: String, _ socket: WebSocket) {
        guard let principal = session.principal else { return }
        socket.run { [self, hub] in
            let input: LiveSession.Input
            do {
                input = .checked(serial, exists: try await hub.exists(id, topic, for: principal))
            } catch {
                input = .failed(serial)
            }
            socket.home.perform { self.handle(input) }
        }
    }

    private func replay(after place: Int64, _ socket: WebSocket) {
        guard let organisation = session.principal?.organisation else { return }
        socket.run { [self, hub] in
            let input: LiveSession.Input
            do {
                let page = try await hub.page(after: place, of: organisation)
                input = .replayed(page.events, through: page.through, isEnd: page.isEnd)
            } catch {
                hub.report(error)
                input = .replayFailed
            }
            socket.home.perform { self.handle(input) }
        }
    }
}

extension LiveCommand {
    /// The message of an `authenticate`, for a token that came with the handshake.
    fileprivate var bytes: [UInt8] {
        guard case .authenticate(let token) = self else { return [] }
        return JSON.object(["type": "authenticate", "token": .string(token)]).bytes()
    }
}
