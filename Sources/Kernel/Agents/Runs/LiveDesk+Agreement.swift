import Core
import Privacy
import Store
import Synchronization

extension LiveDesk {
    /// Finds out whether a person agreed to a call, and to what.
    ///
    /// A person agrees to what was shown: when the run, taken up again by another build, would make
    /// another call here, nobody has agreed to that.
    ///
    /// - Throws: `AwaitsApproval` while nobody has; a fault when somebody did not; one of code
    ///   `policy-not-deterministic` when people were asked about another call.
    func agree(to tool: Tool, _ step: inout AgentStep) async throws {
        let key = "\(at.invocation.key)/\(step.index)"
        guard let approvals = office.approvals else {
            throw GeneralFault(
                .forbidden,
                code: "approval-needed",
                "\"\(tool.name)\" needs a person's agreement, and nobody can be asked here"
            )
        }
        let found = try await office.database.read { [at] reader in
            try approvals.find(key, at.invocation.scope.organisation, in: reader)
                .map { try approvals.opened($0, in: reader) }
        }
        if let found { try demand(tool, step, isAskedIn: found) }
        guard let state = found?.state, state != .open else {
            let question = at.question(key, about: tool, input: step.input)
            self.state.withLock { $0.waits = question }
            throw AwaitsApproval()
        }
        step.approval = [
            "verdict": .string(state.name), "by": state.decider?.json ?? .null,
            "comment": .optional(state.comment),
        ]
        switch state {
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

    private func demand(
        _ tool: Tool,
        _ step: AgentStep,
        isAskedIn approval: Approval
    ) throws {
        let asked = approval.request
        guard asked.tool == tool.name,
            Privacy.agree(asked.input ?? .null, step.input, isErased: at.isErased)
        else {
            state.withLock { $0.outdated = asked.key }
            let what = asked.tool == tool.name ? "one with another input" : "one of \(tool.name)"
            throw notDeterministic(
                "step \(step.index)",
                "was put to people as a call of \(asked.tool ?? "nothing") and is now \(what)"
            )
        }
    }
}
