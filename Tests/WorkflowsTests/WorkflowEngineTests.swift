import Agents
import Core
import Events
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing
import Workflows

/// A shop with one workflow: count a sale, let an agent approve it, count it again.
private final class Shop: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let person = Actor(id: ID(high: 2, low: 2), kind: .person, name: "Night shift")

    let database: any Database
    let log: EventLog
    let engine: WorkflowEngine
    let dispatcher: Dispatcher
    let clock: any WallClock

    init(
        path: String,
        definition: JSON = Shop.definition,
        jams: Int = 0,
        clock: any WallClock = SystemClock()
    ) async throws {
        let database = try TestDatabase(path: path)
        self.database = database
        self.clock = clock
        let faults = Countdown(jams)
        let ids = IDGenerator(clock: clock, random: SystemRandom())
        log = EventLog(database: database)
        try await database.migrate(
            EventLog.migrations + AgentJournal.migrations + ExecutionTables.migrations + [
                Migration("shop", 1, "till", ["CREATE TABLE till (key TEXT, amount BIGINT)"])
            ]
        )
        let count = try Tool(
            name: "shop.count",
            purpose: "Counts.",
            input: ["type": "object"],
            body: .write { input, invocation in
                // Once a call: the transaction's body may run more than once.
                let isJammed = faults.take()
                return { transaction in
                    try transaction.execute(
                        "INSERT INTO till VALUES (?, ?)",
                        [.text(invocation.key), .int(try input.member("amount").int())]
                    )
                    if isJammed {
                        throw GeneralFault(.conflict, code: "till-jammed", "the till is jammed")
                    }
                    return ["counted": true, "by": .string(invocation.scope.actor.name)]
                }
            }
        )
        let look = try Tool(
            name: "shop.look",
            purpose: "Looks.",
            input: ["type": "object"],
            body: .read { _, _, reader in
                [
                    "rows": .int(
                        try reader.first("SELECT count(*) FROM till") { try $0.int(0) } ?? 0
                    )
                ]
            }
        )
        let registry = try ToolRegistry(
            tools: [count, look],
            agents: [
                Agent(
                    name: "shop.owner",
                    purpose: "Runs the shop.",
                    tools: ["shop.count"],
                    colleagues: ["shop.clerk"],
                    policy: Nod(tools: [])
                ),
                Agent(
                    name: "shop.clerk",
                    purpose: "Approves.",
                    tools: ["shop.look", "shop.count"],
                    policy: Nod(tools: ["shop.look", "shop.count"])
                ),
            ]
        )
        engine = try WorkflowEngine(
            workflows: [Workflow(name: "shop.sell", agent: "shop.owner", source: definition)],
            surroundings: .init(
                aloneOver: database,
                registry: registry,
                events: log,
                clock: clock,
                random: SeededRandom(seed: 1),
                ids: ids
            )
        )
        dispatcher = Dispatcher(
            database: database,
            log: log,
            rules: [
                EventRule(
                    name: "shop.on-sale",
                    pattern: try Pattern(["type": ["sale.made"]]),
                    target: WorkflowTarget(engine: engine, workflow: "shop.sell")
                )
            ],
            clock: clock,
            ids: ids
        )
    }

    static let definition: JSON = [
        "StartAt": "Count",
        "States": [
            "Count": [
                "Type": "Task", "Resource": "weft:tool:shop.count", "ResultPath": "$.count",
                "Retry": [
                    ["ErrorEquals": ["till-jammed"], "IntervalSeconds": 1, "MaxAttempts": 3]
                ],
                "Catch": [
                    ["ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "GiveUp"]
                ],
                "Next": "Approve",
            ],
            "Approve": ["Type": "Task", "Resource": "weft:agent:shop.clerk", "End": true],
            "GiveUp": ["Type": "Fail", "ErrorPath": "$.problem.Error", "Cause": "gave up"],
        ],
    ]

    var scope: Scope {
        Scope(
            organisation: Self.organisation,
            actor: Self.person,
            roles: [],
            trace: TraceContext(random: SeededRandom(seed: 7))
        )
    }

    func sell(_ amount: Int) async throws {
        let event = Event(
            id: IDGenerator(clock: clock, random: SystemRandom()).next(),
            source: "test",
            type: "sale.made",
            subject: "sale:\(amount)",
            time: clock.now(),
            data: ["amount": .int(amount)],
            scope: scope
        )
        try await database.transaction { [log] in try log.append(event, in: $0) }
    }

    /// Runs dispatcher and engine until `done` answers true.
    func run(until done: @escaping @Sendable (any Reader) throws -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.dispatcher.run {} }
            group.addTask { try await self.engine.run {} }
            while try await !database.read(done) {
                try await Task.sleep(for: .milliseconds(2))
            }
            group.cancelAll()
        }
    }

    func rows(_ sql: String) async throws -> [String] {
        try await database.query(sql, []) { try $0.text(0) }
    }
}

/// Says yes so many times.
private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func take() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}

/// Calls its tools in turn and agrees.
private struct Nod: RulePolicy {
    let tools: [String]
    var name: String { "nod" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        for tool in tools {
            _ = try await run.call(tool, ["amount": run.input["amount"] ?? 0])
        }
        return Conclusion(
            subject: "sale",
            options: [Option("agree", score: 1, reasons: ["always"])],
            choice: "agree",
            rationale: "It always agrees.",
            confidence: 1,
            output: ["agreed": true]
        )
    }
}

