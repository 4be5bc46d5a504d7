import Core

/// What came of an attempt to hand a message over.
enum DeliveryOutcome: Sendable, Hashable {
    /// Taken.
    case delivered
    /// Trying later may help; not before the pause, when the service asks for one.
    case transient(String, after: Duration?)
    /// It will never be taken.
    case permanent(String)
    /// Nobody is there any more: the browser has unsubscribed, the channel is gone.
    case gone(String)
    /// There is no way to send it here.
    case skipped(String)
    /// The program is being stopped.
    case interrupted

    /// Why nothing was handed over, for the span; nil when it was, or was not meant to be.
    var failure: String? {
        switch self {
        case .delivered, .skipped: nil
        case .transient(let reason, _), .permanent(let reason), .gone(let reason): reason
        case .interrupted: "stopped"
        }
    }

    /// What a mail server's refusal means.
    init(_ failure: MailFailure) {
        switch failure.kind {
        case .transient: self = .transient(failure.reason, after: nil)
        case .permanent: self = .permanent(failure.reason)
        case .interrupted: self = .interrupted
        }
    }

    /// What a service's answer, or none, means.
    init(_ result: Result<WebAnswer, WebFault>, now: Timestamp) {
        switch result {
        case .success(let answer):
            let asked = RetryAfter.pause(answer.header("retry-after"), now: now)
            let text = "answered with status \(answer.status)" + Self.words(answer)
            switch answer.status {
            case 200..<300: self = .delivered
            case 404, 410: self = .gone(text)
            case 408, 425, 429, 500...: self = .transient(text, after: asked)
            default: self = .permanent(text)
            }
        case .failure(let fault):
            let text = "\(fault.code.rawValue): \(fault.message)"
            switch fault.code {
            case .cancelled: self = .interrupted
            case .invalidAddress, .invalidRequest, .forbiddenAddress: self = .permanent(text)
            default: self = .transient(text, after: nil)
            }
        }
    }

    /// The service's own words, when they are short and plain: `invalid_payload`.
    private static func words(_ answer: WebAnswer) -> String {
        let text = String(decoding: answer.body.prefix(200), as: UTF8.self)
        let isPlain =
            answer.body.count <= 200 && !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control && $0 != "\u{FFFD}" || $0 == "\n"
            }
        return isPlain ? ": " + text.split(separator: "\n").joined(separator: " ") : ""
    }
}
