import Core
import Observability
import Store
import Synchronization

/// A model that may be asked now, with what was set aside for it.
struct Admitted: Sendable {
    var model: ConfiguredModel
    var provider: ModelProvider
    var reservation: UInt64
}

extension ConfiguredModelGateway {
    /// What of the records decides whether a model may be asked.
    private struct Found: Sendable {
        var model: ConfiguredModel
        var provider: ModelProvider
        var policy: PromptPolicy
    }

    /// Finds a model and makes sure that it may be asked: it is there, the data may go to it, the money is
    /// there, and it did not fail too often just now.
    ///
    /// - Throws: why it may not.
    func admit(
        _ name: String,
        _ purpose: ConfiguredModel.Purpose,
        _ caller: ModelCaller,
        _ most: (ConfiguredModel) -> (input: Int, output: Int)
    ) async throws(ModelFault) -> Admitted {
        let now = clock.now()
        let found = try await find(name, caller)
        guard found.model.enabled, found.provider.enabled, found.model.purpose == purpose else {
            throw ModelFault(
                .notConfigured,
                found.model.purpose == purpose
                    ? "\(name) is switched off" : "\(name) is for \(found.model.purpose.rawValue)"
            )
        }
        if let refusal = found.policy.refusal(of: caller.sensitivity, to: found.provider) {
            throw ModelFault(.notAllowed, refusal)
        }
        let tokens = most(found.model)
        let spending = Spending(
            cost: found.model.prices.most(input: tokens.input, output: tokens.output),
            tokens: tokens.input + tokens.output
        )
        if let allowance = caller.allowance, !allowance.admits(spending.cost) {
            throw ModelFault(
                .overBudget,
                "\(Micros.text(allowance.left)) \(found.policy.currency) are left for the run, and this "
                    + "call may cost \(Micros.text(spending.cost))"
            )
        }
        let reservation = state.withLock {
            $0.book.reserve(spending, by: caller.agent, of: caller.scope.organisation, at: now)
        }
        do throws(ModelFault) {
            try await afford(spending, reservation, found.policy, caller, at: now)
            try askBreaker(of: found.model, at: now)
        } catch {
            state.withLock { $0.book.release(reservation) }
            throw error
        }
        return Admitted(model: found.model, provider: found.provider, reservation: reservation)
    }

    /// Makes sure that every budget has what was set aside for a call.
    ///
    /// What is spent is read after what others have set aside: a charge that is recorded meanwhile is in both
    /// sums, never in neither. Where that alone would refuse the call, both are looked at again.
    ///
    /// - Throws: which budget lacks what.
    private func afford(
        _ call: Spending,
        _ reservation: UInt64,
        _ policy: PromptPolicy,
        _ caller: ModelCaller,
        at now: Timestamp
    ) async throws(ModelFault) {
        let organisation = caller.scope.organisation
        var aside = state.withLock { $0.book.aside(before: reservation, at: now) }
        var looks = 0
        while true {
            var short: (budget: ModelBudget, spent: Spending, words: String)?
            for (budget, spent) in try await spent(caller, at: now) where short == nil {
                let reserved = budget.agent == nil ? aside.organisation : aside.agent
                short = Self.shortfall(budget, spent, reserved, call, policy)
                    .map { (budget, spent, $0) }
            }
            guard let short else { return }
            looks += 1
            let later = state.withLock { $0.book.aside(before: reservation, at: now) }
            guard later != aside, looks < Self.mostLooks else {
                await exhausted(short.budget, short.spent, organisation, at: now)
                throw ModelFault(.overBudget, short.words)
            }
            aside = later
        }
    }

    /// How often a call that is refused looks again because others have been recorded meanwhile.
    private static let mostLooks = 4

    /// - Throws: `suspended` while the model is left alone.
    private func askBreaker(of model: ConfiguredModel, at now: Timestamp) throws(ModelFault) {
        let until = state.withLock {
            $0.breakers[model.id, default: CircuitBreaker(breaker)].admits(at: now)
        }
        guard let until else { return }
        throw ModelFault(
            .suspended,
            "\(model.name) failed too often just now and is left alone",
            retryAfter: until - now
        )
    }

