import Core
import Events
import Store
import Testing

@testable import Workflows

@Suite struct ScheduleTests {
    private static let counting: JSON = [
        "StartAt": "Count",
        "States": ["Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true]],
    ]

    private func world() async throws -> (EngineWorld, WorkflowEngine, Schedules) {
        let world = try await EngineWorld(at: "2026-03-01T12:00:30Z")
        let engine = try world.engine(["counts": Self.counting])
        return (world, engine, Schedules(engine: engine))
    }

    private func service(over schedules: Schedules, in world: EngineWorld) -> ScheduleService {
        ScheduleService(
            schedules,
            database: world.database,
            clock: world.clock,
            random: SystemRandom(),
            report: { Issue.record("\($0)") }
        )
    }

    @discardableResult
    private func add(
        _ body: JSON,
        to schedules: Schedules,
        in world: EngineWorld
    ) async throws -> ID<Schedule> {
        let id: ID<Schedule> = world.ids.next()
        let now = world.clock.now()
        let schedule = try schedules.read(
            JSONReader(body),
            id: id,
            by: EngineWorld.person,
            at: now
        )
        try await world.database.transaction {
            try schedules.add(schedule, at: now, scope: world.scope(), in: $0)
        }
        return id
    }

    @Test("A due time starts its execution once, however many processes see it")
    func firesOnce() async throws {
        let (world, _, schedules) = try await world()
        let id = try await add(
            [
                "name": "five", "expression": "*/5 * * * *",
                "target": [
                    "workflow": "counts", "input": ["at": "<aws.scheduler.scheduled-time>"],
                ],
            ],
            to: schedules,
            in: world
        )
        let services = (0..<4).map { _ in
            service(over: schedules, in: world)
        }
        for _ in 0..<3 {
            world.clock.advance(by: .seconds(300))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.fireAll() } }
                try await group.waitForAll()
            }
        }
        #expect(
            try await world.rows("SELECT name FROM execution ORDER BY name") == [
                "schedule/\(id)/2026-03-01T12:05:00Z", "schedule/\(id)/2026-03-01T12:10:00Z",
                "schedule/\(id)/2026-03-01T12:15:00Z",
            ]
        )
        #expect(
            try await world.rows("SELECT input FROM execution ORDER BY name").first
                == #"{"at":"2026-03-01T12:05:00Z"}"#
        )
        #expect(try await world.rows("SELECT CAST(fired AS TEXT) FROM workflow_schedule") == ["3"])
    }

    @Test(
        "Due times that passed while nothing ran are dropped, made up for once, or each",
        arguments: [
            ("skip", 1), ("once", 1), ("all", 12),
        ]
    )
    func catchUp(_ policy: String, _ expected: Int) async throws {
        let (world, _, schedules) = try await world()
        try await add(
            [
                "name": "five", "expression": "*/5 * * * *", "catchUp": .string(policy),
                "target": ["event": ["type": "tick.passed", "data": ["n": 1]]],
            ],
            to: schedules,
            in: world
        )
        // 12 due times, the last of them just now: for `skip` and `once` it alone is timely.
        world.clock.advance(by: .seconds(3_600 - 25))
        let service = service(over: schedules, in: world)
        try await service.fireAll()
        #expect(
            try await world.rows("SELECT type FROM event")
                == Array(
                    repeating: "tick.passed",
                    count: expected
                )
        )
    }

    @Test("After a long sleep `skip` fires nothing and `once` the latest")
    func longSleep() async throws {
        for (policy, expected) in [("skip", 0), ("once", 1)] {
            let (world, _, schedules) = try await world()
            try await add(
                [
                    "name": "hourly", "expression": "rate(1 hour)", "catchUp": .string(policy),
                    "target": ["event": ["type": "tick.passed"]],
                ],
                to: schedules,
                in: world
            )
            world.clock.advance(by: .seconds(100 * 3_600 + 1_800))
            let service = service(over: schedules, in: world)
            let next = try await service.fireAll()
            #expect(try await world.rows("SELECT type FROM event").count == expected)
            #expect(next == Timestamp("2026-03-05T17:00:30Z"))
        }
    }

    @Test("A window moves each firing by its own amount, the same in every process")
    func window() async throws {
        let (world, _, schedules) = try await world()
        let id: ID<Schedule> = world.ids.next()
        let schedule = try schedules.read(
            JSONReader([
                "name": "w", "expression": "rate(1 hour)", "windowSeconds": 600,
                "target": ["workflow": "counts"],
            ]),
            id: id,
            by: EngineWorld.person,
            at: world.clock.now()
        )
        let due = schedule.timing.occurrences(after: world.clock.now(), count: 200)
        let delays = due.map { (schedule.moment(for: $0) - $0).seconds }
        #expect(delays.allSatisfy { (0..<600).contains($0) })
        #expect(Set(delays).count > 190)
        // A uniform share of ten minutes is five on average; 200 draws are within a minute of it.
        #expect(abs(delays.reduce(0, +) / 200 - 300) < 60)
        #expect(due.map { schedule.moment(for: $0) } == due.map { schedule.moment(for: $0) })
    }

    @Test("A paused schedule fires nothing; resumed, it fires what is due from then on")
    func pause() async throws {
        let (world, _, schedules) = try await world()
        let id = try await add(
            [
                "name": "five", "expression": "*/5 * * * *", "paused": true, "catchUp": "all",
                "target": ["event": ["type": "tick.passed"]],
            ],
            to: schedules,
            in: world
        )
        let service = service(over: schedules, in: world)
        world.clock.advance(by: .seconds(900))
        try await service.fireAll()
        #expect(try await world.rows("SELECT type FROM event").isEmpty)
        let now = world.clock.now()
        try await world.database.transaction { transaction in
            var schedule = try #require(
                try schedules.schedule(id, scope: world.scope(), in: transaction)
            )
            schedule.isPaused = false
            try schedules.change(schedule, at: now, scope: world.scope(), in: transaction)
        }
        world.clock.advance(by: .seconds(300))
        try await service.fireAll()
        #expect(try await world.rows("SELECT type FROM event").count == 1)
    }

    @Test("A target that cannot be started is noted, and the schedule goes on")
    func brokenTarget() async throws {
        let (world, _, schedules) = try await world()
        try await add(
            [
                "name": "five", "expression": "*/5 * * * *",
                "target": ["workflow": "there-is-none"],
            ],
            to: schedules,
            in: world
        )
        let service = service(over: schedules, in: world)
        world.clock.advance(by: .seconds(300))
        let next = try await service.fireAll()
        #expect(next == Timestamp("2026-03-01T12:10:00Z"))
        let error = try await world.rows("SELECT last_error FROM workflow_schedule").first
        #expect(error?.hasPrefix("unknown-workflow") == true)
    }
}
