import Agents
import Core
import Identity
import Store

/// What is shown of an approval.
extension ApprovalTools {
    private static let escalation = Shape.record(
        nil,
        [("at", Shape.time), ("roles", Shape.list(of: Shape.text)), ("taken", Shape.flag)]
    )

    static let approval = Shape.record(
        "Approval",
        [
            ("id", Shape.id), ("kind", Shape.choice(Approval.Kind.allCases.map(\.rawValue))),
            ("title", Shape.text), ("details", Shape.any), ("agent", Shape.nullable(Shape.text)),
            ("tool", Shape.nullable(Shape.text)), ("input", Shape.any),
            (
                "agreedInput",
                Shape.described(Shape.any, "What was agreed to instead; null when nothing was.")
            ),
            ("executionId", Shape.nullable(Shape.id)),
            (
                "roles",
                Shape.described(
                    Shape.list(of: Shape.text),
                    "Who may decide, the escalation's steps so far included."
                )
            ), ("secondPerson", Shape.flag), ("askedBy", Shape.actor),
            ("onBehalfOf", Shape.nullable(Shape.actor)), ("requestedAt", Shape.time),
            ("expiresAt", Shape.nullable(Shape.time)), ("escalation", Shape.list(of: escalation)),
            ("status", Shape.choice(ApprovalState.names)),
            (
                "decidedAt",
                Shape.described(
                    Shape.nullable(Shape.time),
                    "When it was decided, expired or was withdrawn."
                )
            ), ("decidedBy", Shape.nullable(Shape.actor)),
            ("decidedVia", Shape.nullable(Shape.choice(["signed-in", "link"]))),
            ("comment", Shape.nullable(Shape.text)),
            ("mayDecide", Shape.described(Shape.flag, "Whether you may, now.")),
        ]
    )

    /// The whole of one, with what it belongs to.
    static let whole = Shape.extended(
        approval,
        "Approval with its origin",
        [
            (
                "inputSchema",
                Shape.described(
                    Shape.any,
                    "What a changed input must fit; null: nothing to change."
                )
            ),
            (
                "refusal",
                Shape.described(Shape.nullable(Shape.text), "Why you may not decide.")
            ),
            (
                "run",
                Shape.described(Shape.nullable(Shape.text), "The agent's run that asks.")
            ),
            (
                "decisionId",
                Shape.described(Shape.nullable(Shape.id), "The decision that the run came to.")
            ),
        ]
    )

    static func json(_ approval: Approval, for scope: Scope, at now: Timestamp) -> JSON {
        let request = approval.request
        return [
            "id": approval.id.json, "kind": .string(request.kind.rawValue),
            "title": .string(request.title), "details": request.details,
            "agent": .optional(request.agent), "tool": .optional(request.tool),
            "input": request.input ?? .null,
            "agreedInput": approval.state.amendedInput ?? .null,
            "executionId": .optional(request.execution),
            "roles": .array(approval.roles.map(\.rawValue).sorted().map { .string($0) }),
            "secondPerson": .bool(request.needsSecondPerson), "askedBy": approval.asker.json,
            "onBehalfOf": approval.onBehalfOf?.json ?? .null,
            "requestedAt": approval.requestedAt.json,
            "expiresAt": request.expiresAt?.json ?? .null,
            "escalation": .array(
                request.escalation.enumerated().map { index, step in
                    [
                        "at": (approval.requestedAt + step.after).json,
                        "roles": .array(step.roles.map(\.rawValue).sorted().map { .string($0) }),
                        "taken": .bool(index < approval.step),
                    ]
                }
            ),
            "status": .string(approval.state.name),
            "decidedAt": approval.closedAt?.json ?? .null,
            "decidedBy": approval.state.decider?.json ?? .null,
            "decidedVia": .optional(approval.way?.rawValue),
            "comment": .optional(approval.state.comment),
            "mayDecide": .bool(
                approval.refusal(of: scope) == nil && approval.closure(at: now) == nil
            ),
        ]
    }
}

extension Kernel {
    /// One approval with what may be changed, why the reader may not decide, and what it belongs to.
    ///
    /// - Throws: `StoreError`.
    func whole(
        _ approval: Approval,
        for invocation: Invocation,
        in reader: any Reader
    ) throws -> JSON {
        var json = ApprovalTools.json(approval, for: invocation.scope, at: invocation.now)
        let run = approval.runKey
        json["inputSchema"] = approvals.schema(for: approval)?.json ?? .null
        json["refusal"] = .optional(
            (approval.closure(at: invocation.now) ?? approval.refusal(of: invocation.scope))?
                .message
        )
        json["run"] = .optional(run)
        json["decisionId"] = .null
        if let run {
            json["decisionId"] =
                try journal.decision(
                    ofRun: run,
                    organisation: approval.organisation,
                    in: reader
                )?.json ?? .null
        }
        return json
    }
}
