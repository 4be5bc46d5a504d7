import Core

/// One connection's part of the protocol: pure, so that every interleaving can be tried in a test.
///
/// A subscription is either *live*: the hub's offers go out as they come; or *behind*: offers are dropped
/// and what is missing is read from the log, from where the subscription stands. It falls behind when
/// the socket is full, and is live again once the log was read up to where the hub is. So nothing is
/// missed, nothing comes twice, and a slow reader costs no memory.
struct LiveSession {
    /// What is around when an input comes.
    struct Moment {
        var now: Timestamp
        /// Up to here the hub has offered everything.
        var position: Int64
        /// How many more bytes should be sent now.
        var room: Int
    }

    enum Input {
        /// The connection is open; with who holds it, when the handshake's header said so.
        case opened(LivePrincipal?)
        case text([UInt8])
        /// The outcome of `authenticate`.
        case authenticated(LivePrincipal)
        case refused(code: String, detail: String)
        /// The outcome of `check`.
        case checked(Int, exists: Bool)
        /// The store could not be asked.
        case failed(Int)
        case offered(LiveEvent)
        /// The outcome of `replay`: of this organisation, only what belongs to topics.
        case replayed([LiveEvent], through: Int64, isEnd: Bool)
        case replayFailed
        /// Something of the topic has changed without an event.
        case hinted(String)
        case present(String, [JSON])
        case drained
        case ticked
        case revoked(LiveRevocation)
    }

    enum Action: Equatable {
        case send(JSON)
        case sendEvent(LiveEvent, ids: [String])
        case authenticate(String)
        /// Whether the topic's member exists in the organisation.
        case check(Int, topic: Int, id: String)
        case replay(after: Int64)
        /// From now on offers, hints and presence of that topic are wanted, or no longer.
        case join(String, isOwn: Bool)
        case leave(String, isOwn: Bool)
        case setPresence(String, PresenceState?)
        /// To be answered with `present`; where nobody is, only when asked to.
        case tellPresence(String, evenIfNobody: Bool)
        case close(Int, String)

        static func == (lhs: Action, rhs: Action) -> Bool {
            String(describing: lhs) == String(describing: rhs)
        }
    }

    enum Phase: Equatable {
        /// Nobody has signed in yet.
        case waiting
        /// A token is being checked for the first time.
        case authenticating
        case ready
        case closed
    }

    struct Subscription {
        enum Standing: Equatable {
            /// It is not known yet whether the member exists.
            case unchecked(after: Int64?)
            /// Gets offers after this place in the log.
            case live(Int64)
            /// Has everything up to this place, and nothing of what follows.
            case behind(Int64)
        }

        var id: String
        var serial: Int
        var topic: Int
        var name: String
        var standing: Standing
        /// `subscribed` is told with the first page, because the place was ahead of the hub.
        var mustConfirm = false
        var owesHint = false
        var owesPresence = false
        /// What the client said before the check was done.
        var presence: PresenceState?
    }

    let topics: LiveTopics
    let limits: LiveLimits
    var phase = Phase.waiting
    var principal: LivePrincipal?
    var subscriptions: [Subscription] = []
    var presences: [String] = []
    private var openedAt: Timestamp?
    private var hasWarned = false
    private var isRenewing = false
    private var held: [[UInt8]] = []
    private var nextSerial = 0
    private var isReplaying = false
    private var retryAt: Timestamp?
    private var allowance: Double
    private var countedAt: Timestamp?

    init(topics: LiveTopics, limits: LiveLimits) {
        self.topics = topics
        self.limits = limits
        allowance = Double(limits.burst)
    }

    /// When `ticked` matters next; nil for never.
    var deadline: Timestamp? {
        switch phase {
        case .waiting, .authenticating: openedAt.map { $0 + limits.authenticateWithin }
        case .ready: [renewal, retryAt].compactMap { $0 }.min()
        case .closed: nil
        }
    }

    /// Whether something could be read from the log that nobody has asked for yet.
    var isOwed: Bool {
        !isReplaying && retryAt == nil && phase == .ready
            && subscriptions.contains { if case .behind = $0.standing { true } else { false } }
    }

    private var renewal: Timestamp? {
        guard let end = principal?.expiresAt else { return nil }
        return hasWarned ? end : end + (.zero - limits.warnBefore)
    }

