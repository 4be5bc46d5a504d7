public import Core
import Observability
public import Store

/// Runs agents durably: each run picks up where its journal ends.
public struct AgentRunner: Sendable {
    private let registry: ToolRegistry
    private let database: any Database
    private let journal: AgentJournal
    private let clock: any WallClock
    private let observe: @Sendable (AgentRunOutcome) -> Void

    /// A runner.
    ///
    /// - Parameters:
    ///   - registry: the tools and agents.
    ///   - database: what tools read and change.
    ///   - journal: keeps runs and decisions.
    ///   - clock: for times and durations.
    ///   - observe: hears of every run that ended, for metrics.
    public init(
        registry: ToolRegistry,
        database: any Database,
        journal: AgentJournal,
        clock: any WallClock,
        observe: @escaping @Sendable (AgentRunOutcome) -> Void = { _ in }
    ) {
        self.registry = registry
        self.database = database
        self.journal = journal
        self.clock = clock
        self.observe = observe
    }

    /// Lets an agent decide a case.
    ///
    /// - Parameters:
    ///   - name: the agent's name.
    ///   - input: the case.
    ///   - invocation: the agent's own scope, and a key that is the same when the run is repeated.
    ///   - execution: the workflow execution that asks, for the decision's record.
    /// - Returns: what is left to commit: the decision with the last steps; its output is the agent's.
    /// - Throws: what the policy throws.
    public func prepare(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        execution: String? = nil
    ) async throws -> PreparedCall {
        let tracer = registry.tracer
        guard tracer.traces(command: invocation.scope.trace) else {
            return try await decide(name, input, invocation, execution)
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
            return try await decide(name, input, inner, execution)
        }
    }

    private func decide(
        _ name: String,
        _ input: JSON,
        _ invocation: Invocation,
        _ execution: String?
    ) async throws -> PreparedCall {
        guard let agent = registry.agents[name] else {
            throw GeneralFault(.notFound, code: "unknown-agent", "there is no agent \"\(name)\"")
        }
        let start = try await journal.start(of: invocation.key) ?? invocation.now
        let organisation = invocation.scope.organisation
        let journaled = try await journal.steps(of: invocation.key, organisation: organisation)
        let run = AgentRun(
            agent: agent,
            input: try await journal.opened(input, organisation),
            invocation: invocation,
            start: start,
            journaled: journaled,
            registry: registry,
            database: database,
            journal: journal,
            clock: clock
        )
        let began = clock.now()
        let conclusion: Conclusion
        do {
            conclusion = try await agent.policy.decide(run)
        } catch {
            observe(
                AgentRunOutcome(
                    agent: name,
                    organisation: invocation.scope.organisation,
                    latency: clock.now() - began,
                    end: error is NoLongerWanted || error is CancellationError
                        ? .abandoned : .failed
                )
            )
            if let fault = error as? any Fault, fault.kind != .unavailable {
                let general = GeneralFault(copying: fault)
                let held = run.held
                // What failed stays failed; the steps are kept for whoever looks why.
                try await database.transaction { [journal] transaction in
                    try invocation.stillWanted(transaction)
                    try journal.recordFailure(
                        general,
                        steps: held,
                        agent: name,
                        invocation: invocation,
                        start: start,
                        in: transaction
                    )
                }
            }
            throw error
        }
        let latency = clock.now() - began
        observe(
            AgentRunOutcome(
                agent: name,
                organisation: invocation.scope.organisation,
                latency: latency,
                end: .decided
            )
        )
        let decision = Decision(
            id: invocation.ids.next(),
            agent: name,
            at: start,
            subject: conclusion.subject,
            body: Decision.body(
                of: conclusion,
                input: input,
                policy: agent.policy,
                latency: latency,
                onBehalfOf: invocation.scope.onBehalfOf,
                execution: execution
            )
        )
        let held = run.held
        return .commit { [journal] transaction in
            try invocation.stillWanted(transaction)
            try journal.open(invocation, agent: name, start: start, in: transaction)
            try journal.write(
                held,
                key: invocation.key,
                organisation: organisation,
                in: transaction
            )
            try journal.record(
                decision,
                run: invocation.key,
                organisation: organisation,
                latency: latency,
                in: transaction
            )
            return try journal.sealed(conclusion.output, of: name, organisation, in: transaction)
        }
    }
}

/// How one run of an agent went, for metrics.
public struct AgentRunOutcome: Sendable {
    /// The agent's name.
    public var agent: String
    /// For which organisation it ran.
    public var organisation: ID<Organisation>
    /// How long it took to decide.
    public var latency: Duration
    /// How it ended.
    public var end: End

    /// How a run can end.
    public enum End: String, Sendable {
        /// With a decision.
        case decided
        /// Without one: the agent or a tool of its could not.
        case failed
        /// Without one, because nobody waited for it any more; that is no failure of the agent's.
        case abandoned
    }
}
