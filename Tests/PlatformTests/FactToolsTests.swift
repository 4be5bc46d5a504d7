import Agents
import Core
import Foundation
import Identity
import Privacy
import Search
import Store
import StoreTesting
import Synchronization
import Testing

@testable import Platform

/// What an agent can do with the memory that it is given.
@Suite struct FactToolsTests {
    /// Remembers, recalls, and concludes with what it recalled.
    private struct Clerk: RulePolicy {
        var name: String { "clerk" }
        var version: Int { 1 }
        var subject = "depot:north"

        func decide(_ run: AgentRun) async throws -> Conclusion {
            _ = try await run.call(
                "memory.remember",
                [
                    "subject": .string(subject), "statement": "The crane is broken",
                    "attribute": "crane",
                ]
            )
            let named = try await run.call(
                "memory.recall",
                ["q": "crane", "subject": .string(subject)]
            )
            let unnamed = try await run.call("memory.recall", ["q": "crane"])
            return Conclusion(
                subject: subject,
                options: [],
                choice: "wait",
                rationale: "the crane",
                confidence: 1,
                output: ["named": named, "unnamed": unnamed]
            )
        }
    }

    private final class World: Sendable {
        let database: TestDatabase
        let folder: ScratchFolder
        let tools: FactTools
        let journal: AgentJournal
        let clock = ManualClock(now: Timestamp(microseconds: 1_800_000_000_000_000))
        let ids: IDGenerator
        let heard: Heard
        let organisation: ID<Organisation> = ID(high: 1, low: 1)

        init() async throws {
            folder = try ScratchFolder()
            database = try TestDatabase(path: folder.path + "/weft.db")
            try await database.migrate(
                IdentityTables.migrations + AgentJournal.migrations + PersonKeys.migrations
                    + SearchTables.migrations + FactTables.migrations
            )
            ids = IDGenerator(clock: clock, random: SeededRandom(seed: 3))
            journal = AgentJournal(database: database)
            let heard = Heard()
            tools = FactTools(
                facts: FactStore(
                    search: SearchStore(embedder: LexicalEmbedder(dimensions: 64)),
                    personKinds: ["customer"],
                    ids: ids
                ),
                database: database,
                journal: journal,
                audit: AuditLog(database: database, clock: clock)
            ) { type, _, data, _, _ in
                heard.note("\(type) \(data["version"]?.int ?? 0)", data)
            }
            self.heard = heard
        }

        func invocation(_ roles: Set<Role>, _ name: String) -> Invocation {
            Invocation(
                scope: Scope(
                    organisation: organisation,
                    actor: Actor(id: ID(high: 1, low: 2), kind: .service, name: name),
                    roles: roles,
                    trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
                ),
                now: clock.now(),
                key: "run-1",
                ids: ids
            )
        }

        func registry(_ policy: any RulePolicy) throws -> ToolRegistry {
            try ToolRegistry(
                tools: tools.all(),
                agents: [
                    Agent(
                        name: "clerk",
                        purpose: "Remembers.",
                        tools: ["memory.remember", "memory.recall"],
                        policy: policy
                    )
                ]
            )
        }

        func run(_ policy: any RulePolicy) async throws -> JSON {
            let runner = AgentRunner(
                .init(
                    registry: try registry(policy),
                    database: database,
                    journal: journal,
                    clock: clock
                )
            )
            let prepared = try await runner.prepare(
                "clerk",
                input: [:],
                invocation: invocation([.aiAgent], "clerk")
            )
            guard case .commit(let commit) = prepared,
                case .output(let output) = try await database.transaction(commit)
            else { return .null }
            return output
        }

        func call(_ tool: String, _ input: JSON, _ role: Role) async throws -> JSON {
            try await registry(Clerk()).call(
                tool,
                input: input,
                invocation: invocation([role], "Ada"),
                database: database
            )
        }
    }

    private final class Heard: Sendable {
        private let events = Mutex<[(name: String, data: JSON)]>([])
        func note(_ name: String, _ data: JSON) { events.withLock { $0.append((name, data)) } }
        var all: [String] { events.withLock { $0.map(\.name) } }
        var data: [JSON] { events.withLock { $0.map(\.data) } }
    }

    @Test("What an agent remembers carries its run, and the decision that the run came to")
    func provenance() async throws {
        let world = try await World()
        let output = try await world.run(Clerk())
        let fact = try #require(output["named"]?["facts"]?[0])
        #expect(fact["statement"] == "The crane is broken")
        #expect(fact["provenance"]?[0]?["run"] == "run-1")
        #expect(fact["provenance"]?[0]?["agent"] == "clerk")
        #expect(output["named"]?["subject"] == "depot:north")
        #expect(output["unnamed"]?["facts"]?.array?.count == 1)
        let shown = try await world.call("memory.get-fact", ["id": fact["id"] ?? .null], .viewer)
        let decisions = try await world.database.query("SELECT id FROM decision", []) {
            try $0.text(0)
        }
        #expect(shown["provenance"]?[0]?["decision"]?.string == decisions.first)
        #expect(world.heard.all == ["fact.recorded 1"])
        // Another run says so again.
        let again = try await world.call(
            "memory.add-fact",
            [
                "subject": "depot:north", "statement": "the crane is broken",
                "attribute": "crane", "decision": .optional(decisions.first),
            ],
            .manager
        )
        #expect(again["outcome"] == "merged")
        #expect(world.heard.all == ["fact.recorded 1", "fact.merged 2"])
    }

