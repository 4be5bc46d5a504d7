import Agents
import Core
import Events
import Observability
import Store
import Workflows

/// An engine over a real store in this process, and callers who run a workflow of three steps.
final class WorkflowLoad: Sendable {
    private static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    private static let actor = Actor(id: ID(high: 2, low: 2), kind: .service, name: "bench")

    let database: any Database
    private let log: EventLog
    private let engine: WorkflowEngine
    private let dispatcher: Dispatcher
    private let ids: IDGenerator
    private let clock = SystemClock()
    private let progress: LoadProgress

    /// An engine over the database at an address, or in a file.
    ///
    /// Its steps call tools that `compute` or `store`; while `holding`, no execution's second step ends.
    init(
        path: String,
        url: String? = nil,
        tools: String,
        configuration: EngineConfiguration = EngineConfiguration(),
        holding: Bool = false
    ) async throws {
        let commits = Atomic64()
        if let url {
            var store = PostgresConfiguration(url: url)
            store.onCommit = { _, _ in commits.add() }
            database = try PostgresDatabase(store)
        } else {
            var store = SQLiteConfiguration()
            store.onCommit = { _, _ in commits.add() }
            database = try SQLiteDatabase(path: path, configuration: store)
        }
        try await database.migrate(
            EventLog.migrations + AgentJournal.migrations + ExecutionTables.migrations + [
                Migration(
                    "bench",
                    1,
                    "counts",
                    ["CREATE TABLE bench_count (key TEXT NOT NULL, amount BIGINT NOT NULL)"]
                )
            ]
        )
        log = EventLog(database: database)
        ids = IDGenerator(clock: clock, random: SystemRandom())
        progress = LoadProgress(commits: commits)
        let registry = try ToolRegistry(
            tools: try Self.tools(tools, holding: holding, clock: clock),
            agents: [
                Agent(
                    name: "bench.owner",
                    purpose: "Runs the measured workflow.",
                    tools: ["bench.count", "bench.second"],
                    policy: Never()
                )
            ]
        )
        engine = try WorkflowEngine(
            workflows: [
                Workflow(name: "bench.steps", agent: "bench.owner", source: Self.definition)
            ],
            surroundings: .init(
                aloneOver: database,
                registry: registry,
                events: log,
                clock: clock,
                random: SystemRandom(),
                ids: ids,
                changed: { [progress] id, _ in progress.changed(id) },
                report: { complain("\($0)") }
            ),
            configuration: configuration
        )
        dispatcher = Dispatcher(
            database: database,
            log: log,
            rules: [
                EventRule(
                    name: "bench.on-event",
                    pattern: try Pattern(["type": ["bench.asked"]]),
                    target: WorkflowTarget(engine: engine, workflow: "bench.steps")
                )
            ],
            clock: clock,
            ids: ids
        )
    }

    private static let definition: JSON = [
        "StartAt": "First",
        "States": [
            "First": [
                "Type": "Task", "Resource": "weft:tool:bench.count", "ResultPath": "$.first",
                "Next": "Second",
            ],
            "Second": [
                "Type": "Task", "Resource": "weft:tool:bench.second", "ResultPath": "$.second",
                "Next": "Third",
            ],
            "Third": [
                "Type": "Task", "Resource": "weft:tool:bench.count", "ResultPath": "$.third",
                "End": true,
            ],
        ],
    ]

    private static func tools(
        _ kind: String,
        holding: Bool,
        clock: SystemClock
    ) throws -> [Tool] {
        let output: JSON = ["counted": true]
        let count: Tool.Body =
            kind == "store"
            ? .write { input, invocation in
                { transaction in
                    try transaction.execute(
                        "INSERT INTO bench_count (key, amount) VALUES (?, ?)",
                        [.text(invocation.key), .int(try input.member("amount").int())]
                    )
                    return output
                }
            }
            : .compute { _, _ in output }
        func tool(_ name: String, _ body: Tool.Body) throws -> Tool {
            try Tool(
                name: name,
                purpose: "Counts.",
                input: [
                    "type": "object", "required": ["amount"],
                    "properties": ["amount": ["type": "integer"]],
                ],
                body: body
            )
        }
        return [
            try tool("bench.count", count),
            try tool(
                "bench.second",
                holding
                    ? .external { _, _ in
                        try await clock.sleep(for: .seconds(86_400))
                        return output
                    } : count
            ),
        ]
    }

    private func start(_ name: String) -> ExecutionStart {
        ExecutionStart(
            workflow: "bench.steps",
            name: name,
            subject: "bench:\(name)",
            input: ["amount": 7, "customer": "Nordwind", "lines": [1, 2, 3]],
            organisation: Self.organisation,
            onBehalfOf: nil,
            trace: TraceContext(random: SystemRandom())
        )
    }

