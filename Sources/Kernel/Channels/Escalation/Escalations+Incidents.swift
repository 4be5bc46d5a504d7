public import Core
public import Store

extension Escalations {
    /// One incident that runs by a policy, due for its next step.
    struct Due: Sendable {
        var id: String
        var organisation: ID<Organisation>
        var incident: String
        var policy: ID<EscalationPolicy>
        var notice: Notice
        var step: Int
        var openedAt: Timestamp
        var trace: TraceContext?
    }

    /// Tells a notice about an incident and begins to escalate it.
    ///
    /// That messages are held back because alike ones were told keeps no incident from escalating.
    ///
    /// - Throws: `ChannelError`, or `StoreError`.
    public func raise(_ notice: Notice, scope: Scope, in transaction: any Transaction) throws {
        try notices.tell(notice, scope: scope, in: transaction)
        guard let incident = notice.incident else { return }
        let now = notices.clock.now()
        for policy in try list(scope: scope, in: transaction)
        where policy.enabled && policy.minimum <= notice.severity {
            try transaction.execute(
                """
                INSERT INTO channels_incident (id, organisation, incident, policy, notice, severity,
                    traceparent, step, due_at, state, opened_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 'open', ?)
                ON CONFLICT (organisation, policy, incident) WHERE state = 'open' DO NOTHING
                """,
                [
                    .id(notices.outbox.newID()), .id(scope.organisation), .text(incident.key),
                    .id(policy.id), .json(notice.json), .text(notice.severity.rawValue),
                    .text(scope.trace.description), .time(policy.due(after: 0, opened: now)),
                    .time(now),
                ]
            )
        }
        transaction.afterCommit { [signal] in signal.notify() }
    }

    /// Ends the escalation of an incident because somebody sees to it or it is over, and tells who keeps
    /// track of incidents.
    ///
    /// - Parameters:
    ///   - key: the incident.
    ///   - action: `acknowledge` or `resolve`.
    ///   - note: what somebody said to it.
    ///   - notice: what to tell when it is over; nil tells only PagerDuty.
    ///   - scope: who, in which organisation.
    ///   - transaction: the caller's.
    /// - Throws: `ChannelError`, or `StoreError`.
    public func close(
        _ key: String,
        _ action: Incident.Action,
        note: String? = nil,
        notice: Notice? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let now = notices.clock.now()
        try transaction.execute(
            """
            UPDATE channels_incident
            SET state = ?, due_at = NULL, closed_at = ?, closed_by = ?, note = ?
            WHERE organisation = ? AND incident = ? AND state = 'open'
            """,
            [
                .text(action == .acknowledge ? "acknowledged" : "resolved"), .time(now),
                .text(scope.actor.name), .text(note), .id(scope.organisation), .text(key),
            ]
        )
        // Everybody who heard of it sees that somebody has it.
        try transaction.execute(
            """
            UPDATE channels_inbox SET acknowledged_at = ?, acknowledged_by = ?
            WHERE organisation = ? AND incident = ? AND acknowledged_at IS NULL
            """,
            [.time(now), .text(scope.actor.name), .id(scope.organisation), .text(key)]
        )
        // What still waits to disturb somebody, for quiet hours to end or for another attempt, need not.
        try transaction.execute(
            """
            UPDATE channels_outbox SET status = 'skipped', finished_at = ?, reason = ?
            WHERE organisation = ? AND incident = ? AND action = 'trigger' AND status = 'pending'
                AND channel IN ('email', 'sms', 'push') AND due_at > ?
            """,
            [
                .time(now), .text("it was \(action.rawValue)d before"), .id(scope.organisation),
                .text(key), .time(now),
            ]
        )
        if let notice { try notices.tell(notice, scope: scope, in: transaction) }
        try tellKeepers(key, action, scope: scope, in: transaction)
    }

    /// PagerDuty services that heard of the incident hear that it is seen to or over.
    private func tellKeepers(
        _ key: String,
        _ action: Incident.Action,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let heard = try transaction.query(
            """
            SELECT address, MAX(created_at) FROM channels_outbox
            WHERE organisation = ? AND incident = ? AND channel = 'pagerduty' AND action = 'trigger'
            GROUP BY address
            """,
            [.id(scope.organisation), .text(key)]
        ) { (target: try $0.id(0, ChannelTarget.self), triggered: try $0.int(1)) }
        for (target, triggered) in heard {
            // An incident that was triggered again is also acknowledged and resolved again.
            let effect = "incident:\(action.rawValue):\(target):\(triggered):\(key)".prefix(200)
            try notices.outbox.enqueue(
                try Message(subject: "\(key.prefix(150)) \(action.rawValue)d", body: ""),
                to: .target(target, .pagerduty),
                effect: String(effect),
                incident: Incident(key, action),
                scope: scope,
                in: transaction
            )
        }
    }

