/// A model at a provider, ready to be asked.
public protocol LanguageModel: Sendable {
    /// Asks for one turn; one attempt, without retries.
    ///
    /// - Parameters:
    ///   - request: the turn.
    ///   - hear: hears of pieces as they come, in order; whoever only wants the whole ignores them.
    /// - Returns: the whole answer.
    /// - Throws: why there is none; a task that is cancelled gets `.cancelled`.
    func reply(
        to request: ModelRequest,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> ModelReply
}

/// A piece of an answer that is still being written.
public enum ModelPiece: Sendable, Equatable {
    /// More words.
    case text(String)
    /// A tool's name is known; its input is still being written.
    case callBegan(id: String, name: String)
    /// What was said until now counts no more: another attempt begins.
    case restarted
}

/// Turns texts into vectors at a provider.
public protocol EmbeddingModel: Sendable {
    /// The vectors of texts, in their order, and what they cost.
    ///
    /// - Throws: why there are none.
    func embed(_ texts: [String]) async throws(ModelFault) -> (
        vectors: [[Float]], usage: ModelUsage
    )
}

/// Why a model did not answer.
public struct ModelFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sorts of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// No model is configured for this.
        case notConfigured = "model-not-configured"
        /// The provider does not know the credentials, or does not allow this.
        case unauthorised = "model-unauthorised"
        /// The provider does not understand or accept the request.
        case refusedRequest = "model-refused-request"
        /// The conversation is longer than the model reads.
        case tooLong = "model-input-too-long"
        /// Too many requests; later it may go.
        case throttled = "model-throttled"
        /// The provider cannot now.
        case unavailable = "model-unavailable"
        /// It took too long.
        case timedOut = "model-timed-out"
        /// What came back is not what the protocol says, or broke off.
        case malformed = "model-malformed-answer"
        /// The breaker is open: the provider failed too often just now.
        case suspended = "model-suspended"
        /// The budget is used up.
        case overBudget = "model-over-budget"
        /// What is asked may not be sent to this provider.
        case notAllowed = "model-not-allowed"
        /// Whoever asked gave up.
        case cancelled = "model-cancelled"
    }

    /// The sort.
    public let code: Code
    /// What happened, for people; never a secret or a prompt.
    public let message: String
    /// How long the provider asks to wait.
    public let retryAfter: Duration?
    /// What the provider counted before it failed, and will bill.
    public let usage: ModelUsage

    /// A fault.
    public init(
        _ code: Code,
        _ message: String,
        retryAfter: Duration? = nil,
        usage: ModelUsage = ModelUsage()
    ) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.usage = usage
    }

    /// Whether the same request may succeed when it is tried again.
    public var isTransient: Bool {
        switch code {
        case .throttled, .unavailable, .timedOut, .malformed: true
        case .notConfigured, .unauthorised, .refusedRequest, .tooLong, .suspended, .overBudget,
            .notAllowed, .cancelled:
            false
        }
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
