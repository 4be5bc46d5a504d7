public import Core
public import Store

/// Asks models on somebody's behalf: an ordered choice of them, with retries, breakers and accounts.
public protocol ModelGateway: Sendable {
    /// Asks the first of the caller's models that answers.
    ///
    /// Nothing is written: the charge must be recorded by ``record(_:in:)`` in the transaction that
    /// keeps the answer, so that what was paid for is never asked for again.
    ///
    /// - Parameters:
    ///   - request: the turn.
    ///   - models: their names as the organisation configured them, in order of preference.
    ///   - caller: for whom.
    ///   - hear: hears of pieces as they come.
    /// - Returns: the answer, and what it is charged with.
    /// - Throws: why none of them answered.
    func reply(
        to request: ModelRequest,
        from models: [String],
        caller: ModelCaller,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge)

    /// Keeps a charge in the organisation's accounts.
    ///
    /// - Throws: `StoreError`.
    func record(_ charge: ModelCharge, in transaction: any Transaction) throws
}

/// For whom a model is asked.
public struct ModelCaller: Sendable {
    /// Whose money it is, and the trace that the call belongs to.
    public var scope: Scope
    /// The agent.
    public var agent: String
    /// The run, for the accounts.
    public var run: String

    /// For whom.
    public init(scope: Scope, agent: String, run: String) {
        self.scope = scope
        self.agent = agent
        self.run = run
    }
}

/// What an answer is charged with.
public struct ModelCharge: Sendable, Equatable {
    /// Whose money it is.
    public var organisation: ID<Organisation>
    /// Who asked.
    public var agent: String
    /// In which run.
    public var run: String
    /// The model, as the organisation named it.
    public var model: String
    /// Tokens.
    public var usage: ModelUsage
    /// Millionths of the currency in which the model's price is given.
    public var costMicros: Int
    /// When it was asked.
    public var at: Timestamp
    /// How long the attempt that succeeded took.
    public var latency: Duration
    /// How many attempts it took, on all models.
    public var attempts: Int

    /// A charge.
    public init(
        organisation: ID<Organisation>,
        agent: String,
        run: String,
        model: String,
        usage: ModelUsage,
        costMicros: Int,
        at: Timestamp,
        latency: Duration,
        attempts: Int
    ) {
        self.organisation = organisation
        self.agent = agent
        self.run = run
        self.model = model
        self.usage = usage
        self.costMicros = costMicros
        self.at = at
        self.latency = latency
        self.attempts = attempts
    }
}
