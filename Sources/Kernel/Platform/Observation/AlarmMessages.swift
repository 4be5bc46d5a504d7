public import Channels
public import Core
public import Events
public import Identity
public import Observability
public import Store

/// Writes an alarm's change into the log and to the people who run the operation.
public struct AlarmMessages: AlarmAnnouncer {
    /// Who is told: the members with one of these roles.
    public static let recipients: Set<Role> = [
        .admin, .manager, .operator, .technician, .supervisor,
    ]

    private let events: EventLog
    private let outbox: Outbox
    private let accounts: Accounts
    private let operators: InstallationOperator
    private let ids: IDGenerator

    /// An announcer.
    public init(
        events: EventLog,
        outbox: Outbox,
        accounts: Accounts,
        operators: InstallationOperator,
        ids: IDGenerator
    ) {
        self.events = events
        self.outbox = outbox
        self.accounts = accounts
        self.operators = operators
        self.ids = ids
    }

    /// Finds out whom to tell; see ``AlarmAnnouncer``.
    ///
    /// The installation's own alarms are told to the organisation that operates it; without one they
    /// are only written into `system`'s log.
    public func prepare(
        _ change: AlarmChange
    ) async throws -> @Sendable (any Transaction) throws -> Void {
        var organisation = change.alarm.organisation
        if organisation == .system {
            organisation = try await operators.organisations().operator ?? .system
        }
        var scope = try change.scope ?? operators.scope(in: organisation)
        if change.scope == nil { scope.actor.name = "alarms" }
        var people: [AccountRecord] = []
        if change.isForPeople, organisation != .system {
            people = try await recipients(scope)
        }
        let message = try Self.message(change)
        return { [scope, people, events, outbox, ids] transaction in
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
            for person in people {
                try outbox.enqueue(
                    message,
                    to: .inbox(person.id),
                    effect: "\(change.kind.rawValue):\(change.alarm.id):"
                        + "\(change.at.microseconds):\(person.id)",
                    scope: scope,
                    in: transaction
                )
            }
        }
    }

    private func recipients(_ scope: Scope) async throws -> [AccountRecord] {
        var found: [AccountRecord] = []
        var last: ID<Account>?
        while true {
            let page = try await accounts.list(scope: scope, after: last, limit: 500)
            found += page.filter {
                $0.kind == .person && !$0.disabled
                    && !$0.roles.isDisjoint(with: Self.recipients)
            }
            guard page.count == 500, let end = page.last?.id else { return found }
            last = end
        }
    }

    private static func message(_ change: AlarmChange) throws -> Message {
        let alarm = change.alarm
        let (word, severity): (String, Message.Severity) =
            switch change.kind {
            case .raised: ("Alarm", Message.Severity(rawValue: alarm.severity.rawValue) ?? .alarm)
            case .reminded:
                ("Still active", Message.Severity(rawValue: alarm.severity.rawValue) ?? .alarm)
            case .cleared: ("Cleared", .info)
            case .acknowledged: ("Acknowledged", .info)
            case .shelved: ("Shelved", .info)
            }
        return try Message(
            subject: "\(word): \(alarm.name)",
            body: alarm.detail + ".\n",
            link: "/console/alarms",
            severity: severity
        )
    }
}
