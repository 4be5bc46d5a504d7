import Agents
import Channels
import Core
import Events
import Glibc
import HTTP
import Identity
import Intents
import Live
import Logistics
import MCP
import Models
import Objects
import Observability
import Platform
import Privacy
import Series
import Store
import Synchronization
import Vault
import Web
import Workflows

/// All rooms of one installation, composed: the one place where it is done.
struct Installation {
    let configuration: Configuration
    let folder: DataFolder
    let database: any Database
    let identity: IdentityAssembly
    let kernel: Kernel
    let persons: PersonRegister
    let registry: ToolRegistry
    let engine: WorkflowEngine
    let dispatcher: Dispatcher
    let solutions: [any Solution]
    let routes: [ToolRoute]
    let live: LiveHub
    let clients: MCPComposition
    let observation: Observation
    let search: SearchServices
    let outside: OutsideServices
    let intents: IntentFabric
    let conscience: Conscience
    let models: ModelRoom
    let clock = SystemClock()

    /// What this program has.
    static let allSolutions: [any Solution] = [LogisticsSolution()]

    /// Opens the data folder and brings the tables up to date.
    ///
    /// - Parameters:
    ///   - configuration: what was configured.
    ///   - folder: where everything is.
    ///   - logger: hears of failures.
    ///   - logs: what the logger writes into, for the searchable log of a server.
    /// - Throws: what any of the rooms refuses.
    init(
        _ configuration: Configuration,
        folder: DataFolder,
        logger: Logger,
        logs: LogBuffer? = nil
    ) async throws {
        self.configuration = configuration
        self.folder = folder
        let clock = SystemClock()
        let random = SystemRandom()
        let ids = IDGenerator(clock: clock, random: random)
        let solutions = Self.allSolutions
        let metrics = Metrics()
        let database = try StoreComposition.open(
            configuration,
            file: folder.store,
            onCommit: Observation.measureCommits(in: metrics)
        )
        try await database.migrate(StoreComposition.migrations(solutions))
        let texts = configuration.integer("channels.texts-per-day")
        let privacy = try PrivacyComposition.privacy(
            solutions,
            folder: folder,
            clock: clock,
            ids: ids
        )
        let vault = try Vault.loadOrCreate(folder: folder.keys)
        let outbox = Outbox(
            ids: ids,
            clock: clock,
            textsPerDay: texts,
            privacy: privacy,
            vault: vault
        )
        let webClient = CurlWebClient(
            .init(certificates: configuration.text("web.certificates"))
        )
        let identity = try await IdentityComposition.assemble(
            configuration,
            folder: folder,
            database: database,
            outbox: outbox,
            webClient: webClient,
            clock: clock
        )
        let events = PrivacyComposition.events(database, privacy)
        let hints = LiveHints()
        let workers = configuration.integer("workers")
        let channels = try ChannelServices.assembly(
            configuration,
            folder: folder,
            accounts: identity.accounts,
            kinds: solutions.flatMap(\.messageKinds) + IntentNotices.kinds,
            outbox: outbox,
            ids: ids,
            clock: clock
        )
        let kernel = Kernel(
            database: database,
            privacy: privacy,
            events: events,
            objects: try FileObjectStore(path: folder.objects, database: database, clock: clock),
            channels: channels,
            webClient: webClient,
            accounts: identity.accounts,
            journal: AgentJournal(
                database: database,
                privacy: privacy,
                recorded: { decision, organisation, latency, transaction in
                    try SearchServices.markDecision(decision, organisation, latency, transaction)
                    try IntentServices.recorded(decision, organisation, latency, transaction)
                }
            ) { hints.changed("decisions", organisation: $0) },
            approvals: try ApprovalServices.approvals(
                configuration,
                folder: folder,
                events: events,
                identity: identity,
                channels: channels,
                privacy: privacy,
                ids: ids,
                hints: hints
            ),
            series: try SeriesServices.store(configuration),
            workflows: WorkflowControl(),
            live: hints,
            workers: WorkerPool(threads: workers > 0 ? workers : HTTPServer.cores),
            clock: clock,
            ids: ids,
            metrics: metrics,
            logger: logger,
            configuration: configuration
        )
        let parts = try solutions.map { try $0.parts(on: kernel) }
        let agents =
            parts.flatMap(\.agents) + [WorkflowServices.runner, ConsciencePolicy.conscience]
        let observation = try Observation(
            kernel,
            database: database,
            parts: parts,
            logs: logs,
            random: random
        )
        let workflows = try parts.flatMap(\.workflows) + RuleDestinations.workflows(asking: agents)
        let destinations = RuleDestinations(kernel: kernel, workflows: workflows, agents: agents)
        models = try ModelServices.room(
            kernel,
            folder: folder,
            random: random,
            tracer: observation.tracer
        )
        search = SearchServices(
            kernel,
            parts: parts,
            solutions,
            audit: identity.audit,
            models: models
        )
        let persons = PrivacyComposition.register(
            kernel,
            identity,
            search.persons + parts.flatMap(\.persons)
        )
        self.persons = persons
        let outside = try OutsideServices(kernel, folder: folder, audit: identity.audit)
        self.outside = outside
        let accounts = ServiceAccounts(identity.accounts, database)
        intents = IntentServices.fabric(kernel, observation, parts, agents: agents)
        let effects = IntentEffects(kernel, random: random, account: accounts.account)
        let registry = try ToolRegistry(
            tools: try PlatformTools(kernel: kernel).all()
                + AgentTools(kernel: kernel, agents: agents, audit: identity.audit).all()
                + DecisionTools(kernel: kernel, audit: identity.audit).all()
                + EventTools(kernel: kernel, destinations: destinations, audit: identity.audit)
                .all()
                + observation.tools.all()
                + ChannelTools(
                    kernel: kernel,
                    observation: observation.tools,
                    audit: identity.audit
                )
                .all()
                + IdentityTools(identity: identity, database: database).all()
                + WorkflowServices.tools(kernel).all()
                + ObjectTools(kernel: kernel, audit: identity.audit).all()
                + SeriesTools(kernel: kernel, audit: identity.audit).all()
                + ModelTools(room: models, database: database, audit: identity.audit).all()
                + PrivacyTools(persons).all() + search.tools()
                + OutsideServerTools(
                    toolbox: outside.toolbox,
                    servers: outside.servers,
                    kernel: kernel,
                    agents: agents
                )
                .all()
                + IntentTools(
                    kernel: kernel,
                    fabric: intents,
                    effects: effects,
                    audit: identity.audit
                )
                .all()
                + parts.flatMap(\.tools),
            agents: agents,
            tracer: observation.tracer,
            privacy: privacy,
            outside: outside.toolbox
        )
        let runs = metrics.histogram(
            "weft_agent_run_seconds",
            help: "How long agents took to decide.",
            labels: ["organisation", "agent", "outcome"]
        )
        let runner = AgentRunner(
            .init(
                registry: registry,
                database: database,
                journal: kernel.journal,
                clock: clock,
                models: models.gateway,
                approvals: kernel.approvals,
                privacy: privacy,
                account: accounts.account,
                hear: { hints.say($0) },
                observe: { run in
                    runs.with(run.organisation.description, run.agent, run.end.rawValue)
                        .record(run.latency)
                }
            )
        )
        conscience = IntentServices.conscience(kernel, intents, effects, runner: runner)
        let engine = try WorkflowEngine(
            workflows: workflows,
            surroundings: .init(
                database: database,
                registry: registry,
                agents: runner,
                events: events,
                clock: clock,
                random: random,
                ids: ids,
                account: accounts.account,
                changed: { run, organisation in
                    hints.changed("runs", organisation: organisation)
                    hints.changed("runs/\(run)", organisation: organisation)
                },
                report: {
                    logger.error("workflow step", ["error": .string(String(describing: $0))])
                },
                tracer: observation.tracer,
                items: ObjectItems(kernel).place,
                approvals: kernel.approvals
            ),
            configuration: WorkflowServices.engine(configuration)
        )
        let starts = try parts.flatMap(\.starts).map { start in
            EventRule(
                name: start.rule,
                pattern: try Pattern(start.pattern),
                target: WorkflowTarget(engine: engine, workflow: start.workflow),
                takesOutside: false
            )
        }
        dispatcher = Dispatcher(
            database: database,
            log: events,
            rules: starts + (try ChannelServices.rules(kernel.channels)),
            target: { destinations.target($0, engine: engine) },
            clock: clock,
            ids: ids,
            report: { logger.error("dispatching", ["error": .string(String(describing: $0))]) },
            tracer: observation.tracer,
            observe: { observation.events.observe($0) }
        )
        kernel.workflows.bind(engine, dispatcher)
        ApprovalServices.bind(kernel.approvals, registry: registry, engine: engine)
        WorkflowServices.measure(engine, in: metrics)
        live = LiveChannel.hub(
            on: kernel,
            identity: identity,
            topics: parts.flatMap(\.liveTopics)
        )
        clients = try MCPComposition(kernel, registry, folder: folder, parts: parts, live: live)
        self.database = database
        self.identity = identity
        self.kernel = kernel
        self.registry = registry
        self.engine = engine
        self.solutions = solutions
        self.observation = observation
        routes =
            PlatformTools.routes + AgentTools.routes + DecisionTools.routes + EventTools.routes
            + ObservationTools.routes + ChannelTools.routes
            + IdentityTools.routes + WorkflowTools.routes + SeriesTools.routes
            + ModelTools.routes
            + ObjectTools.routes
            + PrivacyTools.routes + SearchServices.routes + OutsideServerTools.routes
            + IntentTools.routes + parts.flatMap(\.routes)
    }
}

/// The service accounts of agents, made when they are first needed.
private final class ServiceAccounts: Sendable {
    private let accounts: Accounts
    private let database: any Database
    private let known = Mutex<[String: Actor]>([:])

    init(_ accounts: Accounts, _ database: any Database) {
        self.accounts = accounts
        self.database = database
    }

    func account(_ name: String, in organisation: ID<Organisation>) async throws -> Actor {
        let key = "\(organisation) \(name)"
        if let actor = known.withLock({ $0[key] }) { return actor }
        let scope = try Scope.installation(trace: TraceContext(random: SystemRandom()))
            .entering(organisation)
        let actor = try await database.transaction { [accounts] transaction in
            try accounts.ensureServiceAccount(
                name: name,
                roles: [.aiAgent],
                scope: scope,
                in: transaction
            ).actor
        }
        known.withLock { $0[key] = actor }
        return actor
    }
}
