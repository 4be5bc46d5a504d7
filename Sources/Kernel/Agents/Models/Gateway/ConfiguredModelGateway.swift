import Core
import Observability
public import Store
import Synchronization

/// Asks the models that organisations have configured: in order of preference, with retries and breakers,
/// within budgets and where the data may go.
public final class ConfiguredModelGateway: ModelGateway {
    /// How to reach models; tests put their own here.
    struct Connections: Sendable {
        /// A model for conversations.
        var chat: @Sendable (ConfiguredModel, ModelProvider) throws(ModelFault) -> any LanguageModel
        /// A model for vectors, and how many texts it takes at once.
        var embedding:
            @Sendable (ConfiguredModel, ModelProvider) throws(ModelFault) -> (
                model: any EmbeddingModel, batch: Int
            )
    }

    struct State {
        var breakers: [ID<ConfiguredModel>: CircuitBreaker] = [:]
        var book = ReservationBook()
    }

    let database: any Database
    let models: ConfiguredModels
    let budgets: ModelBudgets
    let accounts: ModelAccounts
    let connections: Connections
    let clock: any WallClock
    let random: any RandomSource
    let metrics: GatewayMetrics
    let logger: Logger
    let tracer: Tracer
    let settings: ModelCourse.Settings
    let breaker: CircuitBreaker.Settings
    let state = Mutex(State())

    init(
        database: any Database,
        models: ConfiguredModels,
        budgets: ModelBudgets,
        accounts: ModelAccounts,
        connector: Connections,
        clock: any WallClock,
        random: any RandomSource,
        metrics: Metrics,
        logger: Logger,
        tracer: Tracer,
        settings: ModelCourse.Settings = ModelCourse.Settings(),
        breaker: CircuitBreaker.Settings = CircuitBreaker.Settings()
    ) {
        self.database = database
        self.models = models
        self.budgets = budgets
        self.accounts = accounts
        connections = connector
        self.clock = clock
        self.random = random
        self.metrics = GatewayMetrics(metrics)
        self.logger = logger
        self.tracer = tracer
        self.settings = settings
        self.breaker = breaker
    }

    /// Asks the first of the caller's models that answers.
    ///
    /// A model is tried up to three times, with pauses of full jitter or as long as the provider asks; what
    /// cannot be mended by trying again goes to the next model at once.
    ///
    /// - Throws: why none of them answered.
    public func reply(
        to request: ModelRequest,
        from models: [String],
        caller: ModelCaller,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge) {
        let size = PromptSize.of(request)
        let heard = HeardPieces(hear)
        return try await attempt(
            models,
            .chat,
            caller: caller,
            timeout: request.timeout,
            most: { model in
                let written = min(max(0, request.maximumTokens), model.outputLimit ?? 10_000_000)
                return (size, written)
            }
        ) { model, provider, timeout throws(ModelFault) in
            heard.begin()
            var asked = request
            asked.timeout = timeout
            asked.maximumTokens = min(asked.maximumTokens, model.outputLimit ?? .max)
            let remote = try self.connections.chat(model, provider)
            let reply = try await remote.reply(to: asked, hear: heard.hear)
            return (reply, reply.usage)
        }
    }

    /// Keeps a charge in the organisation's accounts, and tells of budgets that run out.
    ///
    /// - Throws: `StoreError`.
    public func record(_ charge: ModelCharge, in transaction: any Transaction) throws {
        try record(charge, calls: 1, in: transaction)
    }

    private func record(
        _ charge: ModelCharge,
        calls: Int,
        in transaction: any Transaction
    ) throws {
        try accounts.record(charge, calls: calls, in: transaction)
        guard charge.reservation != 0 else { return }
        transaction.afterCommit { [self] in
            state.withLock { $0.book.release(charge.reservation) }
        }
    }

    // MARK: The way through the models

