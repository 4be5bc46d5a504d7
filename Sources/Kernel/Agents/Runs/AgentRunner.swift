public import Core
public import Models
import Observability
public import Privacy
public import Store

/// Runs agents durably: each run picks up where its journal ends.
public struct AgentRunner: Sendable {
    /// What runs need of the rooms around.
    public struct Office: Sendable {
        /// The tools and agents.
        public var registry: ToolRegistry
        /// What tools read and change.
        public var database: any Database
        /// Keeps runs and decisions.
        public var journal: AgentJournal
        /// For times and durations.
        public var clock: any WallClock
        /// Asks models; nil where there are none.
        public var models: (any ModelGateway)?
        /// Asks persons to agree to calls; nil where nobody can be asked.
        public var approvals: Approvals?
        /// Opens what is sealed, and hides it from models; nil where nothing is.
        public var privacy: Privacy?
        /// The service account of an agent in an organisation, for hand-offs.
        public var account: (@Sendable (String, ID<Organisation>) async throws -> Actor)?
        /// Hears pieces of what a model writes for a run, as they come.
        public var hear: @Sendable (AgentUtterance) -> Void
        /// Hears of every run that ended, for metrics.
        public var observe: @Sendable (AgentRunOutcome) -> Void

        /// The rooms around.
        public init(
            registry: ToolRegistry,
            database: any Database,
            journal: AgentJournal,
            clock: any WallClock,
            models: (any ModelGateway)? = nil,
            approvals: Approvals? = nil,
            privacy: Privacy? = nil,
            account: (@Sendable (String, ID<Organisation>) async throws -> Actor)? = nil,
            hear: @escaping @Sendable (AgentUtterance) -> Void = { _ in },
            observe: @escaping @Sendable (AgentRunOutcome) -> Void = { _ in }
        ) {
            self.registry = registry
            self.database = database
            self.journal = journal
            self.clock = clock
            self.models = models
            self.approvals = approvals
            self.privacy = privacy
            self.account = account
            self.hear = hear
            self.observe = observe
        }
    }

    /// What a run came to.
    public enum Answer: Sendable {
        /// The agent's output.
        case output(JSON)
        /// Nothing yet: a person was asked to agree to a call.
        case awaitsApproval(key: String)
    }

    /// A case is handed on at most so often.
    private static let mostHandOffs = 4

    /// The rooms around.
    public let office: Office

    /// A runner.
    public init(_ office: Office) {
        self.office = office
    }

    /// Lets an agent decide a case.
    ///
    /// - Parameters:
    ///   - name: the agent's name.
    ///   - input: the case.
    ///   - invocation: the agent's own scope, and a key that is the same when the run is repeated.
    ///   - execution: the workflow execution that asks, for the decision's record.
    /// - Returns: what is left to commit: the decision with the last steps, or a person is asked.
    /// - Throws: what the policy throws.
    public func prepare(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        execution: String? = nil
    ) async throws -> Prepared<Answer> {
        try await prepare(name, input, invocation, execution, depth: 0)
    }

    private func prepare(
        _ name: String,
        _ input: JSON,
        _ invocation: Invocation,
        _ execution: String?,
        depth: Int
    ) async throws -> Prepared<Answer> {
        let tracer = office.registry.tracer
        guard tracer.traces(command: invocation.scope.trace) else {
            return try await decide(name, input, invocation, execution, depth: depth)
        }
        return try await tracer.span(
            name,
            .agent,
            parent: invocation.scope.trace,
            organisation: invocation.scope.organisation,
            attributes: ["weft.execution": .optional(execution)]
        ) { context in
            var inner = invocation
            inner.scope.trace = context
            return try await decide(name, input, inner, execution, depth: depth)
        }
    }

    private func decide(
        _ name: String,
        _ input: JSON,
        _ invocation: Invocation,
        _ execution: String?,
        depth: Int
    ) async throws -> Prepared<Answer> {
        guard let agent = office.registry.agents[name] else {
            throw GeneralFault(.notFound, code: "unknown-agent", "there is no agent \"\(name)\"")
        }
        let organisation = invocation.scope.organisation
        let found = try await office.journal.run(invocation.key, of: agent, input, organisation) {
            [office] in AgentPlan($0, of: agent, office.registry, organisation)
        }
        let desk = LiveDesk(
            .init(
                agent: agent,
                invocation: invocation,
                start: found.start ?? invocation.now,
                plan: found.plan,
                input: input,
                execution: execution,
                isErased: found.isErased
            ),
            journaled: found.steps,
            office: office
        ) { [office] piece in
            office.hear(
                AgentUtterance(
                    agent: name,
                    organisation: organisation,
                    run: invocation.key,
                    execution: execution,
                    piece: piece
                )
            )
        }
        let run = AgentRun(
            input: try await office.journal.opened(input, organisation),
            now: desk.at.start,
            key: invocation.key,
            desk: desk
        )
        let began = office.clock.now()
        do {
            let judgement = try await AgentJudgement(desk, run, office)
            guard desk.waits == nil else { throw AwaitsApproval() }
            let latency = office.clock.now() - began
            return try await settle(judgement, desk, latency, execution, depth: depth)
        } catch {
            if let question = desk.waits {
                observe(desk, office.clock.now() - began, .waiting)
                return rest(desk, question)
            }
            observe(
                desk,
                office.clock.now() - began,
                error is NoLongerWanted || error is CancellationError ? .abandoned : .failed
            )
            try await recordFailure(error, desk)
            throw error
        }
    }

