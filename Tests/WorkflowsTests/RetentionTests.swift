import Core
import Store
import Testing

@testable import Workflows

@Suite struct RetentionTests {
    private static let passing: JSON = [
        "StartAt": "P", "States": ["P": ["Type": "Pass", "End": true]],
    ]
    private static let waiting: JSON = [
        "StartAt": "W", "States": ["W": ["Type": "Wait", "Seconds": 31_000_000, "End": true]],
    ]

    @Test(
        "Ended runs are removed after their days, running ones never; an organisation may choose fewer"
    )
    func prune() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine(["passes": Self.passing, "waits": Self.waiting])
        for number in 0..<250 { try await world.start("passes", "old\(number)", on: engine) }
        try await world.start("waits", "running", on: engine)
        world.clock.advance(by: .seconds(20 * 86_400))
        try await world.start("passes", "new", on: engine)
        let retention = ExecutionRetention(days: 30)
        world.clock.advance(by: .seconds(9 * 86_400))
        #expect(try await retention.prune(world.database, at: world.clock.now()) == 0)
        world.clock.advance(by: .seconds(86_400))
        // 30 days to the second: kept; a second later: removed, in several batches.
        #expect(try await retention.prune(world.database, at: world.clock.now()) == 0)
        world.clock.advance(by: .seconds(1))
        #expect(try await retention.prune(world.database, at: world.clock.now()) == 250)
        #expect(try await world.statuses() == ["new SUCCEEDED", "running RUNNING"])
        #expect(try await world.rows("SELECT DISTINCT execution FROM execution_turn").count == 2)
        await #expect(throws: GeneralFault.self) {
            try await world.database.transaction {
                try retention.set(31, scope: world.scope(), in: $0)
            }
        }
        try await world.database.transaction { try retention.set(5, scope: world.scope(), in: $0) }
        let days = try await world.database.read { try retention.days(of: world.scope(), in: $0) }
        #expect(days == 5)
        #expect(try await retention.prune(world.database, at: world.clock.now()) == 1)
        #expect(try await world.statuses() == ["running RUNNING"])
    }

    @Test("The journal's inputs go when a large run ends")
    func compaction() async throws {
        let definition: JSON = [
            "StartAt": "Each",
            "States": [
                "Each": [
                    "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
                    "ItemProcessor": [
                        "StartAt": "Count",
                        "States": [
                            "Count": [
                                "Type": "Task", "Resource": "weft:tool:world.count",
                                "ResultPath": "$.count", "End": true,
                            ]
                        ],
                    ],
                    "End": true,
                ]
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["maps": definition])
        let items = JSON.array(
            (0..<30).map { ["text": .string(String(repeating: "x", count: 300) + "\($0)")] }
        )
        try await world.running([engine]) {
            try await world.start("maps", input: ["items": items], on: engine)
            try await world.eventually {
                try await world.rows("SELECT inputs FROM execution_turn WHERE inputs IS NOT NULL")
                    .isEmpty == false
            }
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
        }
        let left = try await world.rows(
            "SELECT inputs FROM execution_turn WHERE inputs IS NOT NULL"
        )
        #expect(left.isEmpty)
        #expect(try await world.rows("SELECT key FROM till").count == 30)
    }
}

@Suite struct ComparisonTests {
    @Test("States are aligned by what both runs went through")
    func alignment() {
        let pairs = ExecutionComparison.aligned(
            ["A", "B", "C", "D", "Z"],
            ["A", "C", "X", "D", "D", "Z"]
        )
        #expect(pairs.map(\.left) == [0, 1, 2, nil, nil, 3, 4])
        #expect(pairs.map(\.right) == [0, nil, 1, 2, 3, 4, 5])
        #expect(ExecutionComparison.aligned([], []).isEmpty)
        #expect(ExecutionComparison.aligned([], ["A"]).map(\.right) == [0])
    }

    @Test("Differences name their places")
    func differences() {
        let found = ExecutionComparison.differences(
            ["a": 1, "b": [1, 2], "c/d": "x"],
            ["a": 1, "b": [1, 3, 4], "e": .null],
            at: "/output"
        )
        #expect(
            found.map(\.pointer) == ["/output/b/1", "/output/b/2", "/output/c~1d", "/output/e"]
        )
        #expect(found.map { $0.left?.text() } == ["2", nil, "\"x\"", nil])
        #expect(found.map { $0.right?.text() } == ["3", "4", nil, "null"])
    }
}

@Suite struct WorkflowVersionTests {
    @Test(
        "Running executions stay on their version; new ones get the newest, an alias' or the one named"
    )
    func versions() async throws {
        @Sendable func definition(_ word: String) -> JSON {
            [
                "StartAt": "Wait",
                "States": [
                    "Wait": ["Type": "Wait", "Seconds": 60, "Next": "Say"],
                    "Say": ["Type": "Pass", "Result": .string(word), "End": true],
                ],
            ]
        }
        let world = try await EngineWorld()
        let engine = try world.engine([:])
        func deploy(_ word: String) async throws -> Int {
            try await world.database.transaction {
                try engine.deploy(
                    "says",
                    agent: "world.owner",
                    definition: definition(word),
                    note: "",
                    scope: world.scope(),
                    in: $0
                )
            }
        }
        #expect(try await deploy("one") == 1)
        #expect(try await deploy("one") == 1)
        try await world.start("says", "a", on: engine)
        #expect(try await deploy("two") == 2)
        try await world.start("says", "b", on: engine)
        try await world.start("says:1", "c", on: engine)
        let routes = [WorkflowVersions.Route(version: 1, weight: 100)]
        try await world.database.transaction {
            try WorkflowVersions().point(
                "live",
                of: "says",
                to: routes,
                at: world.clock.now(),
                scope: world.scope(),
                in: $0
            )
        }
        try await world.start("says:live", "d", on: engine)
        for missing in ["says:3", "says:none", "nothing", "says:0"] {
            await #expect(throws: GeneralFault.self) {
                try await world.start(missing, "x", on: engine)
            }
        }
        // Another program, which has it in no memory, goes on with them.
        let later = try world.engine([:])
        try await world.running([later]) {
            world.clock.advance(by: .seconds(61))
            try await world.eventually {
                try await world.rows("SELECT name FROM execution WHERE status = 'RUNNING'").isEmpty
            }
        }
        #expect(
            try await world.rows("SELECT name || ' ' || output FROM execution ORDER BY name") == [
                "a \"one\"", "b \"two\"", "c \"one\"", "d \"one\"",
            ]
        )
    }

    @Test("What an agent may not use is refused, and so is another organisation's workflow")
    func authority() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([:])
        func deploy(_ resource: String, agent: String = "world.owner") async throws {
            _ = try await world.database.transaction {
                try engine.deploy(
                    "calls",
                    agent: agent,
                    definition: [
                        "StartAt": "T",
                        "States": [
                            "T": ["Type": "Task", "Resource": .string(resource), "End": true]
                        ],
                    ],
                    note: "",
                    scope: world.scope(EngineWorld.other),
                    in: $0
                )
            }
        }
        for resource in ["weft:tool:world.none", "weft:agent:nobody", "arn:aws:lambda:x"] {
            await #expect(throws: GeneralFault.self) { try await deploy(resource) }
        }
        await #expect(throws: GeneralFault.self) {
            try await deploy("weft:tool:world.count", agent: "nobody")
        }
        try await deploy("weft:tool:world.count")
        await #expect { try await world.start("calls", on: engine) } throws: {
            ($0 as? GeneralFault)?.code == "unknown-workflow"
        }
    }
}
