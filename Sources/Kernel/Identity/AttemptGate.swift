import Core
import Synchronization

/// Counts attempts to get in, and makes those who fail wait.
///
/// Counted are: an e-mail from an address, an address whatever the e-mail, and an e-mail wherever from,
/// against guesses that are spread over many addresses. The last may be slowed by at most a minute:
/// strangers must not be able to shut somebody out.
final class AttemptGate: Sendable {
    /// An attempt that was let through and whose end is not known yet.
    struct Attempt: Sendable {
        fileprivate var keys: [(key: String, forgiven: Bool)]
    }

    private let throttle = Mutex(Throttle())
    private let configuration: SignInConfiguration
    private let clock: any WallClock

    init(configuration: SignInConfiguration, clock: any WallClock) {
        self.configuration = configuration
        self.clock = clock
    }

    /// An attempt to sign in; `name` stands for the e-mail.
    func signIn(name: String, address: String) throws(IdentityError) -> Attempt {
        try begin([
            (
                "pair \(address) \(name)", true,
                .init(free: configuration.freeAttempts, longest: configuration.longestDelay)
            ),
            (
                "address \(address)", false,
                .init(
                    free: configuration.freeAttemptsPerAddress,
                    longest: configuration.longestDelay
                )
            ),
            (
                "name \(name)", true,
                .init(free: configuration.freeAttemptsPerAccount, longest: .seconds(60))
            ),
        ])
    }

    /// An attempt of one who is signed in to show the password or a code.
    func confirmation(_ account: ID<Account>) throws(IdentityError) -> Attempt {
        try begin([
            (
                "confirm \(account)", true,
                .init(free: configuration.freeAttempts, longest: configuration.longestDelay)
            )
        ])
    }

    /// Somebody asks, from an address, for mail to an e-mail; false when it had enough mail.
    func mail(name: String, address: String) throws(IdentityError) -> Bool {
        _ = try begin([
            (
                "mail-from \(address)", false,
                .init(free: 20, longest: configuration.longestDelay)
            )
        ])
        let now = clock.now()
        return throttle.withLock {
            $0.attempt([("mail-to \(name)", .init(free: 3, longest: .seconds(900)))], now: now)
        } == nil
    }

    /// Somebody comes back, from an address, from an identity provider.
    func arrival(address: String) throws(IdentityError) -> Attempt {
        try begin([
            (
                "provider \(address)", false,
                .init(free: 20, longest: configuration.longestDelay)
            )
        ])
    }

    /// Takes back what an attempt counted; with `forgives` the earlier failures too, where they are the
    /// account's and not the address's.
    func settle(_ attempt: Attempt, forgives: Bool) {
        throttle.withLock { throttle in
            for (key, forgiven) in attempt.keys {
                throttle.succeeded(key, all: forgives && forgiven)
            }
        }
    }

    private func begin(
        _ keys: [(key: String, forgiven: Bool, rule: Throttle.Rule)]
    ) throws(IdentityError) -> Attempt {
        let now = clock.now()
        let wait = throttle.withLock {
            $0.attempt(keys.map { ($0.key, $0.rule) }, now: now)
        }
        guard let wait else { return Attempt(keys: keys.map { ($0.key, $0.forgiven) }) }
        let seconds = (wait.microseconds + 999_999) / 1_000_000
        throw IdentityError(
            .throttled,
            "too many failed attempts; try again in \(seconds) s",
            details: JSONObject([("retryAfterSeconds", .int(seconds))])
        )
    }
}
