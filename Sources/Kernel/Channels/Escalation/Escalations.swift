public import Core
public import Store

/// Escalation policies of organisations, and the incidents that run by them.
public struct Escalations: ChannelRecords {
    /// See ``ChannelRecords``.
    public static let table = RecordTable(
        name: "channels_policy",
        noun: "escalation",
        limit: 20,
        columns: EscalationPolicy.columns,
        read: EscalationPolicy.read
    )
    /// The most often that anything is told: with repeats every five minutes these are two days.
    static let longest = 600

    /// Wakes the service.
    let signal = Signal()
    let notices: Notices
    private let ids: IDGenerator

    private var clock: any WallClock { notices.clock }

    /// Escalations that tell by `notices`.
    public init(notices: Notices, ids: IDGenerator) {
        self.notices = notices
        self.ids = ids
    }

    /// Makes a policy of `{"name","minimum"?,"steps","repeatMinutes"?,"enabled"?}`.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> EscalationPolicy {
        try checkRoom(scope: scope, in: transaction)
        let policy = EscalationPolicy(
            id: ids.next(),
            name: try ChannelName.checked(input.member("name").string()),
            minimum: try input.optional("minimum")?.choice(Message.Severity.self) ?? .alarm,
            steps: try EscalationPolicy.steps(input.member("steps")),
            repeatMinutes: try Self.repeats(input.optional("repeatMinutes")) ?? 30,
            enabled: try input.optional("enabled")?.bool() ?? true,
            createdAt: clock.now()
        )
        try check(policy, scope: scope, in: transaction)
        try transaction.execute(
            """
            INSERT INTO channels_policy
                (id, organisation, name, minimum, steps, repeat_minutes, enabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(policy.id), .id(scope.organisation), .text(policy.name),
                .text(policy.minimum.rawValue), .json(EscalationPolicy.json(policy.steps)),
                .int(policy.repeatMinutes), .bool(policy.enabled), .time(policy.createdAt),
            ]
        )
        return policy
    }

    /// Changes what the input names; incidents under way go on by what the policy says now.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func change(
        _ id: ID<EscalationPolicy>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> EscalationPolicy {
        var policy = try record(id, scope: scope, in: transaction)
        if let name = try input.optional("name") {
            policy.name = try ChannelName.checked(name.string())
        }
        if let minimum = try input.optional("minimum") {
            policy.minimum = try minimum.choice(Message.Severity.self)
        }
        if let steps = try input.optional("steps") {
            policy.steps = try EscalationPolicy.steps(steps)
        }
        if let minutes = try Self.repeats(input.optional("repeatMinutes")) {
            policy.repeatMinutes = minutes
        }
        if let enabled = try input.optional("enabled") { policy.enabled = try enabled.bool() }
        try check(policy, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE channels_policy
            SET name = ?, minimum = ?, steps = ?, repeat_minutes = ?, enabled = ? WHERE id = ?
            """,
            [
                .text(policy.name), .text(policy.minimum.rawValue),
                .json(EscalationPolicy.json(policy.steps)), .int(policy.repeatMinutes),
                .bool(policy.enabled), .id(id),
            ]
        )
        return policy
    }

    /// Removes a policy; what runs by it ends.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    @discardableResult
    public func remove(
        _ id: ID<EscalationPolicy>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> EscalationPolicy {
        let policy = try record(id, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE channels_incident SET state = 'ended', due_at = NULL, closed_at = ?
            WHERE policy = ? AND state = 'open'
            """,
            [.time(clock.now()), .id(id)]
        )
        try Self.table.delete(id, transaction)
        return policy
    }

    /// 0 for never, or 5 minutes to a day.
    private static func repeats(_ reader: JSONReader?) throws(GeneralFault) -> Int? {
        guard let reader else { return nil }
        let minutes = try reader.int(in: 0...1_440)
        guard minutes == 0 || minutes >= 5 else {
            throw reader.fault("expected 0 for never, or 5 to 1440 minutes")
        }
        return minutes
    }

    /// Whether the people and targets that the steps name are the organisation's.
    private func check(
        _ policy: EscalationPolicy,
        scope: Scope,
        in reader: any Reader
    ) throws {
        for (index, step) in policy.steps.enumerated() {
            for (place, audience) in step.audience.enumerated() {
                let isKnown =
                    switch audience {
                    case .account(let id):
                        try notices.people.person(id, in: scope.organisation, reader) != nil
                    case .target(let id):
                        try ChannelTargets.table.find(id, scope.organisation, reader) != nil
                    default: true
                    }
                guard isKnown else {
                    throw ChannelError(
                        .invalidTarget,
                        "there is no such person or target",
                        pointer: "/steps/\(index)/targets/\(place)/id"
                    )
                }
            }
        }
    }
}
