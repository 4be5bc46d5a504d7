public import Core
public import Store

/// What people do about alarms.
extension AlarmService {
    /// A change for a transaction of the caller's, and the alarm as it then is.
    public typealias Commit = @Sendable (any Transaction) throws -> Alarm

    /// Says that somebody takes care of an alarm; nothing when somebody has said so before.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - note: what they noted.
    ///   - viewer: what they may see.
    ///   - scope: who.
    /// - Returns: what does it.
    /// - Throws: a fault of code `alarm-not-found`, `StoreError`, or what the announcer throws.
    public func acknowledging(
        _ id: ID<Alarm>,
        note: String?,
        viewer: Viewer,
        scope: Scope
    ) async throws -> Commit {
        let now = around.clock.now()
        var alarm = try await found(id, viewer)
        alarm.acknowledgedAt = now
        alarm.acknowledgedBy = scope.actor
        alarm.note = note
        let announce = try await around.announcer.prepare(
            AlarmChange(kind: .acknowledged, alarm: alarm, rule: nil, at: now, scope: scope)
        )
        return { [store] transaction in
            guard var current = try store.alarm(id, for: viewer, in: transaction) else {
                throw Self.missing(id)
            }
            guard current.acknowledgedAt == nil else { return current }
            current.acknowledgedAt = now
            current.acknowledgedBy = scope.actor
            current.note = note
            try store.save(current, in: transaction)
            try announce(transaction)
            return current
        }
    }

    /// Lets nobody be told of an alarm, or of its rule, for a while.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - minutes: for how long, 1…1440.
    ///   - reason: why.
    ///   - viewer: what they may see.
    ///   - scope: who.
    /// - Returns: what does it.
    /// - Throws: a fault of code `alarm-not-found`, `StoreError`, or what the announcer throws.
    public func shelving(
        _ id: ID<Alarm>,
        minutes: Int,
        reason: String,
        viewer: Viewer,
        scope: Scope
    ) async throws -> Commit {
        let now = around.clock.now()
        let until = now + .seconds(60 * minutes)
        var alarm = try await found(id, viewer)
        alarm.shelvedUntil = until
        alarm.shelvedReason = reason
        let announce = try await around.announcer.prepare(
            AlarmChange(kind: .shelved, alarm: alarm, rule: nil, at: now, scope: scope)
        )
        return { [store] transaction in
            guard var current = try store.alarm(id, for: viewer, in: transaction) else {
                throw Self.missing(id)
            }
            guard current.state == .active else {
                throw GeneralFault(
                    .conflict,
                    code: "alarm-cleared",
                    "the alarm has cleared; only an active one can be shelved"
                )
            }
            current.shelvedUntil = until
            current.shelvedReason = reason
            try store.save(current, in: transaction)
            if var course = try store.followed(current.rule, in: transaction)?.course {
                course.shelvedUntil = until
                try store.save(course, of: current.rule, in: transaction)
            }
            try announce(transaction)
            return current
        }
    }

    private func found(_ id: ID<Alarm>, _ viewer: Viewer) async throws -> Alarm {
        let found = try await around.database.read { [store] in
            try store.alarm(id, for: viewer, in: $0)
        }
        guard let found else { throw Self.missing(id) }
        return found
    }

    private static func missing(_ id: ID<Alarm>) -> GeneralFault {
        GeneralFault(.notFound, code: "alarm-not-found", "there is no alarm \(id)")
    }
}
