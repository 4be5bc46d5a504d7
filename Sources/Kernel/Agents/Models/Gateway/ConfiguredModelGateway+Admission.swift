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
        var policy: ModelPolicy
        var budgets: [(budget: ModelBudget, spent: Spending)]
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
        let found = try await find(name, caller, at: now)
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
        let organisation = caller.scope.organisation
        let outcome = state.withLock { state -> Result<UInt64, Hindrance> in
            for (budget, spent) in found.budgets {
                let reserved = state.book.reserved(by: budget.agent, of: organisation, at: now)
                if let short = Self.shortfall(budget, spent, reserved, spending, found.policy) {
                    return .failure(.budget(budget, spent, short))
                }
            }
            if let until = state.breakers[found.model.id, default: CircuitBreaker(breaker)]
                .admits(at: now)
            {
                return .failure(.breaker(until))
            }
            return .success(
                state.book.reserve(spending, by: caller.agent, of: organisation, at: now)
            )
        }
        switch outcome {
        case .success(let reservation):
            return Admitted(
                model: found.model,
                provider: found.provider,
                reservation: reservation
            )
        case .failure(.breaker(let until)):
            throw ModelFault(
                .suspended,
                "\(name) failed too often just now and is left alone",
                retryAfter: until - now
            )
        case .failure(.budget(let budget, let spent, let short)):
            await exhausted(budget, spent, organisation, at: now)
            throw ModelFault(.overBudget, short)
        }
    }

    private enum Hindrance: Error {
        case breaker(Timestamp)
        case budget(ModelBudget, Spending, String)
    }

    private func find(
        _ name: String,
        _ caller: ModelCaller,
        at now: Timestamp
    ) async throws(ModelFault) -> Found {
        let organisation = caller.scope.organisation
        let found: Found?
        do {
            found = try await database.read { [models, budgets] reader -> Found? in
                guard let (model, provider) = try models.named(name, of: organisation, in: reader)
                else { return nil }
                let applying = try budgets.applying(to: caller.agent, of: organisation, in: reader)
                return Found(
                    model: model,
                    provider: provider,
                    policy: try ModelPolicy.of(organisation, in: reader),
                    budgets: try applying.map {
                        (
                            $0,
                            try budgets.spent(
                                of: $0,
                                organisation: organisation,
                                at: now,
                                in: reader
                            )
                        )
                    }
                )
            }
        } catch is CancellationError {
            throw ModelFault(.cancelled, "whoever asked gave up")
        } catch {
            logger.error("models", ["error": .string(String(describing: error))])
            throw ModelFault(.unavailable, "the records of models cannot be read")
        }
        guard let found else {
            throw ModelFault(.notConfigured, "no model is configured as \"\(name.prefix(64))\"")
        }
        return found
    }

    /// What a budget lacks for a call, in words; nil when it has enough.
    private static func shortfall(
        _ budget: ModelBudget,
        _ spent: Spending,
        _ reserved: Spending,
        _ call: Spending,
        _ policy: ModelPolicy
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
