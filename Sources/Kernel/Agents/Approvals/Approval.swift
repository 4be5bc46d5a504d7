public import Core

/// Something that people were asked to agree to, and what they answered.
public struct Approval: Sendable {
    /// What waits for the answer.
    public enum Kind: String, Sendable, CaseIterable {
        /// An agent that wants to call a tool.
        case toolCall = "tool-call"
        /// A workflow's task that gave out a token.
        case task
        /// A remediation that the Conscience may not start by itself.
        case remediation
    }

    /// How somebody decided.
    public enum Way: String, Sendable {
        /// Signed in: in the console, or a program of theirs.
        case signedIn = "signed-in"
        /// By the link in a message.
        case link
    }

    /// Names it.
    public var id: ID<Approval>
    /// Whose it is.
    public var organisation: ID<Organisation>
    /// What was asked.
    public var request: ApprovalRequest
    /// Who asked.
    public var asker: Actor
    /// The person for whom whoever asked acts.
    public var onBehalfOf: Actor?
    /// When it was asked.
    public var requestedAt: Timestamp
    /// How many steps of its escalation were taken.
    public var step: Int
    /// What became of it.
    public var state: ApprovalState
    /// When it was decided, expired or was withdrawn.
    public var closedAt: Timestamp?
    /// How it was decided.
    public var way: Way?
    /// The trace of whoever asked.
    public var trace: TraceContext?

    /// Who may decide by now: those asked, and those whom the escalation has reached.
    public var roles: Set<Role> {
        request.escalation.prefix(step).reduce(into: request.deciders) {
            $0.formUnion($1.roles.subtracting(ApprovalRequest.neverDeciding))
        }
    }

    /// When something is to be done about it though nobody answers: the next step, or its end.
    var due: Timestamp? {
        let next = request.escalation.dropFirst(step).first.map { requestedAt + $0.after }
        return [next, request.expiresAt].compactMap { $0 }.min()
    }

    /// What others name it by, in events and in the audit log.
    public var subject: String { "approval:\(id)" }
}

extension Approval {
    /// The key of the agent's run that asks; nil of a task.
    public var runKey: String? {
        guard request.kind == .toolCall, let end = request.key.lastIndex(of: "/") else {
            return nil
        }
        return String(request.key[..<end])
    }
}
