import Core
public import Store

/// The table of approvals.
public enum ApprovalTables {
    /// All steps; they come before those of workflows, which bring over what was asked earlier.
    public static let migrations: [Migration] = [
        Migration(
            "approvals",
            1,
            "approvals of tool calls and tasks",
            [
                """
                CREATE TABLE approval (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, key TEXT NOT NULL,
                    kind TEXT NOT NULL, title TEXT NOT NULL, details TEXT NOT NULL, agent TEXT,
                    tool TEXT, input TEXT, input_schema TEXT, execution TEXT, roles TEXT NOT NULL,
                    second_person BIGINT NOT NULL, escalation TEXT NOT NULL, asker TEXT NOT NULL,
                    on_behalf_of TEXT, traceparent TEXT, requested_at BIGINT NOT NULL,
                    expires_at BIGINT, due_at BIGINT, step BIGINT NOT NULL, state TEXT NOT NULL,
                    closed_at BIGINT, decided_by TEXT, decider TEXT, comment TEXT, agreed TEXT,
                    way TEXT)
                """,
                "CREATE UNIQUE INDEX approval_by_key ON approval (organisation, key)",
                "CREATE INDEX approval_by_time ON approval (organisation, requested_at)",
                "CREATE INDEX approval_by_state ON approval (organisation, state, requested_at)",
                "CREATE INDEX approval_by_execution ON approval (execution)",
                "CREATE INDEX approval_by_due ON approval (due_at)",
            ]
        )
    ]

    static let columns = """
        id, organisation, key, kind, title, details, agent, tool, input, input_schema, execution,
        roles, second_person, escalation, asker, on_behalf_of, traceparent, requested_at,
        expires_at, step, state, closed_at, decided_by, comment, agreed, way
        """
    static let count = 26

    static func read(_ row: any Row) throws -> Approval {
        guard let kind = Approval.Kind(rawValue: try row.text(3)),
            let asker = Actor(json: try row.json(14))
        else { throw corrupt("approval") }
        let decider = Actor(json: try row.optionalJSON(22))
        let agreed = try row.optionalJSON(24)
        return Approval(
            id: try row.id(0),
            organisation: try row.id(1),
            request: ApprovalRequest(
                key: try row.text(2),
                kind: kind,
                title: try row.text(4),
                details: try row.json(5),
                agent: try row.optionalText(6),
                tool: try row.optionalText(7),
                input: try row.optionalJSON(8),
                schema: try row.optionalJSON(9),
                execution: try row.optionalText(10),
                roles: roles(try row.json(11)),
                needsSecondPerson: try row.bool(12),
                expiresAt: try row.optionalTimestamp(18),
                escalation: try escalation(try row.json(13))
            ),
            asker: asker,
            onBehalfOf: Actor(json: try row.optionalJSON(15)),
            requestedAt: try row.timestamp(17),
            step: Int(try row.int(19)),
            state: try state(try row.text(20), decider, try row.optionalText(23), agreed),
            closedAt: try row.optionalTimestamp(21),
            way: try row.optionalText(25).flatMap(Approval.Way.init(rawValue:)),
            trace: try row.optionalText(16).flatMap { TraceContext($0) }
        )
    }

    private static func state(
        _ name: String,
        _ decider: Actor?,
        _ comment: String?,
        _ agreed: JSON?
    ) throws(StoreError) -> ApprovalState {
        switch (name, decider, agreed) {
        case ("open", _, _): return .open
        case ("expired", _, _): return .expired
        case ("withdrawn", _, _): return .withdrawn
        case ("approved", let by?, _): return .approved(by: by, comment: comment)
        case ("rejected", let by?, _): return .rejected(by: by, comment: comment)
        case ("amended", let by?, let input?):
            return .amended(input: input, by: by, comment: comment)
        default: throw corrupt("state of an approval")
        }
    }

    private static func roles(_ json: JSON) -> Set<Role> {
        Set((json.array ?? []).compactMap(\.string).map { Role(rawValue: $0) })
    }

    static func json(_ roles: Set<Role>) -> JSON {
        .array(roles.map(\.rawValue).sorted().map { .string($0) })
    }

    private static func escalation(
        _ json: JSON
    ) throws(StoreError) -> [ApprovalRequest.Escalation] {
        var steps: [ApprovalRequest.Escalation] = []
        for step in json.array ?? [] {
            guard let micros = step["afterMicros"]?.int else { throw corrupt("escalation") }
            steps.append(
                .init(after: .microseconds(micros), roles: roles(step["roles"] ?? []))
            )
        }
        return steps
    }

    static func json(_ steps: [ApprovalRequest.Escalation]) -> JSON {
        .array(
            steps.map { ["afterMicros": .int($0.after.microseconds), "roles": json($0.roles)] }
        )
    }

    private static func corrupt(_ what: String) -> StoreError {
        StoreError(.corrupt, "the \(what) cannot be read")
    }

    static func insert(_ approval: Approval, in transaction: any Transaction) throws -> Bool {
        let request = approval.request
        let inserted = try transaction.executeCounting(
            """
            INSERT INTO approval (id, organisation, key, kind, title, details, agent, tool, input,
                input_schema, execution, roles, second_person, escalation, asker, on_behalf_of,
                traceparent, requested_at, expires_at, due_at, step, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'open')
            ON CONFLICT (organisation, key) DO NOTHING
            """,
            [
                .id(approval.id), .id(approval.organisation), .text(request.key),
                .text(request.kind.rawValue), .text(request.title), .json(request.details),
                .text(request.agent), .text(request.tool), .json(request.input),
                .json(request.schema), .text(request.execution), .json(json(request.roles)),
                .bool(request.needsSecondPerson), .json(json(request.escalation)),
                .json(approval.asker.json), .json(approval.onBehalfOf?.json),
                .text(approval.trace?.description), .time(approval.requestedAt),
                .time(request.expiresAt), .time(approval.due),
            ]
        )
        return inserted == 1
    }

    /// Ends it; false when it was not open any more.
    static func close(_ approval: Approval, in transaction: any Transaction) throws -> Bool {
        let changed = try transaction.executeCounting(
            """
            UPDATE approval SET state = ?, closed_at = ?, due_at = NULL, decided_by = ?, decider = ?,
                comment = ?, agreed = ?, way = ?
            WHERE id = ? AND state = 'open'
            """,
            [
                .text(approval.state.name), .time(approval.closedAt),
                .json(approval.state.decider?.json), .id(approval.state.decider?.id),
                .text(approval.state.comment),
                .json(approval.state.amendedInput), .text(approval.way?.rawValue),
                .id(approval.id),
            ]
        )
        return changed == 1
    }

    /// Takes steps of its escalation; false when somebody else did, or it is not open any more.
    static func advance(
        _ approval: Approval,
        from step: Int,
        in transaction: any Transaction
    ) throws -> Bool {
        let changed = try transaction.executeCounting(
            """
            UPDATE approval SET step = ?, due_at = ? WHERE id = ? AND state = 'open' AND step = ?
            """,
            [.int(approval.step), .time(approval.due), .id(approval.id), .int(step)]
        )
        return changed == 1
    }
}
