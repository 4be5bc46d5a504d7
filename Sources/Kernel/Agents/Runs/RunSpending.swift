import Core
import Models

/// What the models of a run have taken so far, in money, time and tokens.
struct RunSpending: Sendable {
    /// In millionths of the currency of the models' prices, attempts that failed included.
    var costMicros = 0
    /// How long they have thought.
    var thought = Duration.zero
    var usage = ModelUsage()
    /// The model that answered last, as its provider names it.
    var model: String?

    /// One more answer.
    mutating func add(_ answer: RunModels.Answer) {
        costMicros += answer.costMicros
        thought += answer.duration
        usage = usage + answer.reply.usage
        model = answer.reply.model
    }

    /// One more question that was not answered.
    mutating func add(_ silence: RunModels.Silence) {
        costMicros += silence.costMicros
        thought += silence.duration
    }

    /// One more step of a journal.
    mutating func add(_ step: AgentStep) {
        costMicros += step.costMicros
        thought += step.duration
        if case .success(let reply) = step.outcome {
            usage = usage + ModelUsage(reply["usage"] ?? [:])
            model = reply["model"]?.string
        }
    }

    /// What it comes to.
    func bill(approvals: Int = 0) -> AgentBill {
        AgentBill(costMicros: costMicros, usage: usage, model: model, approvals: approvals)
    }
}
