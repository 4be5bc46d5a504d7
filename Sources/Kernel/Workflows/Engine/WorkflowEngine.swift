public import Agents
public import Core
public import Events
public import Observability
public import Store
import Synchronization

/// Runs executions durably.
///
/// A step's outcome, the history it adds, the effects of its tool in the store and what comes next
/// are one transaction. After a crash every execution goes on with the steps that have no outcome
/// yet: effects in the store happen exactly once, effects outside at least once with the same key.
public final class WorkflowEngine: Service {
    /// What the engine needs of the world.
    public struct Surroundings: Sendable {
        /// The store.
        public var database: any Database
        /// Tools and agents.
        public var registry: ToolRegistry
        /// Runs agent tasks.
        public var agents: AgentRunner
        /// Hears how executions ended.
        public var events: EventLog
        /// Time.
        public var clock: any WallClock
        /// Jitter and tokens.
        public var random: any RandomSource
        /// Ids.
        public var ids: IDGenerator
        /// The service account of an agent in an organisation.
        public var account: @Sendable (String, ID<Organisation>) async throws -> Actor
        /// Hears, after each commit, of executions that went on.
        public var changed: @Sendable (ID<Execution>, ID<Organisation>) -> Void
        /// Hears of failures that are no step's: a full disk, a broken record.
        public var report: @Sendable (any Error) -> Void
        /// Traces executions and their tasks.
        public var tracer: Tracer

        /// The surroundings.
        public init(
            database: any Database,
            registry: ToolRegistry,
            agents: AgentRunner,
            events: EventLog,
            clock: any WallClock,
            random: any RandomSource,
            ids: IDGenerator,
            account: @escaping @Sendable (String, ID<Organisation>) async throws -> Actor,
            changed: @escaping @Sendable (ID<Execution>, ID<Organisation>) -> Void = { _, _ in },
            report: @escaping @Sendable (any Error) -> Void = { _ in },
            tracer: Tracer = .off
        ) {
            self.database = database
            self.registry = registry
            self.agents = agents
            self.events = events
            self.clock = clock
            self.random = random
            self.ids = ids
            self.account = account
            self.changed = changed
            self.report = report
            self.tracer = tracer
        }
    }

    let around: Surroundings
    let tables = ExecutionTables()
    private let workflows: [String: Workflow]
    private let concurrency: Int
    private let old = Mutex<[String: Definition]>([:])
    private let queue: AsyncStream<ExecutionTables.Pending>
    private let enqueue: AsyncStream<ExecutionTables.Pending>.Continuation
    private let timers: AsyncStream<ExecutionTables.Pending>
    private let schedule: AsyncStream<ExecutionTables.Pending>.Continuation

    /// An engine.
    ///
    /// - Parameters:
    ///   - workflows: what new executions can run.
    ///   - surroundings: what it needs.
    ///   - concurrency: how many steps may be under way at once; default 64.
    /// - Throws: a fault of code `unknown-resource` when a task names a tool or agent that does not
    ///   exist, or a tool that the workflow's agent does not list.
    public init(
        workflows: [Workflow],
        surroundings: Surroundings,
        concurrency: Int = 64
    ) throws {
        for workflow in workflows {
            try Self.check(workflow, against: surroundings.registry)
        }
        self.workflows = Dictionary(uniqueKeysWithValues: workflows.map { ($0.name, $0) })
        around = surroundings
        self.concurrency = concurrency
        (queue, enqueue) = AsyncStream.makeStream()
        (timers, schedule) = AsyncStream.makeStream()
    }

    private static func check(_ workflow: Workflow, against registry: ToolRegistry) throws {
        func refuse(_ what: String) -> GeneralFault {
            GeneralFault(.internal, code: "unknown-resource", "\(workflow.name): \(what)")
        }
        guard let owner = registry.agents[workflow.agent] else {
            throw refuse("there is no agent \"\(workflow.agent)\"")
        }
        for resource in workflow.definition.resources {
            switch TaskResource(resource) {
            case .tool(let name)? where !owner.tools.contains(name):
                throw refuse("agent \"\(owner.name)\" does not list the tool \"\(name)\"")
            case .agent(let name)? where registry.agents[name] == nil:
                throw refuse("there is no agent \"\(name)\"")
            case .agent(let name)? where name != owner.name && !owner.colleagues.contains(name):
                throw refuse("agent \"\(owner.name)\" may not ask \"\(name)\"")
            default: break
            }
        }
    }

    /// `workflows`.
    public var name: String { "workflows" }

