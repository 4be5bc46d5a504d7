import Core
import Models
import Privacy
import Synchronization

/// Answers a run's questions as a case of an evaluation set says; models are asked themselves.
final class RehearsalDesk: AgentDesk {
    private struct State {
        var next: [String: Int] = [:]
        var calls: [String] = []
        var costMicros = 0
        var usage = ModelUsage()
        var model: String?
    }

    private let given: EvaluationCase
    private let registry: ToolRegistry
    private let agent: Agent
    private let ask: @Sendable (ModelRequest) async throws -> (ModelReply, Int)
    private let state = Mutex(State())

    init(
        _ given: EvaluationCase,
        agent: Agent,
        registry: ToolRegistry,
        ask: @escaping @Sendable (ModelRequest) async throws -> (ModelReply, Int)
    ) {
        self.given = given
        self.agent = agent
        self.registry = registry
        self.ask = ask
    }

    var calls: [String] { state.withLock { $0.calls } }

    var bill: AgentBill {
        state.withLock {
            AgentBill(costMicros: $0.costMicros, usage: $0.usage, model: $0.model)
        }
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
            let (reply, cost) = try await ask(request)
            state.withLock { state in
                state.costMicros += cost
                state.usage = state.usage + reply.usage
                state.model = reply.model
            }
            return reply
        } catch let fault as ModelFault {
            throw ModelGaveUp(code: fault.code.rawValue, message: fault.message)
        }
    }

    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON { output }

    func maskedCase(in mask: inout PersonalMask) async throws -> JSON { given.input }
}
