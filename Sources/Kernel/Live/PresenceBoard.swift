import Core

/// What somebody does at a place, the most active last.
enum PresenceState: String, Sendable, CaseIterable, Comparable {
    case viewing, editing, typing

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    static func < (lhs: PresenceState, rhs: PresenceState) -> Bool { lhs.rank < rhs.rank }
}

/// A topic within an organisation: what connections follow, and where people are.
struct LivePlace: Hashable, Sendable {
    var organisation: ID<Organisation>
    /// The topic's name.
    var name: String
    /// For a topic of one's own: whose.
    var account: ID<Account>?
}

/// Who is where: pure, and bounded by the connections' own limits.
struct PresenceBoard: Sendable {
    private struct Entry: Sendable {
        var actor: Actor
        var state: PresenceState
        var since: Timestamp
        /// When typing falls back to what was before.
        var typesUntil: Timestamp?
    }

    private let limits: LiveLimits
    private var places: [LivePlace: [Int: Entry]] = [:]

    init(limits: LiveLimits) {
        self.limits = limits
    }

    /// Says what the holder of a connection does at a place; nil for nothing any more.
    ///
    /// - Returns: whether others see a difference.
    mutating func set(
        _ state: PresenceState?,
        of actor: Actor,
        connection: Int,
        at place: LivePlace,
        now: Timestamp
    ) -> Bool {
        let before = places[place]?[connection]
        guard let state else {
            places[place]?[connection] = nil
            if places[place]?.isEmpty == true { places[place] = nil }
            return before != nil
        }
        places[place, default: [:]][connection] = Entry(
            actor: actor,
            state: state,
            since: before?.since ?? now,
            typesUntil: state == .typing ? now + limits.typingLasts : nil
        )
        return before?.state != state
    }

    /// Ends typing that was not renewed; gives the places where something changed.
    mutating func expire(now: Timestamp) -> [LivePlace] {
        var changed: [LivePlace] = []
        for (place, entries) in places {
            for (connection, entry) in entries {
                guard let end = entry.typesUntil, end <= now else { continue }
                places[place]?[connection]?.state = .viewing
                places[place]?[connection]?.typesUntil = nil
                if changed.last != place { changed.append(place) }
            }
        }
        return changed
    }

    /// The people at a place, each once with the most active of what they do, those who came first first.
    func people(at place: LivePlace) -> [JSON] {
        var known: [ID<Account>: Entry] = [:]
        for entry in (places[place] ?? [:]).values {
            guard var seen = known[entry.actor.id] else {
                known[entry.actor.id] = entry
                continue
            }
            seen.state = max(seen.state, entry.state)
            seen.since = min(seen.since, entry.since)
            known[entry.actor.id] = seen
        }
        return known.values.sorted { ($0.since, $0.actor.id) < ($1.since, $1.actor.id) }
            .prefix(limits.people).map { entry in
                [
                    "id": entry.actor.id.json, "name": .string(entry.actor.name),
                    "state": .string(entry.state.rawValue), "since": entry.since.json,
                ]
            }
    }

    /// Whether anybody is anywhere.
    var isEmpty: Bool { places.isEmpty }
}
