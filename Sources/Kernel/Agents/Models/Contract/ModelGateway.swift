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

/// Turns texts into vectors on somebody's behalf.
public protocol EmbeddingGateway: Sendable {
    /// The vectors of texts by one of the organisation's embedding models; many texts go in several requests.
    ///
    /// - Parameters:
    ///   - texts: at least one, none of them empty.
    ///   - model: its name as the organisation configured it; nil takes the only one, or the first.
    ///   - caller: for whom.
    /// - Returns: the vectors in the order of the texts, and what they are charged with, to be recorded
    ///   like an answer's.
    /// - Throws: why there are none.
    func embed(
        _ texts: [String],
        by model: String?,
        caller: ModelCaller
    ) async throws(ModelFault) -> (vectors: [[Float]], charge: ModelCharge)
}

/// For whom a model is asked.
public struct ModelCaller: Sendable {
    /// Whose money it is, and the trace that the call belongs to.
    public var scope: Scope
    /// The agent.
    public var agent: String
    /// The run, for the accounts.
    public var run: String
    /// What sort of data the prompt holds; restricted unless somebody knows better.
    public var sensitivity: ModelSensitivity
    /// What the question may cost; nil leaves it to the budgets.
    public var allowance: ModelAllowance?

    /// For whom.
    public init(
        scope: Scope,
        agent: String,
        run: String,
        sensitivity: ModelSensitivity = .restricted
    ) {
        self.scope = scope
        self.agent = agent
        self.run = run
        self.sensitivity = sensitivity
    }
}

/// The sorts of data that a prompt may hold, as beacons name them.
public enum ModelSensitivity: String, Sendable, CaseIterable {
    /// Anybody might see it.
    case `public`
    /// Orders, people, conversations: everything else.
    case restricted
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
    /// What was set aside for it in this process, until it is recorded; 0 for nothing.
    public var reservation: UInt64

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
        attempts: Int,
        reservation: UInt64 = 0
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
        self.reservation = reservation
    }
}
