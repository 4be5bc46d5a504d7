public import Core
public import Events
import Identity
public import Observability
public import Store

/// Writes an alarm's change into the event log, from where channels tell people and escalate.
///
/// The installation's own alarms go into the log of the organisation that operates it; without one
/// into `system`'s, where nobody is told.
public struct AlarmEvents: AlarmAnnouncer {
    private let events: EventLog
    private let operators: InstallationOperator
    private let ids: IDGenerator

    /// An announcer.
    public init(events: EventLog, operators: InstallationOperator, ids: IDGenerator) {
        self.events = events
        self.operators = operators
        self.ids = ids
    }

    /// See ``AlarmAnnouncer``.
    ///
    /// - Throws: `StoreError`.
    public func prepare(
        _ change: AlarmChange
    ) async throws -> @Sendable (any Transaction) throws -> Void {
        var organisation = change.alarm.organisation
        if organisation == .system {
            organisation = try await operators.organisations().operator ?? .system
        }
        var scope = try change.scope ?? operators.scope(in: organisation)
        if change.scope == nil { scope.actor.name = "alarms" }
        return { [scope, events, ids] transaction in
            try events.append(
                Event(
                    id: ids.next(),
                    source: "weft/alarm",
                    type: change.kind.rawValue,
                    subject: "alarm:\(change.alarm.id)",
                    time: change.at,
                    data: change.json,
                    scope: scope
                ),
                in: transaction
            )
        }
    }
}
