public import Core
import Identity

/// Who may answer what: pure, and the same for every way of answering.
extension Approval {
    /// Why somebody may not decide, whatever they would say; nil when they may.
    ///
    /// Only people decide, never programs; only those asked; and where a second person is demanded, not
    /// those in whose name it was asked.
    ///
    /// - Parameter scope: whoever would decide.
    /// - Returns: a fault of code `person-needed`, `forbidden` or `second-person-needed`.
    public func refusal(of scope: Scope) -> GeneralFault? {
        guard scope.actor.kind == .person, !scope.roles.contains(.aiAgent) else {
            return GeneralFault(
                .forbidden,
                code: "person-needed",
                "only a person can decide this, not \"\(scope.actor.name)\""
            )
        }
        let asked = roles
        guard !scope.roles.isDisjoint(with: asked) else {
            let names = asked.map(\.rawValue).sorted().joined(separator: ", ")
            return GeneralFault(
                .forbidden,
                code: "forbidden",
                "this is for the roles: \(names)"
            )
        }
        if request.needsSecondPerson,
            scope.actor.id == asker.id || scope.actor.id == onBehalfOf?.id
        {
            return GeneralFault(
                .forbidden,
                code: "second-person-needed",
                "somebody else must decide this: it is asked in your own name"
            )
        }
        return nil
    }

    /// Why it cannot be decided any more; nil when it can.
    ///
    /// - Parameter now: the moment of the decision.
    /// - Returns: a fault of code `approval-is-closed`; its details say what became of it, who decided and
    ///   when.
    public func closure(at now: Timestamp) -> GeneralFault? {
        var status = state.name
        let message: String
        switch state {
        case .open:
            guard let end = request.expiresAt, end <= now else { return nil }
            status = ApprovalState.expired.name
            message = "nobody decided this until \(end)"
        case .expired:
            message = "nobody decided this until \(request.expiresAt ?? closedAt ?? now)"
        case .withdrawn:
            message = "nobody waits for the answer any more"
        case .approved(let by, _), .amended(_, let by, _), .rejected(let by, _):
            message = "\(by.name) has decided this already: \(status)"
        }
        return GeneralFault(
            .conflict,
            code: "approval-is-closed",
            message,
            details: [
                "state": .string(status), "decidedBy": state.decider?.json ?? .null,
                "decidedAt": closedAt?.json ?? .null,
            ]
        )
    }

    /// What it becomes by a verdict of somebody who may decide.
    ///
    /// - Parameters:
    ///   - verdict: what they say.
    ///   - comment: what they say to it; a refusal needs it.
    ///   - decider: who.
    ///   - schema: what a changed input must fit; nil when there is none, and then it cannot be changed.
    /// - Returns: the state to come.
    /// - Throws: a fault of code `reason-needed`, `comment-too-long`, `cannot-amend`, or that of the schema
    ///   with pointers below `/input`.
    func answered(
        _ verdict: ApprovalVerdict,
        comment: String?,
        by decider: Actor,
        schema: Schema?
    ) throws(GeneralFault) -> ApprovalState {
        let said = comment.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        guard (said?.count ?? 0) <= 2_000 else {
            throw GeneralFault(
                .invalid,
                code: "comment-too-long",
                "a comment has at most 2,000 characters",
                pointer: "/comment"
            )
        }
        switch verdict {
        case .approve: return .approved(by: decider, comment: said)
        case .reject:
            guard let said else {
                throw GeneralFault(
                    .invalid,
                    code: "reason-needed",
                    "say why not: whoever asked is told",
                    pointer: "/comment"
                )
            }
            return .rejected(by: decider, comment: said)
        case .amend(let input):
            guard request.input != nil, let schema else {
                throw GeneralFault(
                    .invalid,
                    code: "cannot-amend",
                    "there is nothing to change here: approve or reject it",
                    pointer: "/verdict"
                )
            }
            guard input.bytes().count <= 262_144 else {
                throw GeneralFault(
                    .invalid,
                    code: "invalid-input",
                    "expected at most 256 KiB",
                    pointer: "/input"
                )
            }
            do throws(GeneralFault) {
                try schema.validate(input)
            } catch {
                throw error.below("/input")
            }
            return .amended(input: input, by: decider, comment: said)
        }
    }
}

extension GeneralFault {
    /// The fault of a part, told by whoever has the whole: its pointers begin at the part.
    fileprivate func below(_ place: String) -> GeneralFault {
        var fault = self
        fault.pointer = place + (pointer ?? "")
        if let errors = details["errors"]?.array {
            fault.details["errors"] = .array(
                errors.map { error in
                    var error = error
                    error["pointer"] = .string(place + (error["pointer"]?.string ?? ""))
                    return error
                }
            )
        }
        return fault
    }
}
