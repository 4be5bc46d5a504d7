import Core

extension LiveSession {
    // MARK: Events

    mutating func offer(_ event: LiveEvent, _ moment: Moment) -> [Action] {
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
    mutating func startReplay(_ moment: Moment) -> [Action] {
        guard replayingFrom == nil, retryAt == nil, moment.room > 0 else { return [] }
        let places = subscriptions.compactMap { subscription in
            if case .behind(let place) = subscription.standing { place } else { nil as Int64? }
        }
        guard let first = places.min() else { return [] }
        replayingFrom = first
        return [.replay(after: first)]
    }

    mutating func replay(
        _ events: [LiveEvent],
        _ pageEnd: Int64,
        _ isEnd: Bool,
        _ moment: Moment
    ) -> [Action] {
        guard let start = replayingFrom else { return [] }
        replayingFrom = nil
        var actions: [Action] = []
        var through = pageEnd
        for at in subscriptions.indices where subscriptions[at].mustConfirm {
            guard case .behind(let place) = subscriptions[at].standing, place >= start else {
                continue
            }
            // A place that the log has not come to, although it was read to its end, is of a log that
            // is no more: a backup was restored. The client sees a smaller seq than its own.
            if place > pageEnd, isEnd {
                let isLive = pageEnd >= moment.position
                subscriptions[at].standing = isLive ? .live(pageEnd) : .behind(pageEnd)
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
                guard case .behind(let place) = subscription.standing, place >= start,
                    place < event.seq,
                    event.names.contains(subscription.name)
                else { return nil }
                return subscription.id
            }
            guard !ids.isEmpty else { continue }
            actions.append(.sendEvent(event, ids: ids))
            room -= event.body.count
        }
        for at in subscriptions.indices {
            // One that came meanwhile and begins earlier has to wait for a page of its own.
            guard case .behind(let place) = subscriptions[at].standing, place >= start else {
                continue
            }
            let reached = max(place, through)
            let isLive = reached >= moment.position && !subscriptions[at].mustConfirm
            subscriptions[at].standing = isLive ? .live(reached) : .behind(reached)
        }
        var after = moment
        after.room = room
        return actions + startReplay(after)
    }

    // MARK: Hints and presence

    mutating func hint(_ name: String, _ moment: Moment) -> [Action] {
        var ids: [String] = []
        for at in subscriptions.indices
        where subscriptions[at].name == name && !subscriptions[at].isUnchecked {
            subscriptions[at].owesHint = moment.room <= 0
            if moment.room > 0 { ids.append(subscriptions[at].id) }
        }
        return ids.isEmpty ? [] : [Self.changed(name, ids)]
    }

    /// What is said is not kept: whoever has no room for it now asks the API later.
    mutating func say(_ name: String, _ words: JSON, _ moment: Moment) -> [Action] {
        guard moment.room > 0 else { return [] }
        let ids = subscriptions.filter { $0.name == name && !$0.isUnchecked }.map(\.id)
        guard !ids.isEmpty else { return [] }
        return [
            .send([
                "type": "said", "ids": .array(ids.map(JSON.string)), "topic": .string(name),
                "said": words,
            ])
        ]
    }

    static func changed(_ name: String, _ ids: [String]) -> Action {
        .send([
            "type": "changed", "ids": .array(ids.map(JSON.string)), "topic": .string(name),
        ])
    }

    mutating func setPresence(_ name: String, _ state: PresenceState?) -> [Action] {
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

    mutating func present(_ name: String, _ people: [JSON], _ moment: Moment) -> [Action] {
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
    mutating func catchUp(_ moment: Moment) -> [Action] {
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
