public import Core
import Privacy
import Store
import Synchronization

/// One case before an agent: what it was asked, and the only way to its tools.
///
/// Answers of queries and computations are held back and written with the next change, or with the
/// decision: until then nothing has happened that depends on them, so asking again after a crash is
/// as good. A change is committed together with its own journal entry and those held back.
public final class AgentRun: Sendable {
    struct Step: Sendable {
        var index: Int
        var tool: String
        var input: JSON
        var outcome: Result<JSON, GeneralFault>
        var at: Timestamp
        var duration: Duration
    }

    private struct State {
        var journaled: [Step]
        var held: [Step] = []
        var next = 0
    }

    /// What the agent was asked.
    public let input: JSON
    /// The moment the run began; the same after a crash.
    public let now: Timestamp
    let key: String
    private let agent: Agent
    private let registry: ToolRegistry
    private let database: any Database
    private let journal: AgentJournal
    private let invocation: Invocation
    private let clock: any WallClock
    private let state: Mutex<State>

    init(
        agent: Agent,
        input: JSON,
        invocation: Invocation,
        start: Timestamp,
        journaled: [Step],
        registry: ToolRegistry,
        database: any Database,
        journal: AgentJournal,
        clock: any WallClock
    ) {
        self.agent = agent
        self.input = input
        self.invocation = invocation
        now = start
        key = invocation.key
        self.registry = registry
        self.database = database
        self.journal = journal
        self.clock = clock
        state = Mutex(State(journaled: journaled))
    }

    /// Calls one of the agent's tools.
    ///
    /// - Parameters:
    ///   - tool: the tool's name.
    ///   - input: what it takes.
    /// - Returns: its output.
    /// - Throws: the tool's fault; a fault of code `policy-not-deterministic` when, after a crash,
    ///   the policy asks something else than it did before.
    public func call(_ tool: String, _ input: JSON) async throws -> JSON {
        let (index, recorded) = state.withLock { state -> (Int, Step?) in
            defer { state.next += 1 }
            return (state.next, state.journaled.first { $0.index == state.next })
        }
        if let recorded {
            // What was erased since cannot be compared.
            guard recorded.tool == tool,
                Privacy.agree(recorded.input, AgentJournal.kept(input))
            else {
                throw GeneralFault(
                    .internal,
                    code: "policy-not-deterministic",
                    "step \(index) of \(agent.name) was \(recorded.tool) and is now \(tool)"
                )
            }
            return try recorded.outcome.get()
        }
        let began = clock.now()
        var call = invocation
        call.key = "\(key)/\(index)"
        call.now = now
        do {
            let prepared = try await registry.prepare(
                tool,
                input: input,
                invocation: call,
                database: database
            )
            switch prepared {
            case .done(let output):
                hold(index, tool, input, .success(output), began)
                return output
            case .commit(let commit):
                return try await self.commit(commit, index, tool, input, began)
            }
        } catch let fault as any Fault where fault.kind != .unavailable && fault.kind != .timeout {
            let general = GeneralFault(copying: fault)
            hold(index, tool, input, .failure(general), began)
            throw general
        }
    }

    private func commit(
        _ commit: @escaping Tool.Commit,
        _ index: Int,
        _ tool: String,
        _ input: JSON,
        _ began: Timestamp
    ) async throws -> JSON {
        let held = state.withLock { $0.held }
        let output = try await database.transaction {
            [journal, invocation, now, agent, clock] transaction in
            let output = try commit(transaction)
            try journal.open(invocation, agent: agent.name, start: now, in: transaction)
            let step = Step(
                index: index,
                tool: tool,
                input: AgentJournal.kept(input),
                outcome: .success(output),
                at: began,
                duration: clock.now() - began
            )
            try journal.write(
                held + [step],
                key: invocation.key,
                organisation: invocation.scope.organisation,
                in: transaction
            )
            return output
        }
        state.withLock { $0.held = [] }
        return output
    }

    private func hold(
        _ index: Int,
        _ tool: String,
        _ input: JSON,
        _ outcome: Result<JSON, GeneralFault>,
        _ began: Timestamp
    ) {
        let step = Step(
            index: index,
            tool: tool,
            input: AgentJournal.kept(input),
            outcome: outcome,
            at: began,
            duration: clock.now() - began
        )
        state.withLock { $0.held.append(step) }
    }

    /// The steps that are not in the journal yet.
    var held: [Step] { state.withLock { $0.held } }
}

extension GeneralFault {
    /// The same fault without its own type.
    public init(copying fault: any Fault) {
        self.init(
            fault.kind,
            code: fault.code,
            fault.message,
            pointer: fault.pointer,
            details: fault.details
        )
    }
}
