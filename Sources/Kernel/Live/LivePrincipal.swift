public import Core

/// Who holds a live connection, and for how long.
public struct LivePrincipal: Sendable {
    /// The only organisation whose topics may be followed.
    public var organisation: ID<Organisation>
    /// Who it is.
    public var actor: Actor
    /// What decides which topics may be followed.
    public var roles: Set<Role>
    /// The sign-in's id, as text; nil for a key.
    public var session: String?
    /// Who made the key: what ends their rights ends the key's; nil for a sign-in.
    public var maker: ID<Account>?
    /// When the credential ends; nil for never.
    public var expiresAt: Timestamp?

    /// A principal.
    public init(
        organisation: ID<Organisation>,
        actor: Actor,
        roles: Set<Role>,
        session: String?,
        maker: ID<Account>? = nil,
        expiresAt: Timestamp?
    ) {
        self.organisation = organisation
        self.actor = actor
        self.roles = roles
        self.session = session
        self.maker = maker
        self.expiresAt = expiresAt
    }
}

/// Credentials that are no longer good.
public enum LiveRevocation: Sendable, Hashable {
    /// All of an account, and the keys that it made.
    case account(ID<Account>)
    /// Those of one sign-in.
    case session(String)
    /// Those of all sign-ins.
    case sessions

    func concerns(_ principal: LivePrincipal) -> Bool {
        switch self {
        case .account(let id): principal.actor.id == id || principal.maker == id
        case .sessions: principal.session != nil
        case .session(let id): principal.session == id
        }
    }
}
