public import Core

/// What a good access token or API key stands for.
public struct Credential: Sendable {
    /// The organisation it is good for.
    public let organisation: ID<Organisation>
    /// Who acts: the one who signed in, or the key as a service of its own.
    public let actor: Actor
    /// What it allows: the roles at the time of issue, or of the key.
    public let roles: Set<Role>
    /// The sign-in it belongs to; nil for a key.
    public let session: ID<Session>?
    /// The key; nil for a token.
    public var key: ID<APIKey>?
    /// Who made the key: what ends their rights ends the key's.
    public var maker: ID<Account>?
    /// When it ends.
    public let expiresAt: Timestamp

    /// The authority it gives.
    public func scope(trace: TraceContext) -> Scope {
        Scope(
            organisation: organisation,
            actor: actor,
            roles: roles,
            session: session,
            trace: trace
        )
    }

    /// Identifies what is used: the session or the key.
    var use: ID<Credential> {
        session?.retyped() ?? key?.retyped() ?? actor.id.retyped()
    }

    /// Tokens are made by machines whose clocks may differ; a key's end is our own.
    var leeway: Duration { key == nil ? AccessToken.leeway : .zero }
}
