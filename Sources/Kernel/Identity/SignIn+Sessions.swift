public import Core
import Store

extension SignIn {
    /// A membership with its organisation.
    struct Member: Sendable {
        var organisation: OrganisationRecord
        var roles: Set<Role>
    }

    /// What the store granted and the tokens are made from.
    struct Grant: Sendable {
        var actor: Actor
        var epoch: Int64
        var session: ID<Session>
        var membership: Member
        var all: [Member]

        func scope(trace: TraceContext) -> Scope {
            Scope(
                organisation: membership.organisation.id,
                actor: actor,
                roles: membership.roles,
                trace: trace
            )
        }
    }

    private enum Renewal: Sendable {
        case granted(Grant)
        case refused
    }

    /// Trades a refresh token for new tokens with the rights of now.
    ///
    /// Each is good once. One that comes a second time was stolen, or its thief was faster: the whole
    /// session ends.
    ///
    /// - Throws: `IdentityError` of code `invalidRefreshToken`; `StoreError`.
    public func refresh(_ token: Secret, visitor: Visitor) async throws -> SignedIn {
        let trace = visitor.trace
        let old = try Self.refreshHash(token)
        let secret = freshRefreshToken()
        let hash = try SHA256Digest(secret.exposed).hexadecimal
        let now = clock.now()
        let expires = now + configuration.refreshLifetime
        // A reused token's revocation must be kept, so the transaction succeeds with a refusal.
        let renewal = try await database.transaction { [accounts] transaction -> Renewal in
            guard let found = try Self.stored(old, in: transaction), !found.revoked else {
                return .refused
            }
            if found.used {
                try Self.end(
                    found,
                    why: "session.reuse-detected",
                    now,
                    accounts,
                    trace,
                    transaction
                )
                return .refused
            }
            let all = try Self.memberships(of: found.actor.id, in: transaction)
            guard now < found.expiresAt, !found.disabled,
                let member = all.first(where: { $0.organisation.id == found.organisation })
            else { return .refused }
            try transaction.execute(
                "UPDATE identity_refresh_token SET used_at = ? WHERE hash = ?",
                [.time(now), .text(old)]
            )
            try Self.insertRefreshToken(
                hash,
                session: found.session,
                now: now,
                expires: expires,
                in: transaction
            )
            try transaction.execute(
                """
                UPDATE identity_session
                SET expires_at = ?, last_used_at = ?, address = ?, user_agent = ? WHERE id = ?
                """,
                [
                    .time(expires), .time(now), .text(visitor.address), .text(visitor.userAgent),
                    .id(found.session),
                ]
            )
            return .granted(
                Grant(
                    actor: found.actor,
                    epoch: found.epoch,
                    session: found.session,
                    membership: member,
                    all: all
                )
            )
        }
        guard case .granted(let grant) = renewal else { throw Self.refusedRefresh }
        return try signedIn(grant, refresh: secret, refreshExpiresAt: expires, now: now)
    }

    /// Ends the session of a refresh token; an unknown or ended one is no error.
    ///
    /// - Throws: `StoreError`.
    public func revoke(_ token: Secret, trace: TraceContext) async throws {
        guard let hash = try? Self.refreshHash(token) else { return }
        let now = clock.now()
        try await database.transaction { [accounts] transaction in
            guard let found = try Self.stored(hash, in: transaction), !found.revoked else { return }
            try Self.end(found, why: "session.closed", now, accounts, trace, transaction)
        }
    }

    /// Removes sessions, refresh tokens and one-time links that expired before `moment`.
    ///
    /// - Returns: how many sessions went.
    /// - Throws: `StoreError`.
    @discardableResult
    public func prune(expiredBefore moment: Timestamp) async throws -> Int {
        try await database.transaction { transaction in
            try transaction.execute(
                "DELETE FROM identity_refresh_token WHERE expires_at < ?",
                [.time(moment)]
            )
            for table in ["identity_reset", "identity_exchange"] {
                try transaction.execute(
                    "DELETE FROM \(table) WHERE expires_at < ?",
                    [.time(moment)]
                )
            }
            return try transaction.executeCounting(
                "DELETE FROM identity_session WHERE expires_at < ?",
                [.time(moment)]
            )
        }
    }

