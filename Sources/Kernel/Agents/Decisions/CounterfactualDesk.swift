import Core
import Models
import Privacy
import Store
import Synchronization

/// Answers what another policy asks: from the journal where the same was asked, else by looking, never
/// by changing anything.
final class CounterfactualDesk: AgentDesk {
    /// Where an answer came from.
    enum Source: String, Sendable {
        /// The recorded run asked the same.
        case journal
        /// A query or computation was made now.
        case now
        /// It would have changed something, so that it was not done and the run ended.
        case withheld
        /// A model was asked now.
        case model
    }

    struct Call: Sendable {
        var index: Int
        var tool: String
        var input: JSON
        var source: Source

        var json: JSON {
            [
                "tool": .string(tool), "input": AgentJournal.kept(input),
                "source": .string(source.rawValue),
            ]
        }
    }

    private struct State {
        var unused: [AgentStep]
        var calls: [Call] = []
        var spending = RunSpending()
    }

    private let recording: DecisionReplayer.Recording
    private let office: AgentRunner.Office
    private let invocation: Invocation
    private let models: RunModels
    private let mask: JournalDesk.Mask
    private let state: Mutex<State>

    init(
        _ recording: DecisionReplayer.Recording,
        office: AgentRunner.Office,
        invocation: Invocation,
        models: [String],
        mask: JournalDesk.Mask
    ) {
        self.recording = recording
        self.office = office
        self.invocation = invocation
        self.models = RunModels(
            gateway: office.models,
            names: models,
            caller: ModelCaller(
                scope: invocation.scope,
                agent: recording.agent.name,
                run: invocation.key
            ),
            limits: recording.plan.settings.limits,
            clock: office.clock
        )
        self.mask = mask
        state = Mutex(State(unused: recording.steps.filter { $0.kind == .tool }))
    }

    var calls: [Call] { state.withLock { $0.calls.sorted { $0.index < $1.index } } }

    var bill: AgentBill {
        state.withLock { $0.spending.bill() }
    }

    func onlyLooks(_ tool: String) -> Bool { false }

    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON {
        let step = state.withLock { state -> AgentStep? in
            // The same question may have been asked several times, with other answers each time.
            if let at = state.unused.firstIndex(where: {
                $0.repeats(tool, input, isErased: recording.isErased)
            }) {
                return state.unused.remove(at: at)
            }
            return recording.steps.last { $0.repeats(tool, input, isErased: recording.isErased) }
        }
        func note(_ source: Source) {
            state.withLock {
                $0.calls.append(Call(index: index, tool: tool, input: input, source: source))
            }
        }
        if let step {
            note(.journal)
            return try step.outcome.get()
        }
        let effect = office.registry.tool(tool, of: invocation.scope.organisation)?.effect
        guard effect == .read || effect == .compute else {
            note(.withheld)
            throw GeneralFault(
                .internal,
                code: "not-journaled",
                "it would call \(tool), which changes something"
            )
        }
        note(.now)
        var call = invocation
        call.now = recording.start
        call.key += "/\(index)"
        do {
            return try await office.registry.call(
                tool,
                input: input,
                invocation: call,
                database: office.database
            )
        } catch {
            throw try GeneralFault(of: tool, error)
        }
    }

    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply {
        do {
            let answer = try await models.ask(request, after: state.withLock { $0.spending })
            state.withLock { state in
                state.spending.add(answer)
                state.calls.append(
                    Call(index: index, tool: AgentStep.modelName, input: .null, source: .model)
                )
            }
            try await office.database.transaction { [office] in
                try office.models?.record(answer.charge, in: $0)
            }
            return answer.reply
        } catch let silence as RunModels.Silence {
            state.withLock { $0.spending.add(silence) }
            throw silence.gaveUp
        }
    }

    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON {
        self.mask.hide(output, tool, &mask)
    }

    func maskedCase(in mask: inout PersonalMask) async throws -> JSON {
        try await self.mask.hideCase(&mask)
    }
}