    mutating func handle(_ input: Input, at moment: Moment) -> [Action] {
        guard phase != .closed else { return [] }
        switch input {
        case .opened(let principal):
            openedAt = moment.now
            return principal.map { welcome($0, moment) } ?? []
        case .text(let text): return heard(text, moment)
        case .authenticated(let principal): return accept(principal, moment)
        case .refused(let code, let detail): return refuse(code, detail, moment)
        case .checked(let serial, let exists): return settle(serial, exists, moment)
        case .failed(let serial): return giveUp(serial)
        case .offered(let event): return offer(event, moment)
        case .replayed(let events, let through, let isEnd):
            return replay(events, through, isEnd, moment)
        case .replayFailed:
            isReplaying = false
            retryAt = moment.now + .seconds(1)
            return []
        case .hinted(let name): return hint(name, moment)
        case .present(let name, let people): return present(name, people, moment)
        case .drained: return catchUp(moment)
        case .ticked: return tick(moment)
        case .revoked(let revocation):
            guard let principal, revocation.concerns(principal) else { return [] }
            return end(4401, "the credential was revoked")
        }
    }

    // MARK: Being somebody

    private mutating func welcome(_ principal: LivePrincipal, _ moment: Moment) -> [Action] {
        self.principal = principal
        phase = .ready
        hasWarned = false
        var actions: [Action] = [
            .send(["type": "ready", "seq": .int(moment.position)])
        ]
        let waiting = held
        held = []
        for text in waiting { actions += heard(text, moment) }
        return actions
    }

    private mutating func accept(_ new: LivePrincipal, _ moment: Moment) -> [Action] {
        isRenewing = false
        guard let old = principal else { return welcome(new, moment) }
        guard old.actor.id == new.actor.id, old.organisation == new.organisation else {
            return end(4401, "the token is somebody else's; open another connection")
        }
        principal = new
        hasWarned = false
        var actions: [Action] = [.send(["type": "ready", "seq": .int(moment.position)])]
        for subscription in subscriptions where !topics.all[subscription.topic].admits(new.roles) {
            actions.append(
                .send(Self.error(subscription.id, "forbidden", "your roles no longer allow this"))
            )
            actions += drop(subscription.id)
        }
        return actions
    }

    private mutating func refuse(_ code: String, _ detail: String, _ moment: Moment) -> [Action] {
        isRenewing = false
        // What is held stays good until it ends.
        guard principal == nil else { return [.send(Self.error(nil, code, detail))] }
        return [.send(Self.error(nil, code, detail))] + end(4401, detail)
    }

    private mutating func tick(_ moment: Moment) -> [Action] {
        switch phase {
        case .waiting, .authenticating:
            guard let deadline, deadline <= moment.now else { return [] }
            return end(4401, "no token came in time")
        case .closed: return []
        case .ready: break
        }
        if let retryAt, retryAt <= moment.now {
            self.retryAt = nil
            return catchUp(moment) + tick(moment)
        }
        guard let end = principal?.expiresAt else { return [] }
        if end <= moment.now { return self.end(4401, "the token has ended") }
        guard !hasWarned, end + (.zero - limits.warnBefore) <= moment.now else { return [] }
        hasWarned = true
        return [.send(["type": "expiring", "at": end.json])]
    }

    private mutating func end(_ code: Int, _ reason: String) -> [Action] {
        phase = .closed
        held = []
        return [.close(code, reason)]
    }

    // MARK: Messages

    private mutating func heard(_ text: [UInt8], _ moment: Moment) -> [Action] {
        guard takeAllowance(moment.now) else { return end(1008, "too many messages") }
        let command: LiveCommand
        do {
            command = try LiveCommand(text)
        } catch {
            return [.send(Self.error(error.id, error.code, error.detail))]
        }
        if case .authenticate(let token) = command {
            guard phase != .authenticating, !isRenewing else {
                return [.send(Self.error(nil, "busy", "a token is being checked already"))]
            }
            if phase == .waiting { phase = .authenticating } else { isRenewing = true }
            return [.authenticate(token)]
        }
        switch phase {
        case .waiting: return end(4401, "authenticate first")
        case .authenticating:
            guard held.count < limits.heldMessages else { return end(1008, "wait for ready") }
            held.append(text)
            return []
        default: break
        }
        switch command {
        case .authenticate: return []
        case .subscribe(let id, let name, let after):
            return subscribe(id, name, after, moment)
        case .unsubscribe(let id):
            guard subscriptions.contains(where: { $0.id == id }) else {
                return [.send(Self.error(id, "not-subscribed", "there is no such subscription"))]
            }
            return drop(id)
        case .presence(let name, let state): return setPresence(name, state)
        }
    }

    private mutating func takeAllowance(_ now: Timestamp) -> Bool {
        let passed = countedAt.map { (now - $0).seconds } ?? 0
        countedAt = now
        allowance = min(Double(limits.burst), allowance + max(0, passed) * limits.messagesPerSecond)
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }

