import Agents
import Core
import Events
import Store
import Workflows

/// One life of the program: the store on the simulated disk, its dispatcher and its engine.
struct ProgramUnderTest: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    private static let person = Actor(id: ID(high: 2, low: 2), kind: .person, name: "Night shift")

    let database: SQLiteDatabase
    let log: EventLog
    private let engine: WorkflowEngine
    private let dispatcher: Dispatcher
    private let clock: ManualClock
    private let random: any RandomSource

    /// Opens the store and composes the program.
    ///
    /// - Throws: what the store throws; also because the disk died meanwhile.
    init(
        _ workflows: [CrashWorkflow],
        fileSystem: SimulatedFileSystem,
        isSynced: Bool,
        world: OutsideWorld,
        clock: ManualClock,
        random: any RandomSource,
        schedule: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) async throws {
        var configuration = SQLiteConfiguration()
        configuration.fileSystem = fileSystem.name
        configuration.schedule = schedule
        configuration.synced = isSynced
        let database = try SQLiteDatabase(path: "weft.db", configuration: configuration)
        self.database = database
        self.clock = clock
        self.random = random
        let ids = IDGenerator(clock: clock, random: random)
        log = EventLog(database: database)
        try await database.migrate(
            EventLog.migrations + AgentJournal.migrations + ExecutionTables.migrations
                + CrashLedger.migrations
        )
        let registry = try CrashTools(
            workflows: workflows,
            log: log,
            ids: ids,
            world: world,
            clock: clock,
            random: random,
            isDead: { [disk = fileSystem.disk] in disk.isDead }
        ).registry()
        engine = try WorkflowEngine(
            workflows: workflows.map {
                try Workflow(name: "crash.\($0.kind)", agent: "crash.runner", source: $0.definition)
            },
            surroundings: .init(
                aloneOver: database,
                registry: registry,
                events: log,
                clock: clock,
                random: random,
                ids: ids
            )
        )
        dispatcher = Dispatcher(
            database: database,
            log: log,
            rules: try workflows.map { [engine] workflow in
                EventRule(
                    name: "crash.\(workflow.kind)",
                    pattern: try Pattern(["type": [.string("\(workflow.kind).asked")]]),
                    target: WorkflowTarget(engine: engine, workflow: "crash.\(workflow.kind)")
                )
            },
            clock: clock,
            ids: ids
        )
    }

    /// Runs until cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await dispatcher.run {} }
            group.addTask { try await engine.run {} }
            try await group.waitForAll()
        }
    }

    /// Publishes an event, unless it is there already: a producer that got no answer sends it again.
    ///
    /// - Throws: `StoreError`; nothing is known then of whether the event is in the log.
    func publish(_ id: ID<Event>, _ workflow: CrashWorkflow) async throws {
        let event = Event(
            id: id,
            source: "crash-test",
            type: "\(workflow.kind).asked",
            subject: "work:\(id)",
            time: clock.now(),
            data: workflow.input,
            scope: Scope(
                organisation: Self.organisation,
                actor: Self.person,
                roles: [],
                trace: TraceContext(random: random)
            )
        )
        try await database.transaction { [log] transaction in
            let isThere = try transaction.exists(
                "SELECT 1 FROM event WHERE id = ?",
                [.id(event.id)]
            )
            if !isThere { try log.append(event, in: transaction) }
        }
    }
}