    private struct Stored: Sendable {
        var session: ID<Session>
        var used: Bool
        var expiresAt: Timestamp
        var revoked: Bool
        var organisation: ID<Organisation>
        var actor: Actor
        var disabled: Bool
        var epoch: Int64
    }

    private static func stored(_ hash: String, in reader: any Reader) throws -> Stored? {
        try reader.first(
            """
            SELECT t.session, t.used_at, t.expires_at, s.revoked_at, s.organisation,
                a.id, a.kind, a.name, a.disabled, a.epoch
            FROM identity_refresh_token t
            JOIN identity_session s ON s.id = t.session
            JOIN identity_account a ON a.id = s.account
            WHERE t.hash = ?
            """,
            [.text(hash)]
        ) { row in
            Stored(
                session: try row.id(0),
                used: !row.isNull(1),
                expiresAt: try row.timestamp(2),
                revoked: !row.isNull(3),
                organisation: try row.id(4),
                actor: Actor(
                    id: try row.id(5),
                    kind: try AccountRecord.kind(row.text(6)),
                    name: try row.text(7)
                ),
                disabled: try row.bool(8),
                epoch: try row.int(9)
            )
        }
    }

    private static func end(
        _ found: Stored,
        why action: String,
        _ now: Timestamp,
        _ accounts: Accounts,
        _ trace: TraceContext,
        _ transaction: any Transaction
    ) throws {
        try transaction.execute(
            "UPDATE identity_session SET revoked_at = ? WHERE id = ?",
            [.time(now), .id(found.session)]
        )
        transaction.afterCommit { accounts.cache.revoke(session: found.session) }
        transaction.announce(TokenCache.topic)
        let scope = Scope(
            organisation: found.organisation,
            actor: found.actor,
            roles: [],
            trace: trace
        )
        let detail: JSON = ["session": found.session.json]
        try accounts.audit.note(action, found.actor.id, detail, scope, transaction)
    }

    static func memberships(of account: ID<Account>, in reader: any Reader) throws -> [Member] {
        try reader.query(
            """
            SELECT o.id, o.name, o.created_at, m.roles
            FROM identity_membership m JOIN identity_organisation o ON o.id = m.organisation
            WHERE m.account = ? ORDER BY o.name
            """,
            [.id(account)]
        ) { row in
            Member(
                organisation: try OrganisationRecord.read(row),
                roles: Set(json: try row.json(3))
            )
        }
    }

    static func insertRefreshToken(
        _ hash: String,
        session: ID<Session>,
        now: Timestamp,
        expires: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_refresh_token (hash, session, issued_at, expires_at)
            VALUES (?, ?, ?, ?)
            """,
            [.text(hash), .id(session), .time(now), .time(expires)]
        )
    }

    /// `wr_` and 256 random bits: enough that a plain hash protects it at rest.
    func freshRefreshToken() -> Secret { Secret("wr_" + random.token()) }

    private static func refreshHash(_ token: Secret) throws(IdentityError) -> String {
        guard token.exposed.utf8.count == 46 else { throw refusedRefresh }
        return try SHA256Digest(token.exposed).hexadecimal
    }

    private static var refusedRefresh: IdentityError {
        IdentityError(.invalidRefreshToken, "the refresh token is not valid; sign in again")
    }

    func signedIn(
        _ grant: Grant,
        refresh: Secret,
        refreshExpiresAt: Timestamp,
        now: Timestamp
    ) throws -> SignedIn {
        let seconds = now.microseconds / 1_000_000
        let issued = Timestamp(microseconds: seconds * 1_000_000)
        let token = AccessToken(
            issuer: configuration.issuer,
            audience: configuration.audience,
            account: grant.actor.id,
            organisation: grant.membership.organisation.id,
            session: grant.session,
            roles: grant.membership.roles,
            epoch: grant.epoch,
            issuedAt: issued,
            expiresAt: issued + configuration.accessLifetime,
            id: ids.next()
        )
        return SignedIn(
            accessToken: try token.signed(by: keys.active),
            accessExpiresAt: token.expiresAt,
            refreshToken: refresh,
            refreshExpiresAt: refreshExpiresAt,
            actor: grant.actor,
            roles: grant.membership.roles,
            organisation: grant.membership.organisation,
            organisations: grant.all.map(\.organisation)
        )
    }
}
