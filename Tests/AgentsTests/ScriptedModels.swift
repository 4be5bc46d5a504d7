import Core
import Models
import Store
import Synchronization

/// A gateway whose answers are written beforehand; it keeps what it was asked.
final class ScriptedModels: ModelGateway {
    private struct State {
        var script: [Result<ModelReply, ModelFault>]
        var requests: [ModelRequest] = []
        var charges: [ModelCharge] = []
    }

    private let state: Mutex<State>
    private let clock: ManualClock
    private let latency: Duration

    init(
        _ script: [Result<ModelReply, ModelFault>],
        clock: ManualClock,
        latency: Duration = .zero
    ) {
        state = Mutex(State(script: script))
        self.clock = clock
        self.latency = latency
    }

    var requests: [ModelRequest] { state.withLock { $0.requests } }
    var charges: [ModelCharge] { state.withLock { $0.charges } }

    func reply(
        to request: ModelRequest,
        from models: [String],
        caller: ModelCaller,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge) {
        let next = state.withLock { state -> Result<ModelReply, ModelFault> in
            state.requests.append(request)
            guard !state.script.isEmpty else {
                return .failure(ModelFault(.unavailable, "the script is at its end"))
            }
            return state.script.removeFirst()
        }
        clock.advance(by: latency)
        if case .failure(let fault) = next {
            // A gateway records at once what was counted in vain: a millionth a token.
            caller.allowance?.spend(fault.usage.total)
        }
        let reply = try next.get()
        hear(.text(reply.text))
        return (
            reply,
            ModelCharge(
                organisation: caller.scope.organisation,
                agent: caller.agent,
                run: caller.run,
                model: models.first ?? "",
                usage: reply.usage,
                costMicros: reply.usage.total,
                at: clock.now(),
                latency: latency,
                attempts: 1
            )
        )
    }

    func record(_ charge: ModelCharge, in transaction: any Transaction) throws {
        transaction.afterCommit { [self] in state.withLock { $0.charges.append(charge) } }
    }

    // MARK: Answers

    static func calls(_ calls: (name: String, input: JSON)...) -> Result<ModelReply, ModelFault> {
        .success(
            ModelReply(
                parts: calls.enumerated().map { index, call in
                    .call(
                        ModelToolCall(id: "call-\(index)", name: call.name, input: call.input)
                    )
                },
                stop: .toolCalls,
                usage: ModelUsage(input: 100, output: 20),
                model: "scripted-1"
            )
        )
    }

    static func says(
        _ text: String,
        stop: ModelStop = .end
    ) -> Result<ModelReply, ModelFault> {
        .success(
            ModelReply(
                parts: [.text(text)],
                stop: stop,
                usage: ModelUsage(input: 10, output: 2),
                model: "scripted-1"
            )
        )
    }

    /// A conclusion with one option.
    static func concludes(
        _ choice: String = "go",
        why: String = "because",
        output: JSON = ["done": true],
        task: JSON? = "clerking"
    ) -> Result<ModelReply, ModelFault> {
        var input: JSON = [
            "subject": "thing:1",
            "options": [["label": .string(choice), "score": 0.9, "reasons": ["fine"]]],
            "choice": .string(choice), "rationale": .string(why), "confidence": 0.8,
            "output": output,
        ]
        input["task"] = task
        return calls(("conclude", input))
    }
}
