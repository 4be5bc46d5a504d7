import Core
import Models
import Privacy
import Synchronization

/// Answers a run's questions as a case of an evaluation set says; models are asked themselves.
final class RehearsalDesk: AgentDesk {
    private struct State {
        var next: [String: Int] = [:]
        var calls: [String] = []
        var spending = RunSpending()
    }

    private let given: EvaluationCase
    private let registry: ToolRegistry
    private let agent: Agent
    private let models: RunModels
    private let record: @Sendable (ModelCharge) async throws -> Void
    private let state = Mutex(State())

    init(
        _ given: EvaluationCase,
        agent: Agent,
        registry: ToolRegistry,
        models: RunModels,
        record: @escaping @Sendable (ModelCharge) async throws -> Void
    ) {
        self.given = given
        self.agent = agent
        self.registry = registry
        self.models = models
        self.record = record
    }

    var calls: [String] { state.withLock { $0.calls } }

    var bill: AgentBill {
        state.withLock { $0.spending.bill() }
    }

    func onlyLooks(_ tool: String) -> Bool { false }

    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON {
        guard agent.tools.contains(tool), let known = registry.tools[tool] else {
            throw GeneralFault(
                .forbidden,
                code: "forbidden",
                "agent \"\(agent.name)\" may not use \"\(tool)\""
            )
        }
        try known.input.validate(input)
        let answer = state.withLock { state -> EvaluationCase.Answer? in
            state.calls.append(tool)
            let all = given.answers[tool] ?? []
            let fitting = all.filter { answer in
                guard let wanted = answer.input else { return true }
                return EvaluationCase.missing(wanted, in: input, at: "").isEmpty
            }
            let turn = state.next[tool, default: 0]
            state.next[tool] = turn + 1
            // Answers to a particular input stand for that input; the others come in turn.
            if let exact = fitting.first(where: { $0.input != nil }) { return exact }
            return fitting.isEmpty ? nil : fitting[min(turn, fitting.count - 1)]
        }
        guard let answer else {
            throw GeneralFault(
                .notFound,
                code: "no-answer",
                "the case \"\(given.id)\" has no answer of \(tool) to \(input.text().prefix(200))"
            )
        }
        return try answer.outcome.get()
    }

    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply {
        do {
            let answer = try await models.ask(request, after: state.withLock { $0.spending })
            state.withLock { $0.spending.add(answer) }
            try await record(answer.charge)
            return answer.reply
        } catch let silence as RunModels.Silence {
            state.withLock { $0.spending.add(silence) }
            throw silence.gaveUp
        }
    }

    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON { output }

    func maskedCase(in mask: inout PersonalMask) async throws -> JSON { given.input }
}
