import Core
import Models
import Store
import Synchronization

extension LiveDesk {
    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply {
        if let recorded = state.withLock({ $0.journaled[index] }) {
            guard recorded.kind == .model else {
                throw notDeterministic("step \(index)", "was \(recorded.tool) and is now a model's")
            }
            return try recorded.reply()
        }
        var step = AgentStep(
            index: index,
            kind: .model,
            tool: AgentStep.modelName,
            input: try state.withLock { try $0.prompt.summary(of: request) },
            outcome: .success(.null),
            at: office.clock.now(),
            duration: .zero
        )
        do {
            let answer = try await models.ask(
                request,
                after: state.withLock { $0.spending },
                hear: hear
            )
            step.outcome = .success(answer.reply.json)
            step.costMicros = answer.costMicros
            step.duration = answer.duration
            step.mask = state.withLock { $0.mask }
            try await keep(step, answer.charge)
            return answer.reply
        } catch let silence as RunModels.Silence {
            let gaveUp = silence.gaveUp
            step.outcome = .failure(
                GeneralFault(.unavailable, code: gaveUp.code, gaveUp.message)
            )
            step.costMicros = silence.costMicros
            step.duration = silence.duration
            hold(step)
            throw gaveUp
        }
    }

    private var models: RunModels {
        RunModels(
            gateway: office.models,
            names: at.plan.settings.models,
            caller: ModelCaller(
                scope: at.invocation.scope,
                agent: at.agent.name,
                run: at.invocation.key
            ),
            limits: at.plan.settings.limits,
            clock: office.clock
        )
    }

    /// Writes a model's answer at once; what it is charged with also when nobody wants the run any more.
    private func keep(_ step: AgentStep, _ charge: ModelCharge) async throws {
        let steps = held + [step]
        let isWanted = try await office.database.transaction { [self] transaction in
            try office.models?.record(charge, in: transaction)
            do {
                try at.invocation.stillWanted(transaction)
            } catch is NoLongerWanted {
                return false
            }
            try write(steps, in: transaction)
            return true
        }
        guard isWanted else { throw NoLongerWanted() }
        wrote(steps, new: step)
    }
}
