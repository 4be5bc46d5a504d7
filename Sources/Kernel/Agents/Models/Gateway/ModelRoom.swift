public import Core
public import Events
public import Observability
public import Store
public import Vault

/// Everything about models, put together: what is configured, what was spent, and the way to them.
public struct ModelRoom: Sendable {
    /// Who runs models.
    public let providers: ModelProviders
    /// The models.
    public let models: ConfiguredModels
    /// What may be spent.
    public let budgets: ModelBudgets
    /// What was spent.
    public let accounts: ModelAccounts
    /// Asks models.
    public let gateway: ConfiguredModelGateway

    /// The room.
    ///
    /// - Parameters:
    ///   - database: the records.
    ///   - events: hears of budgets that run out.
    ///   - vault: seals credentials.
    ///   - client: makes the requests.
    ///   - clock: time.
    ///   - random: randomness for pauses.
    ///   - ids: makes ids.
    ///   - allowsPrivate: whether providers may be on this machine or private networks.
    ///   - metrics: numbers for operators.
    ///   - logger: lines for operators.
    ///   - tracer: spans.
    public init(
        database: any Database,
        events: EventLog,
        vault: Vault,
        client: any WebClient,
        clock: any WallClock,
        random: any RandomSource,
        ids: IDGenerator,
        allowsPrivate: Bool,
        metrics: Metrics,
        logger: Logger,
        tracer: Tracer
    ) {
        providers = ModelProviders(
            vault: vault,
            ids: ids,
            clock: clock,
            allowsPrivate: allowsPrivate
        )
        models = ConfiguredModels(ids: ids, clock: clock)
        budgets = ModelBudgets(ids: ids, clock: clock)
        accounts = ModelAccounts(budgets: budgets, events: events, ids: ids)
        let connector = ModelConnector(providers: providers, client: client, clock: clock)
        gateway = ConfiguredModelGateway(
            database: database,
            models: models,
            budgets: budgets,
            accounts: accounts,
            connector: .init(
                chat: { model, provider throws(ModelFault) in
                    try connector.chat(model, at: provider)
                },
                embedding: { model, provider throws(ModelFault) in
                    let remote = try connector.embedding(model, at: provider)
                    return (remote, remote.batch)
                }
            ),
            clock: clock,
            random: random,
            metrics: metrics,
            logger: logger,
            tracer: tracer
        )
    }
}
