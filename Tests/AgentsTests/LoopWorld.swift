import Agents
import Core
import Events
import Foundation
import Identity
import Models
import Privacy
import Store
import StoreTesting
import Synchronization
import Vault

/// A clerk who can look, write and fetch a person, a colleague, a tool that neither may use, and models.
final class LoopWorld: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let person = "Elisabeth Marquardt"
    static let email = "e.marquardt@example.org"
    /// What looks like an erasure, and is what somebody wrote.
    static let note = "[erased] is what the old sign said"

    /// What the rules do: write 7, and say so.
    struct Rules: RulePolicy {
        var choice = "by the book"
        var writes = 7
        var name: String { "book" }
        var version: Int { 3 }
        var routine: Set<String> { ["clerking"] }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            let wrote = try await run.call("desk.write", ["n": .int(writes)])
            return Conclusion(
                subject: "thing:1",
                options: [Option(choice, score: 1, reasons: ["it is the rule"])],
                choice: choice,
                rationale: "the rule says so",
                confidence: 1,
                output: ["done": true, "wrote": wrote],
                task: "clerking"
            )
        }
    }

    let database: any Database
    let clock = ManualClock(now: Timestamp(microseconds: 1_000_000))
    let journal: AgentJournal
    let privacy: Privacy
    let called = Notes<String>()
    let heard = Notes<ModelPiece>()
    /// `agent end` of each run, as metrics hear of it.
    let outcomes = Notes<String>()
    let registry: ToolRegistry
    let approvals: Approvals

    init(
        tools: [Tool] = [],
        outside: (any OutsideTools)? = nil,
        clerk: (inout Agent) -> Void = { _ in }
    ) async throws {
        let folder = NSTemporaryDirectory() + "weft-loop-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = try TestDatabase(path: folder + "/weft.db")
        self.database = database
        privacy = Privacy(
            keys: PersonKeys(
                vault: try Vault(key: Array(0..<32)),
                clock: clock,
                ids: IDGenerator(clock: clock, random: SystemRandom())
            ),
            fields: [
                PersonalData(
                    [
                        PersonalField("customer.name", at: "/name"),
                        PersonalField("customer.email", at: "/email"),
                    ],
                    in: [.output("desk.fetch")],
                    of: "customer",
                    at: "/id"
                )
            ]
        )
        journal = AgentJournal(database: database, privacy: privacy)
        try await database.migrate(
            EventLog.migrations + IdentityTables.migrations + AgentJournal.migrations
                + PersonKeys.migrations + [
                    Migration("w", 1, "w", ["CREATE TABLE written (key TEXT, note TEXT)"])
                ]
        )
        approvals = Approvals(
            events: EventLog(database: database),
            audit: AuditLog(database: database, clock: clock),
            ids: IDGenerator(clock: clock, random: SystemRandom())
        )
        let called = called
        func tool(_ name: String, _ input: JSON, _ body: Tool.Body) throws -> Tool {
            try Tool(name: name, purpose: "For tests.", input: input, body: body)
        }
        let number: JSON = [
            "type": "object", "required": ["n"], "additionalProperties": false,
            "properties": ["n": ["type": "integer", "minimum": 0]],
        ]
        var agent = Agent(
            name: "clerk",
            purpose: "Does what is to be done.",
            tools: ["desk.look", "desk.write", "desk.fetch"],
            colleagues: ["boss"],
            policy: Rules(),
            output: try Schema([
                "type": "object", "required": ["done"],
                "properties": ["done": ["type": "boolean"]],
            ])
        )
        clerk(&agent)
        registry = try ToolRegistry(
            tools: [
                tool(
                    "desk.look",
                    number,
                    .read { input, _, _ in
                        called.add("look")
                        return ["saw": input.value["n"] ?? .null]
                    }
                ),
                tool(
                    "desk.write",
                    ["type": "object"],
                    .write { input, invocation in
                        { transaction in
                            try transaction.execute(
                                "INSERT INTO written (key, note) VALUES (?, ?)",
                                [.text(invocation.key), .text(input.value.text())]
                            )
                            return ["wrote": input.value["n"] ?? .null]
                        }
                    }
                ),
                tool(
                    "desk.fetch",
                    ["type": "object"],
                    .read { _, _, _ in
                        [
                            "id": "018f0000-0000-7000-8000-000000000001",
                            "name": .string(LoopWorld.person), "size": 3,
                            "email": .string(LoopWorld.email), "note": .string(LoopWorld.note),
                        ]
                    }
                ),
                tool(
                    "vault.empty",
                    ["type": "object"],
                    .compute { _, _ in
                        called.add("empty")
                        return true
                    }
                ),
            ] + tools,
            agents: [
                agent,
                Agent(
                    name: "boss",
                    purpose: "Decides what the clerk will not.",
                    tools: ["desk.write"],
                    policy: Rules(choice: "the boss says yes")
                ),
            ],
            privacy: privacy,
            outside: outside
        )
    }

    /// What the organisation set for an agent.
    func set(
        _ agent: String = "clerk",
        _ change: (inout AgentSettings) -> Void
    ) async throws {
        var settings = AgentSettings()
        settings.mode = .model
        settings.models = ["smart"]
        change(&settings)
        let kept = settings
        try await database.transaction {
            _ = try kept.keep(for: agent, organisation: Self.organisation, in: $0)
        }
    }

    var invocation: Invocation {
        Invocation(
            scope: Scope(
                organisation: Self.organisation,
                actor: Actor(id: ID(high: 2, low: 2), kind: .service, name: "clerk"),
                roles: [.aiAgent],
                trace: TraceContext(random: SeededRandom(seed: 4))
            ),
            now: clock.now(),
            key: "run-1",
            ids: IDGenerator(clock: clock, random: SystemRandom())
        )
    }

    func office(_ models: (any ModelGateway)?) -> AgentRunner.Office {
        AgentRunner.Office(
            registry: registry,
            database: database,
            journal: journal,
            clock: clock,
            models: models,
            approvals: approvals,
            privacy: privacy,
            account: { name, _ in Actor(id: ID(high: 2, low: 3), kind: .service, name: name) },
            hear: { [heard] in heard.add($0.piece) },
            observe: { [outcomes] in outcomes.add("\($0.agent) \($0.end.rawValue)") }
        )
    }

    /// Lets the clerk decide, by the build of `other` if there is one.
    @discardableResult
    func run(
        _ models: (any ModelGateway)?,
        input: JSON = ["case": 1],
        build other: LoopWorld? = nil,
        stillWanted: @escaping @Sendable (any Transaction) throws -> Void = { _ in }
    ) async throws -> JSON {
        var office = office(models)
        if let other { office.registry = other.registry }
        var invocation = invocation
        invocation.stillWanted = stillWanted
        let prepared = try await AgentRunner(office).prepare(
            "clerk",
            input: input,
            invocation: invocation
        )
        guard case .commit(let commit) = prepared,
            case .output(let output) = try await database.transaction(commit)
        else { return .null }
        return output
    }

    /// A manager answers the only question that is open.
    func decide(_ verdict: ApprovalVerdict) async throws {
        let open = try await texts("SELECT id FROM approval WHERE state = 'open'")
        guard let text = open.first, let id = ID<Approval>(text) else { throw NoQuestion() }
        let now = clock.now()
        let scope = Scope(
            organisation: Self.organisation,
            actor: Actor(id: ID(high: 2, low: 9), kind: .person, name: "Ana"),
            roles: [.manager],
            trace: TraceContext(random: SeededRandom(seed: 5))
        )
        try await database.transaction { [approvals] in
            _ = try approvals.decide(id, verdict, comment: "fine", at: now, scope: scope, in: $0)
        }
    }

    struct NoQuestion: Error {}

    func decisions() async throws -> [JSON] {
        try await database.query("SELECT agent, body FROM decision ORDER BY id", []) { row in
            var body = try row.json(1)
            body["agent"] = .string(try row.text(0))
            return body
        }
    }

    func written() async throws -> [String] {
        try await database.query("SELECT note FROM written ORDER BY key", []) { try $0.text(0) }
    }

    func texts(_ sql: String) async throws -> [String] {
        try await database.query(sql, []) { try $0.text(0) }
    }
}

/// What happened, in order.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])

    var all: [Note] { notes.withLock { $0 } }

    func add(_ note: Note) { notes.withLock { $0.append(note) } }
}
