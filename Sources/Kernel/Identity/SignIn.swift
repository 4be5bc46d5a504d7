public import Core
import Store

/// Signs people in by password and second factor, renews and ends their sessions.
public final class SignIn: Sendable {
    let database: any Database
    let accounts: Accounts
    let passwords: PasswordHasher
    let secondFactor: SecondFactor
    let keys: KeyRing
    let clock: any WallClock
    let random: any RandomSource
    let ids: IDGenerator
    let configuration: SignInConfiguration
    let gate: AttemptGate

    init(
        database: any Database,
        accounts: Accounts,
        passwords: PasswordHasher,
        secondFactor: SecondFactor,
        keys: KeyRing,
        gate: AttemptGate,
        clock: any WallClock,
        random: any RandomSource,
        configuration: SignInConfiguration
    ) {
        self.database = database
        self.accounts = accounts
        self.passwords = passwords
        self.secondFactor = secondFactor
        self.keys = keys
        self.gate = gate
        self.clock = clock
        self.random = random
        self.configuration = configuration
        ids = IDGenerator(clock: clock, random: random)
    }

    /// Signs in by password, and by a code where the account has a second factor.
    ///
    /// Nothing that is told, nor how long it takes, says whether the e-mail is known.
    ///
    /// - Parameters:
    ///   - email: as typed.
    ///   - password: as typed.
    ///   - code: 6 digits or a recovery code; nil when none was asked for yet.
    ///   - organisation: which of the account's organisations; nil takes the first by name.
    ///   - visitor: where the attempt comes from; failures are counted per e-mail and address.
    /// - Returns: the tokens and who they are for.
    /// - Throws: `IdentityError` of code `invalidCredentials`, `throttled`, `busy`, or, only after a right
    ///   password, `totpRequired`, `invalidCode`, or `notFound` when the account is no member of the
    ///   organisation; `StoreError`.
    public func token(
        email: String,
        password: Secret,
        code: String? = nil,
        organisation: ID<Organisation>? = nil,
        visitor: Visitor
    ) async throws -> SignedIn {
        let normal = try? EmailAddress(email)
        // An unreadable e-mail is counted and checked like an unknown one.
        let name = normal?.text ?? String(email.prefix(254))
        let attempt = try gate.signIn(
            name: try SHA256Digest(name).hexadecimal,
            address: visitor.address
        )
        do {
            let known = try await find(normal)
            let right = try await passwords.verify(password, against: known?.hash)
            guard let known, right, !known.disabled else {
                try await noteRefusal(
                    known: known,
                    reason: known?.disabled == true ? "disabled" : "credentials",
                    visitor: visitor
                )
                throw IdentityError(.invalidCredentials, "the e-mail or the password is wrong")
            }
            let signedIn: SignedIn
            do {
                signedIn = try await open(
                    known,
                    organisation: organisation,
                    factor: .code(code),
                    visitor: visitor
                )
            } catch let error as IdentityError where error.reason == .invalidCode {
                try await noteRefusal(known: known, reason: "code", visitor: visitor)
                throw error
            }
            gate.settle(attempt, forgives: true)
            return signedIn
        } catch {
            // Only a wrong guess counts; a busy program or a full disk is not the person's fault.
            let reason = (error as? IdentityError)?.reason
            if reason != .invalidCredentials, reason != .invalidCode {
                gate.settle(attempt, forgives: false)
            }
            throw error
        }
    }

    /// Whether the password is the account's, for one who is signed in and changes something of weight.
    ///
    /// Guesses are counted as those at sign-in are.
    ///
    /// - Throws: `IdentityError` of code `wrongPassword`, `throttled` or `busy`; `StoreError`.
    public func confirm(_ password: Secret, of account: ID<Account>) async throws {
        let attempt = try gate.confirmation(account)
        let hash = try await database.query(
            "SELECT password_hash FROM identity_account WHERE id = ? AND disabled = 0",
            [.id(account)]
        ) { try $0.optionalText(0).map { PasswordHash($0) } }.first
        guard try await passwords.verify(password, against: hash ?? nil) else {
            throw IdentityError(.wrongPassword, "the password is wrong")
        }
        gate.settle(attempt, forgives: true)
    }

    struct Known: Sendable {
        var actor: Actor
        var hash: PasswordHash?
        var disabled: Bool
        var epoch: Int64
    }