    @Test("Of a person an agent recalls something only when it names the person")
    func persons() async throws {
        let world = try await World()
        let person = "customer:01900000-0000-7000-8000-000000000001"
        let output = try await world.run(Clerk(subject: person))
        #expect(output["named"]?["facts"]?.array?.count == 1)
        #expect(output["unnamed"]?["facts"]?.array?.isEmpty == true)
        #expect(output["unnamed"]?["subject"] == .null)
    }

    @Test("An event names the property of a thing, and of a person no property")
    func attributes() async throws {
        let world = try await World()
        let person = "customer:01900000-0000-7000-8000-000000000001"
        for subject in ["depot:north", person] {
            _ = try await world.call(
                "memory.add-fact",
                ["subject": .string(subject), "statement": "yes", "attribute": "has asthma"],
                .manager
            )
        }
        #expect(world.heard.data.map { $0["attribute"] } == ["has asthma", .null])
        #expect(world.heard.data.map { $0["subject"]?.string } == ["depot:north", person])
    }

    /// Two facts of the same words, and the one that is left when a third joins their times.
    private func merged(_ world: World) async throws -> (gone: JSON, left: JSON) {
        var ids: [JSON] = []
        for (from, until) in [("01", "05"), ("10", "15"), ("04", "11")] {
            let fact = try await world.call(
                "memory.add-fact",
                [
                    "subject": "gate:4", "statement": "Closed", "attribute": "state",
                    "validFrom": .string("2026-01-\(from)T00:00:00Z"),
                    "validUntil": .string("2026-01-\(until)T00:00:00Z"),
                ],
                .manager
            )
            ids.append(fact["id"] ?? .null)
        }
        let left = ids[2]
        return (try #require(ids.prefix(2).first { $0 != left }), left)
    }

    @Test("Whoever forgets a fact that was merged away forgets what says it now")
    func forgetsMerged() async throws {
        let world = try await World()
        let (gone, left) = try await merged(world)
        let receipt = try await world.call(
            "memory.forget-fact",
            ["id": gone, "reason": "a mistake"],
            .manager
        )
        let facts = try #require(receipt["facts"]?.array)
        #expect(Set(facts) == [gone, left])
        let rows = try await world.database.query("SELECT id FROM memory_fact", []) {
            try $0.text(0)
        }
        #expect(rows == [])
    }

    @Test("What was merged into one that says something else by now is not forgotten by halves")
    func forgetsCorrected() async throws {
        let world = try await World()
        let (gone, left) = try await merged(world)
        _ = try await world.call(
            "memory.change-fact",
            [
                "id": left, "subject": "gate:4", "statement": "Closed to lorries",
                "attribute": "state",
            ],
            .manager
        )
        let count = { @Sendable () async throws -> Int in
            try await world.database.query("SELECT id FROM memory_fact", []) { try $0.text(0) }
                .count
        }
        let before = try await count()
        let fault = await #expect(throws: GeneralFault.self) {
            try await world.call(
                "memory.forget-fact",
                ["id": gone, "reason": "a mistake"],
                .manager
            )
        }
        #expect(fault?.code == "fact-merged" && fault?.kind == .conflict)
        #expect(fault?.details["factId"] == left)
        #expect(try await count() == before)
        _ = try await world.call(
            "memory.forget-fact",
            ["id": left, "reason": "a mistake"],
            .manager
        )
        #expect(try await count() == 0)
    }

    @Test(
        "Each tool is for its roles",
        arguments: [
            ("memory.add-fact", ["subject": "d", "statement": "s"], Role("viewer"), false),
            ("memory.add-fact", ["subject": "d", "statement": "s"], Role("planner"), true),
            ("memory.list-facts", [:], Role("viewer"), true),
            ("memory.list-facts", [:], Role("technician"), false),
            ("memory.search-facts", ["q": "x"], Role("loader"), false),
            ("memory.list-receipts", [:], Role("planner"), false),
            ("memory.remember", ["subject": "d", "statement": "s"], Role("admin"), false),
        ] as [(String, JSON, Role, Bool)]
    )
    func roles(tool: String, input: JSON, role: Role, isAllowed: Bool) async throws {
        let world = try await World()
        if isAllowed {
            _ = try await world.call(tool, input, role)
        } else {
            let fault = await #expect(throws: GeneralFault.self) {
                try await world.call(tool, input, role)
            }
            #expect(fault?.code == "forbidden")
        }
    }
}

extension Role {
    fileprivate init(_ text: String) { self.init(rawValue: text) }
}
