public import Core
public import Store

/// What each person chose.
public struct Preferences: Sendable {
    private let zones: TimeZones

    /// Preferences whose quiet hours are of these time zones.
    public init(zones: TimeZones) {
        self.zones = zones
    }

    /// A person's choice, or what holds for who has not chosen.
    ///
    /// - Throws: `StoreError`.
    public func of(
        _ account: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> PersonalPreferences {
        let stored = try reader.first(
            "SELECT settings FROM channels_preference WHERE organisation = ? AND account = ?",
            [.id(organisation), .id(account)]
        ) { try $0.json(0) }
        guard let stored else { return .standard }
        do {
            return try PersonalPreferences(JSONReader(stored))
        } catch {
            throw StoreError(.corrupt, "an account's channel preferences: \(error.message)")
        }
    }

    /// Keeps the choice of the scope's own account.
    ///
    /// - Throws: a fault for an unknown time zone, or `StoreError`.
    public func set(
        _ choice: PersonalPreferences,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try check(choice)
        try transaction.execute(
            """
            INSERT INTO channels_preference (organisation, account, settings) VALUES (?, ?, ?)
            ON CONFLICT (organisation, account) DO UPDATE SET settings = excluded.settings
            """,
            [.id(scope.organisation), .id(scope.actor.id), .json(choice.json(email: nil))]
        )
    }

    /// Whether the machine knows the time zone of the quiet hours.
    ///
    /// - Throws: a fault that points to it.
    public func check(_ choice: PersonalPreferences) throws(GeneralFault) {
        guard let hours = choice.quietHours, zones.zone(hours.zone) == nil else { return }
        throw GeneralFault(
            .invalid,
            code: "unknown-time-zone",
            "\"\(hours.zone)\" is no time zone of this machine; expected one such as Europe/Vienna",
            pointer: "/quietHours/timeZone"
        )
    }

    /// When a message of that severity may disturb; nil for at once.
    func release(
        _ choice: PersonalPreferences,
        severity: Message.Severity,
        at now: Timestamp
    ) -> Timestamp? {
        guard let hours = choice.quietHours, !(hours.exceptAlarm && severity == .alarm),
            let zone = zones.zone(hours.zone)
        else { return nil }
        return hours.end(after: now, in: zone)
    }
}