private let ended = "SELECT 1 FROM execution WHERE status <> 'RUNNING'"

@Suite struct WorkflowEngineTests {
    private func scratch() throws -> String {
        let path = NSTemporaryDirectory() + "weft-engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path + "/weft.db"
    }

    @Test("An event runs its workflow to the end, on behalf of whoever caused it")
    func wholePath() async throws {
        let shop = try await Shop(path: scratch())
        try await shop.sell(5)
        try await shop.run { try $0.exists(ended) }
        #expect(try await shop.rows("SELECT status FROM execution") == ["SUCCEEDED"])
        // Once by the workflow, once by the clerk.
        #expect(try await shop.rows("SELECT CAST(amount AS TEXT) FROM till") == ["5", "5"])
        #expect(
            try await shop.rows("SELECT on_behalf_of FROM execution") == [Shop.person.json.text()]
        )
        #expect(
            try await shop.rows("SELECT tool FROM agent_step ORDER BY step") == [
                "shop.look", "shop.count",
            ]
        )
        #expect(try await shop.rows("SELECT agent FROM decision") == ["shop.clerk"])
        let ends = try await shop.rows("SELECT type FROM event ORDER BY seq")
        #expect(ends == ["sale.made", "execution.succeeded"])
        let live = try await shop.rows("SELECT execution FROM execution_live")
        #expect(live.isEmpty)
    }

    @Test(
        "Stopping at any commit and starting again ends every execution once, with each effect once"
    )
    func stopAnywhere() async throws {
        for stopAfter in 1...12 {
            let path = try scratch()
            let first = try await Shop(path: path)
            for amount in 1...4 { try await first.sell(amount) }
            // The stop comes when so many rows of any sort have been written.
            try await first.run { reader in
                let rows = try reader.first(
                    """
                    SELECT (SELECT count(*) FROM till) + (SELECT count(*) FROM agent_step)
                        + 4 * (SELECT count(*) FROM execution_turn)
                    """
                ) { try $0.int(0) }
                return rows ?? 0 >= Int64(stopAfter * 3)
            }
            first.database.close()
            let second = try await Shop(path: path)
            try await second.run { reader in
                try reader.first("SELECT count(*) FROM execution WHERE status = 'SUCCEEDED'") {
                    try $0.int(0)
                } == 4
            }
            let counts = try await second.rows(
                "SELECT amount || 'x' || count(*) FROM till GROUP BY amount ORDER BY amount"
            )
            #expect(counts == ["1x2", "2x2", "3x2", "4x2"], "stopped after \(stopAfter * 3) rows")
            #expect(try await second.rows("SELECT agent FROM decision").count == 4)
            second.database.close()
        }
    }

    @Test("A failed change leaves nothing behind and is retried after its interval")
    func retry() async throws {
        let shop = try await Shop(path: scratch(), jams: 1)
        try await shop.sell(9)
        try await shop.run { try $0.exists(ended) }
        #expect(try await shop.rows("SELECT status FROM execution") == ["SUCCEEDED"])
        #expect(try await shop.rows("SELECT CAST(amount AS TEXT) FROM till").count == 2)
        let types = try await shop.rows("SELECT events FROM execution_turn ORDER BY turn").filter {
            $0.contains("\"type\":\"TaskFailed\"")
        }
        #expect(types.count == 1)
    }

    @Test("A workflow that names a tool its agent does not list is refused when the program starts")
    func refusedDefinition() async throws {
        let definition: JSON = [
            "StartAt": "Look",
            "States": ["Look": ["Type": "Task", "Resource": "weft:tool:shop.look", "End": true]],
        ]
        await #expect { try await Shop(path: scratch(), definition: definition) } throws: {
            ($0 as? GeneralFault)?.message.contains("does not list the tool \"shop.look\"") == true
        }
    }

    @Test("An execution keeps the definition it began with when the program brings another")
    func definitionVersions() async throws {
        let path = try scratch()
        let waiting: JSON = [
            "StartAt": "Wait",
            "States": [
                "Wait": ["Type": "Wait", "Seconds": 1, "Next": "Old"],
                "Old": ["Type": "Pass", "Result": "old", "End": true],
            ],
        ]
        let first = try await Shop(path: path, definition: waiting)
        try await first.sell(1)
        try await first.run {
            try $0.exists("SELECT 1 FROM execution_live WHERE at_state = 'Wait'")
        }
        first.database.close()
        let second = try await Shop(path: path)
        try await second.run { try $0.exists(ended) }
        #expect(try await second.rows("SELECT output FROM execution") == ["\"old\""])
    }

    @Test("Aborting stops the execution and its pending step has no effect")
    func abort() async throws {
        let shop = try await Shop(path: scratch())
        try await shop.sell(3)
        #expect(try await shop.dispatcher.dispatchBatch() == 1)
        try await shop.database.transaction { transaction in
            try shop.engine.abortAll(
                about: "sale:3",
                organisation: Shop.organisation,
                cause: "cancelled",
                in: transaction
            )
        }
        try await shop.run { try $0.exists(ended) }
        #expect(try await shop.rows("SELECT status FROM execution") == ["ABORTED"])
        #expect(try await shop.rows("SELECT key FROM till").isEmpty)
    }
}
