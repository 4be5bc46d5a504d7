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
            // What expires where nobody waits harms nobody; who decides is told.
            guard approval.state.decider != nil else { return }
            throw GeneralFault(
                .conflict,
                code: "approval-is-closed",
                "nobody waits for the answer any more",
                details: ["status": "withdrawn", "decidedBy": .null, "decidedAt": .null]
            )
        }
    }
}
