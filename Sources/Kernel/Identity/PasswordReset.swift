public import Core
public import Store

/// One-time links by which people set a password: forgotten ones, and first ones.
public struct PasswordReset: Sendable {
    let database: any Database
    let accounts: Accounts
    let passwords: PasswordHasher
    let gate: AttemptGate
    let mailer: (any IdentityMailer)?
    let clock: any WallClock
    let random: any RandomSource
    let configuration: SignInConfiguration

    /// Sends a link to an e-mail that somebody has, and nothing to one that nobody has.
    ///
    /// What is told, and how long it takes, is the same for both: the same rows are written, and mail is
    /// sent later. After three letters in an hour the next wait, silently.
    ///
    /// - Throws: `IdentityError` of code `throttled` for an address that asks too often; `StoreError`.
    public func ask(email: String, visitor: Visitor) async throws {
        let normal = try? EmailAddress(email)
        let name = try SHA256Digest(normal?.text ?? String(email.prefix(254))).hexadecimal
        let wanted = try gate.mail(name: name, address: visitor.address)
        let token = random.token()
        let hash = try SHA256Digest(token).hexadecimal
        let now = clock.now()
        let until = now + configuration.resetLifetime
        try await database.transaction { transaction in
            let found: (id: ID<Account>, name: String)? = try transaction.first(
                "SELECT id, name FROM identity_account WHERE email = ? AND disabled = 0",
                [.text(normal?.text ?? "")]
            ) { (try $0.id(0), try $0.text(1)) }
            // Looked for in any case: a query that is left out could be measured.
            let home = try SignIn.memberships(
                of: found?.id ?? ID(high: 0, low: 0),
                in: transaction
            ).first?.organisation.id
            try store(hash, of: found?.id, .reset, now, until, in: transaction)
            var scope = Scope.installation(trace: visitor.trace)
            scope.organisation = home ?? .system
            try accounts.audit.append(
                "password.reset-asked",
                subject: found.map { "account:\($0.id)" } ?? "account:unknown",
                outcome: found != nil && wanted ? .done : .refused,
                detail: ["address": .string(visitor.address)],
                scope: scope,
                in: transaction
            )
            guard let found, wanted, let normal, let mailer else { return }
            try mailer.send(
                IdentityMail(
                    purpose: .reset,
                    name: found.name,
                    address: normal,
                    link: Self.link(token),
                    goodUntil: until,
                    key: "password-reset:\(hash.prefix(32))"
                ),
                scope: scope,
                in: transaction
            )
        }
    }

    /// Makes a link by which a new member sets the first password, and sends it.
    ///
    /// - Parameters:
    ///   - account: a person without a password.
    ///   - scope: an admin's.
    ///   - transaction: the transaction that makes the account.
    /// - Returns: the link when it must be handed over by hand, since there is no mail; else nil.
    /// - Throws: `IdentityError`; `StoreError`; what the mailer throws.
    public func invite(
        _ account: AccountRecord,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Secret? {
        let token = random.token()
        let hash = try SHA256Digest(token).hexadecimal
        let now = clock.now()
        let until = now + configuration.invitationLifetime
        try store(hash, of: account.id, .invitation, now, until, in: transaction)
        guard let mailer, mailer.isConfigured, let email = account.email else {
            return Self.link(token)
        }
        try mailer.send(
            IdentityMail(
                purpose: .invitation,
                name: account.name,
                address: try EmailAddress(email),
                link: Self.link(token),
                goodUntil: until,
                key: "invitation:\(hash.prefix(32))"
            ),
            scope: scope,
            in: transaction
        )
        return nil
    }

    /// Sets the password by a link's token, and ends all the account's sessions.
    ///
    /// - Throws: `IdentityError` of code `invalidResetToken`, `weakPassword` or `busy`; `StoreError`.
    public func reset(token: Secret, to password: Secret, visitor: Visitor) async throws {
        guard token.exposed.utf8.count == 43 else { throw Self.refused }
        let hash = try SHA256Digest(token.exposed).hexadecimal
        let now = clock.now()
        // Looked up first: hashing a password for anybody who asks would be too dear.
        let email = try await database.read { reader in
            try Self.target(of: hash, now: now, in: reader)?.email
        }
        guard let email else { throw Self.refused }
        try PasswordRules.check(password, for: try EmailAddress(email))
        let hashed = try await passwords.hash(password)
        try await database.transaction { transaction in
            guard let found = try Self.target(of: hash, now: now, in: transaction) else {
                throw Self.refused
            }
            try transaction.execute(
                "UPDATE identity_account SET password_hash = ? WHERE id = ?",
                [.text(hashed.text), .id(found.account)]
            )
            try transaction.execute(
                "DELETE FROM identity_reset WHERE account = ?",
                [.id(found.account)]
            )
            try accounts.signOutEverywhere(found.account, in: transaction)
            let home = try SignIn.memberships(of: found.account, in: transaction).first
            try accounts.audit.note(
                "password.reset",
                found.account,
                ["by": .string(found.purpose), "address": .string(visitor.address)],
                Scope(
                    organisation: home?.organisation.id ?? .system,
                    actor: found.actor,
                    roles: [],
                    trace: visitor.trace
                ),
                transaction
            )
        }
    }

    private struct Target {
        var account: ID<Account>
        var actor: Actor
        var email: String
        var purpose: String
    }

    private static func target(
        of hash: String,
        now: Timestamp,
        in reader: any Reader
    ) throws -> Target? {
        try reader.first(
            """
            SELECT a.id, a.name, a.email, r.purpose FROM identity_reset r
            JOIN identity_account a ON a.id = r.account
            WHERE r.hash = ? AND r.expires_at > ? AND a.disabled = 0 AND a.email IS NOT NULL
            """,
            [.text(hash), .time(now)]
        ) { row in
            Target(
                account: try row.id(0),
                actor: Actor(id: try row.id(0), kind: .person, name: try row.text(1)),
                email: try row.text(2),
                purpose: try row.text(3)
            )
        }
    }

    private func store(
        _ hash: String,
        of account: ID<Account>?,
        _ purpose: IdentityMail.Purpose,
        _ now: Timestamp,
        _ until: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_reset (hash, account, purpose, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [.text(hash), .id(account), .text(purpose.rawValue), .time(now), .time(until)]
        )
    }

    private static func link(_ token: String) -> Secret { Secret("/console/reset?token=\(token)") }

    private static var refused: IdentityError {
        IdentityError(
            .invalidResetToken,
            "the link was used, is too old, or was never ours; ask for a new one",
            pointer: "/token"
        )
    }
}
