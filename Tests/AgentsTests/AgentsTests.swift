import Agents
import Core
import Foundation
import Identity
import Store
import StoreTesting
import Synchronization
import Testing

@Suite struct SchemaTests {
    private static let schema: JSON = [
        "type": "object", "required": ["id", "size"], "additionalProperties": false,
        "properties": [
            "id": ["type": "string", "format": "uuid"],
            "size": ["type": "integer", "minimum": 1, "maximum": 20_000],
            "share": ["type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1],
            "kind": ["enum": ["a", "b"]],
            "tags": [
                "type": "array", "items": ["type": "string", "minLength": 2], "maxItems": 2,
                "uniqueItems": true,
            ],
            "day": ["type": ["string", "null"], "format": "date"],
            "either": ["anyOf": [["type": "string"], ["$ref": "#/$defs/pair"]]],
        ],
        "$defs": ["pair": ["type": "array", "minItems": 2, "maxItems": 2]],
    ]

    @Test(
        "Violations are found where they are",
        arguments: [
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5}"#, []),
            (#"{"id":"x","size":5}"#, ["/id"]), (#"{"size":5}"#, ["/id"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":0}"#, ["/size"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5.5}"#, ["/size"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5.0}"#, []),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"share":1}"#, ["/share"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"kind":"c"}"#, ["/kind"]),
            (
                #"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"tags":["ok","x"]}"#,
                ["/tags/1"]
            ),
            (
                #"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"tags":["ok","ok","no"]}"#,
                ["/tags", "/tags"]
            ),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"day":null}"#, []),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"day":"soon"}"#, ["/day"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"either":[1,2]}"#, []),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","size":5,"either":[1]}"#, ["/either"]),
            (#"{"id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","siez":5}"#, ["/size", "/siez"]),
            ("[]", [""]),
        ]
    )
    func violations(_ value: String, _ pointers: [String]) throws {
        let found = try Schema(Self.schema).violations(of: JSON(parsing: value))
        #expect(found.map(\.pointer) == pointers, "\(found)")
    }

    @Test("A keyword that is not checked is refused, never ignored")
    func unknownKeyword() {
        #expect { try Schema(["type": "object", "patternProperties": [:]]) } throws: {
            ($0 as? GeneralFault)?.code == "invalid-schema"
        }
        #expect(throws: GeneralFault.self) { try Schema(["$ref": "#/$defs/missing"]) }
        #expect(throws: GeneralFault.self) { try Schema(["type": "integr"]) }
    }
}

@Suite struct AgentRunTests {
    private struct Power: Error {}

