import Core

extension ModelFault {
    /// What came back is not what the protocol says.
    static func malformed(_ message: String) -> ModelFault { ModelFault(.malformed, message) }

    /// What a provider said was wrong.
    ///
    /// - Parameters:
    ///   - status: the HTTP status; nil for an error within a stream.
    ///   - type: the provider's own word for it.
    ///   - message: the provider's sentence; left out where it may repeat credentials.
    ///   - retryAfter: how long it asks to wait.
    /// - Returns: the fault.
    static func provider(
        _ status: Int?,
        type: String?,
        message: String?,
        retryAfter: Duration? = nil
    ) -> ModelFault {
        let code = code(status, type?.lowercased() ?? "", message?.lowercased() ?? "")
        var text = status.map { "the provider answered \($0)" } ?? "the provider broke off"
        if let type, !type.isEmpty { text += " (\(type.clipped(60)))" }
        if code != .unauthorised, let message, !message.isEmpty {
            text += ": \(message.clipped(300))"
        }
        return ModelFault(code, text, retryAfter: retryAfter)
    }

    private static func code(_ status: Int?, _ type: String, _ message: String) -> Code {
        if tooLongWords.contains(where: { message.contains($0) || type.contains($0) }) {
            return .tooLong
        }
        for (words, code) in typeWords where words.contains(where: { type.contains($0) }) {
            return code
        }
        switch status {
        case 401, 402, 403: return .unauthorised
        case 408, 504: return .timedOut
        case 413: return .tooLong
        case 429: return .throttled
        case .some(300..<500): return .refusedRequest
        case nil where type.contains("validation") || type.contains("invalid_request"):
            return .refusedRequest
        default: return .unavailable
        }
    }

    /// How providers say that a conversation is too long; none of them has a status of its own for it.
    private static let tooLongWords = [
        "context_length_exceeded", "context length", "context window", "prompt is too long",
        "input is too long", "too many input tokens", "exceeds the maximum number of tokens",
        "exceed context limit", "request_too_large", "exceeds the available context size",
    ]

    /// What the providers' own words mean, the more special first.
    private static let typeWords: [([String], Code)] = [
        (["insufficient_quota", "billing", "spend_limit"], .unauthorised),
        (["modelnotready"], .unavailable),
        (["throttl", "rate_limit", "ratelimit", "requests", "tokens"], .throttled),
        (["modeltimeout", "timeout"], .timedOut),
        (
            [
                "authentication", "permission", "accessdenied", "unrecognizedclient",
                "invalidsignature", "expiredtoken", "invalid_api_key", "incompletesignature",
                "missingauthentication",
            ],
            .unauthorised
        ),
        (
            [
                "overloaded", "internalserver", "serviceunavailable", "modelstreamerror",
                "modelerror", "server_error",
            ],
            .unavailable
        ),
    ]
}

extension String {
    /// At most so many characters of it, on one line.
    fileprivate func clipped(_ length: Int) -> String {
        let line = String(prefix(length + 1).map { $0.isNewline || $0 < " " ? " " : $0 })
        return line.count > length ? line.prefix(length) + "…" : line
    }
}
