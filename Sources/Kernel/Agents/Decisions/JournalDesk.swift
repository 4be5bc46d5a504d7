import Core
import Models
import Privacy
import Synchronization

/// Answers a run's questions from its journal alone: no tool, no model, no store is reached.
final class JournalDesk: AgentDesk {
    /// The replay asked something that the journal does not have.
    struct Diverged: Error {
        var code: String
        var message: String
    }

    private let steps: [Int: AgentStep]
    private let isErased: Bool
    private let mask: Mask
    private let met = Mutex<Diverged?>(nil)
    private let prompt = Mutex(PromptDigest())

    /// A desk over steps; `isErased` says whether they are about somebody who was erased.
    init(_ steps: [AgentStep], isErased: Bool, mask: Mask) {
        self.isErased = isErased
        self.steps = Dictionary(steps.map { ($0.index, $0) }) { first, _ in first }
        self.mask = mask
    }

    /// Where the replay first left the recorded path.
    var divergence: Diverged? { met.withLock { $0 } }

    private func diverge(_ code: String, _ message: String) -> GeneralFault {
        met.withLock { $0 = $0 ?? Diverged(code: code, message: message) }
        return GeneralFault(.internal, code: "not-journaled", message)
    }

    func onlyLooks(_ tool: String) -> Bool { false }

    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON {
        guard let step = steps[index] else {
            throw diverge("other-calls", "step \(index) calls \(tool), which was not called")
        }
        guard step.repeats(tool, input, isErased: isErased) else {
            throw diverge(
                "other-calls",
                step.tool == tool
                    ? "step \(index) calls \(tool) with another input"
                    : "step \(index) calls \(tool) where \(step.tool) was called"
            )
        }
        return try step.outcome.get()
    }

    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply {
        guard let step = steps[index], step.kind == .model else {
            throw diverge("other-calls", "step \(index) asks the model, which was not asked")
        }
        let told = try prompt.withLock { try $0.summary(of: request) }
        guard step.input == told else {
            throw diverge(
                "prompt-changed",
                "the model would be told something else: the build, its tools or settings are others"
            )
        }
        return try step.reply()
    }

    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON {
        self.mask.hide(output, tool, &mask)
    }

    func maskedCase(in mask: inout PersonalMask) async throws -> JSON {
        try await self.mask.hideCase(&mask)
    }

    /// Hides what a model was not shown, as it was hidden then.
    struct Mask: Sendable {
        var hide: @Sendable (JSON, String, inout PersonalMask) -> JSON
        var hideCase: @Sendable (inout PersonalMask) async throws -> JSON
    }
}
