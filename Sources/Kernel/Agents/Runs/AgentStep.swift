import Models
import Privacy
import Core

/// One thing that a run asked of somebody, and what came of it, as the journal keeps it.
struct AgentStep: Sendable {
    /// Whom it asked.
    enum Kind: String, Sendable {
        /// One of the agent's tools.
        case tool
        /// A language model; `input` tells the hash of the request, `outcome` is the answer.
        case model
    }

    /// What ``tool`` of a step of a model is.
    static let modelName = "$model"

    var index: Int
    var kind = Kind.tool
    var tool: String
    /// What the tool got.
    var input: JSON
    /// What the policy had asked for, where a person had something else done.
    var asked: JSON?
    var outcome: Result<JSON, GeneralFault>
    var at: Timestamp
    var duration: Duration
    var costMicros = 0
    /// The person who agreed to the call: `{"verdict","by","comment"}`.
    var approval: JSON?
    /// What the model had read of persons before, and may have said here; not kept.
    var mask: PersonalMask?

    /// The answer of a step of a model.
    ///
    /// - Throws: `ModelGaveUp` when there was none.
    func reply() throws -> ModelReply {
        switch outcome {
        case .success(let json): return try ModelReply(journaled: json)
        case .failure(let fault): throw ModelGaveUp(code: fault.code, message: fault.message)
        }
    }

    /// Whether the policy asks now what it asked then; what was erased since, in a run that has met such a
    /// person, cannot be compared.
    func repeats(_ tool: String, _ input: JSON, isErased: Bool) -> Bool {
        self.tool == tool && kind == .tool
            && Privacy.agree(asked ?? self.input, AgentJournal.kept(input), isErased: isErased)
    }
}

/// Asks a run's questions of somebody: of the tools themselves, of the journal, of a rehearsal.
protocol AgentDesk: Sendable {
    /// Calls a tool for the policy.
    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON

    /// Asks the run's model.
    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply

    /// Whether a call of the tool changes nothing, so that several may be under way at once.
    func onlyLooks(_ tool: String) -> Bool

    /// Hides what is personal in what a tool answered, if this desk hides anything.
    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON

    /// The case with what is personal in it hidden, if this desk hides anything.
    func maskedCase(in mask: inout PersonalMask) async throws -> JSON
}