    /// Picks up what was left unfinished and runs until cancelled.
    ///
    /// - Parameter ready: called once all that was left unfinished is under way.
    /// - Throws: `StoreError` when what was left cannot be read.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        try await around.database.transaction { [self] transaction in
            for workflow in workflows.values {
                try tables.keep(workflow, at: around.clock.now(), in: transaction)
            }
        }
        for pending in try await around.database.scan({ [tables] in try tables.allPending(in: $0) })
        {
            accept(pending)
        }
        ready()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runSteps() }
            group.addTask { await self.runTimers() }
        }
    }

    private func runSteps() async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            for await pending in queue {
                if underWay >= concurrency {
                    await group.next()
                    underWay -= 1
                }
                underWay += 1
                group.addTask { await self.settle(pending) }
            }
            group.cancelAll()
        }
    }

    private func runTimers() async {
        await withDiscardingTaskGroup { group in
            for await pending in timers {
                group.addTask {
                    do {
                        try await self.around.clock.sleep(until: pending.due)
                        self.enqueue.yield(pending)
                    } catch {
                        // Cancelled: the row stays, the next start picks it up.
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Puts a pending step where it will be taken up in time.
    func accept(_ pending: ExecutionTables.Pending) {
        if pending.kind == .task {
            enqueue.yield(pending)
        } else {
            schedule.yield(pending)
        }
    }

    /// Brings one pending step to its outcome; when the store fails, tries again later.
    private func settle(_ pending: ExecutionTables.Pending) async {
        do {
            switch pending.kind {
            case .task: try await perform(pending)
            case .timer: try await resume(pending, with: .timerFired(step: pending.step))
            case .deadline: try await resume(pending, with: .deadlinePassed)
            }
        } catch is CancellationError {
            // Stopping: the row stays, the next start picks it up.
        } catch is NoLongerWanted {
            // The execution was stopped, or somebody else was faster.
        } catch {
            around.report(error)
            var later = pending
            later.due = around.clock.now() + .seconds(1)
            retryLater(later)
        }
    }

    private func retryLater(_ pending: ExecutionTables.Pending) {
        schedule.yield(pending)
    }

    /// Starts an execution within the caller's transaction.
    ///
    /// - Parameters:
    ///   - start: what to start.
    ///   - transaction: the caller's.
    /// - Returns: the execution's id; the existing one's when the name was used before.
    /// - Throws: a fault of code `unknown-workflow`, or `StoreError`.
    @discardableResult
    public func start(
        _ start: ExecutionStart,
        in transaction: any Transaction
    ) throws -> ID<Execution> {
        guard let workflow = workflows[start.workflow] else {
            throw GeneralFault(
                .notFound,
                code: "unknown-workflow",
                "there is no workflow \"\(start.workflow)\""
            )
        }
        if let existing = try tables.existing(
            start.name,
            organisation: start.organisation,
            in: transaction
        ) {
            return existing
        }
        let now = around.clock.now()
        let id: ID<Execution> = around.ids.next()
        var execution = Execution(
            of: workflow.definition,
            identity: ExecutionIdentity(
                id: id.description,
                name: start.name,
                workflowID: "weft:workflow:\(workflow.name)",
                workflowName: workflow.name,
                role: workflow.agent
            ),
            random: around.random
        )
        try tables.insert(start, id: id, version: workflow.version, at: now, in: transaction)
        let record = ExecutionTables.Record(
            id: id,
            organisation: start.organisation,
            workflow: workflow.name,
            version: workflow.version,
            state: [:],
            subject: start.subject,
            onBehalfOf: start.onBehalfOf,
            trace: start.trace,
            start: now
        )
        let actions = execution.start(input: start.input, at: now)
        try apply(actions, of: execution, record, at: now, in: transaction)
        return id
    }

    /// Stops every running execution about one thing, within the caller's transaction.
    ///
    /// - Parameters:
    ///   - subject: for instance `order:018f…`.
    ///   - organisation: whose.
    ///   - cause: why, for the history.
    ///   - transaction: the caller's.
    /// - Throws: `StoreError`.
    public func abortAll(
        about subject: String,
        organisation: ID<Organisation>,
        cause: String,
        in transaction: any Transaction
    ) throws {
        for id in try tables.running(about: subject, organisation: organisation, in: transaction) {
            try advance(id, with: .abort(error: "Aborted", cause: cause), in: transaction)
        }
    }

    func definition(
        of workflow: String,
        version: String,
        in reader: any Reader
    ) throws -> Definition {
        if let current = workflows[workflow], current.version == version {
            return current.definition
        }
        let key = "\(workflow)@\(version)"
        if let known = old.withLock({ $0[key] }) { return known }
        guard let source = try tables.source(of: workflow, version: version, in: reader) else {
            throw StoreError(.corrupt, "the definition \(key) is missing")
        }
        let definition = try Definition(source)
        old.withLock { $0[key] = definition }
        return definition
    }

    /// Whose authority the tool tasks of a workflow have.
    func owner(of workflow: String) throws(GeneralFault) -> String {
        guard let found = workflows[workflow] else {
            throw GeneralFault(
                .conflict,
                code: "unknown-workflow",
                "the workflow \"\(workflow)\" is not part of this program any more"
            )
        }
        return found.agent
    }
}