    private func find(_ email: EmailAddress?) async throws -> Known? {
        // An unreadable e-mail looks for one that nobody has, so that it costs the same.
        try await database.query(
            "SELECT \(Self.knownColumns) FROM identity_account WHERE email = ?",
            [.text(email?.text ?? "")],
            Self.readKnown
        ).first
    }

    static let knownColumns = "id, kind, name, password_hash, disabled, epoch"

    static func readKnown(_ row: any Row) throws -> Known {
        Known(
            actor: Actor(
                id: try row.id(0),
                kind: try AccountRecord.kind(row.text(1)),
                name: try row.text(2)
            ),
            hash: try row.optionalText(3).map { PasswordHash($0) },
            disabled: try row.bool(4),
            epoch: try row.int(5)
        )
    }

    /// A refusal is written for known and unknown accounts alike: the sync of the disk takes time too.
    func noteRefusal(known: Known?, reason: String, visitor: Visitor) async throws {
        let accounts = accounts
        try await database.transaction { transaction in
            let homes =
                try known.map { try Self.memberships(of: $0.actor.id, in: transaction) } ?? []
            var scope = Scope.installation(trace: visitor.trace)
            scope.organisation = homes.first?.organisation.id ?? .system
            if let known { scope.actor = known.actor }
            try accounts.audit.append(
                "session.opened",
                subject: known.map { "account:\($0.actor.id)" } ?? "account:unknown",
                outcome: .refused,
                detail: ["reason": .string(reason), "address": .string(visitor.address)],
                scope: scope,
                in: transaction
            )
        }
    }

    /// What stands for the second factor.
    enum Factor: Sendable {
        /// A code, if one was given.
        case code(String?)
        /// Somebody we trust has seen to it.
        case provider(String)
    }

    func open(
        _ known: Known,
        organisation: ID<Organisation>?,
        factor: Factor,
        visitor: Visitor
    ) async throws -> SignedIn {
        let secret = freshRefreshToken()
        let hash = try SHA256Digest(secret.exposed).hexadecimal
        let ids = ids
        let accounts = accounts
        let secondFactor = secondFactor
        let now = clock.now()
        let refreshExpiresAt = now + configuration.refreshLifetime
        let grant = try await database.transaction { transaction in
            // The password was checked outside: whatever changed the account since, ends this.
            guard
                try transaction.exists(
                    "SELECT 1 FROM identity_account WHERE id = ? AND disabled = 0 AND epoch = ?",
                    [.id(known.actor.id), .int(known.epoch)]
                )
            else {
                throw IdentityError(.invalidCredentials, "the e-mail or the password is wrong")
            }
            var detail: JSON = ["address": .string(visitor.address)]
            switch factor {
            case .provider(let name): detail["provider"] = .string(name)
            case .code(let code):
                switch try secondFactor.use(code, of: known.actor.id, in: transaction) {
                case .none: break
                case .password: detail["factor"] = "totp"
                case .recovery(let left):
                    detail["factor"] = "recovery-code"
                    detail["recoveryCodesLeft"] = .int(left)
                case .wrong:
                    throw IdentityError(
                        .invalidCode,
                        "the code is wrong, too old, or was used before"
                    )
                }
            }
            let all = try Self.memberships(of: known.actor.id, in: transaction)
            let chosen =
                organisation.map { id in all.first { $0.organisation.id == id } } ?? all.first
            guard let chosen else {
                throw IdentityError(.notFound, "you are no member of that organisation")
            }
            let session: ID<Session> = ids.next()
            try transaction.execute(
                """
                INSERT INTO identity_session (id, account, organisation, created_at, expires_at,
                    last_used_at, address, user_agent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(session), .id(known.actor.id), .id(chosen.organisation.id), .time(now),
                    .time(refreshExpiresAt), .time(now), .text(visitor.address),
                    .text(visitor.userAgent),
                ]
            )
            try transaction.execute(
                "UPDATE identity_account SET last_sign_in_at = ? WHERE id = ?",
                [.time(now), .id(known.actor.id)]
            )
            try Self.insertRefreshToken(
                hash,
                session: session,
                now: now,
                expires: refreshExpiresAt,
                in: transaction
            )
            let grant = Grant(
                actor: known.actor,
                epoch: known.epoch,
                session: session,
                membership: chosen,
                all: all
            )
            detail["session"] = session.json
            try accounts.audit.note(
                "session.opened",
                known.actor.id,
                detail,
                grant.scope(trace: visitor.trace),
                transaction
            )
            return grant
        }
        return try signedIn(grant, refresh: secret, refreshExpiresAt: refreshExpiresAt, now: now)
    }
}
