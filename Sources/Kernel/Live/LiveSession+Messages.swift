import Core

extension LiveSession {
    // MARK: Messages

    mutating func heard(_ text: [UInt8], _ moment: Moment) -> [Action] {
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

    mutating func takeAllowance(_ now: Timestamp) -> Bool {
        let passed = countedAt.map { (now - $0).seconds } ?? 0
        countedAt = now
        allowance = min(Double(limits.burst), allowance + max(0, passed) * limits.messagesPerSecond)
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }

    // MARK: Subscriptions

    mutating func subscribe(
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

    mutating func settle(_ serial: Int, _ exists: Bool, _ moment: Moment) -> [Action] {
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

    mutating func giveUp(_ serial: Int) -> [Action] {
        guard let at = subscriptions.firstIndex(where: { $0.serial == serial }) else { return [] }
        let id = subscriptions.remove(at: at).id
        return [.send(Self.error(id, "unavailable", "try again"))]
    }

    mutating func drop(_ id: String) -> [Action] {
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

    func isOwn(_ subscription: Subscription) -> Bool {
        topics.all[subscription.topic].isOwn
    }

    func confirmation(_ subscription: Subscription, _ seq: Int64) -> Action {
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
}
