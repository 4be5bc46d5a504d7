import Core
import Store
import Testing

@testable import Workflows

@Suite struct CommandTests {
    private static func asking(timeout: Int = 3_600, heartbeat: Int? = nil) -> JSON {
        var ask: JSON = [
            "Type": "Task", "Resource": "weft:tool:world.ask.waitForTaskToken",
            "Parameters": ["token.$": "$$.Task.Token"], "ResultPath": "$.answer",
            "TimeoutSeconds": .int(timeout), "Next": "Count",
        ]
        if let heartbeat { ask["HeartbeatSeconds"] = .int(heartbeat) }
        return [
            "StartAt": "Ask",
            "States": [
                "Ask": ask,
                "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
            ],
        ]
    }

    private func token(_ world: EngineWorld) async throws -> String {
        try await world.eventually {
            try await world.rows("SELECT note FROM till WHERE key = 'token'").count == 1
        }
        return try #require(
            try await world.rows("SELECT note FROM till WHERE key = 'token'").first
        )
    }

    @Test(
        "A task waits for its token across a restart, which is good once and for its organisation"
    )
    func callback() async throws {
        let world = try await EngineWorld()
        let definitions = ["asks": Self.asking()]
        let first = try world.engine(definitions)
        try await world.running([first]) {
            try await world.start("asks", on: first)
            _ = try await self.token(world)
            try await world.eventually {
                try await world.rows("SELECT owner FROM execution_live") == [""]
            }
        }
        let token = try await self.token(world)
        let engine = try world.engine(definitions)
        try await world.running([engine]) {
            for (stranger, scope) in [
                ("nothing", world.scope()), (token, world.scope(EngineWorld.other)),
            ] {
                await #expect {
                    try await world.database.transaction {
                        try engine.succeed(stranger, output: 1, scope: scope, in: $0)
                    }
                } throws: { ($0 as? GeneralFault)?.code == "invalid-token" }
            }
            try await world.database.transaction {
                try engine.succeed(token, output: ["yes": true], scope: world.scope(), in: $0)
            }
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
            await #expect(throws: GeneralFault.self) {
                try await world.database.transaction {
                    try engine.succeed(token, output: 2, scope: world.scope(), in: $0)
                }
            }
        }
        #expect(
            try await world.rows("SELECT note FROM till WHERE key <> 'token'") == [
                #"{"answer":{"yes":true}}"#
            ]
        )
        #expect(try await world.rows("SELECT token FROM workflow_token").isEmpty)
    }

    @Test("A token can fail its task, and a task whose time is up takes no answer")
    func failingCallback() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine(["asks": Self.asking(timeout: 60)])
        try await world.running([engine]) {
            try await world.start("asks", "fails", on: engine)
            let token = try await self.token(world)
            try await world.database.transaction {
                try engine.fail(token, error: "No", cause: "never", scope: world.scope(), in: $0)
            }
            try await world.eventually { try await world.statuses() == ["fails FAILED"] }
            #expect(
                try await world.rows("SELECT error || ' ' || cause FROM execution") == ["No never"]
            )
            try await world.database.transaction { try $0.execute("DELETE FROM till", []) }
            try await world.start("asks", "late", on: engine)
            let late = try await self.token(world)
            try await world.eventually {
                try await world.rows("SELECT owner FROM execution_live") == [""]
            }
            world.clock.advance(by: .seconds(60))
            try await world.eventually {
                try await world.statuses() == ["fails FAILED", "late FAILED"]
            }
            await #expect(throws: GeneralFault.self) {
                try await world.database.transaction {
                    try engine.succeed(late, output: 1, scope: world.scope(), in: $0)
                }
            }
        }
        #expect(
            try await world.rows("SELECT error FROM execution WHERE name = 'late'") == [
                "States.Timeout"
            ]
        )
    }

    @Test("Heartbeats keep a task alive; a silence longer than its limit fails it")
    func heartbeats() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine(["asks": Self.asking(heartbeat: 30)])
        try await world.running([engine]) {
            try await world.start("asks", on: engine)
            let token = try await self.token(world)
            try await world.eventually {
                try await world.rows("SELECT owner FROM execution_live") == [""]
            }
            for _ in 0..<4 {
                world.clock.advance(by: .seconds(20))
                try await world.database.transaction {
                    try engine.heartbeat(token, scope: world.scope(), in: $0)
                }
            }
            #expect(try await world.statuses() == ["one RUNNING"])
            world.clock.advance(by: .seconds(31))
            try await world.eventually { try await world.statuses() == ["one FAILED"] }
        }
        let error = try await world.rows("SELECT error FROM execution").first
        #expect(error?.hasPrefix("States.") == true && error?.hasSuffix("Timeout") == true)
    }

    @Test("A worker outside takes an activity's tasks, one each, and answers them")
    func activity() async throws {
        let definition: JSON = [
            "StartAt": "Pick",
            "States": [
                "Pick": [
                    "Type": "Task", "Resource": "weft:activity:pick", "TimeoutSeconds": 60,
                    "Next": "Count",
                ],
                "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["picks": definition])
        try await world.running([engine]) {
            for name in ["a", "b"] {
                try await world.start("picks", name, input: ["for": .string(name)], on: engine)
            }
            var tasks: [WorkflowEngine.ActivityTask] = []
            for _ in 0..<2 {
                let task = try await engine.take(
                    from: "pick",
                    worker: "robot 7",
                    waiting: .seconds(1),
                    scope: world.scope()
                )
                tasks.append(try #require(task))
            }
            #expect(Set(tasks.map { $0.input["for"]?.string }) == ["a", "b"])
            #expect(Set(tasks.map(\.token)).count == 2)
            let none = try await world.database.transaction {
                try engine.take(from: "pick", worker: nil, scope: world.scope(), in: $0)?.token
            }
            #expect(none == nil)
            for task in tasks {
                try await world.database.transaction {
                    try engine.succeed(
                        task.token,
                        output: task.input,
                        scope: world.scope(),
                        in: $0
                    )
                }
            }
            try await world.eventually {
                try await world.statuses() == ["a SUCCEEDED", "b SUCCEEDED"]
            }
        }
        let started = try await world.rows("SELECT events FROM execution_turn").filter {
            $0.contains("\"ActivityStarted\"") && $0.contains("robot 7")
        }
        #expect(started.count == 2)
    }

    @Test("Paused, what is being performed finishes and nothing begins, also across a restart")
    func pause() async throws {
        let world = try await EngineWorld()
        let first = try world.engine(["calls": EngineWorld.calling])
        try await world.running([first]) {
            let id = try await world.start("calls", on: first)
            try await world.eventually { world.gates.calls("gate").count == 1 }
            try await world.database.transaction {
                try first.pause(id, scope: world.scope(), in: $0)
            }
            await #expect(throws: GeneralFault.self) {
                try await world.database.transaction {
                    try first.pause(id, scope: world.scope(), in: $0)
                }
            }
            world.gates.open("gate")
            try await world.eventually {
                try await world.rows("SELECT events FROM execution_turn").contains {
                    $0.contains("\"TaskSucceeded\"")
                }
            }
        }
        let second = try world.engine(["calls": EngineWorld.calling])
        try await world.running([second]) {
            try await Task.sleep(for: .milliseconds(30))
            #expect(try await world.statuses() == ["one RUNNING"])
            #expect(try await world.rows("SELECT key FROM till").isEmpty)
            let id = try #require(
                ID<Execution>(try await world.rows("SELECT id FROM execution")[0])
            )
            try await world.database.transaction {
                try second.resume(id, scope: world.scope(), in: $0)
            }
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
        }
        #expect(world.gates.calls("gate").count == 1)
        #expect(try await world.rows("SELECT key FROM till").count == 1)
    }

    @Test("A run that failed is redriven from the step that failed; what had succeeded is kept")
    func redrive() async throws {
        let definition: JSON = [
            "StartAt": "Count",
            "States": [
                "Count": [
                    "Type": "Task", "Resource": "weft:tool:world.count", "ResultPath": "$.count",
                    "Next": "Fail",
                ],
                "Fail": [
                    "Type": "Task", "Resource": "weft:tool:world.fail", "ResultPath": "$.fail",
                    "Next": "Again",
                ],
                "Again": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["fails": definition])
        try await world.running([engine]) {
            let id = try await world.start("fails", on: engine)
            try await world.eventually { try await world.statuses() == ["one FAILED"] }
            world.gates.open("fail")
            await #expect(throws: GeneralFault.self) {
                try await world.database.transaction {
                    try engine.redrive(id, scope: world.scope(EngineWorld.other), in: $0)
                }
            }
            try await world.database.transaction {
                try engine.redrive(id, scope: world.scope(), in: $0)
            }
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
            await #expect(throws: GeneralFault.self) {
                try await world.database.transaction {
                    try engine.redrive(id, scope: world.scope(), in: $0)
                }
            }
            let history = try await world.database.read {
                try ExecutionTables().history(of: id, from: 1, limit: 100, in: $0)
            }
            let types = history.compactMap { $0["type"]?.string }
            #expect(history.compactMap { $0["id"]?.int } == Array(1...history.count))
            #expect(types.filter { $0 == "ExecutionFailed" }.count == 1)
            #expect(types.filter { $0 == "ExecutionRedriven" }.count == 1)
            #expect(types.last == "ExecutionSucceeded")
        }
        // The first step was not done again, and the keys of the two counts differ.
        #expect(try await world.rows("SELECT DISTINCT key FROM till").count == 2)
        #expect(try await world.rows("SELECT key FROM till").count == 2)
    }

    @Test("Many callbacks at once on one execution are all taken, beside steps that run")
    func parallelCallbacks() async throws {
        let definition: JSON = [
            "StartAt": "Each",
            "States": [
                "Each": [
                    "Type": "Map", "ItemsPath": "$.items",
                    "ItemProcessor": [
                        "StartAt": "Ask",
                        "States": [
                            "Ask": [
                                "Type": "Task", "Resource": "weft:activity:answer", "Next": "Count",
                            ],
                            "Count": [
                                "Type": "Task", "Resource": "weft:tool:world.count", "End": true,
                            ],
                        ],
                    ],
                    "End": true,
                ]
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["maps": definition])
        let items = JSON.array((0..<40).map { .int($0) })
        try await world.running([engine]) {
            try await world.start("maps", input: ["items": items], on: engine)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while let task = try await world.database.transaction({
                            try engine.take(
                                from: "answer",
                                worker: nil,
                                scope: world.scope(),
                                in: $0
                            )
                        }) {
                            try await world.database.transaction {
                                try engine.succeed(
                                    task.token,
                                    output: ["n": task.input],
                                    scope: world.scope(),
                                    in: $0
                                )
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
        }
        #expect(try await world.rows("SELECT DISTINCT note FROM till").count == 40)
        #expect(try await world.rows("SELECT note FROM till").count == 40)
    }
}