    private func observe(_ desk: LiveDesk, _ latency: Duration, _ end: AgentRunOutcome.End) {
        observe(desk.at, latency, end)
    }

    private func observe(
        _ at: LiveDesk.Circumstances,
        _ latency: Duration,
        _ end: AgentRunOutcome.End
    ) {
        office.observe(
            AgentRunOutcome(
                agent: at.agent.name,
                organisation: at.invocation.scope.organisation,
                latency: latency,
                end: end
            )
        )
    }

    /// What failed stays failed; the steps are kept for whoever looks why.
    ///
    /// Trouble of the store is no end: whoever asked asks again.
    private func recordFailure(_ error: any Error, _ desk: LiveDesk) async throws {
        guard let fault = error as? any Fault,
            (fault as? StoreError)?.kind != .unavailable
        else { return }
        let general = GeneralFault(copying: fault)
        let held = desk.held
        try await office.database.transaction { [office] transaction in
            try desk.at.invocation.stillWanted(transaction)
            if let key = desk.outdated {
                try office.approvals?.withdraw(
                    key: key,
                    organisation: desk.at.invocation.scope.organisation,
                    at: office.clock.now(),
                    in: transaction
                )
            }
            try office.journal.recordFailure(general, steps: held, desk.at, in: transaction)
        }
    }

    /// The run comes to rest until a person has answered.
    private func rest(
        _ desk: LiveDesk,
        _ question: ApprovalRequest
    ) -> Prepared<Answer> {
        let held = desk.held
        return .commit { [office] transaction in
            let at = desk.at
            try at.invocation.stillWanted(transaction)
            try office.journal.open(at, in: transaction)
            try office.journal.write(
                held,
                key: at.invocation.key,
                organisation: at.invocation.scope.organisation,
                in: transaction
            )
            try office.approvals?.request(
                question,
                at: at.invocation.now,
                scope: at.invocation.scope,
                in: transaction
            )
            return .awaitsApproval(key: question.key)
        }
    }

    private func settle(
        _ judgement: AgentJudgement,
        _ desk: LiveDesk,
        _ latency: Duration,
        _ execution: String?,
        depth: Int
    ) async throws -> Prepared<Answer> {
        let at = desk.at
        let organisation = at.invocation.scope.organisation
        let conclusion = judgement.conclusion
        let bill = desk.bill
        var decision = Decision(
            id: at.invocation.ids.next(),
            agent: at.agent.name,
            at: at.start,
            subject: conclusion.subject,
            body: Decision.body(
                of: conclusion,
                input: at.input,
                author: judgement.author,
                bill: bill,
                latency: latency,
                onBehalfOf: at.invocation.scope.onBehalfOf,
                execution: execution
            )
        )
        decision.task = conclusion.task ?? at.agent.name
        decision.isRoutine = at.agent.policy.routine.contains(decision.task)
        decision.approvals = bill.approvals
        decision.costMicros = bill.costMicros
        decision.intent = conclusion.intent
        let next = try await conclusion.handOff.asyncMap { handOff in
            try await self.handOn(handOff, from: at, execution, depth: depth)
        }
        let held = desk.held
        return .commit { [self, decision] transaction in
            try at.invocation.stillWanted(transaction)
            try office.journal.open(at, in: transaction)
            try office.journal.write(
                held,
                key: at.invocation.key,
                organisation: organisation,
                in: transaction
            )
            // A colleague who waits for a person has not decided: the case comes back here then.
            let answer = try next?.commit(in: transaction)
            if case .awaitsApproval(let key)? = answer {
                transaction.afterCommit { observe(at, latency, .waiting) }
                return .awaitsApproval(key: key)
            }
            transaction.afterCommit { observe(at, latency, .decided) }
            try office.journal.record(
                decision,
                mask: judgement.mask,
                run: at.invocation.key,
                organisation: organisation,
                latency: latency,
                in: transaction
            )
            if let answer { return answer }
            return .output(
                try office.journal.sealed(
                    conclusion.output,
                    of: at.agent.name,
                    organisation,
                    in: transaction
                )
            )
        }
    }

    /// Lets a colleague decide, on the colleague's own authority.
    private func handOn(
        _ handOff: HandOff,
        from at: LiveDesk.Circumstances,
        _ execution: String?,
        depth: Int
    ) async throws -> Prepared<Answer> {
        guard at.agent.colleagues.contains(handOff.agent) else {
            throw GeneralFault(
                .forbidden,
                code: "not-a-colleague",
                "\(at.agent.name) may not hand a case to \"\(handOff.agent)\""
            )
        }
        guard depth < Self.mostHandOffs, let account = office.account else {
            throw GeneralFault(
                .conflict,
                code: "too-many-hand-offs",
                "the case was handed on \(depth) times and nobody decided it"
            )
        }
        var invocation = at.invocation
        invocation.key += "/hand-off"
        invocation.scope.actor = try await account(
            handOff.agent,
            at.invocation.scope.organisation
        )
        return try await prepare(
            handOff.agent,
            handOff.input,
            invocation,
            execution,
            depth: depth + 1
        )
    }
}

extension Prepared {
    /// The output, with the change made that was left to make.
    func commit(in transaction: any Transaction) throws -> Output {
        switch self {
        case .done(let output): output
        case .commit(let commit): try commit(transaction)
        }
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Other: Sendable>(
        _ body: (Wrapped) async throws -> Other
    ) async rethrows -> Other? {
        guard let self else { return nil }
        return try await body(self)
    }
}
