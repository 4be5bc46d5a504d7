public import Agents
import Channels
public import Core
import Identity
public import Intents
public import Store
import Synchronization
import Workflows

/// What the Conscience does with the rooms around it: workflows, events, approvals, messages.
public final class IntentEffects: ConscienceEffects {
    private let kernel: Kernel
    private let random: any RandomSource
    private let account: @Sendable (String, ID<Organisation>) async throws -> Actor

    /// Effects on a kernel; `account` is an agent's service account in an organisation.
    public init(
        _ kernel: Kernel,
        random: any RandomSource,
        account: @escaping @Sendable (String, ID<Organisation>) async throws -> Actor
    ) {
        self.kernel = kernel
        self.random = random
        self.account = account
    }

    /// See ``ConscienceEffects``.
    ///
    /// - Throws: `StoreError`, or what accounts throw.
    public func scope(in organisation: ID<Organisation>) async throws -> Scope {
        Scope(
            organisation: organisation,
            actor: try await account(ConsciencePolicy.agent, organisation),
            roles: [.aiAgent],
            trace: TraceContext(
                traceHigh: random.next(),
                traceLow: random.next() | 1,
                span: random.next() | 1
            )
        )
    }

    /// See ``ConscienceEffects``.
    ///
    /// - Throws: a fault of code `unknown-workflow`; `StoreError`.
    public func start(
        _ offer: RemediationOffer,
        input: JSON,
        name: String,
        about intent: Intent,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> String {
        try kernel.workflows.engine().start(
            ExecutionStart(
                workflow: offer.workflow,
                name: name,
                subject: intent.subject,
                input: input,
                organisation: scope.organisation,
                // Not the owner's name, whom any writer may choose.
                onBehalfOf: offer.setBy ?? intent.createdBy,
                trace: scope.trace
            ),
            in: transaction
        ).description
    }

    /// See ``ConscienceEffects``.
    ///
    /// - Throws: `StoreError`.
    public func stop(
        _ execution: String,
        cause: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard let id = ID<Execution>(execution) else { return }
        do {
            try kernel.workflows.engine().stop(
                id,
                error: "Stopped",
                cause: cause,
                scope: scope,
                in: transaction
            )
        } catch let fault as GeneralFault
            where fault.code == "run-has-ended" || fault.code == "run-not-found"
        {
            // Nothing is left to stop.
        }
    }

    /// See ``ConscienceEffects``; a run that was forgotten has ended long ago.
    ///
    /// - Throws: `StoreError`.
    public func standing(
        of execution: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> ConscienceRound.Standing {
        guard let id = ID<Execution>(execution),
            let run = try ExecutionTables().summary(id, scope: scope, in: reader)
        else { return .ended }
        switch run["status"]?.string {
        case "RUNNING": return .running
        case "SUCCEEDED": return .ended
        default: return .failed
        }
    }

    /// See ``ConscienceEffects``.
    ///
    /// - Throws: `StoreError`.
    public func emit(
        _ type: String,
        _ intent: Intent,
        _ data: JSON,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var facts = intent.eventData
        if intent.sensitivity == .public {
            for member in data.object ?? JSONObject() { facts[member.key] = member.value }
        }
        try kernel.emit(
            type,
            about: intent.subject,
            facts,
            by: Invocation(scope: scope, now: now, key: "conscience", ids: kernel.ids),
            in: transaction
        )
    }

    /// The key of the question about a remediation among approvals.
    static func question(_ id: ID<RemediationRecord>) -> String { "remediation/\(id)" }

    /// See ``ConscienceEffects``.
    ///
    /// - Throws: `StoreError`, or what channels and approvals throw.
    public func tell(
        _ news: ConscienceNews,
        of intent: Intent,
        effect: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let channels = kernel.channels
        let told = Scope.channels(in: scope.organisation, trace: scope.trace)
        let notices = IntentNotices(intent, effect: effect)
        switch news {
        case .drifting(let reason):
            let notice = notices.drifting(reason)
            if intent.priority == .critical {
                try channels.escalations.raise(notice, scope: told, in: transaction)
            } else {
                try channels.notices.tell(notice, scope: told, in: transaction)
            }
        case .escalated(let reason):
            try channels.escalations.raise(notices.escalated(reason), scope: told, in: transaction)
        case .recovered:
            try channels.escalations.close(
                intent.subject,
                .resolve,
                notice: notices.recovered(),
                scope: told,
                in: transaction
            )
        case .over:
            try channels.escalations.close(intent.subject, .resolve, scope: told, in: transaction)
        case .closed(let status, let reason):
            try channels.notices.tell(
                notices.closed(status, reason),
                scope: told,
                in: transaction
            )
        case .asks(let id, let offer, let question):
            let isPublic = intent.sensitivity == .public
            let outcome = isPublic ? "\"\(intent.desiredOutcome)\"" : "a restricted intent"
            try kernel.approvals.request(
                ApprovalRequest(
                    key: Self.question(id),
                    kind: .remediation,
                    title: String("Start \(offer.name) for \(outcome)?".prefix(200)),
                    details: isPublic
                        ? [
                            "intentId": intent.id.json, "remediationId": id.json,
                            "predicate": .string(intent.predicate.description),
                            "cost": .string(offer.cost.rawValue),
                            "workflow": .string(offer.workflow),
                            "predicted": .double(offer.effect),
                            "rationale": .string(offer.rationale), "why": .string(question),
                        ] : ["intentId": intent.id.json, "why": .string(question)],
                    agent: ConsciencePolicy.agent,
                    expiresAt: kernel.clock.now() + ConscienceCourse.patience
                ),
                at: kernel.clock.now(),
                scope: scope,
                in: transaction
            )
        case .asksNoMore(let id):
            try kernel.approvals.withdraw(
                key: Self.question(id),
                organisation: scope.organisation,
                at: kernel.clock.now(),
                in: transaction
            )
        }
    }

    /// Takes a person's answer, or that there was none in time, in the transaction that writes it.
    ///
    /// - Throws: faults of code `remediation-not-found` and `not-asked`; `StoreError`.
    public static func answer(
        _ approval: Approval,
        fabric: IntentFabric,
        in transaction: any Transaction
    ) throws {
        guard approval.request.key.hasPrefix("remediation/"),
            let id = ID<RemediationRecord>(approval.request.key.dropFirst(12))
        else { return }
        let (approves, actor, comment) = answer(approval.state)
        let store = IntentStore(
            scope: Scope.channels(in: approval.organisation, trace: trace(approval))
        )
        do {
            try store.answer(id, approves: approves, by: actor, note: comment, in: transaction)
        } catch let fault as GeneralFault where actor == nil && fault.code == "not-asked" {
            // That nobody answered in time changes nothing where nobody waits any more.
        }
        fabric.wake.afterCommit(of: transaction)
    }

    private static func trace(_ approval: Approval) -> TraceContext {
        approval.trace ?? TraceContext(traceHigh: approval.id.high, traceLow: 1, span: 1)
    }

    private static func answer(_ state: ApprovalState) -> (Bool, Actor?, String?) {
        switch state {
        case .approved(let by, let comment): (true, by, comment)
        case .amended(_, let by, let comment): (true, by, comment)
        case .rejected(let by, let comment): (false, by, comment)
        default: (false, nil, nil)
        }
    }
}
