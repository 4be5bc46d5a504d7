public import Core
import Store

/// What a good access token stands for.
public struct Credential: Sendable {
    /// The organisation it is good for.
    public let organisation: ID<Organisation>
    /// Who signed in.
    public let actor: Actor
    /// The roles at the time of issue.
    public let roles: Set<Role>
    /// The sign-in it belongs to.
    public let session: ID<Session>
    /// When it ends.
    public let expiresAt: Timestamp

    /// The authority it gives.
    public func scope(trace: TraceContext) -> Scope {
        Scope(organisation: organisation, actor: actor, roles: roles, trace: trace)
    }
}

/// Turns an access token into the authority it gives.
///
/// A token is verified once and then found by its hash, until it expires or is revoked. A revocation
/// takes effect in this program as soon as it is committed; in another program on the same store, for
/// tokens it holds already, when they expire.
public struct Authenticator: Sendable {
    let database: any Database
    let reader: AccessTokenReader
    let cache: TokenCache
    let clock: any WallClock

    /// The credential of a token that was verified before, at the price of a hash; nil asks the caller
    /// to use ``credential(bearer:)``.
    ///
    /// - Throws: `IdentityError` of code `expiredToken`.
    public func cached(bearer: String) throws(IdentityError) -> Credential? {
        guard bearer.utf8.count <= SignedText.longest else { return nil }
        return try cached(try SHA256Digest(bearer))
    }

    /// The credential of a token; does not suspend unless the store does.
    ///
    /// - Throws: `IdentityError` of code `invalidToken`, `expiredToken` or `revokedToken`; `StoreError`.
    public func credential(bearer: String) async throws -> Credential {
        guard bearer.utf8.count <= SignedText.longest else {
            throw IdentityError(.invalidToken, "the access token is not valid")
        }
        let digest = try SHA256Digest(bearer)
        if let found = try cached(digest) { return found }
        let token = try reader.read(bearer, now: clock.now())
        let revocations = cache.revocations
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
        let credential = Credential(
            organisation: token.organisation,
            actor: found.actor,
            roles: token.roles,
            session: token.session,
            expiresAt: token.expiresAt
        )
        cache.insert(digest, credential, since: revocations)
        return credential
    }

    /// The authority that a token gives within a trace.
    ///
    /// - Throws: as ``credential(bearer:)``.
    public func authenticate(bearer: String, trace: TraceContext) async throws -> Scope {
        try await credential(bearer: bearer).scope(trace: trace)
    }

    /// Lets `listener` hear of every revocation that this program commits, on the thread that committed
    /// it: it must be quick.
    public func onRevocation(_ listener: @escaping @Sendable (Revocation) -> Void) {
        cache.onRevocation(listener)
    }

    private func cached(_ digest: SHA256Digest) throws(IdentityError) -> Credential? {
        guard let found = cache.find(digest) else { return nil }
        guard clock.now() < found.expiresAt + AccessToken.leeway else {
            cache.remove(digest)
            throw IdentityError(.expiredToken, "the access token has expired")
        }
        return found
    }
}
