import Core
import Foundation
import Identity
import Privacy
import Store
import StoreTesting
import Testing
import Vault

@testable import Agents

@Suite struct SealedJournalTests {
    private static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    private static let person = DataSubject("customer", ID<DataSubject>(high: 7, low: 7))
    private static let secret = "Wisteria Quillfeather"

    /// Looks, and stops before it concludes, as in a power cut; then goes on.
    private struct Clerk: RulePolicy {
        struct Power: Error {}
        var name: String { "clerk" }
        var version: Int { 1 }
        var fails: Bool

        func decide(_ run: AgentRun) async throws -> Conclusion {
            let seen = try await run.call("fetch", [:])
            _ = try await run.call("note", ["for": seen["name"] ?? .null])
            if fails { throw Power() }
            return Conclusion(
                subject: "order:1",
                options: [],
                choice: "done",
                rationale: "for \(seen["name"]?.string ?? "")",
                confidence: 1,
                output: ["id": seen["id"] ?? .null, "name": seen["name"] ?? .null]
            )
        }
    }

    private final class World: Sendable {
        let database: TestDatabase
        let privacy: Privacy
        let journal: AgentJournal
        let clock = ManualClock(now: Timestamp(microseconds: 1_000_000))
        private let folder: String

        init() async throws {
            folder = NSTemporaryDirectory() + "weft-sealed-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            database = try TestDatabase(path: folder + "/weft.db")
            let name = PersonalField("name", at: "/name")
            privacy = Privacy(
                keys: PersonKeys(
                    vault: try Vault(key: Array(0..<32)),
                    clock: clock,
                    ids: IDGenerator(clock: clock, random: SystemRandom())
                ),
                fields: [
                    PersonalData(
                        [name],
                        in: [.output("fetch"), .output("clerk")],
                        of: "customer",
                        at: "/id"
                    ),
                    PersonalData(
                        [
                            PersonalField("rationale", at: "/rationale"),
                            PersonalField("name", at: "/output/name"),
                        ],
                        in: [.decision("clerk")],
                        of: "customer",
                        at: "/output/id"
                    ),
                ]
            )
            journal = AgentJournal(database: database, privacy: privacy)
            try await database.migrate(AgentJournal.migrations + PersonKeys.migrations)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        var invocation: Invocation {
            Invocation(
                scope: Scope(
                    organisation: SealedJournalTests.organisation,
                    actor: Actor(id: ID(high: 2, low: 2), kind: .service, name: "clerk"),
                    roles: [.aiAgent],
                    trace: TraceContext(random: SeededRandom(seed: 4))
                ),
                now: clock.now(),
                key: "run-1",
                ids: IDGenerator(clock: clock, random: SystemRandom())
            )
        }

        func registry(_ policy: any RulePolicy) throws -> ToolRegistry {
            try ToolRegistry(
                tools: [
                    Tool(
                        name: "fetch",
                        purpose: "",
                        input: ["type": "object"],
                        body: .read { _, _, _ in
                            [
                                "id": .string(SealedJournalTests.person.id),
                                "name": .string(SealedJournalTests.secret),
                            ]
                        }
                    ),
                    Tool(
                        name: "note",
                        purpose: "",
                        input: ["type": "object"],
                        body: .write { input, _ in
                            let name = input.value["for"] ?? .null
                            return { _ in ["length": .int(name.string?.count ?? 0)] }
                        }
                    ),
                ],
                agents: [
                    Agent(name: "clerk", purpose: "", tools: ["fetch", "note"], policy: policy)
                ],
                privacy: privacy
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
            let prepared = try await runner.prepare("clerk", input: [:], invocation: invocation)
            guard case .commit(let commit) = prepared else { return .null }
            guard case .output(let output) = try await database.transaction(commit) else {
                return .null
            }
            return output
        }

        func kept(_ sql: String) async throws -> [String] {
            try await database.query(sql, []) { try $0.text(0) }
        }
    }

    @Test("Steps and decisions are kept sealed, and a run that goes on gets them opened")
    func sealed() async throws {
        let world = try await World()
        await #expect(throws: Clerk.Power.self) { try await world.run(Clerk(fails: true)) }
        let output = try await world.run(Clerk(fails: false))
        #expect(!output.text().contains(Self.secret))
        let opened = try await world.database.read { [privacy = world.privacy] in
            try privacy.open(output, of: Self.organisation, in: $0)
        }
        #expect(opened["name"]?.string == Self.secret)
        let steps = try await world.kept("SELECT output FROM agent_step WHERE tool = 'fetch'")
        let decisions = try await world.kept("SELECT body FROM decision")
        #expect(steps.count == 1 && decisions.count == 1)
        for text in steps + decisions {
            #expect(text.contains("enc:v1:") && !text.contains(Self.secret))
        }
    }

    @Test("A run whose person was erased in the middle still goes on from its journal")
    func erasedInTheMiddle() async throws {
        let world = try await World()
        await #expect(throws: Clerk.Power.self) { try await world.run(Clerk(fails: true)) }
        let scope = world.invocation.scope
        try await world.database.transaction { [keys = world.privacy.keys] in
            _ = try keys.erase(Self.person, scope: scope, in: $0)
        }
        let output = try await world.run(Clerk(fails: false))
        #expect(output["name"] == "[erased]")
        let decisions = try await world.kept("SELECT body FROM decision")
        #expect(decisions.count == 1 && decisions.allSatisfy { $0.contains("[erased]") })
    }

    @Test("A workflow's tool gets what is sealed opened, and what it answers is sealed")
    func workflows() async throws {
        let world = try await World()
        let registry = try world.registry(Clerk(fails: false))
        let database = world.database
        let text = try await database.transaction { [privacy = world.privacy] in
            try privacy.seal(
                Self.secret,
                as: "name",
                of: Self.person,
                Self.organisation,
                in: $0
            )
        }
        func call(_ name: String, _ input: JSON) async throws -> JSON {
            let prepared = try await registry.prepareSealed(
                name,
                input: input,
                invocation: world.invocation,
                database: database
            )
            switch prepared {
            case .done(let output): return output
            case .commit(let commit): return try await database.transaction(commit)
            }
        }
        let noted = try await call("note", ["for": .string(text)])
        #expect(noted["length"]?.int == Self.secret.count)
        let fetched = try await call("fetch", [:])
        #expect(fetched["name"]?.string?.hasPrefix("enc:v1:") == true)
    }
}