    // MARK: Subscriptions

    private mutating func subscribe(
        _ id: String,
        _ name: String,
        _ after: Int64?,
        _ moment: Moment
    ) -> [Action] {
        func refused(_ code: String, _ detail: String) -> [Action] {
            [.send(Self.error(id, code, detail))]
        }
        guard let principal else { return [] }
        guard !subscriptions.contains(where: { $0.id == id }) else {
            return refused("conflict", "there is a subscription of that id")
        }
        guard subscriptions.count < limits.subscriptions else {
            return refused("too-many", "a connection has at most \(limits.subscriptions)")
        }
        guard let found = topics.find(name) else {
            return refused("not-found", "there is no topic \"\(name)\"")
        }
        let topic = topics.all[found.index]
        guard topic.admits(principal.roles) else {
            return refused("forbidden", "your roles do not allow this")
        }
        nextSerial += 1
        subscriptions.append(
            Subscription(
                id: id,
                serial: nextSerial,
                topic: found.index,
                name: name,
                standing: .unchecked(after: after)
            )
        )
        guard let member = found.id else { return settle(nextSerial, true, moment) }
        return [.check(nextSerial, topic: found.index, id: member)]
    }

    private mutating func settle(_ serial: Int, _ exists: Bool, _ moment: Moment) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.serial == serial }),
            case .unchecked(let after) = subscriptions[at].standing
        else { return [] }
        let subscription = subscriptions[at]
        guard exists else {
            subscriptions.remove(at: at)
            return [
                .send(
                    Self.error(
                        subscription.id,
                        "not-found",
                        "there is no \"\(subscription.name)\""
                    )
                )
            ]
        }
        var actions: [Action] = []
        let isFirst = !subscriptions.contains {
            $0.serial != serial && $0.name == subscription.name && !$0.isUnchecked
        }
        if isFirst { actions.append(.join(subscription.name, isOwn: isOwn(subscription))) }
        if let after {
            subscriptions[at].standing = .behind(after)
            subscriptions[at].mustConfirm = after > moment.position
        } else {
            subscriptions[at].standing = .live(moment.position)
        }
        if !subscriptions[at].mustConfirm {
            actions.append(confirmation(subscriptions[at], moment.position))
        }
        if topics.all[subscription.topic].hasMember {
            actions.append(.tellPresence(subscription.name, evenIfNobody: false))
        }
        if let state = subscription.presence {
            subscriptions[at].presence = nil
            actions += setPresence(subscription.name, state)
        }
        return actions + startReplay(moment)
    }

    private mutating func giveUp(_ serial: Int) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.serial == serial }) else { return [] }
        let id = subscriptions.remove(at: at).id
        return [.send(Self.error(id, "unavailable", "try again"))]
    }

    private mutating func drop(_ id: String) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.id == id }) else { return [] }
        let gone = subscriptions.remove(at: at)
        if subscriptions.isEmpty { subscriptions = [] }
        guard !gone.isUnchecked,
            !subscriptions.contains(where: { $0.name == gone.name && !$0.isUnchecked })
        else { return [] }
        var actions: [Action] = [.leave(gone.name, isOwn: isOwn(gone))]
        if let at = presences.firstIndex(of: gone.name) {
            presences.remove(at: at)
            actions.append(.setPresence(gone.name, nil))
        }
        return actions
    }

    private func isOwn(_ subscription: Subscription) -> Bool {
        topics.all[subscription.topic].isOwn
    }

    private func confirmation(_ subscription: Subscription, _ seq: Int64) -> Action {
        .send([
            "type": "subscribed", "id": .string(subscription.id),
            "topic": .string(subscription.name), "seq": .int(seq),
        ])
    }

    static func error(_ id: String?, _ code: String, _ detail: String) -> JSON {
        [
            "type": "error", "id": .optional(id), "code": .string(code),
            "detail": .string(detail),
        ]
    }

    // MARK: Events

    private mutating func offer(_ event: LiveEvent, _ moment: Moment) -> [Action] {
        var ids: [String] = []
        for at in subscriptions.indices {
            guard case .live(let from) = subscriptions[at].standing, event.seq > from,
                event.names.contains(subscriptions[at].name)
            else { continue }
            if moment.room <= 0 {
                // Everything before this event went out.
                subscriptions[at].standing = .behind(event.seq - 1)
            } else {
                subscriptions[at].standing = .live(event.seq)
                ids.append(subscriptions[at].id)
            }
        }
        return ids.isEmpty ? [] : [.sendEvent(event, ids: ids)]
    }

    /// Asks for the next page when anybody is behind and there is room for it.
    private mutating func startReplay(_ moment: Moment) -> [Action] {
        guard !isReplaying, retryAt == nil, moment.room > 0 else { return [] }
        let places = subscriptions.compactMap { subscription in
            if case .behind(let place) = subscription.standing { place } else { nil as Int64? }
        }
        guard let first = places.min() else { return [] }
        isReplaying = true
        return [.replay(after: first)]
    }

    private mutating func replay(
        _ events: [LiveEvent],
        _ pageEnd: Int64,
        _ isEnd: Bool,
        _ moment: Moment
    ) -> [Action] {
        isReplaying = false
        var actions: [Action] = []
        var through = pageEnd
        for at in subscriptions.indices where subscriptions[at].mustConfirm {
            guard case .behind(let place) = subscriptions[at].standing else { continue }
            // A place that the log has not come to, although it was read to its end, is of a log that
            // is no more: a backup was restored. The client sees a smaller seq than its own.
            if place > pageEnd, isEnd {
                subscriptions[at].standing = .behind(pageEnd)
            } else if place > pageEnd {
                continue
            }
            subscriptions[at].mustConfirm = false
            actions.append(confirmation(subscriptions[at], pageEnd))
        }
        var room = moment.room
        for event in events {
            guard room > 0 else {
                through = event.seq - 1
                break
            }
            let ids = subscriptions.compactMap { subscription -> String? in
                guard case .behind(let place) = subscription.standing, place < event.seq,
                    event.names.contains(subscription.name)
                else { return nil }
                return subscription.id
            }
            guard !ids.isEmpty else { continue }
            actions.append(.sendEvent(event, ids: ids))
            room -= event.body.count
        }
        for at in subscriptions.indices {
            guard case .behind(let place) = subscriptions[at].standing else { continue }
            let reached = max(place, through)
            let isLive = reached >= moment.position && !subscriptions[at].mustConfirm
            subscriptions[at].standing = isLive ? .live(reached) : .behind(reached)
        }
        var after = moment
        after.room = room
        return actions + startReplay(after)
    }

    // MARK: Hints and presence

    private mutating func hint(_ name: String, _ moment: Moment) -> [Action] {
        var ids: [String] = []
        for at in subscriptions.indices
        where subscriptions[at].name == name && !subscriptions[at].isUnchecked {
            subscriptions[at].owesHint = moment.room <= 0
            if moment.room > 0 { ids.append(subscriptions[at].id) }
        }
        return ids.isEmpty ? [] : [Self.changed(name, ids)]
    }

    private static func changed(_ name: String, _ ids: [String]) -> Action {
        .send([
            "type": "changed", "ids": .array(ids.map(JSON.string)), "topic": .string(name),
        ])
    }

    private mutating func setPresence(_ name: String, _ state: PresenceState?) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.name == name }) else {
            return [.send(Self.error(nil, "not-subscribed", "subscribe to \"\(name)\" first"))]
        }
        guard topics.all[subscriptions[at].topic].hasMember else {
            return [.send(Self.error(nil, "no-presence", "nobody can be present at \"\(name)\""))]
        }
        if subscriptions.allSatisfy({ $0.name != name || $0.isUnchecked }) {
            subscriptions[at].presence = state
            return []
        }
        if state == nil {
            presences.removeAll { $0 == name }
        } else if !presences.contains(name) {
            guard presences.count < limits.presences else {
                return [.send(Self.error(nil, "too-many", "you are present in too many places"))]
            }
            presences.append(name)
        }
        return [.setPresence(name, state)]
    }

    private mutating func present(_ name: String, _ people: [JSON], _ moment: Moment) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.name == name && !$0.isUnchecked })
        else { return [] }
        guard moment.room > 0 else {
            subscriptions[at].owesPresence = true
            return []
        }
        return [
            .send(["type": "presence", "topic": .string(name), "people": .array(people)])
        ]
    }

    /// The socket has room again: what is owed goes out.
    private mutating func catchUp(_ moment: Moment) -> [Action] {
        guard moment.room > 0 else { return [] }
        var actions: [Action] = []
        for at in subscriptions.indices {
            if subscriptions[at].owesHint {
                subscriptions[at].owesHint = false
                actions.append(Self.changed(subscriptions[at].name, [subscriptions[at].id]))
            }
            if subscriptions[at].owesPresence {
                subscriptions[at].owesPresence = false
                actions.append(.tellPresence(subscriptions[at].name, evenIfNobody: true))
            }
        }
        return actions + startReplay(moment)
    }
}

extension LiveSession.Subscription {
    var isUnchecked: Bool { if case .unchecked = standing { true } else { false } }
}
