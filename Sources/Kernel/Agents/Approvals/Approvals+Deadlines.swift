import Core
import Observability
import Store

extension Approvals {
    /// What is due: questions that nobody answered in time, and steps of escalations.
    ///
    /// - Returns: ids, the longest due first, at most 64.
    /// - Throws: `StoreError`.
    func due(at now: Timestamp, in database: any Database) async throws -> [ID<Approval>] {
        try await database.query(
            "SELECT id FROM approval WHERE due_at <= ? ORDER BY due_at LIMIT 64",
            [.time(now)]
        ) { try $0.id(0) }
    }

    /// Takes what is due of one question: it expires, or more people are told.
    ///
    /// The row's state and step are compared and set: of several processes one does it, once.
    ///
    /// - Returns: whether there was anything to do.
    /// - Throws: `StoreError`, or what the hook throws.
    @discardableResult
    func takeDue(
        _ id: ID<Approval>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Bool {
        let found = try transaction.first(
            "SELECT \(ApprovalTables.columns) FROM approval WHERE id = ?",
            [.id(id)],
            ApprovalTables.read
        )
        guard let found, found.state == .open, let due = found.due, due <= now else {
            return false
        }
        var approval = try opened(found, in: transaction)
        let scope = Scope.approvals(of: approval)
        if let end = approval.request.expiresAt, end <= now {
            approval.state = .expired
            approval.closedAt = now
            guard try ApprovalTables.close(approval, in: transaction) else { return false }
            try tell("approval.expired", approval, [:], at: now, scope: scope, in: transaction)
            try tellClosed(approval, scope: scope, in: transaction)
            try answer(approval, in: transaction)
            return true
        }
        let step = approval.step
        let known = approval.roles
        // After a standstill the steps that were missed are taken together.
        while let next = approval.request.escalation.dropFirst(approval.step).first,
            approval.requestedAt + next.after <= now
        {
            approval.step += 1
        }
        guard try ApprovalTables.advance(approval, from: step, in: transaction) else {
            return false
        }
        let added = approval.roles.subtracting(known)
        try tell(
            "approval.escalated",
            approval,
            ["step": .int(approval.step), "roles": ApprovalTables.json(added)],
            at: now,
            scope: scope,
            in: transaction
        )
        if !added.isEmpty { try ask(approval, roles: added, at: now, in: transaction) }
        return true
    }

    /// Lets one whose hook failed wait, so that it does not hold up the others.
    func postpone(_ id: ID<Approval>, to later: Timestamp, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE approval SET due_at = ? WHERE id = ? AND state = 'open'",
            [.time(later), .id(id)]
        )
    }
}

extension Scope {
    /// The authority of approvals themselves, for what no person does about one.
    static func approvals(of approval: Approval) -> Scope {
        Scope(
            organisation: approval.organisation,
            actor: Actor(
                id: ID(high: 0x7000, low: 0x8000_0000_0000_00A1),
                kind: .service,
                name: "weft.approvals"
            ),
            roles: [],
            onBehalfOf: approval.onBehalfOf,
            trace: approval.trace ?? TraceContext(random: SystemRandom())
        )
    }
}
