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
        /// Something is said at a topic that nobody keeps.
        case said(String, JSON)
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
    var openedAt: Timestamp?
    var hasWarned = false
    var isRenewing = false
    var held: [[UInt8]] = []
    var nextSerial = 0
    /// Where the page begins that was asked for.
    var replayingFrom: Int64?
    var retryAt: Timestamp?
    var allowance: Double
    var countedAt: Timestamp?

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
        replayingFrom == nil && retryAt == nil && phase == .ready
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
            replayingFrom = nil
            retryAt = moment.now + .seconds(1)
            return []
        case .hinted(let name): return hint(name, moment)
        case .said(let name, let words): return say(name, words, moment)
        case .present(let name, let people): return present(name, people, moment)
        case .drained: return catchUp(moment)
        case .ticked: return tick(moment)
        case .revoked(let revocation):
            guard let principal, revocation.concerns(principal) else { return [] }
            return end(4401, "the credential was revoked")
        }
    }

    // MARK: Being somebody

    mutating func welcome(_ principal: LivePrincipal, _ moment: Moment) -> [Action] {
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

    mutating func accept(_ new: LivePrincipal, _ moment: Moment) -> [Action] {
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

    mutating func refuse(_ code: String, _ detail: String, _ moment: Moment) -> [Action] {
        isRenewing = false
        // What is held stays good until it ends.
        guard principal == nil else { return [.send(Self.error(nil, code, detail))] }
        return [.send(Self.error(nil, code, detail))] + end(4401, detail)
    }

    mutating func tick(_ moment: Moment) -> [Action] {
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

    mutating func end(_ code: Int, _ reason: String) -> [Action] {
        phase = .closed
        held = []
        return [.close(code, reason)]
    }
}

extension LiveSession.Subscription {
    var isUnchecked: Bool { if case .unchecked = standing { true } else { false } }
}
