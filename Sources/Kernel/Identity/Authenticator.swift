public import Core
import Store

/// Turns an access token or an API key into the authority it gives.
///
/// Each is verified once and then found by its hash, until it expires or is revoked. A revocation takes
/// effect in this program as soon as it is committed; in another program on the same store, for tokens
/// and keys it holds already, when they expire.
public struct Authenticator: Sendable {
    let database: any Database
    let keys: KeyRing
    let issuer: String
    let audience: String
    let cache: TokenCache
    let uses: LastUse
    let clock: any WallClock

    /// The credential of a token or key that was verified before, at the price of a hash; nil asks the
    /// caller to use ``credential(bearer:)``.
    ///
    /// - Throws: `IdentityError` of code `expiredToken`.
    public func cached(bearer: String) throws(IdentityError) -> Credential? {
        guard bearer.utf8.count <= SignedText.longest,
            let found = try cached(try SHA256Digest(bearer)),
            !uses.isDue(found.use, now: clock.now())
        else { return nil }
        return found
    }

    /// The credential of a token or key; does not suspend unless the store does.
    ///
    /// - Throws: `IdentityError` of code `invalidToken`, `expiredToken` or `revokedToken`; `StoreError`.
    public func credential(bearer: String) async throws -> Credential {
        guard bearer.utf8.count <= SignedText.longest else {
            throw IdentityError(.invalidToken, "the access token is not valid")
        }
        let digest = try SHA256Digest(bearer)
        let credential: Credential
        if let found = try cached(digest) {
            credential = found
        } else {
            let revocations = cache.revocations
            credential =
                if bearer.hasPrefix(APIKeys.prefix) {
                    try await key(digest)
                } else {
                    try await token(bearer)
                }
            cache.insert(digest, credential, since: revocations)
        }
        if uses.take(credential.use, now: clock.now()) { await noteUse(credential) }
        return credential
    }

    /// The authority that a token or key gives within a trace.
    ///
    /// - Throws: as ``credential(bearer:)``.
    public func authenticate(bearer: String, trace: TraceContext) async throws -> Scope {
        try await credential(bearer: bearer).scope(trace: trace)
    }

    private func token(_ bearer: String) async throws -> Credential {
        let reader = AccessTokenReader(
            keys: keys.publicKeys,
            issuer: issuer,
            audience: audience
        )
        let token = try reader.read(bearer, now: clock.now())
        let rows = try await database.query(
            """
            SELECT a.kind, a.name, a.disabled, a.epoch, s.revoked_at
            FROM identity_session s
            JOIN identity_account a ON a.id = s.account
            JOIN identity_membership m ON m.account = s.account AND m.organisation = s.organisation
            WHERE s.id = ? AND s.account = ? AND s.organisation = ?
            """,
            [.id(token.session), .id(token.account), .id(token.organisation)]
        ) { row in
            (
                actor: Actor(
                    id: token.account,
                    kind: try AccountRecord.kind(row.text(0)),
                    name: try row.text(1)
                ),
                good: try !row.bool(2) && row.int(3) == token.epoch && row.isNull(4)
            )
        }
        guard let found = rows.first, found.good else {
            throw IdentityError(.revokedToken, "the access token was revoked")
        }
        return Credential(
            organisation: token.organisation,
            actor: found.actor,
            roles: token.roles,
            session: token.session,
            expiresAt: token.expiresAt
        )
    }

    /// A key gives what its maker still may: it ends with the maker's account and membership.
    private func key(_ digest: SHA256Digest) async throws -> Credential {
        let found = try await database.query(
            """
            SELECT k.id, k.organisation, k.name, k.roles, k.created_by, k.expires_at, k.revoked_at,
                a.disabled, m.roles
            FROM identity_api_key k
            JOIN identity_account a ON a.id = k.created_by
            LEFT JOIN identity_membership m
                ON m.account = k.created_by AND m.organisation = k.organisation
            WHERE k.hash = ?
            """,
            [.text(digest.hexadecimal)]
        ) { row in
            let id: ID<APIKey> = try row.id(0)
            let makers = row.isNull(8) ? [] : Set<Role>(json: try row.json(8))
            return (
                credential: Credential(
                    organisation: try row.id(1),
                    actor: Actor(id: id.retyped(), kind: .service, name: try row.text(2)),
                    roles: Set(json: try row.json(3)).intersection(makers.grantable),
                    session: nil,
                    key: id,
                    maker: try row.id(4),
                    expiresAt: try row.timestamp(5)
                ),
                good: try row.isNull(6) && !row.bool(7)
            )
        }.first
        guard let found else {
            throw IdentityError(.invalidToken, "the API key is not valid")
        }
        guard found.good, !found.credential.roles.isEmpty else {
            throw IdentityError(.revokedToken, "the API key was revoked")
        }
        guard clock.now() < found.credential.expiresAt else {
            throw IdentityError(.expiredToken, "the API key has expired")
        }
        return found.credential
    }

    private func noteUse(_ credential: Credential) async {
        let now = clock.now()
        do {
            try await database.transaction { transaction in
                if let key = credential.key {
                    try transaction.execute(
                        "UPDATE identity_api_key SET last_used_at = ? WHERE id = ?",
                        [.time(now), .id(key)]
                    )
                } else if let session = credential.session {
                    try transaction.execute(
                        "UPDATE identity_session SET last_used_at = ? WHERE id = ?",
                        [.time(now), .id(session)]
                    )
                }
            }
        } catch {
            // Whoever only reads is not to be refused because the disk is full; the next minute tries
            // again.
        }
    }

    /// Lets `listener` hear of every revocation that this program commits, on the thread that committed
    /// it: it must be quick.
    public func onRevocation(_ listener: @escaping @Sendable (Revocation) -> Void) {
        cache.onRevocation(listener)
    }

    private func cached(_ digest: SHA256Digest) throws(IdentityError) -> Credential? {
        keys.look()
        guard let found = cache.find(digest) else { return nil }
        guard clock.now() < found.expiresAt + found.leeway else {
            cache.remove(digest)
            throw IdentityError(
                .expiredToken,
                found.key == nil ? "the access token has expired" : "the API key has expired"
            )
        }
        return found
    }
}