    /// The budgets that hold for a caller, and what is spent of each.
    private func spent(
        _ caller: ModelCaller,
        at now: Timestamp
    ) async throws(ModelFault) -> [(budget: ModelBudget, spent: Spending)] {
        let (agent, organisation) = (caller.agent, caller.scope.organisation)
        return try await looked { [budgets] reader in
            try budgets.applying(to: agent, of: organisation, in: reader).map {
                ($0, try budgets.spent(of: $0, organisation: organisation, at: now, in: reader))
            }
        }
    }

    private func find(_ name: String, _ caller: ModelCaller) async throws(ModelFault) -> Found {
        let organisation = caller.scope.organisation
        let found = try await looked { [models] reader -> Found? in
            guard let (model, provider) = try models.named(name, of: organisation, in: reader)
            else { return nil }
            return Found(
                model: model,
                provider: provider,
                policy: try PromptPolicy.of(organisation, in: reader)
            )
        }
        guard let found else {
            throw ModelFault(.notConfigured, "no model is configured as \"\(name.prefix(64))\"")
        }
        return found
    }

    /// Reads records.
    private func looked<Value: Sendable>(
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws(ModelFault) -> Value {
        do {
            return try await database.read(body)
        } catch is CancellationError {
            throw ModelFault(.cancelled, "whoever asked gave up")
        } catch {
            logger.error("models", ["error": .string(String(describing: error))])
            throw ModelFault(.unavailable, "the records of models cannot be read")
        }
    }

    /// What a budget lacks for a call, in words; nil when it has enough.
    private static func shortfall(
        _ budget: ModelBudget,
        _ spent: Spending,
        _ reserved: Spending,
        _ call: Spending,
        _ policy: PromptPolicy
    ) -> String? {
        let owner = "\(budget.owner) may spend"
        // Free models may be asked whatever is spent.
        if let limit = budget.cost, call.cost > 0,
            spent.cost + reserved.cost + call.cost > limit
        {
            return "\(owner) \(Micros.text(limit)) \(policy.currency) a \(budget.period.rawValue): "
                + "\(Micros.text(spent.cost)) are spent, \(Micros.text(reserved.cost)) set aside, and "
                + "this call may cost \(Micros.text(call.cost))"
        }
        if let limit = budget.tokens, spent.tokens + reserved.tokens + call.tokens > limit {
            return
                "\(owner) \(limit) tokens a \(budget.period.rawValue): \(spent.tokens) are spent, "
                + "\(reserved.tokens) set aside, and this call may take \(call.tokens)"
        }
        return nil
    }

    /// Tells that a budget has run out, once in its period.
    private func exhausted(
        _ budget: ModelBudget,
        _ spent: Spending,
        _ organisation: ID<Organisation>,
        at now: Timestamp
    ) async {
        let from = budget.period.start(at: now).description
        guard budget.toldFrom != from || budget.toldLevel < 100 else { return }
        do {
            try await database.transaction { [accounts] transaction in
                try accounts.tell(budget, 100, spent, organisation, at: now, in: transaction)
            }
        } catch {
            logger.error("model budgets", ["error": .string(String(describing: error))])
        }
    }

    // MARK: What is seen of it

    func span(
        _ model: ConfiguredModel,
        _ provider: ModelProvider,
        _ caller: ModelCaller
    ) -> OpenSpan? {
        guard tracer.traces(command: caller.scope.trace) else { return nil }
        return tracer.begin(
            "model \(model.name)",
            .client,
            parent: caller.scope.trace,
            organisation: caller.scope.organisation,
            attributes: [
                "gen_ai.request.model": .string(model.model),
                "gen_ai.provider.name": .string(provider.kind.rawValue),
                "weft.agent": .string(caller.agent),
            ]
        )
    }

    static func attributes(_ charge: ModelCharge) -> JSONObject {
        [
            "gen_ai.usage.input_tokens": .int(charge.usage.total - charge.usage.output),
            "gen_ai.usage.output_tokens": .int(charge.usage.output),
            "weft.cost": .string(Micros.text(charge.costMicros)),
        ]
    }
}