    /// Runs `body` beside the engine, and the dispatcher where events start executions.
    private func working<Value: Sendable>(
        dispatching: Bool = false,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            let ready = Signal()
            group.addTask { [engine] in
                try await engine.run { ready.notify() }
                return nil
            }
            if dispatching {
                group.addTask { [dispatcher] in
                    try await dispatcher.run {}
                    return nil
                }
            }
            group.addTask { try await body() }
            while let value = try await group.next() {
                if let value {
                    group.cancelAll()
                    return value
                }
            }
            throw CancellationError()
        }
    }

    /// Callers run the workflow one execution after the other, for a time or so many in all.
    func run(callers: Int, seconds: Double, executions: Int?) async throws -> JSON {
        try await working { [self] in
            // The first round makes the write-ahead log and warms up.
            _ = try await round(callers: callers, seconds: min(0.5, seconds / 4), executions: nil)
            return try await round(callers: callers, seconds: seconds, executions: executions)
        }
    }

    private func round(callers: Int, seconds: Double, executions: Int?) async throws -> JSON {
        let clock = ContinuousClock()
        let began = clock.now
        let cpu = ProcessMetrics.read().cpuSeconds
        let commits = progress.commits.value
        let end = began + .seconds(seconds)
        let done = Atomic64()
        let half = Shared<Int?>(nil)
        let tenth = (executions ?? .max) / 10
        let prefix = ids.next(Execution.self).description
        var waits = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for caller in 0..<callers {
                group.addTask { [self] in
                    var waits: [Int64] = []
                    var at = 0
                    while true {
                        let number = done.add()
                        if let executions {
                            if number > executions { break }
                            if number == tenth {
                                half.change { $0 = ProcessMetrics.read().residentBytes / 1_024 }
                            }
                        } else if clock.now >= end {
                            break
                        }
                        let asked = clock.now
                        _ = try await engine.run(start("\(prefix)/\(caller)/\(at)"))
                        // A million of them would be what is measured.
                        if waits.count < 100_000 / callers + 1_000 {
                            waits.append((clock.now - asked).microseconds)
                        }
                        at += 1
                    }
                    return waits + [Int64(-at)]
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        let seconds = (clock.now - began).seconds
        let count = -waits.filter { $0 <= 0 }.reduce(0, +)
        waits = waits.filter { $0 > 0 }.sorted()
        let used = ProcessMetrics.read().cpuSeconds - cpu
        var result: JSON = [
            "callers": .int(callers), "executions": .int(count), "seconds": .double(seconds),
            "perSecond": .double(Double(count) / seconds),
            "cpuMillisEach": .double(used * 1e3 / Double(max(1, count))),
            "commits": .int(progress.commits.value - commits),
            "p50Micros": .int(waits.quantile(0.5)),
            "p99Micros": .int(waits.quantile(0.99)),
            "residentKiB": .int(ProcessMetrics.read().residentBytes / 1_024),
        ]
        if let early = half.value { result["residentKiBAtTenth"] = .int(early) }
        return result
    }

    /// Publishes events at a steady rate; how long until the first step of what each starts is journaled.
    func latency(rate: Double, seconds: Double) async throws -> JSON {
        try await working(dispatching: true) { [self] in
            let clock = ContinuousClock()
            let began = clock.now
            let count = Int(rate * seconds)
            let published = Shared<[String: ContinuousClock.Instant]>([:])
            progress.watch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    let moment = began + .seconds(Double(number) / rate)
                    if moment > clock.now { try await Task.sleep(until: moment, clock: clock) }
                    group.addTask { [self] in
                        let event = Event(
                            id: ids.next(),
                            source: "bench",
                            type: "bench.asked",
                            subject: "bench:\(number)",
                            time: self.clock.now(),
                            data: ["amount": .int(number)],
                            scope: Scope(
                                organisation: Self.organisation,
                                actor: Self.actor,
                                roles: [],
                                trace: TraceContext(random: SystemRandom())
                            )
                        )
                        published.change { $0[event.id.description] = clock.now }
                        try await database.transaction { [log] in try log.append(event, in: $0) }
                    }
                }
                try await group.waitForAll()
            }
            // What is still under way ends.
            try await Task.sleep(for: .seconds(1))
            let names = try await database.query("SELECT id, name FROM execution", []) {
                (try $0.text(0), String(try $0.text(1).split(separator: "/").last ?? ""))
            }
            var waits: [Int64] = []
            let times = published.value
            for (id, event) in names {
                if let step = progress.firstStep(of: id),
                    let began = times[event]
                {
                    waits.append((step - began).microseconds)
                }
            }
            waits.sort()
            return [
                "events": .int(count), "measured": .int(waits.count), "perSecond": .double(rate),
                "p50Micros": .int(waits.quantile(0.5)),
                "p99Micros": .int(waits.quantile(0.99)),
                "maxMicros": .int(Int(waits.last ?? 0)),
            ]
        }
    }

    /// Starts so many executions and lets each journal its first step; they are then under way for ever.
    func fill(_ count: Int) async throws {
        try await working { [self] in
            let next = Atomic64()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<256 {
                    group.addTask { [self] in
                        while true {
                            let number = next.add()
                            if number > count { return }
                            try await database.transaction { [engine] transaction in
                                _ = try engine.start(self.start("fill/\(number)"), in: transaction)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            // The start and the first step are a turn each.
            while progress.turns.value < 2 * count { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    /// Goes on with what a process that was killed left; how long until each has journaled a step.
    func recover() async throws -> JSON {
        let count =
            try await database.query("SELECT count(*) FROM execution_live", []) {
                Int(try $0.int(0))
            }.first ?? 0
        let clock = ContinuousClock()
        let began = clock.now
        let cpu = ProcessMetrics.read().cpuSeconds
        progress.watch()
        return try await working { [self] in
            while progress.seen < count { try await Task.sleep(for: .milliseconds(10)) }
            return [
                "executions": .int(count), "seconds": .double((clock.now - began).seconds),
                "cpuSeconds": .double(ProcessMetrics.read().cpuSeconds - cpu),
                "residentKiB": .int(ProcessMetrics.read().residentBytes / 1_024),
            ]
        }
    }
}

/// Decides nothing: the measured workflow asks no agent.
private struct Never: RulePolicy {
    var name: String { "never" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        throw GeneralFault(.internal, code: "not-asked", "this agent is never asked")
    }
}
