import Core
import Models
import Privacy
import Store
import Synchronization

/// Asks the tools and the model themselves, and keeps what came of it.
///
/// Answers of queries and computations are held back and written with the next change, or with the
/// decision: until then nothing has happened that depends on them, so asking again after a crash is
/// as good. A change is committed together with its own journal entry and those held back; a model's
/// answer is written as soon as it is there, with what it is charged with, so that it is paid for once.
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

    private struct State {
        var journaled: [Int: AgentStep]
        var held: [AgentStep] = []
        var costMicros: Int
        var thought: Duration
        var models: ModelUsage
        var model: String?
        var approvals: Int
        var waits: ApprovalRequest?
        var prompt = PromptDigest()
        /// What a model has read of persons, and may say again in all that is kept from then on.
        var mask: PersonalMask?
    }

    let at: Circumstances
    private let office: AgentRunner.Office
    private let hear: @Sendable (ModelPiece) -> Void
    private let state: Mutex<State>

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
            journaled: Dictionary(journaled.map { ($0.index, $0) }) { first, _ in first },
            costMicros: 0,
            thought: .zero,
            models: ModelUsage(),
            approvals: 0
        )
        for step in journaled { Self.count(step, in: &state) }
        self.state = Mutex(state)
    }

    private static func count(_ step: AgentStep, in state: inout State) {
        if step.approval != nil { state.approvals += 1 }
        guard step.kind == .model else { return }
        state.costMicros += step.costMicros
        state.thought += step.duration
        if case .success(let reply) = step.outcome {
            state.models = state.models + ModelUsage(reply["usage"] ?? [:])
            state.model = reply["model"]?.string
        }
    }

    // MARK: What the run came to

    /// The steps that are not in the journal yet.
    var held: [AgentStep] {
        state.withLock { $0.held.sorted { $0.index < $1.index } }
    }

    /// What the models cost and wrote, and how often a person agreed.
    var bill: AgentBill {
        state.withLock {
            AgentBill(
                costMicros: $0.costMicros,
                usage: $0.models,
                model: $0.model,
                approvals: $0.approvals
            )
        }
    }

    /// The call to which a person must agree before the run can go on.
    var waits: ApprovalRequest? { state.withLock { $0.waits } }

    // MARK: Tools

    func onlyLooks(_ tool: String) -> Bool {
        guard let found = find(tool), !needsApproval(found) else { return false }
        return found.effect == .read || found.effect == .compute
    }

    private func find(_ tool: String) -> Tool? {
        office.registry.tool(tool, of: at.invocation.scope.organisation)
    }

    private func needsApproval(_ tool: Tool) -> Bool {
        tool.needsApproval || at.plan.settings.approvals.contains(tool.name)
    }

    func call(_ tool: String, _ input: JSON, at index: Int) async throws -> JSON {
        if let recorded = state.withLock({ $0.journaled[index] }) {
            guard recorded.repeats(tool, input) else {
                throw GeneralFault(
                    .internal,
                    code: "policy-not-deterministic",
                    "step \(index) of \(at.agent.name) was \(recorded.tool) and is now \(tool)"
                )
            }
            return try recorded.outcome.get()
        }
        let began = office.clock.now()
        var step = AgentStep(
            index: index,
            tool: tool,
            input: input,
            outcome: .success(.null),
            at: began,
            duration: .zero
        )
        step.mask = state.withLock { $0.mask }
        do {
            if let found = find(tool), needsApproval(found) {
                try await agree(to: found, &step)
            }
            var call = at.invocation
            call.key = "\(at.invocation.key)/\(index)"
            call.now = at.start
            call.outsideTools = at.plan.settings.outsideTools
            let prepared = try await office.registry.prepare(
                tool,
                input: step.input,
                invocation: call,
                database: office.database
            )
            switch prepared {
            case .done(let output):
                step.outcome = .success(output)
                hold(step)
                return output
            case .commit(let commit): return try await self.commit(commit, step)
            }
        } catch let fault as any Fault where fault.kind != .unavailable && fault.kind != .timeout {
            let general = GeneralFault(copying: fault)
            step.outcome = .failure(general)
            hold(step)
            throw general
        }
    }

    /// Finds out whether a person agreed to a call, and to what.
    ///
    /// - Throws: `AwaitsApproval` while nobody has; a fault when somebody did not.
    private func agree(to tool: Tool, _ step: inout AgentStep) async throws {
        let key = "\(at.invocation.key)/\(step.index)"
        guard let approvals = office.approvals else {
            throw GeneralFault(
                .forbidden,
                code: "approval-needed",
                "\"\(tool.name)\" needs a person's agreement, and nobody can be asked here"
            )
        }
        let found = try await office.database.read { [at] in
            try approvals.state(of: key, organisation: at.invocation.scope.organisation, in: $0)
        }
        guard let found, found != .open else {
            let question = at.question(key, about: tool, input: step.input)
            state.withLock { $0.waits = question }
            throw AwaitsApproval()
        }
        step.approval = [
            "verdict": .string(found.name), "by": found.decider?.json ?? .null,
            "comment": .optional(found.comment),
        ]
        switch found {
        case .approved: break
        case .amended(let input, _, _):
            step.asked = step.input
            step.input = input
        case .rejected(_, let comment):
            throw GeneralFault(
                .forbidden,
                code: "approval-rejected",
                "a person did not agree" + (comment.map { ": \($0)" } ?? "")
            )
        case .open, .expired, .withdrawn:
            throw GeneralFault(
                .forbidden,
                code: "approval-expired",
                "nobody agreed to it in time"
            )
        }
    }

    private func commit(
        _ commit: @escaping Tool.Commit,
        _ step: AgentStep
    ) async throws -> JSON {
        let held = self.held
        let output = try await office.database.transaction { [at, office] transaction in
            let output = try commit(transaction)
            var step = step
            step.outcome = .success(output)
            step.duration = office.clock.now() - step.at
            try office.journal.open(at, in: transaction)
            try office.journal.write(
                held + [step],
                key: at.invocation.key,
                organisation: at.invocation.scope.organisation,
                in: transaction
            )
            return output
        }
        state.withLock { state in
            state.held = []
            Self.count(step, in: &state)
        }
        return output
    }

    private func hold(_ step: AgentStep) {
        var step = step
        step.duration = office.clock.now() - step.at
        state.withLock { state in
            state.held.append(step)
            Self.count(step, in: &state)
        }
    }

    // MARK: The model

    func ask(_ request: ModelRequest, at index: Int) async throws -> ModelReply {
        if let recorded = state.withLock({ $0.journaled[index] }) {
            guard recorded.kind == .model else {
                throw GeneralFault(
                    .internal,
                    code: "policy-not-deterministic",
                    "step \(index) of \(at.agent.name) was \(recorded.tool) and is now a model's"
                )
            }
            return try recorded.reply()
        }
        let began = office.clock.now()
        var step = AgentStep(
            index: index,
            kind: .model,
            tool: AgentStep.modelName,
            input: try state.withLock { try $0.prompt.summary(of: request) },
            outcome: .success(.null),
            at: began,
            duration: .zero
        )
        do {
            try checkLimits()
            guard let gateway = office.models else {
                throw ModelFault(.notConfigured, "no model is configured")
            }
            let (reply, charge) = try await gateway.reply(
                to: request,
                from: at.plan.settings.models,
                caller: ModelCaller(
                    scope: at.invocation.scope,
                    agent: at.agent.name,
                    run: at.invocation.key
                ),
                hear: hear
            )
            step.outcome = .success(reply.json)
            step.costMicros = charge.costMicros
            step.duration = office.clock.now() - began
            step.mask = state.withLock { $0.mask }
            try await keep(step, charge, gateway)
            return reply
        } catch let fault as ModelFault {
            if fault.code == .cancelled { throw CancellationError() }
            let general = GeneralFault(.unavailable, code: fault.code.rawValue, fault.message)
            step.outcome = .failure(general)
            hold(step)
            throw ModelGaveUp(code: general.code, message: general.message)
        }
    }

    private func checkLimits() throws(ModelFault) {
        let limits = at.plan.settings.limits
        let (cost, thought) = state.withLock { ($0.costMicros, $0.thought) }
        if thought >= .seconds(limits.seconds) {
            throw ModelFault(
                .timedOut,
                "the run's \(limits.seconds) s of thinking are used up"
            )
        }
        if cost >= limits.costMicros {
            throw ModelFault(.overBudget, "the run's \(limits.costMicros) millionths are used up")
        }
    }

    /// Writes a model's answer at once; what it is charged with also when nobody wants the run any more.
    private func keep(
        _ step: AgentStep,
        _ charge: ModelCharge,
        _ gateway: any ModelGateway
    ) async throws {
        let held = self.held
        let isWanted = try await office.database.transaction { [at, office] transaction in
            try gateway.record(charge, in: transaction)
            do {
                try at.invocation.stillWanted(transaction)
            } catch is NoLongerWanted {
                return false
            }
            try office.journal.open(at, in: transaction)
            try office.journal.write(
                held + [step],
                key: at.invocation.key,
                organisation: at.invocation.scope.organisation,
                in: transaction
            )
            return true
        }
        guard isWanted else { throw NoLongerWanted() }
        state.withLock { state in
            state.held = []
            Self.count(step, in: &state)
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
