public import Agents
import Core
public import Store

extension WorkflowEngine {
    /// The error of a task whose question nobody answered in time.
    public static let approvalExpired = "Weft.ApprovalExpired"

    /// Answers the task that waits for an approval.
    ///
    /// A decision is the task's output: `{"approved","by","comment"}`, with `input` where something else
    /// was agreed to than what was asked. One that expired fails the task.
    ///
    /// - Parameters:
    ///   - approval: what was decided or has expired.
    ///   - transaction: the one that writes that.
    /// - Throws: a fault of code `approval-is-closed` when the task does not wait any more, or `StoreError`.
    public func answer(_ approval: Approval, in transaction: any Transaction) throws {
        let token = approval.request.key
        let scope = Scope(
            organisation: approval.organisation,
            actor: approval.state.decider ?? approval.asker,
            roles: [],
            trace: approval.trace ?? TraceContext(random: SystemRandom())
        )
        do {
            switch approval.state {
            case .approved, .amended, .rejected:
                var output: JSON = [
                    "approved": .bool(approval.state.isAgreed),
                    "by": approval.state.decider?.json ?? .null,
                    "comment": .optional(approval.state.comment),
                ]
                if let input = approval.state.amendedInput { output["input"] = input }
                try succeed(token, output: output, scope: scope, in: transaction)
            case .expired:
                try fail(
                    token,
                    error: Self.approvalExpired,
                    cause: "nobody decided \"\(approval.request.title)\" in time",
                    scope: scope,
                    in: transaction
                )
            case .open, .withdrawn: return
            }
        } catch let fault as GeneralFault where fault.code == "invalid-token" {
            try Self.refuseLate(approval)
        }
    }

    /// What expires where nobody waits harms nobody; who decides is told.
    private static func refuseLate(_ approval: Approval) throws(GeneralFault) {
        guard approval.state.decider != nil else { return }
        throw GeneralFault(
            .conflict,
            code: "approval-is-closed",
            "nobody waits for the answer any more",
            details: ["state": "withdrawn", "decidedBy": .null, "decidedAt": .null]
        )
    }

    /// Lets an agent's run go on that came to rest because a person had to agree to a call.
    ///
    /// - Parameters:
    ///   - approval: what was decided or has expired.
    ///   - transaction: the one that writes that.
    /// - Throws: a fault of code `approval-is-closed` when the run does not wait any more, or `StoreError`.
    public func proceed(_ approval: Approval, in transaction: any Transaction) throws {
        guard let id = approval.request.execution.flatMap({ ID<Execution>($0) }) else { return }
        do {
            try change(id, in: transaction) { live, now in
                let waiting = live.pending.first { _, pending in
                    guard case .task(let task) = pending else { return false }
                    return task.parking?.approval == approval.request.key
                }
                guard let step = waiting?.key else { throw NoLongerWanted() }
                return live.take([.taskUnparked(step: step)], at: now)
            }
        } catch is NoLongerWanted {
            try Self.refuseLate(approval)
        }
    }
}
