import Core

/// What an answer, or none, means for a delivery and its webhook.
enum WebhookOutcome: Sendable, Hashable {
    /// Taken.
    case delivered
    /// To be tried again after a pause.
    case retry(Duration, String)
    /// The last attempt has failed.
    case dead(String)
    /// The receiver does not want to be called any more (410).
    case gone
    /// The program is being stopped; the attempt does not count.
    case interrupted

    /// The pauses after each attempt, as Standard Webhooks' operational guide has them: 75 hours in all.
    static let pauses: [Duration] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
        .map { .seconds($0) }

    /// Attempts in all before a delivery is given up.
    static var attempts: Int { pauses.count + 1 }

    /// Decides.
    ///
    /// - Parameters:
    ///   - result: what the attempt gave.
    ///   - attempt: its number, from 1.
    ///   - now: for `Retry-After`.
    ///   - unit: randomness in 0 ..< 1, which spreads the pauses by a fifth either way.
    init(
        _ result: Result<WebAnswer, WebFault>,
        attempt: Int,
        now: Timestamp,
        unit: Double
    ) {
        var asked: Duration?
        let reason: String
        switch result {
        case .success(let answer) where (200..<300).contains(answer.status):
            self = .delivered
            return
        case .success(let answer) where answer.status == 410:
            self = .gone
            return
        case .success(let answer) where (300..<400).contains(answer.status):
            reason = "answered with the redirection \(answer.status), which is not followed"
        case .success(let answer):
            reason = "answered with status \(answer.status)"
            asked = RetryAfter.pause(answer.header("retry-after"), now: now)
        case .failure(let fault) where fault.code == .cancelled:
            self = .interrupted
            return
        case .failure(let fault):
            reason = "\(fault.code.rawValue): \(fault.message)"
        }
        guard attempt <= Self.pauses.count else {
            self = .dead("gave up after \(attempt) attempts: \(reason)")
            return
        }
        let pause = Self.pauses[max(0, attempt - 1)] * (0.8 + 0.4 * unit)
        self = .retry(max(pause, asked ?? .zero), reason)
    }
}
