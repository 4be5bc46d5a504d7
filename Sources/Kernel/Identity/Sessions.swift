public import Core
public import Store

/// The sign-ins of accounts: seen and ended by their owner, ended by an admin.
public struct Sessions: Sendable {
    let accounts: Accounts
    let clock: any WallClock

    /// One's own sessions that are open, newest first.
    ///
    /// - Throws: `StoreError`.
    public func own(scope: Scope, in reader: any Reader) throws -> [SessionRecord] {
        try reader.query(
            """
            SELECT id, created_at, last_used_at, expires_at, address, user_agent
            FROM identity_session
            WHERE account = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT 200
            """,
            [.id(scope.actor.id), .time(clock.now())]
        ) { row in
            SessionRecord(
                id: try row.id(0),
                createdAt: try row.timestamp(1),
                lastUsedAt: try row.optionalTimestamp(2),
                expiresAt: try row.timestamp(3),
                address: try row.optionalText(4),
                userAgent: try row.optionalText(5)
            )
        }
    }

    /// Ends one of one's own sessions; its tokens end at once.
    ///
    /// - Throws: `IdentityError` of code `notFound`; `StoreError`.
    public func end(
        _ session: ID<Session>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let changed = try transaction.executeCounting(
            """
            UPDATE identity_session SET revoked_at = ?
            WHERE id = ? AND account = ? AND revoked_at IS NULL
            """,
            [.time(clock.now()), .id(session), .id(scope.actor.id)]
        )
        guard changed == 1 else { throw IdentityError(.notFound, "there is no such session") }
        transaction.afterCommit { [accounts] in accounts.cache.revoke(session: session) }
        transaction.announce(TokenCache.topic)
        try accounts.audit.note(
            "session.closed",
            scope.actor.id,
            ["session": session.json],
            scope,
            transaction
        )
    }

    /// Ends all sessions of a member in the scope's organisation.
    ///
    /// - Parameters:
    ///   - account: whose.
    ///   - reason: why, for the audit log.
    ///   - scope: an admin's.
    ///   - transaction: what the change belongs to.
    /// - Returns: how many were open.
    /// - Throws: `IdentityError` of code `forbidden` or `notFound`; `StoreError`.
    public func endAll(
        of account: ID<Account>,
        reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        try scope.require(anyOf: .admin)
        _ = try accounts.account(account, scope: scope, in: transaction)
        let now = clock.now()
        let open = try transaction.executeCounting(
            """
            UPDATE identity_session SET revoked_at = ?
            WHERE account = ? AND organisation = ? AND revoked_at IS NULL AND expires_at > ?
            """,
            [.time(now), .id(account), .id(scope.organisation), .time(now)]
        )
        transaction.afterCommit { [accounts] in accounts.cache.revoke(account: account) }
        transaction.announce(TokenCache.topic)
        try accounts.audit.note(
            "sessions.revoked",
            account,
            ["revoked": .int(open), "reason": .string(reason)],
            scope,
            transaction
        )
        return open
    }
}
