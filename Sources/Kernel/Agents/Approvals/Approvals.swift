public import Core
public import Events
public import Identity
public import Privacy
public import Store
import Synchronization

/// What people are asked to agree to before it goes on: asked, answered, expired, withdrawn.
///
/// Everything is written in the caller's transaction, with its events and its entry in the audit log. Each
/// question is answered once: of two who decide at the same time one is told that the other was first.
public struct Approvals: Sendable {
    /// Hears of an answer, or that there is none in time, in the transaction that writes it.
    public typealias Answered = @Sendable (Approval, any Transaction) throws -> Void

    /// What is composed after this: the tools' schemas, and who waits for answers.
    private final class Binding: Sendable {
        struct Parts {
            var schema: @Sendable (String, ID<Organisation>) -> Schema? = { _, _ in nil }
            var answered: [Approval.Kind: Answered] = [:]
        }

        let parts = Mutex(Parts())
    }

    /// Wakes the service that looks after what is due.
    let signal = Signal()
    private let events: EventLog
    private let audit: AuditLog
    private let ids: IDGenerator
    private let privacy: Privacy?
    private let messenger: (any ApprovalMessenger)?
    private let changed: @Sendable (ID<Organisation>) -> Void
    private let binding = Binding()

    /// Approvals; one value and its copies are shared by all who ask and answer.
    ///
    /// - Parameters:
    ///   - events: hears of what is asked and answered.
    ///   - audit: keeps who did.
    ///   - ids: names them.
    ///   - privacy: seals what is personal in tools' inputs; nil leaves it in clear.
    ///   - messenger: tells people; nil for nobody.
    ///   - changed: hears, after the commit, that there is something else to see.
    public init(
        events: EventLog,
        audit: AuditLog,
        ids: IDGenerator,
        privacy: Privacy? = nil,
        messenger: (any ApprovalMessenger)? = nil,
        changed: @escaping @Sendable (ID<Organisation>) -> Void = { _ in }
    ) {
        self.events = events
        self.audit = audit
        self.ids = ids
        self.privacy = privacy
        self.messenger = messenger
        self.changed = changed
    }

    // MARK: Composition

    /// Lets changed inputs be checked against the schemas of these tools.
    public func use(_ registry: ToolRegistry) {
        binding.parts.withLock { $0.schema = { registry.tool($0, of: $1)?.input } }
    }

    /// Lets `hook` hear of every question of that kind that is decided or expires; not of those withdrawn.
    ///
    /// It is called in the transaction that closes the question, for ``Approval/Kind/toolCall`` to let the
    /// agent's run go on, for ``Approval/Kind/task`` to answer the task. What it throws undoes the decision.
    public func onAnswer(of kind: Approval.Kind, _ hook: @escaping Answered) {
        binding.parts.withLock { $0.answered[kind] = hook }
    }

    /// What an input must fit that is agreed to instead of what was asked; nil when nothing can be changed.
    public func schema(for approval: Approval) -> Schema? {
        let request = approval.request
        guard request.input != nil else { return nil }
        // What was stored was compiled before.
        if let own = request.schema { return try? Schema(own) }
        return request.tool.flatMap { tool in
            binding.parts.withLock { $0.schema }(tool, approval.organisation)
        }
    }

    // MARK: Asking

