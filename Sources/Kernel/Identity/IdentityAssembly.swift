public import Core
public import Store
public import Vault

/// The parts of this room, put together around one cache of access tokens.
public struct IdentityAssembly: Sendable {
    /// Organisations, people, services and memberships.
    public let accounts: Accounts
    /// Turns access tokens and keys into scopes.
    public let authenticator: Authenticator
    /// Signs people in and out.
    public let signIn: SignIn
    /// Signs people in by an identity provider.
    public let federation: FederatedSignIn
    /// One-time passwords.
    public let secondFactor: SecondFactor
    /// Forgotten passwords, invitations.
    public let reset: PasswordReset
    /// Sign-ins, seen and ended.
    public let sessions: Sessions
    /// Keys for programs.
    public let apiKeys: APIKeys
    /// Who did what.
    public let audit: AuditLog
    /// Hashes new passwords, to be done before the transaction that stores them.
    public let passwords: PasswordHasher
    /// What access tokens are signed and checked with.
    public let keys: KeyRing

    /// The parts over one store; its tables are ``IdentityTables/migrations``.
    ///
    /// - Parameters:
    ///   - database: the store.
    ///   - keys: what access tokens are signed with.
    ///   - vault: encrypts what the store must keep secret.
    ///   - mailer: sends letters; nil sends none.
    ///   - web: reaches identity providers; needed where there are any.
    ///   - providers: the identity providers.
    ///   - clock: what time it is.
    ///   - random: makes ids, keys and tokens: `SystemRandom` wherever they are to be secret.
    ///   - configuration: lifetimes and limits.
    public init(
        database: any Database,
        keys: KeyRing,
        vault: Vault,
        mailer: (any IdentityMailer)? = nil,
        web: (any WebClient)? = nil,
        providers: [ProviderConfiguration] = [],
        clock: any WallClock,
        random: any RandomSource,
        configuration: SignInConfiguration = SignInConfiguration()
    ) {
        let cache = TokenCache(capacity: configuration.cachedTokens)
        keys.whenRemoved { cache.revokeTokens() }
        database.onAnnouncement(of: TokenCache.topic) { cache.forget() }
        self.keys = keys
        audit = AuditLog(database: database, clock: clock)
        passwords = PasswordHasher(waiting: configuration.waitingPasswords)
        let ids = IDGenerator(clock: clock, random: random)
        accounts = Accounts(
            database: database,
            audit: audit,
            cache: cache,
            clock: clock,
            ids: ids
        )
        authenticator = Authenticator(
            database: database,
            keys: keys,
            issuer: configuration.issuer,
            audience: configuration.audience,
            cache: cache,
            uses: LastUse(),
            clock: clock
        )
        secondFactor = SecondFactor(
            audit: audit,
            vault: vault,
            issuer: configuration.productName,
            clock: clock,
            random: random
        )
        let gate = AttemptGate(configuration: configuration, clock: clock)
        signIn = SignIn(
            database: database,
            accounts: accounts,
            passwords: passwords,
            secondFactor: secondFactor,
            keys: keys,
            gate: gate,
            clock: clock,
            random: random,
            configuration: configuration
        )
        federation = FederatedSignIn(
            web == nil ? [] : providers,
            web: web ?? NoWebClient(),
            signIn: signIn,
            vault: vault,
            random: random,
            clock: clock
        )
        reset = PasswordReset(
            database: database,
            accounts: accounts,
            passwords: passwords,
            gate: gate,
            mailer: mailer,
            clock: clock,
            random: random,
            configuration: configuration
        )
        sessions = Sessions(accounts: accounts, clock: clock)
        apiKeys = APIKeys(audit: audit, cache: cache, clock: clock, random: random, ids: ids)
    }
}

/// Reaches nobody.
private struct NoWebClient: WebClient {
    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        throw WebFault(.unreachable, "this installation makes no requests of others")
    }
}
