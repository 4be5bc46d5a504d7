import Core
import Models
import Privacy
import Store
import Synchronization

/// Asks the tools and the model themselves, and keeps what came of it.
///
/// Answers of queries and computations are held back and written with the next change, or with the
/// decision: until then nothing has happened that depends on them, so asking again after a crash is
/// as good. A change is committed together with its own journal entry and those held back; what came of
/// a call that reached outside is written at once, and so is a model's answer, with what it is charged
/// with, so that it is paid for once.
final class LiveDesk: AgentDesk {
    /// Whose run it is, and in what circumstances.
    struct Circumstances: Sendable {
        var agent: Agent
        var invocation: Invocation
        var start: Timestamp
        var plan: AgentPlan
        /// The case as it is kept.
        var input: JSON
        /// The workflow execution that asks.
        var execution: String?
        /// Whether the run has met a person who was erased since.
        var isErased = false

        /// What a person is asked before a call.
        func question(_ key: String, about tool: Tool, input: JSON) -> ApprovalRequest {
            let settings = plan.settings
            return ApprovalRequest(
                key: key,
                kind: .toolCall,
                title: String("\(agent.name) wants to call \(tool.name)".prefix(200)),
                details: [
                    "purpose": .string(tool.purpose), "agentPurpose": .string(agent.purpose),
                ],
                agent: agent.name,
                tool: tool.name,
                input: input,
                execution: execution,
                roles: settings.approvers,
                needsSecondPerson: settings.secondPerson,
                expiresAt: invocation.now + .seconds(settings.approvalMinutes * 60)
            )
        }
    }

    struct State {
        var journaled: [Int: AgentStep]
        var held: [AgentStep] = []
        var spending = RunSpending()
        var approvals = 0
        var waits: ApprovalRequest?
        var outdated: String?
        var prompt = PromptDigest()
        /// What a model has read of persons, and may say again in all that is kept from then on.
        var mask: PersonalMask?

        mutating func count(_ step: AgentStep) {
            if step.approval != nil { approvals += 1 }
            if step.kind == .model { spending.add(step) }
        }
    }

    let at: Circumstances
    let office: AgentRunner.Office
    let hear: @Sendable (ModelPiece) -> Void
    let state: Mutex<State>

    init(
        _ circumstances: Circumstances,
        journaled: [AgentStep],
        office: AgentRunner.Office,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) {
        at = circumstances
        self.office = office
        self.hear = hear
        var state = State(
            journaled: Dictionary(journaled.map { ($0.index, $0) }) { first, _ in first }
        )
        for step in journaled { state.count(step) }
        self.state = Mutex(state)
    }

    // MARK: What the run came to

    /// The steps that are not in the journal yet.
    var held: [AgentStep] {
        state.withLock { $0.held.sorted { $0.index < $1.index } }
    }

    /// What the models cost and wrote, and how often a person agreed.
    var bill: AgentBill {
        state.withLock { $0.spending.bill(approvals: $0.approvals) }
    }

    /// The call to which a person must agree before the run can go on.
    var waits: ApprovalRequest? { state.withLock { $0.waits } }

    /// The key of a question that was put to people about a call that the run does not make any more.
    var outdated: String? { state.withLock { $0.outdated } }

    // MARK: Tools

    func onlyLooks(_ tool: String) -> Bool {
        guard let found = find(tool), !needsApproval(found) else { return false }
        return found.effect == .read || found.effect == .compute
    }

    func find(_ tool: String) -> Tool? {
        office.registry.tool(tool, of: at.invocation.scope.organisation)
    }

