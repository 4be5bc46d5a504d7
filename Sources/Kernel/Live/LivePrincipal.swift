public import Core

/// Who holds a live connection, and for how long.
public struct LivePrincipal: Sendable {
    /// The only organisation whose topics may be followed.
    public var organisation: ID<Organisation>
    /// Who it is.
    public var actor: Actor
    /// What decides which topics may be followed.
    public var roles: Set<Role>
    /// What can be revoked besides the account: the sign-in's id, as text; nil for none.
    public var session: String?
    /// When the credential ends; nil for never.
    public var expiresAt: Timestamp?

    /// A principal.
    public init(
        organisation: ID<Organisation>,
        actor: Actor,
        roles: Set<Role>,
        session: String?,
        expiresAt: Timestamp?
    ) {
        self.organisation = organisation
        self.actor = actor
        self.roles = roles
        self.session = session
        self.expiresAt = expiresAt
    }
}

/// Credentials that are no longer good.
public enum LiveRevocation: Sendable, Hashable {
    /// All of an account.
    case account(ID<Account>)
    /// Those of one sign-in.
    case session(String)

    func concerns(_ principal: LivePrincipal) -> Bool {
        switch self {
        case .account(let id): principal.actor.id == id
        case .session(let id): principal.session == id
        }
    }
}