    /// Looks, writes, looks, writes; the power fails before a chosen call.
    private struct Chain: RulePolicy {
        let failsBefore: Int?
        var name: String { "chain" }
        var version: Int { 1 }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            var answers: [JSON] = []
            for (index, tool) in ["look", "write", "look", "write"].enumerated() {
                if failsBefore == index { throw Power() }
                answers.append(try await run.call(tool, ["n": .int(index)]))
            }
            if failsBefore == 4 { throw Power() }
            return Conclusion(
                subject: "thing",
                options: [Option("go", score: 1, reasons: ["sure"])],
                choice: "go",
                rationale: "because",
                confidence: 1,
                output: .array(answers + [run.now.json])
            )
        }
    }

    private final class World: Sendable {
        let database: any Database
        let journal: AgentJournal
        let looks = Mutex(0)
        let clock = ManualClock(now: Timestamp(microseconds: 1_000_000))

        init() async throws {
            let path = NSTemporaryDirectory() + "weft-agents-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            database = try TestDatabase(path: path + "/weft.db")
            journal = AgentJournal(database: database)
            try await database.migrate(
                AgentJournal.migrations + [
                    Migration("w", 1, "w", ["CREATE TABLE written (key TEXT, n BIGINT)"])
                ]
            )
        }

        func registry(_ policy: any RulePolicy) throws -> ToolRegistry {
            let any: JSON = ["type": "object"]
            return try ToolRegistry(
                tools: [
                    Tool(
                        name: "look",
                        purpose: "",
                        input: any,
                        body: .read { [self] _, _, _ in
                            [
                                "look": .int(
                                    looks.withLock { looks in
                                        looks += 1
                                        return looks
                                    }
                                )
                            ]
                        }
                    ),
                    Tool(
                        name: "write",
                        purpose: "",
                        input: any,
                        body: .write { input, invocation in
                            { transaction in
                                try transaction.execute(
                                    "INSERT INTO written VALUES (?, ?)",
                                    [.text(invocation.key), .int(try input.member("n").int())]
                                )
                                return ["wrote": input.value["n"] ?? .null]
                            }
                        }
                    ),
                    Tool(
                        name: "secret",
                        purpose: "",
                        input: any,
                        roles: [.admin],
                        body: .compute { _, _ in true }
                    ),
                ],
                agents: [
                    Agent(name: "clerk", purpose: "", tools: ["look", "write"], policy: policy)
                ]
            )
        }

        func invocation(_ roles: Set<Role>, name: String) -> Invocation {
            let scope = Scope(
                organisation: ID(high: 1, low: 1),
                actor: Actor(id: ID(high: 2, low: 2), kind: .service, name: name),
                roles: roles,
                trace: TraceContext(random: SeededRandom(seed: 4))
            )
            return Invocation(
                scope: scope,
                now: clock.now(),
                key: "run-1",
                ids: IDGenerator(clock: clock, random: SystemRandom())
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
                invocation: invocation([.aiAgent], name: "clerk")
            )
            guard case .commit(let commit) = prepared else { return .null }
            guard case .output(let output) = try await database.transaction(commit) else {
                return .null
            }
            return output
        }
    }

    @Test(
        "After a power cut at any call the run goes on from its journal, and writes once",
        arguments: 0...4
    )
    func resume(_ failsBefore: Int) async throws {
        let world = try await World()
        await #expect(throws: Power.self) { try await world.run(Chain(failsBefore: failsBefore)) }
        world.clock.advance(by: .seconds(60))
        let output = try await world.run(Chain(failsBefore: nil))
        let written = try await world.database.query("SELECT n FROM written ORDER BY n", []) {
            try $0.int(0)
        }
        #expect(written == [1, 3])
        #expect(output[1] == ["wrote": 1] && output[3] == ["wrote": 3])
        // Once something was journaled, time stands where the first run began.
        let began = Timestamp(microseconds: failsBefore >= 2 ? 1_000_000 : 61_000_000)
        #expect(output[4] == began.json)
        let decisions = try await world.database.query("SELECT body FROM decision", []) {
            try $0.json(0)
        }
        #expect(decisions.count == 1 && decisions.first?["choice"] == "go")
    }

    @Test("A policy that asks something else after a crash is stopped")
    func nondeterminism() async throws {
        struct Other: RulePolicy {
            var name: String { "chain" }
            var version: Int { 2 }
            func decide(_ run: AgentRun) async throws -> Conclusion {
                _ = try await run.call("write", ["n": 9])
                throw Power()
            }
        }
        let world = try await World()
        await #expect(throws: Power.self) { try await world.run(Chain(failsBefore: 3)) }
        await #expect { try await world.run(Other()) } throws: {
            ($0 as? GeneralFault)?.code == "policy-not-deterministic"
        }
    }

    @Test("An agent reaches the tools it lists and no other; people reach what their roles allow")
    func authority() async throws {
        let world = try await World()
        let registry = try world.registry(Chain(failsBefore: nil))
        func call(_ tool: String, _ roles: Set<Role>, _ name: String) async throws -> JSON {
            try await registry.call(
                tool,
                input: [:],
                invocation: world.invocation(roles, name: name),
                database: world.database
            )
        }
        _ = try await call("look", [.aiAgent], "clerk")
        _ = try await call("secret", [.admin], "boss")
        for (tool, roles, name) in [
            ("secret", Set<Role>([.aiAgent]), "clerk"), ("secret", [.aiAgent, .admin], "clerk"),
            ("look", [.aiAgent], "stranger"), ("look", [.admin], "boss"),
            ("secret", [.viewer], "guest"),
        ] {
            await #expect("\(name) calls \(tool)") { try await call(tool, roles, name) } throws: {
                ($0 as? GeneralFault)?.kind == .forbidden
            }
        }
        await #expect { try await call("nothing", [.admin], "boss") } throws: {
            ($0 as? GeneralFault)?.code == "unknown-tool"
        }
    }

    @Test("A registry with a name twice, or an agent with an unknown tool, is refused")
    func registryChecks() async throws {
        let world = try await World()
        let tools = try Array(world.registry(Chain(failsBefore: nil)).tools.values)
        #expect(throws: GeneralFault.self) { try ToolRegistry(tools: tools + tools, agents: []) }
        let agent = Agent(
            name: "x",
            purpose: "",
            tools: ["missing"],
            policy: Chain(failsBefore: nil)
        )
        #expect(throws: GeneralFault.self) { try ToolRegistry(tools: tools, agents: [agent]) }
    }
}