    /// Marks a message of the scope's own inbox as acknowledged, and its incident with it.
    ///
    /// - Returns: the incident's key; nil when there was nothing to acknowledge any more.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func acknowledge(
        _ id: ID<Inbox.Entry>,
        note: String?,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> String? {
        let found = try transaction.first(
            """
            SELECT incident, acknowledged_at FROM channels_inbox
            WHERE id = ? AND organisation = ? AND account = ?
            """,
            [.id(id), .id(scope.organisation), .id(scope.actor.id)]
        ) { (incident: try $0.optionalText(0), at: try $0.optionalTimestamp(1)) }
        guard let found else { throw ChannelError(.notFound, "there is no such message") }
        let now = notices.clock.now()
        try transaction.execute(
            """
            UPDATE channels_inbox SET read_at = COALESCE(read_at, ?),
                acknowledged_by = COALESCE(acknowledged_by, ?),
                acknowledged_at = COALESCE(acknowledged_at, ?)
            WHERE id = ?
            """,
            [.time(now), .text(scope.actor.name), .time(now), .id(id)]
        )
        guard let incident = found.incident, found.at == nil else { return nil }
        try close(incident, .acknowledge, note: note, scope: scope, in: transaction)
        return incident
    }

    /// What incidents can be sorted by: ids sort by time, and have an index.
    public static let incidentOrders: [ListQuery.Column] = [.init("openedAt", "id")]

    /// One page of the organisation's incidents, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - state: only `open`, `acknowledged`, `resolved` or `ended` ones; nil for all.
    ///   - query: order and page.
    ///   - scope: whose.
    ///   - reader: the state to read.
    /// - Returns: `{"id","incident","policy","severity","steps","state","openedAt","nextAt","closedAt",
    ///   "closedBy","note"}`.
    /// - Throws: `StoreError`.
    public func incidents(
        state: String?,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("state = ?", ifAny: .text(state))
        return try query.page(
            """
            id, incident, policy, severity, step, state, opened_at, due_at, closed_at, closed_by, note
            """,
            count: 11,
            of: "channels_incident",
            where: rows,
            in: reader
        ) { row in
            [
                "id": .string(try row.text(0)), "incident": .string(try row.text(1)),
                "policy": .string(try row.text(2)), "severity": .string(try row.text(3)),
                "steps": .int(try row.int(4)), "state": .string(try row.text(5)),
                "openedAt": try row.timestamp(6).json,
                "nextAt": try row.optionalTimestamp(7)?.json ?? .null,
                "closedAt": try row.optionalTimestamp(8)?.json ?? .null,
                "closedBy": .optional(try row.optionalText(9)),
                "note": .optional(try row.optionalText(10)),
            ]
        }
    }

    /// Takes every step that is due, and answers how many.
    func takeDueSteps(in transaction: any Transaction) throws -> Int {
        let now = notices.clock.now()
        let due = try transaction.query(
            """
            SELECT id, organisation, incident, policy, notice, step, opened_at, traceparent
            FROM channels_incident WHERE state = 'open' AND due_at <= ? ORDER BY due_at LIMIT 64
            """,
            [.time(now)]
        ) { row in
            Due(
                id: try row.text(0),
                organisation: try row.id(1),
                incident: try row.text(2),
                policy: try row.id(3),
                notice: try Notice(json: try row.json(4)),
                step: Int(try row.int(5)),
                openedAt: try row.timestamp(6),
                trace: TraceContext(try row.text(7))
            )
        }
        for one in due { try take(one, now, in: transaction) }
        return due.count
    }

    private func take(_ due: Due, _ now: Timestamp, in transaction: any Transaction) throws {
        let scope = Scope.channels(
            in: due.organisation,
            trace: due.trace ?? TraceContext(random: SystemRandom())
        )
        let policy = try Self.table.find(due.policy, due.organisation, transaction)
        guard let policy, due.step < Self.longest else {
            return try end(due.id, now, in: transaction)
        }
        let minutes = Int((now - due.openedAt).seconds / 60)
        var notice = due.notice
        notice.deduplication = nil
        notice.effect = "escalation:\(due.id):\(due.step)"
        notice.audience = policy.audience(at: due.step)
        if minutes > 0 {
            let said = try notices.message(notice, language: nil, scope, in: transaction)
            notice.kind = "notice.escalated"
            notice.values = [
                "subject": said.subject, "body": said.body, "minutes": "\(minutes)",
                "policy": policy.name,
            ]
        }
        try notices.tell(notice, scope: scope, in: transaction)
        var step = due.step + 1
        var next = policy.due(after: step, opened: due.openedAt)
        // After a standstill steps are not made up for one after the other: the latest one counts.
        while let moment = next, moment <= now, step < Self.longest {
            step += 1
            next = policy.due(after: step, opened: due.openedAt)
        }
        try transaction.execute(
            "UPDATE channels_incident SET step = ?, due_at = ? WHERE id = ?",
            [.int(step), .time(next), .text(due.id)]
        )
    }

    private func end(_ id: String, _ now: Timestamp, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE channels_incident SET state = 'ended', due_at = NULL, closed_at = ? WHERE id = ?
            """,
            [.time(now), .text(id)]
        )
    }
}

extension Scope {
    /// The authority of the channels themselves, for what no person does.
    public static func channels(in organisation: ID<Organisation>, trace: TraceContext) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(
                id: ID(high: 0x7000, low: 0x8000_0000_0000_00C1),
                kind: .service,
                name: "weft.channels"
            ),
            roles: [],
            trace: trace
        )
    }
}
