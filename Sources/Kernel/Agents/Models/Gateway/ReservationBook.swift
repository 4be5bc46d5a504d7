import Core

/// What calls under way in this process may still cost: set aside until each is recorded.
struct ReservationBook: Sendable {
    /// How long something stays set aside that nobody records; a caller that failed leaves such.
    static let longest: Duration = .seconds(900)

    private struct Entry: Sendable {
        var organisation: ID<Organisation>
        var agent: String
        var most: Spending
        var until: Timestamp
    }

    private var entries: [UInt64: Entry] = [:]
    private var last: UInt64 = 0

    /// What is set aside for an agent, or for all of an organisation's.
    mutating func reserved(
        by agent: String?,
        of organisation: ID<Organisation>,
        at now: Timestamp
    ) -> Spending {
        entries = entries.filter { $0.value.until > now }
        return entries.values.reduce(Spending()) { sum, entry in
            let counts =
                entry.organisation == organisation && (agent == nil || entry.agent == agent)
            return counts ? sum + entry.most : sum
        }
    }

    /// Sets something aside; the number lets go of it.
    mutating func reserve(
        _ most: Spending,
        by agent: String,
        of organisation: ID<Organisation>,
        at now: Timestamp
    ) -> UInt64 {
        last += 1
        entries[last] = Entry(
            organisation: organisation,
            agent: agent,
            most: most,
            until: now + Self.longest
        )
        return last
    }

    /// Sets aside what it really was.
    mutating func settle(_ number: UInt64, to spent: Spending) {
        entries[number]?.most = spent
    }

    /// Lets go of what was set aside.
    mutating func release(_ number: UInt64) { entries[number] = nil }
}
