public import Agents
public import Core
public import Events
public import Store

extension WorkflowEngine.Surroundings {
    /// The surroundings of an engine without the rest of the server, for measurements and tests.
    ///
    /// Every agent has the same service account, in every organisation.
    ///
    /// - Parameters:
    ///   - database: the store.
    ///   - registry: tools and agents.
    ///   - events: hears how executions ended.
    ///   - clock: time.
    ///   - random: jitter and tokens.
    ///   - ids: ids.
    ///   - approvals: where people are asked; nobody by default.
    ///   - changed: hears, after each commit, of executions that went on.
    ///   - report: hears of failures that are no step's.
    public init(
        aloneOver database: any Database,
        registry: ToolRegistry,
        events: EventLog,
        clock: any WallClock,
        random: any RandomSource,
        ids: IDGenerator,
        approvals: Approvals? = nil,
        changed: @escaping @Sendable (ID<Execution>, ID<Organisation>) -> Void = { _, _ in },
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.init(
            database: database,
            registry: registry,
            agents: AgentRunner(
                .init(
                    registry: registry,
                    database: database,
                    journal: AgentJournal(database: database),
                    clock: clock,
                    approvals: approvals
                )
            ),
            events: events,
            clock: clock,
            random: random,
            ids: ids,
            account: { name, _ in Actor(id: ID(high: 3, low: 3), kind: .service, name: name) },
            changed: changed,
            report: report,
            approvals: approvals
        )
    }
}
