import Agents
import Core
import Events
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing
import Workflows

/// A database with workflows, and any number of engines over it.
final class EngineWorld: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let other: ID<Organisation> = ID(high: 1, low: 2)
    static let person = Actor(id: ID(high: 2, low: 2), kind: .person, name: "Night shift")

    /// Calls outside, then counts.
    static let calling: JSON = [
        "StartAt": "Call",
        "States": [
            "Call": [
                "Type": "Task", "Resource": "weft:tool:world.call", "ResultPath": "$.call",
                "Next": "Count",
            ],
            "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
        ],
    ]

    /// Asks the buyer, whose purchases need a person's agreement.
    static let buying: JSON = [
        "StartAt": "Buy",
        "States": [
            "Buy": [
                "Type": "Task", "Resource": "weft:agent:world.buyer", "TimeoutSeconds": 600_000,
                "End": true,
            ]
        ],
    ]

    let database: any Database
    let clock: ManualClock
    let log: EventLog
    let ids: IDGenerator
    let gates = Gates()
    let folder: String

    init(at moment: String = "2026-03-01T12:00:00Z", folder: String? = nil) async throws {
        let start = try #require(Timestamp(moment))
        let scratch = folder ?? (NSTemporaryDirectory() + "weft-world-" + UUID().uuidString)
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        self.folder = scratch
        let clock = ManualClock(now: start)
        self.clock = clock
        database = try TestDatabase(path: scratch + "/weft.db")
        log = EventLog(database: database)
        ids = IDGenerator(clock: clock, random: SystemRandom())
        try await database.migrate(
            EventLog.migrations + AgentJournal.migrations + ExecutionTables.migrations + [
                Migration("world", 1, "till", ["CREATE TABLE till (key TEXT, note TEXT)"])
            ]
        )
    }

    /// The tools: `world.count` writes a row, `world.call` is outside and waits at a gate named by its
    /// input, `world.fail` fails while its gate is closed and `world.drop` gives up, `world.ask` hands a token over.
    private func registry() throws -> ToolRegistry {
        func tool(_ name: String, _ body: Tool.Body) throws -> Tool {
            try Tool(name: name, purpose: "Tests.", input: ["type": "object"], body: body)
        }
        let gates = gates
        return try ToolRegistry(
            tools: [
                tool(
                    "world.count",
                    .write { input, invocation in
                        { transaction in
                            try transaction.execute(
                                "INSERT INTO till (key, note) VALUES (?, ?)",
                                [.text(invocation.key), .text(input.value.text())]
                            )
                            return ["counted": true]
                        }
                    }
                ),
                tool(
                    "world.call",
                    .external { input, invocation in
                        let gate = input.value["gate"]?.string ?? "gate"
                        gates.note(gate, invocation.key)
                        try await gates.pass(gate)
                        return ["called": .string(gate)]
                    }
                ),
                tool(
                    "world.fail",
                    .compute { input, _ in
                        let gate = input.value["gate"]?.string ?? "fail"
                        gates.note(gate, "")
                        guard gates.isOpen(gate) else {
                            throw GeneralFault(.conflict, code: "world-closed", "it is closed")
                        }
                        return ["opened": true]
                    }
                ),
                tool(
                    "world.drop",
                    .external { _, invocation in
                        gates.note("drop", invocation.key)
                        guard gates.isOpen("drop") else { throw CancellationError() }
                        return ["dropped": false]
                    }
                ),
                Tool(
                    name: "world.spend",
                    purpose: "Spends money.",
                    input: [
                        "type": "object", "required": ["amount"],
                        "properties": ["amount": ["type": "integer", "maximum": 100]],
                    ],
                    needsApproval: true,
                    body: .write { input, invocation in
                        { transaction in
                            try transaction.execute(
                                "INSERT INTO till (key, note) VALUES (?, ?)",
                                [.text(invocation.key), .text(input.value.text())]
                            )
                            return ["spent": input.value["amount"] ?? .null]
                        }
                    }
                ),
                tool(
                    "world.ask",
                    .write { input, _ in
                        { transaction in
                            try transaction.execute(
                                "INSERT INTO till (key, note) VALUES ('token', ?)",
                                [.text(input.value["token"]?.string)]
                            )
                            return ["asked": true]
                        }
                    }
                ),
            ],
            agents: [
                Agent(
                    name: "world.owner",
                    purpose: "Owns the workflows.",
                    tools: ["world.count", "world.call", "world.fail", "world.drop", "world.ask"],
                    policy: Idle()
                ),
                Agent(
                    name: "world.buyer",
                    purpose: "Buys what is needed.",
                    tools: ["world.count", "world.spend"],
                    policy: Buyer()
                ),
                Agent(
                    name: "world.stranger",
                    purpose: "Owns the foreign workflow.",
                    tools: [],
                    policy: Idle()
                ),
            ]
        )
    }

    /// Looks at the till, and spends what it is asked to; a refusal is its answer.
    private struct Buyer: RulePolicy {
        var name: String { "buyer" }
        var version: Int { 1 }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            let answer: JSON
            _ = try await run.call("world.count", ["for": "buyer"])
            do {
                answer = try await run.call(
                    "world.spend",
                    ["amount": run.input["amount"] ?? .null]
                )
            } catch let fault as GeneralFault where fault.code.hasPrefix("approval-") {
                answer = ["refused": .string(fault.code), "why": .string(fault.message)]
            }
            return Conclusion(
                subject: "purchase:1",
                options: [Option("buy", score: 1, reasons: ["it is needed"])],
                choice: "buy",
                rationale: "it is needed",
                confidence: 1,
                output: answer
            )
        }
    }

    /// An engine; the workflow `foreign` is a stranger's.
    func engine(
        _ workflows: [String: JSON],
        configuration: EngineConfiguration = EngineConfiguration(),
        approvals: Approvals? = nil
    ) throws -> WorkflowEngine {
        let registry = try registry()
        approvals?.use(registry)
        return try WorkflowEngine(
            workflows: workflows.map {
                try Workflow(
                    name: $0.key,
                    agent: $0.key == "foreign"
                        ? "world.stranger" : $0.key == "buying" ? "world.buyer" : "world.owner",
                    source: $0.value
                )
            },
            surroundings: .init(
                aloneOver: database,
                registry: registry,
                events: log,
                clock: clock,
                random: SystemRandom(),
                ids: ids,
                approvals: approvals
            ),
            configuration: configuration
        )
    }

    func scope(_ organisation: ID<Organisation> = EngineWorld.organisation) -> Scope {
        Scope(
            organisation: organisation,
            actor: Self.person,
            roles: [],
            trace: TraceContext(random: SeededRandom(seed: 7))
        )
    }

    @discardableResult
    func start(
        _ workflow: String,
        _ name: String = "one",
        input: JSON = [:],
        on engine: WorkflowEngine
    ) async throws -> ID<Execution> {
        let start = ExecutionStart(
            workflow: workflow,
            name: name,
            subject: "thing:\(name)",
            input: input,
            organisation: Self.organisation,
            onBehalfOf: Self.person,
            trace: TraceContext(random: SeededRandom(seed: 7))
        )
        return try await database.transaction { try engine.start(start, in: $0) }
    }

    func rows(_ sql: String) async throws -> [String] {
        try await database.query(sql, []) { $0.isNull(0) ? "null" : try $0.text(0) }
    }

    func statuses() async throws -> [String] {
        try await rows("SELECT name || ' ' || status FROM execution ORDER BY name")
    }

    /// Runs engines beside `body`, then stops them.
    func running(
        _ engines: [WorkflowEngine],
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for engine in engines {
                let ready = Ready()
                group.addTask { try await engine.run { ready.set() } }
                while !ready.isSet { try await Task.sleep(for: .milliseconds(1)) }
            }
            try await body()
            group.cancelAll()
        }
    }

    /// Waits until something is so, for the engines' tasks run by themselves.
    func eventually(
        _ what: String = "",
        _ condition: () async throws -> Bool,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<5_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("it never came to be: \(what)", sourceLocation: location)
    }

    /// Moves the clock on in small steps until something is so.
    func passing(
        _ duration: Duration,
        until condition: () async throws -> Bool,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<5_000 {
            if try await condition() { return }
            clock.advance(by: duration)
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("it never came to be", sourceLocation: location)
    }
}

private final class Ready: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

/// Gates that calls wait at, and who came to them.
final class Gates: Sendable {
    private struct State {
        var open: Set<String> = []
        var notes: [String: [String]] = [:]
    }

    private let state = Mutex(State())

    func open(_ gate: String) { _ = state.withLock { $0.open.insert(gate) } }
    func close(_ gate: String) { _ = state.withLock { $0.open.remove(gate) } }
    func isOpen(_ gate: String) -> Bool { state.withLock { $0.open.contains(gate) } }
    func note(_ gate: String, _ key: String) {
        state.withLock { $0.notes[gate, default: []].append(key) }
    }
    func calls(_ gate: String) -> [String] { state.withLock { $0.notes[gate] ?? [] } }

    func pass(_ gate: String) async throws {
        while !isOpen(gate) { try await Task.sleep(for: .milliseconds(1)) }
    }
}

/// Decides nothing.
private struct Idle: RulePolicy {
    var name: String { "idle" }
    var version: Int { 1 }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        throw GeneralFault(.internal, code: "not-asked", "this agent is never asked")
    }
}
