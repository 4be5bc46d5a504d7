public import Agents
public import Channels
public import Core
public import Events
public import Identity
public import Live
public import Objects
public import Observability
public import Privacy
public import Series
public import Store
import Synchronization
public import Workflows

/// The rooms that a solution stands on, composed once in `weft serve`.
public struct Kernel: Sendable {
    /// The records.
    public var database: any Database
    /// Seals and opens what is personal.
    public var privacy: Privacy
    /// The log of what happened.
    public var events: EventLog
    /// Files.
    public var objects: any ObjectStore
    /// Messages to be sent.
    public var outbox: Outbox
    /// Everything else that tells people and programs: notices, webhooks, escalations.
    public var channels: ChannelsAssembly
    /// Makes requests of others.
    public var webClient: any WebClient
    /// Accounts of people and agents.
    public var accounts: Accounts
    /// Agents' runs and decisions.
    public var journal: AgentJournal
    /// What people are asked to agree to.
    public var approvals: Approvals
    /// Time series.
    public var series: SeriesStore
    /// Stops running workflows.
    public var workflows: WorkflowControl
    /// Tells those who follow something live that it has changed.
    public var live: LiveHints
    /// Threads for long computations.
    public var workers: WorkerPool
    /// Time.
    public var clock: any WallClock
    /// Ids.
    public var ids: IDGenerator
    /// Numbers for operators.
    public var metrics: Metrics
    /// Lines for operators.
    public var logger: Logger
    /// What was configured.
    public var configuration: Configuration

    /// The rooms.
    public init(
        database: any Database,
        privacy: Privacy,
        events: EventLog,
        objects: any ObjectStore,
        channels: ChannelsAssembly,
        webClient: any WebClient,
        accounts: Accounts,
        journal: AgentJournal,
        approvals: Approvals,
        series: SeriesStore,
        workflows: WorkflowControl,
        live: LiveHints = LiveHints(),
        workers: WorkerPool,
        clock: any WallClock,
        ids: IDGenerator,
        metrics: Metrics,
        logger: Logger,
        configuration: Configuration
    ) {
        self.database = database
        self.privacy = privacy
        self.events = events
        self.objects = objects
        outbox = channels.outbox
        self.channels = channels
        self.webClient = webClient
        self.accounts = accounts
        self.journal = journal
        self.approvals = approvals
        self.series = series
        self.workflows = workflows
        self.live = live
        self.workers = workers
        self.clock = clock
        self.ids = ids
        self.metrics = metrics
        self.logger = logger
        self.configuration = configuration
    }

    /// Appends an event that the holder of `scope` causes; what is personal in its data is sealed.
    ///
    /// - Parameters:
    ///   - type: what happened, in the past tense.
    ///   - subject: what it happened to.
    ///   - data: the facts.
    ///   - invocation: whose call causes it, and when.
    ///   - transaction: the transaction that changes the records.
    /// - Throws: `StoreError`.
    public func emit(
        _ type: String,
        about subject: String,
        _ data: JSON,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let source = type.split(separator: ".").first.map(String.init) ?? type
        try events.append(
            Event(
                id: ids.next(),
                source: "weft/\(source)",
                type: type,
                subject: subject,
                time: invocation.now,
                data: try privacy.seal(
                    data,
                    at: .event(type),
                    of: invocation.scope.organisation,
                    in: transaction
                ),
                scope: invocation.scope
            ),
            in: transaction
        )
    }
}

/// Lets tools reach what is built after them: the engine that runs them, and the dispatcher.
public final class WorkflowControl: Sendable {
    private struct Parts {
        var engine: WorkflowEngine
        var dispatcher: Dispatcher
        var schedules: Schedules
    }

    private let bound = Mutex<Parts?>(nil)

    /// A control that is bound to nothing yet.
    public init() {}

    /// Gives the control its engine and dispatcher; called once, by whoever composes the program.
    public func bind(_ engine: WorkflowEngine, _ dispatcher: Dispatcher) {
        bound.withLock {
            $0 = Parts(
                engine: engine,
                dispatcher: dispatcher,
                schedules: Schedules(engine: engine)
            )
        }
    }

    /// See ``WorkflowEngine/abortAll(about:organisation:cause:in:)``.
    ///
    /// - Parameters:
    ///   - subject: what the executions are about.
    ///   - organisation: whose.
    ///   - cause: why.
    ///   - transaction: the caller's.
    /// - Throws: `StoreError`; a fault of code `not-bound` before the program is composed.
    public func abortAll(
        about subject: String,
        organisation: ID<Organisation>,
        cause: String,
        in transaction: any Transaction
    ) throws {
        try parts().engine.abortAll(
            about: subject,
            organisation: organisation,
            cause: cause,
            in: transaction
        )
    }

    /// The dispatcher, for its dead letters.
    func dispatcher() throws -> Dispatcher { try parts().dispatcher }

    /// The engine that runs workflows.
    ///
    /// - Throws: a fault of code `not-bound` before the program is composed.
    public func engine() throws -> WorkflowEngine { try parts().engine }

    /// What happens at its times.
    ///
    /// - Throws: a fault of code `not-bound` before the program is composed.
    public func schedules() throws -> Schedules { try parts().schedules }

    private func parts() throws -> Parts {
        guard let bound = bound.withLock({ $0 }) else {
            throw GeneralFault(.internal, code: "not-bound", "the program is not composed yet")
        }
        return bound
    }
}
