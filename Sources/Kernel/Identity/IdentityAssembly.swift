public import Core
public import Store

/// The parts of this room, put together around one cache of access tokens.
public struct IdentityAssembly: Sendable {
    /// Organisations, people, services and memberships.
    public let accounts: Accounts
    /// Turns access tokens into scopes.
    public let authenticator: Authenticator
    /// Signs people in and out.
    public let signIn: SignIn
    /// Who did what.
    public let audit: AuditLog
    /// Hashes new passwords, to be done before the transaction that stores them.
    public let passwords: PasswordHasher
    /// What others check access tokens with.
    public let publicKey: PublicKey

    /// The parts over one store; its tables are ``IdentityTables/migrations``.
    ///
    /// - Parameters:
    ///   - database: the store.
    ///   - key: what access tokens are signed with.
    ///   - clock: what time it is.
    ///   - random: makes ids and refresh tokens: `SystemRandom` wherever they are to be secret.
    ///   - configuration: lifetimes and limits.
    public init(
        database: any Database,
        key: SigningKey,
        clock: any WallClock,
        random: any RandomSource,
        configuration: SignInConfiguration = SignInConfiguration()
    ) {
        let cache = TokenCache(capacity: configuration.cachedTokens)
        audit = AuditLog(database: database, clock: clock)
        passwords = PasswordHasher(waiting: configuration.waitingPasswords)
        publicKey = key.publicKey
        accounts = Accounts(
            database: database,
            audit: audit,
            cache: cache,
            clock: clock,
            ids: IDGenerator(clock: clock, random: random)
        )
        authenticator = Authenticator(
            database: database,
            reader: AccessTokenReader(
                keys: [key.publicKey],
                issuer: configuration.issuer,
                audience: configuration.audience
            ),
            cache: cache,
            clock: clock
        )
        signIn = SignIn(
            database: database,
            accounts: accounts,
            passwords: passwords,
            key: key,
            clock: clock,
            random: random,
            configuration: configuration
        )
    }
}
