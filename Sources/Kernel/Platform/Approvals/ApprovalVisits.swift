public import Agents
public import Core
public import Identity
import Channels
import Store

/// What one does who comes by the link in a message, without a sign-in.
///
/// The link's token stands for one account and one question: looking changes nothing, deciding is done as
/// that account, if it is still active, still has the role, and nobody was quicker.
public struct ApprovalVisits: Sendable {
    private let kernel: Kernel
    private let audit: AuditLog
    private let links: ApprovalLinks

    /// Visits by these links.
    public init(kernel: Kernel, audit: AuditLog, links: ApprovalLinks) {
        self.kernel = kernel
        self.audit = audit
        self.links = links
    }

    /// The input of ``decide(_:trace:)``.
    public static let input: JSON = Shape.record(
        nil,
        [
            ("token", ApprovalTools.text(200)),
            ("verdict", Shape.choice(["approve", "reject", "amend"])), ("input", Shape.any),
            ("comment", ["type": "string", "maxLength": 2_000]),
        ],
        optional: ["input", "comment"]
    )

    /// What both answer: the approval, and as whom it is seen.
    public static let output: JSON = Shape.extended(
        ApprovalTools.whole,
        "Approval by link",
        [("account", Shape.named), ("organisation", Shape.named), ("linkUntil", Shape.time)]
    )

    /// Shows what is asked.
    ///
    /// - Parameters:
    ///   - token: the link's.
    ///   - trace: the request's.
    /// - Returns: as ``output`` says.
    /// - Throws: those of ``ApprovalLinks/read(_:at:)``; faults of code `approval-link-void` when the account
    ///   is gone, those of ``Approval/refusal(of:)`` and ``Approval/closure(at:)``; `StoreError`.
    public func show(_ token: Secret, trace: TraceContext) async throws -> JSON {
        let content = try links.read(token, at: kernel.clock.now())
        return try await kernel.database.read { reader in
            let invocation = try invocation(content, trace: trace, in: reader)
            let approval = try kernel.approvals.get(
                content.approval,
                organisation: invocation.scope.organisation,
                in: reader
            )
            if let closure = approval.closure(at: invocation.now) { throw closure }
            if let refusal = approval.refusal(of: invocation.scope) { throw refusal }
            return try shown(approval, content, invocation, in: reader)
        }
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - body: as ``input`` says.
    ///   - trace: the request's.
    /// - Returns: as ``output`` says.
    /// - Throws: as ``show(_:trace:)`` and ``Approvals/decide(_:_:comment:way:at:scope:in:)``.
    public func decide(_ body: JSONReader, trace: TraceContext) async throws -> JSON {
        try Schema(Self.input).validate(body.value)
        let content = try links.read(
            Secret(try body.member("token").string()),
            at: kernel.clock.now()
        )
        let verdict = try ApprovalVerdict(body)
        let comment = body.value["comment"]?.string
        do {
            return try await kernel.database.transaction { transaction in
                let invocation = try invocation(content, trace: trace, in: transaction)
                let approval = try kernel.approvals.decide(
                    content.approval,
                    verdict,
                    comment: comment,
                    way: .link,
                    at: invocation.now,
                    scope: invocation.scope,
                    in: transaction
                )
                return try shown(approval, content, invocation, in: transaction)
            }
        } catch let fault as GeneralFault where fault.kind == .forbidden {
            try await note(fault, content, trace)
            throw fault
        }
    }

    /// On whose authority, and when.
    private func invocation(
        _ content: ApprovalLinks.Content,
        trace: TraceContext,
        in reader: any Reader
    ) throws -> Invocation {
        guard let organisation = try kernel.approvals.organisation(of: content.approval, in: reader)
        else {
            throw GeneralFault(
                .notFound,
                code: "approval-not-found",
                "what this link was about is not kept any more"
            )
        }
        guard let person = try kernel.accounts.person(content.account, in: organisation, reader)
        else {
            throw GeneralFault(
                .forbidden,
                code: "approval-link-void",
                "the account that this link was sent to is not active any more"
            )
        }
        return Invocation(
            scope: Scope(
                organisation: organisation,
                actor: person.actor,
                roles: person.roles,
                trace: trace
            ),
            now: kernel.clock.now(),
            key: "approval-link:\(content.approval):\(content.account)",
            ids: kernel.ids
        )
    }

    private func shown(
        _ approval: Approval,
        _ content: ApprovalLinks.Content,
        _ invocation: Invocation,
        in reader: any Reader
    ) throws -> JSON {
        let scope = invocation.scope
        var json = try kernel.whole(approval, for: invocation, in: reader)
        let organisation = try kernel.accounts.organisation(scope: scope, in: reader)
        json["account"] = ["id": scope.actor.id.json, "name": .string(scope.actor.name)]
        json["organisation"] = ["id": organisation.id.json, "name": .string(organisation.name)]
        json["linkUntil"] = content.until.json
        return json
    }

    /// Whoever tried what they may not stands in the audit log.
    private func note(
        _ fault: GeneralFault,
        _ content: ApprovalLinks.Content,
        _ trace: TraceContext
    ) async throws {
        try await kernel.database.transaction { [kernel, audit] transaction in
            guard
                let organisation = try kernel.approvals.organisation(
                    of: content.approval,
                    in: transaction
                )
            else { return }
            try audit.append(
                "approval.decided",
                subject: "approval:\(content.approval)",
                outcome: .refused,
                detail: [
                    "way": "link", "account": content.account.json, "code": .string(fault.code),
                ],
                scope: Scope.channels(in: organisation, trace: trace),
                in: transaction
            )
        }
    }
}
