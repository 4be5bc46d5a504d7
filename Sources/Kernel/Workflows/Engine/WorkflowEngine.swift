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
        /// Where distributed Maps read items and write results; nil where they cannot.
        public var items: WorkflowItems?
        /// Where people are asked about tasks, to be told that nobody waits any more; nil where nobody is.
        public var approvals: Approvals?

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
            tracer: Tracer = .off,
            items: WorkflowItems? = nil,
            approvals: Approvals? = nil
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
            self.items = items
            self.approvals = approvals
        }
    }

    let around: Surroundings
    let tables = ExecutionTables()
    let tokens = TaskTokens()
    let configuration: EngineConfiguration
    let office: Office
    let ends = EndWaiters()
    let catalogue: WorkflowCatalogue
    private let queue: AsyncStream<Job>
    private let jobs: AsyncStream<Job>.Continuation
    /// How many jobs wait for a task.
    private let backlog = Atomic<Int>(0)

    /// Something for a task of the engine to do.
    enum Job: Sendable {
        /// Perform a step.
        case step(Seat, Int)
        /// Journal what came of an execution's steps.
        case journal(Seat)
        /// Continue an execution that was claimed.
        case restore(ExecutionTables.Stored, owner: String)
    }

    /// An engine.
    ///
    /// - Parameters:
    ///   - workflows: what new executions can run.
    ///   - surroundings: what it needs.
    ///   - configuration: how it works.
    /// - Throws: a fault of code `unknown-resource` when a task names a tool or agent that does not
    ///   exist, or a tool that the workflow's agent does not list.
    public init(
        workflows: [Workflow],
        surroundings: Surroundings,
        configuration: EngineConfiguration = EngineConfiguration()
    ) throws {
        catalogue = try WorkflowCatalogue(workflows, registry: surroundings.registry)
        around = surroundings
        self.configuration = configuration
        office = Office(capacity: configuration.capacity)
        (queue, jobs) = AsyncStream.makeStream()
    }

    /// Runs agent tasks.
    public var agents: AgentRunner { around.agents }

    /// `workflows`.
    public var name: String { "workflows" }

    /// Picks up what was left unfinished and runs until cancelled.
    ///
    /// - Parameter ready: called once what was left unfinished is being picked up.
    /// - Throws: `StoreError` when what was left cannot be read.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        try await around.database.transaction { [self] transaction in
            for workflow in catalogue.program.values {
                try tables.keep(workflow, at: around.clock.now(), in: transaction)
            }
        }
        let worker = try await register()
        try await claim()
        ready()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runSteps() }
            group.addTask { await self.runTimers() }
            group.addTask { await self.runClaims() }
            if !isAlone { group.addTask { await self.runRenewal() } }
        }
        await unregister(office.worker ?? worker)
    }

    private func runSteps() async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            for await job in queue {
                backlog.subtract(1, ordering: .relaxed)
                if underWay >= configuration.concurrency {
                    await group.next()
                    underWay -= 1
                }
                underWay += 1
                group.addTask { await self.work(job) }
            }
            group.cancelAll()
        }
    }

    private func runTimers() async {
        await withDiscardingTaskGroup { group in
            var armed: Timestamp?
            for await _ in office.wake {
                let now = around.clock.now()
                let (due, next) = office.ring(at: now)
                for purpose in due { ring(purpose, at: now) }
                if let moment = armed, moment <= now { armed = nil }
                guard let next, armed.map({ next < $0 }) ?? true else { continue }
                armed = next
                group.addTask { [around, office] in
                    do {
                        try await around.clock.sleep(until: next)
                        office.ringAgain()
                    } catch {
                        // Cancelled: the store knows what is due.
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func ring(_ purpose: TimerHeap.Purpose, at now: Timestamp) {
        switch purpose {
        case .claim: office.claims.notify()
        case .retry(let id):
            if let seat = office.seat(id) { enqueue(.journal(seat)) }
        case .deadline(let id):
            guard let seat = office.seat(id) else { return }
            if let live = seat.live {
                // An alarm of before a redrive is no longer the deadline's.
                guard let deadline = live.deadline, deadline <= now else { return }
                seat.post(Outcome(what: .input(.deadlinePassed)))
                enqueue(.journal(seat))
            } else {
                // Being moved on: look again.
                office.alarm(now + .milliseconds(20), purpose)
            }
        case .step(let id, let step):
            guard let seat = office.seat(id) else { return }
            if let input = seat.overdue(step, at: now) {
                seat.post(Outcome(what: .input(input)))
                enqueue(.journal(seat))
            } else if seat.live == nil {
                // Being moved on: look again.
                office.alarm(now + .milliseconds(20), purpose)
            }
        }
    }

    /// How many executions are in hand, and how many jobs wait for one of the engine's tasks.
    public var load: (inHand: Int, queued: Int) {
        (office.count, max(0, backlog.load(ordering: .relaxed)))
    }

    func enqueue(_ job: Job) {
        backlog.add(1, ordering: .relaxed)
        jobs.yield(job)
    }

    /// Has the steps of an execution performed that are ready.
    func launch(_ seat: Seat) {
        for step in seat.takeReady() { enqueue(.step(seat, step)) }
    }

    /// Performs a step, and those that follow from it one after the other.
    private func work(_ job: Job) async {
        var job: Job? = job
        while let next = job {
            job = nil
            let seat: Seat
            switch next {
            case .journal(let found): seat = found
            case .restore(let stored, let owner):
                guard let found = await restore(stored, owner: owner) else { continue }
                seat = found
            case .step(let found, let step):
                seat = found
                guard await perform(step, of: seat) else { continue }
            }
            await journal(seat)
            var ready = seat.takeReady()[...]
            // When others wait, it is their turn.
            if backlog.load(ordering: .relaxed) < configuration.concurrency,
                let step = ready.popFirst()
            {
                job = .step(seat, step)
            }
            for step in ready { enqueue(.step(seat, step)) }
        }
    }
}