    /// Asks; nothing when the same was asked before, whatever became of it.
    ///
    /// - Parameters:
    ///   - request: what is asked of whom.
    ///   - now: the moment.
    ///   - scope: who asks: an agent, or a workflow's agent.
    ///   - transaction: the caller's.
    /// - Returns: the id, of the earlier question when there was one.
    /// - Throws: a fault of code `invalid-approval`, `StoreError`, or what the messenger throws.
    @discardableResult
    public func request(
        _ request: ApprovalRequest,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ID<Approval> {
        try request.check(at: now)
        var approval = Approval(
            id: ids.next(),
            organisation: scope.organisation,
            request: request,
            asker: scope.actor,
            onBehalfOf: scope.onBehalfOf,
            requestedAt: now,
            step: 0,
            state: .open,
            trace: scope.trace
        )
        approval.request.input = try sealed(request.input, of: approval, in: transaction)
        guard try ApprovalTables.insert(approval, in: transaction) else {
            guard let known = try find(request.key, scope.organisation, in: transaction) else {
                throw StoreError(.corrupt, "an approval was refused as known and is not there")
            }
            return known.id
        }
        try tell(
            "approval.requested",
            approval,
            [
                "expiresAt": request.expiresAt?.json ?? .null,
                "roles": ApprovalTables.json(approval.roles),
            ],
            at: now,
            scope: scope,
            in: transaction
        )
        try messenger?.ask(approval, roles: approval.roles, at: now, in: transaction)
        transaction.afterCommit { [signal] in signal.notify() }
        return approval.id
    }

    /// What became of a question; nil when it was not asked.
    ///
    /// - Throws: `StoreError`.
    public func state(
        of key: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> ApprovalState? {
        try find(key, organisation, in: reader).map { try opened($0, in: reader).state }
    }

    // MARK: Answering

    /// Decides, and lets whoever waits go on, in the same transaction.
    ///
    /// - Parameters:
    ///   - id: what is decided.
    ///   - verdict: how.
    ///   - comment: what the decider says to it; a refusal needs it.
    ///   - way: how the decider came here.
    ///   - now: the moment.
    ///   - scope: who decides.
    ///   - transaction: the caller's.
    /// - Returns: the approval as it is now.
    /// - Throws: faults of code `approval-not-found`, those of ``Approval/refusal(of:)``,
    ///   ``Approval/closure(at:)``, `reason-needed`, `cannot-amend` or those of the tool's schema; what the
    ///   hook throws; `StoreError`.
    @discardableResult
    public func decide(
        _ id: ID<Approval>,
        _ verdict: ApprovalVerdict,
        comment: String?,
        way: Approval.Way = .signedIn,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Approval {
        var approval = try get(id, organisation: scope.organisation, in: transaction)
        if let refusal = approval.refusal(of: scope) { throw refusal }
        if let closure = approval.closure(at: now) { throw closure }
        approval.state = try approval.answered(
            verdict,
            comment: comment,
            by: scope.actor,
            schema: schema(for: approval)
        )
        approval.closedAt = now
        approval.way = way
        try close(approval, at: now, in: transaction)
        var detail: JSON = [
            "verdict": .string(verdict.name), "status": .string(approval.state.name),
            "way": .string(way.rawValue), "comment": .optional(approval.state.comment),
        ]
        if case .amend(let input) = verdict, let asked = approval.request.input {
            // What stands there may be personal: the places are told, the values are in the approval.
            detail["changed"] = .array(ChangedPlaces.between(asked, input).map { .string($0) })
        }
        try tell("approval.decided", approval, detail, at: now, scope: scope, in: transaction)
        try messenger?.close(approval, scope: scope, in: transaction)
        try answer(approval, in: transaction)
        return approval
    }

    /// Nobody waits for the answer any more; nothing when it is closed already or was never asked.
    ///
    /// - Returns: whether it was open.
    /// - Throws: `StoreError`.
    @discardableResult
    public func withdraw(
        key: String,
        organisation: ID<Organisation>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Bool {
        guard var approval = try find(key, organisation, in: transaction), approval.state == .open
        else { return false }
        approval.state = .withdrawn
        approval.closedAt = now
        try close(approval, at: now, in: transaction)
        let scope = Scope.approvals(of: approval)
        try tell("approval.withdrawn", approval, [:], at: now, scope: scope, in: transaction)
        try messenger?.close(approval, scope: scope, in: transaction)
        return true
    }

    // MARK: Parts

    /// Ends it, or tells who was first.
    func close(
        _ approval: Approval,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        var kept = approval
        if case .amended(let input, let by, let comment) = approval.state {
            let input = try sealed(input, of: approval, in: transaction) ?? input
            kept.state = .amended(input: input, by: by, comment: comment)
        }
        guard try ApprovalTables.close(kept, in: transaction) else {
            let present = try get(
                approval.id,
                organisation: approval.organisation,
                in: transaction
            )
            throw present.closure(at: now)
                ?? GeneralFault(.conflict, code: "approval-is-closed", "it was decided already")
        }
    }

    /// Lets who waits hear of it.
    func answer(_ approval: Approval, in transaction: any Transaction) throws {
        try binding.parts.withLock { $0.answered[approval.request.kind] }?(approval, transaction)
    }

    /// An event and an entry in the audit log.
    func tell(
        _ type: String,
        _ approval: Approval,
        _ more: JSON,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let request = approval.request
        var data: JSON = [
            "approvalId": approval.id.json, "title": .string(request.title),
            "kind": .string(request.kind.rawValue), "agent": .optional(request.agent),
            "tool": .optional(request.tool), "executionId": .optional(request.execution),
        ]
        for member in more.object ?? JSONObject() { data[member.key] = member.value }
        try events.append(
            Event(
                id: ids.next(),
                source: "weft/approval",
                type: type,
                subject: approval.subject,
                time: now,
                data: data,
                scope: scope
            ),
            in: transaction
        )
        data["approvalId"] = nil
        try audit.append(
            type,
            subject: approval.subject,
            detail: data,
            scope: scope,
            in: transaction
        )
        transaction.afterCommit { [changed] in changed(approval.organisation) }
    }

    /// Tells more people that they may decide.
    func ask(
        _ approval: Approval,
        roles: Set<Role>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try messenger?.ask(approval, roles: roles, at: now, in: transaction)
    }

    /// Tells that nobody needs to decide.
    func tellClosed(
        _ approval: Approval,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try messenger?.close(approval, scope: scope, in: transaction)
    }

    private func sealed(
        _ input: JSON?,
        of approval: Approval,
        in transaction: any Transaction
    ) throws -> JSON? {
        guard let input, let privacy, let tool = approval.request.tool else { return input }
        return try privacy.seal(
            input,
            at: .input(tool),
            of: approval.organisation,
            in: transaction
        )
    }

    /// The approval with what is sealed in it opened.
    func opened(_ approval: Approval, in reader: any Reader) throws -> Approval {
        guard let privacy else { return approval }
        func open(_ json: JSON) throws -> JSON {
            guard Privacy.mayHoldSealed(json) else { return json }
            return try privacy.open(json, of: approval.organisation, in: reader)
        }
        var approval = approval
        approval.request.details = try open(approval.request.details)
        approval.request.input = try approval.request.input.map(open)
        if case .amended(let input, let by, let comment) = approval.state {
            approval.state = .amended(input: try open(input), by: by, comment: comment)
        }
        return approval
    }
}
