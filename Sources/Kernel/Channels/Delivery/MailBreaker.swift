import Core
import Synchronization

/// The circuit breaker of the mail server, shared by all mails.
final class MailBreaker: Sendable {
    private let breaker = Mutex(CircuitBreaker())

    /// How many mails may be tried now.
    func allowance(at now: Timestamp) -> Int { breaker.withLock { $0.allowance(at: now) } }

    /// A mail is tried.
    func begin(at now: Timestamp) {
        breaker.withLock { $0.begin(at: now) }
    }

    /// What came of it: nil when it was accepted.
    func end(_ failure: MailFailure?, at now: Timestamp) {
        breaker.withLock { breaker in
            guard let failure, !failure.concernsMail else { return breaker.succeed() }
            switch failure.kind {
            case .interrupted: breaker.abandon()
            case .permanent: breaker.succeed()
            case .transient: breaker.fail(at: now)
            }
        }
    }
}