    /// Tries models in order until one answers.
    ///
    /// - Parameters:
    ///   - names: the models.
    ///   - purpose: what they must be for.
    ///   - caller: for whom.
    ///   - timeout: how long one attempt may take.
    ///   - most: how many tokens a call of a model may at most read and write.
    ///   - ask: one attempt.
    /// - Returns: what the first model answered that did, and the charge.
    /// - Throws: why none did.
    func attempt<Answer: Sendable>(
        _ names: [String],
        _ purpose: ConfiguredModel.Purpose,
        caller: ModelCaller,
        timeout: Duration,
        most: (ConfiguredModel) -> (input: Int, output: Int),
        ask: (ConfiguredModel, ModelProvider, Duration) async throws(ModelFault) -> (
            answer: Answer, usage: ModelUsage
        )
    ) async throws(ModelFault) -> (Answer, ModelCharge) {
        guard !names.isEmpty else {
            throw ModelFault(.notConfigured, "no model was named")
        }
        var course = ModelCourse(names, timeout: timeout, begun: clock.now(), settings: settings)
        while true {
            switch course.next(at: clock.now()) {
            case .fail(let fault): throw fault
            case .wait(let until): try await wait(until)
            case .ask(let number, let limit):
                let admitted: Admitted
                do throws(ModelFault) {
                    admitted = try await admit(names[number], purpose, caller, most)
                } catch {
                    note(error, names[number], caller, attempt: 0)
                    if error.code == .cancelled { throw error }
                    course.passed(error)
                    continue
                }
                let begun = clock.now()
                let span = span(admitted.model, admitted.provider, caller)
                do throws(ModelFault) {
                    let (answer, usage) = try await ask(admitted.model, admitted.provider, limit)
                    let charge = charge(admitted, usage, caller, begun, course.attempts)
                    ended(admitted, charge)
                    if let span { tracer.end(span, attributes: Self.attributes(charge)) }
                    return (answer, charge)
                } catch {
                    if let span { tracer.end(span, .failed(error.description)) }
                    await ended(admitted, error, caller, begun, course.attempts)
                    let last = course.failed(error, at: clock.now(), unit: random.unit())
                    if let last { throw last }
                }
            }
        }
    }

    private func wait(_ until: Timestamp) async throws(ModelFault) {
        do {
            try await clock.sleep(until: until)
        } catch {
            throw ModelFault(.cancelled, "whoever asked gave up")
        }
    }

    private func charge(
        _ admitted: Admitted,
        _ usage: ModelUsage,
        _ caller: ModelCaller,
        _ begun: Timestamp,
        _ attempts: Int
    ) -> ModelCharge {
        ModelCharge(
            organisation: caller.scope.organisation,
            agent: caller.agent,
            run: caller.run,
            model: admitted.model.name,
            usage: usage,
            costMicros: admitted.model.prices.cost(of: usage),
            at: begun,
            latency: max(.zero, clock.now() - begun),
            attempts: attempts,
            reservation: admitted.reservation
        )
    }

    /// The model answered: the breaker closes, and what was set aside becomes what it was.
    private func ended(_ admitted: Admitted, _ charge: ModelCharge) {
        state.withLock { state in
            state.breakers[admitted.model.id]?.succeeded()
            state.book.settle(admitted.reservation, to: charge.spending)
        }
        metrics.answered(charge)
    }

    /// The model failed: the breaker hears of it, and what the provider counted is recorded at once.
    private func ended(
        _ admitted: Admitted,
        _ fault: ModelFault,
        _ caller: ModelCaller,
        _ begun: Timestamp,
        _ attempts: Int
    ) async {
        let now = clock.now()
        let charge =
            fault.usage.total > 0 ? charge(admitted, fault.usage, caller, begun, attempts) : nil
        state.withLock { state in
            if let charge {
                state.book.settle(admitted.reservation, to: charge.spending)
            } else {
                state.book.release(admitted.reservation)
            }
            switch fault.code {
            case .unavailable, .timedOut, .malformed:
                state.breakers[admitted.model.id]?.failed(at: now)
            case .cancelled: state.breakers[admitted.model.id]?.abandoned(at: now)
            // The model is there, and does not want this.
            default: state.breakers[admitted.model.id]?.succeeded()
            }
        }
        note(fault, admitted.model.name, caller, attempt: attempts)
        guard let charge else { return }
        caller.allowance?.spend(charge.costMicros)
        metrics.spent(charge)
        do {
            try await database.transaction { [self] transaction in
                try record(charge, calls: 0, in: transaction)
            }
        } catch {
            // What was set aside stays so for a while, as it was spent.
            logger.error("model accounts", ["error": .string(String(describing: error))])
        }
    }

    private func note(
        _ fault: ModelFault,
        _ model: String,
        _ caller: ModelCaller,
        attempt: Int
    ) {
        metrics.failed(fault.code, model, caller.scope.organisation)
        guard fault.code != .cancelled else { return }
        logger.with(trace: caller.scope.trace).with(organisation: caller.scope.organisation)
            .warning(
                "model failed",
                [
                    "model": .string(model), "agent": .string(caller.agent),
                    "code": .string(fault.code.rawValue), "attempt": .int(attempt),
                ]
            )
    }
}
