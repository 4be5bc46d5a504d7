public import Core
public import Store

/// What people are asked to agree to: a question, and the token of the task that waits for the answer.
public struct Approvals: Sendable {
    /// Somebody who is asked.
    public struct Approval {}

    private let engine: WorkflowEngine

    /// The approvals of an engine's executions.
    public init(engine: WorkflowEngine) {
        self.engine = engine
    }

    private static let columns = """
        a.id, a.execution, a.title, a.details, a.roles, a.requested_at, a.decided_at, a.decided_by,
        a.approved, a.comment, t.token
        """
    private static let table =
        "workflow_approval a LEFT JOIN workflow_token t ON t.token = a.token"

    /// What approvals can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("requestedAt", "a.requested_at", isNumber: true), .init("title", "a.title"),
    ]

    /// Asks.
    ///
    /// - Throws: a fault of code `invalid-token` when the token is no waiting task's, or `StoreError`.
    public func request(
        _ id: ID<Approval>,
        token: String,
        title: String,
        details: JSON,
        roles: [String],
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard
            let place = try engine.tokens.place(
                of: token,
                organisation: scope.organisation,
                in: transaction
            )
        else {
            throw GeneralFault(
                .invalid,
                code: "invalid-token",
                "no task waits for this token",
                pointer: "/token"
            )
        }
        try transaction.execute(
            """
            INSERT INTO workflow_approval (id, organisation, token, execution, title, details, roles,
                requested_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .text(token), .id(place.execution),
                .text(title), .json(details), .json(.array(roles.map { .string($0) })), .time(now),
            ]
        )
    }

    private static func shown(_ row: any Row) throws -> JSON {
        let status: String
        if row.isNull(6) {
            status = row.isNull(10) ? "closed" : "open"
        } else {
            status = try row.bool(8) ? "approved" : "rejected"
        }
        return [
            "id": .string(try row.text(0)), "executionId": .string(try row.text(1)),
            "title": .string(try row.text(2)), "details": try row.json(3), "roles": try row.json(4),
            "requestedAt": try row.timestamp(5).json, "status": .string(status),
            "decidedAt": try row.optionalTimestamp(6)?.json ?? .null,
            "decidedBy": row.isNull(7) ? .null : try row.json(7),
            "comment": .optional(try row.optionalText(9)),
        ]
    }

    /// One page of approvals; of those that still can be decided when `onlyOpen`.
    ///
    /// - Throws: `StoreError`.
    public func page(
        onlyOpen: Bool,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("a.organisation = ?", [.id(scope.organisation)])
        if onlyOpen { rows.add("a.decided_at IS NULL AND t.token IS NOT NULL") }
        return try query.page(
            Self.columns,
            count: 11,
            of: Self.table,
            where: rows,
            in: reader,
            Self.shown
        )
    }

    /// Decides, and answers the task that waits: `{"approved","by","comment"}`.
    ///
    /// - Returns: the approval as it is shown.
    /// - Throws: faults of code `approval-not-found`, `forbidden` and `approval-is-closed`, or
    ///   `StoreError`.
    public func decide(
        _ id: ID<Approval>,
        approves: Bool,
        comment: String?,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> JSON {
        let found = try transaction.first(
            """
            SELECT a.token, a.roles, a.decided_at FROM workflow_approval a
            WHERE a.organisation = ? AND a.id = ?
            """,
            [.id(scope.organisation), .id(id)]
        ) { row in
            (token: try row.text(0), roles: try row.json(1), isDecided: !row.isNull(2))
        }
        guard let found else {
            throw GeneralFault(
                .notFound,
                code: "approval-not-found",
                "there is no approval \"\(id)\""
            )
        }
        let roles = found.roles.array?.compactMap(\.string) ?? []
        guard roles.isEmpty || scope.roles.contains(where: { roles.contains($0.rawValue) }) else {
            throw GeneralFault(
                .forbidden,
                code: "forbidden",
                "this is for the roles: \(roles.joined(separator: ", "))"
            )
        }
        let closed = GeneralFault(
            .conflict,
            code: "approval-is-closed",
            "this was decided already, or nobody waits for it any more"
        )
        guard !found.isDecided else { throw closed }
        try transaction.execute(
            """
            UPDATE workflow_approval SET decided_at = ?, decided_by = ?, approved = ?, comment = ?
            WHERE id = ?
            """,
            [
                .time(now), .json(scope.actor.json), .bool(approves), .text(comment), .id(id),
            ]
        )
        do {
            try engine.succeed(
                found.token,
                output: [
                    "approved": .bool(approves), "by": scope.actor.json,
                    "comment": .optional(comment),
                ],
                scope: scope,
                in: transaction
            )
        } catch let fault as GeneralFault where fault.code == "invalid-token" {
            throw closed
        }
        let shown = try transaction.first(
            "SELECT \(Self.columns) FROM \(Self.table) WHERE a.id = ?",
            [.id(id)],
            Self.shown
        )
        return shown ?? .null
    }
}
