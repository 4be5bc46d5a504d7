public import Core
import Store
import Synchronization

/// Signs people in by password, renews and ends their sessions.
public final class SignIn: Sendable {
    let database: any Database
    let accounts: Accounts
    let passwords: PasswordHasher
    let key: SigningKey
    let clock: any WallClock
    let random: any RandomSource
    let ids: IDGenerator
    let configuration: SignInConfiguration
    private let throttle = Mutex(Throttle())

    init(
        database: any Database,
        accounts: Accounts,
        passwords: PasswordHasher,
        key: SigningKey,
        clock: any WallClock,
        random: any RandomSource,
        configuration: SignInConfiguration
    ) {
        self.database = database
        self.accounts = accounts
        self.passwords = passwords
        self.key = key
        self.clock = clock
        self.random = random
        self.configuration = configuration
        ids = IDGenerator(clock: clock, random: random)
    }

    /// Signs in by password.
    ///
    /// Nothing that is told, nor how long it takes, says whether the e-mail is known.
    ///
    /// - Parameters:
    ///   - email: as typed.
    ///   - password: as typed.
    ///   - organisation: which of the account's organisations; nil takes the first by name.
    ///   - address: where the attempt comes from; failures are counted per e-mail and address.
    ///   - trace: the trace of the attempt.
    /// - Returns: the tokens and who they are for.
    /// - Throws: `IdentityError` of code `invalidCredentials`, `throttled`, `busy`, or, only after a right
    ///   password, `notFound` when the account is no member of the organisation; `StoreError`.
    public func token(
        email: String,
        password: Secret,
        organisation: ID<Organisation>? = nil,
        address: String,
        trace: TraceContext
    ) async throws -> SignedIn {
        let normal = try? EmailAddress(email)
        // An unreadable e-mail is counted and checked like an unknown one.
        let name = normal?.text ?? String(email.prefix(254))
        let pair = "pair \(address) \(try SHA256Digest(name).hexadecimal)"
        let place = "address \(address)"
        try begin(pair: pair, place: place)
        do {
            let known = try await find(normal)
            let right = try await passwords.verify(password, against: known?.hash)
            guard let known, right, !known.disabled else {
                try await noteRefusal(known: known, trace: trace)
                throw IdentityError(.invalidCredentials, "the e-mail or the password is wrong")
            }
            let signedIn = try await open(known, organisation: organisation, trace: trace)
            settle(pair: pair, place: place, forgives: true)
            return signedIn
        } catch {
            // Only a wrong guess counts; a busy program or a full disk is not the person's fault.
            if (error as? IdentityError)?.reason != .invalidCredentials {
                settle(pair: pair, place: place, forgives: false)
            }
            throw error
        }
    }

    private func begin(pair: String, place: String) throws(IdentityError) {
        let now = clock.now()
        let configuration = configuration
        let wait = throttle.withLock {
            $0.attempt(
                [
                    (
                        pair,
                        .init(
                            free: configuration.freeAttempts,
                            longest: configuration.longestDelay
                        )
                    ),
                    (
                        place,
                        .init(
                            free: configuration.freeAttemptsPerAddress,
                            longest: configuration.longestDelay
                        )
                    ),
                ],
                now: now
            )
        }
        guard let wait else { return }
        let seconds = (wait.microseconds + 999_999) / 1_000_000
        throw IdentityError(
            .throttled,
            "too many failed attempts; try again in \(seconds) s",
            details: JSONObject([("retryAfterSeconds", .int(seconds))])
        )
    }

    private func settle(pair: String, place: String, forgives: Bool) {
        throttle.withLock {
            $0.succeeded(pair, all: forgives)
            $0.succeeded(place, all: false)
        }
    }

    private struct Known: Sendable {
        var actor: Actor
        var hash: PasswordHash?
        var disabled: Bool
        var epoch: Int64
    }

    private func find(_ email: EmailAddress?) async throws -> Known? {
        // An unreadable e-mail looks for one that nobody has, so that it costs the same.
        try await database.query(
            """
            SELECT id, kind, name, password_hash, disabled, epoch
            FROM identity_account WHERE email = ?
            """,
            [.text(email?.text ?? "")]
        ) { row in
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
        }.first
    }

    /// A refusal is written for known and unknown accounts alike: the sync of the disk takes time too.
    private func noteRefusal(known: Known?, trace: TraceContext) async throws {
        let accounts = accounts
        try await database.transaction { transaction in
            let homes =
                try known.map { try Self.memberships(of: $0.actor.id, in: transaction) } ?? []
            var scope = Scope.installation(trace: trace)
            scope.organisation = homes.first?.organisation.id ?? .system
            if let known { scope.actor = known.actor }
            try accounts.audit.append(
                "session.opened",
                subject: known.map { "account:\($0.actor.id)" } ?? "account:unknown",
                outcome: .refused,
                detail: ["reason": known?.disabled == true ? "disabled" : "credentials"],
                scope: scope,
                in: transaction
            )
        }
    }

    private func open(
        _ known: Known,
        organisation: ID<Organisation>?,
        trace: TraceContext
    ) async throws -> SignedIn {
        let secret = freshRefreshToken()
        let hash = try SHA256Digest(secret.exposed).hexadecimal
        let ids = ids
        let accounts = accounts
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
            let all = try Self.memberships(of: known.actor.id, in: transaction)
            let chosen =
                organisation.map { id in all.first { $0.organisation.id == id } } ?? all.first
            guard let chosen else {
                throw IdentityError(.notFound, "you are no member of that organisation")
            }
            let session: ID<Session> = ids.next()
            try transaction.execute(
                """
                INSERT INTO identity_session (id, account, organisation, created_at, expires_at)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    .id(session), .id(known.actor.id), .id(chosen.organisation.id), .time(now),
                    .time(refreshExpiresAt),
                ]
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
            try accounts.note(
                "session.opened",
                known.actor.id,
                ["session": session.json],
                grant.scope(trace: trace),
                transaction
            )
            return grant
        }
        return try signedIn(grant, refresh: secret, refreshExpiresAt: refreshExpiresAt, now: now)
    }
}