    func needsApproval(_ tool: Tool) -> Bool {
        tool.needsApproval || at.plan.settings.approvals.contains(tool.name)
    }

    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON {
        if let recorded = state.withLock({ $0.journaled[index] }) {
            guard recorded.repeats(tool, input, isErased: at.isErased) else {
                throw notDeterministic("step \(index)", "was \(recorded.tool) and is now \(tool)")
            }
            return try recorded.outcome.get()
        }
        let found = find(tool)
        let isOutside = found?.effect == .external
        var step = AgentStep(
            index: index,
            tool: tool,
            input: input,
            outcome: .success(.null),
            at: office.clock.now(),
            duration: .zero
        )
        step.mask = state.withLock { $0.mask }
        let prepared: PreparedCall
        do {
            if let found, needsApproval(found) { try await agree(to: found, &step) }
            prepared = try await prepare(step)
        } catch {
            throw try await failed(step, error, isOutside: isOutside)
        }
        switch prepared {
        case .done(let output):
            step.outcome = .success(output)
            try await finish(step, isOutside: isOutside)
            return output
        case .commit(let commit):
            do {
                return try await self.commit(commit, step)
            } catch {
                throw try await failed(step, error, isOutside: isOutside)
            }
        }
    }

    func notDeterministic(_ place: String, _ what: String) -> GeneralFault {
        GeneralFault(
            .internal,
            code: "policy-not-deterministic",
            "\(place) of \(at.agent.name) \(what)"
        )
    }

    private func prepare(_ step: AgentStep) async throws -> PreparedCall {
        var call = at.invocation
        // The same whenever the run comes here again: a server outside can know the call by it.
        call.key = "\(at.invocation.key)/\(step.index)"
        call.now = at.start
        call.outsideTools = at.plan.settings.outsideTools
        return try await office.registry.prepare(
            step.tool,
            input: step.input,
            invocation: call,
            database: office.database
        )
    }

    /// Keeps that a call failed.
    ///
    /// - Returns: what its failure is to the policy.
    /// - Throws: what ends the run instead.
    private func failed(
        _ step: AgentStep,
        _ error: any Error,
        isOutside: Bool
    ) async throws -> GeneralFault {
        let fault = try GeneralFault(of: step.tool, error)
        var step = step
        step.outcome = .failure(fault)
        try await finish(step, isOutside: isOutside)
        return fault
    }

    /// Keeps what came of a call: at once when it reached outside, for then asking again is not as good.
    private func finish(_ step: AgentStep, isOutside: Bool) async throws {
        var step = step
        step.duration = office.clock.now() - step.at
        guard isOutside else { return hold(step) }
        let steps = held + [step]
        try await office.database.transaction { [self] transaction in
            try at.invocation.stillWanted(transaction)
            try write(steps, in: transaction)
        }
        wrote(steps, new: step)
    }

    private func commit(
        _ commit: @escaping Tool.Commit,
        _ step: AgentStep
    ) async throws -> JSON {
        let held = self.held
        let output = try await office.database.transaction { [self] transaction in
            let output = try commit(transaction)
            var step = step
            step.outcome = .success(output)
            step.duration = office.clock.now() - step.at
            try write(held + [step], in: transaction)
            return output
        }
        wrote(held, new: step)
        return output
    }

    // MARK: The journal

    func hold(_ step: AgentStep) {
        state.withLock { state in
            state.held.append(step)
            state.count(step)
        }
    }

    /// Writes steps, and the run that they belong to.
    func write(_ steps: [AgentStep], in transaction: any Transaction) throws {
        try office.journal.open(at, in: transaction)
        try office.journal.write(
            steps,
            key: at.invocation.key,
            organisation: at.invocation.scope.organisation,
            in: transaction
        )
    }

    /// Notes that steps are held no more, and counts the one that was written with them.
    func wrote(_ steps: [AgentStep], new step: AgentStep) {
        let written = Set(steps.map(\.index))
        state.withLock { state in
            state.held.removeAll { written.contains($0.index) }
            state.count(step)
        }
    }

    // MARK: What a model is shown

    func masked(_ output: JSON, of tool: String, in mask: inout PersonalMask) -> JSON {
        let isHidden = at.plan.settings.personal == .hidden
        let shown = office.masked(output, of: tool, isHidden: isHidden, in: &mask)
        state.withLock { [mask] in $0.mask = mask }
        return shown
    }

    func maskedCase(in mask: inout PersonalMask) async throws -> JSON {
        let shown = try await office.masked(
            at.input,
            isHidden: at.plan.settings.personal == .hidden,
            at.invocation.scope.organisation,
            in: &mask
        )
        state.withLock { [mask] in $0.mask = mask }
        return shown
    }
}
