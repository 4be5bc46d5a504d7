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

    /// What others had set aside before a call did.
    struct Aside: Sendable, Equatable {
        /// By the call's agent.
        var agent = Spending()
        /// By all of its organisation's.
        var organisation = Spending()
    }

    /// What is still set aside by calls that came before one.
    ///
    /// Those that came after count this one, so of two that are as quick the first has the money.
    mutating func aside(before number: UInt64, at now: Timestamp) -> Aside {
        guard let own = entries[number] else { return Aside() }
        entries = entries.filter { $0.value.until > now || $0.key == number }
        var aside = Aside()
        for (other, entry) in entries where other < number && entry.organisation == own.organisation
        {
            aside.organisation = aside.organisation + entry.most
            if entry.agent == own.agent { aside.agent = aside.agent + entry.most }
        }
        return aside
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
