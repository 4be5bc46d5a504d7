import Core
import Store
import Synchronization
import Testing

@testable import Workflows

@Suite struct LeaseTests {
    private static let shared: EngineConfiguration = {
        var configuration = EngineConfiguration()
        configuration.isAlone = false
        configuration.lease = .seconds(20)
        return configuration
    }()

    @Test("A worker that is not heard of for the time of its lease loses its executions to another")
    func takeover() async throws {
        let world = try await EngineWorld()
        let first = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        let second = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        // The first worker takes executions in hand and is never heard of again.
        let dead = try await first.register()
        for name in ["a", "b", "c"] { try await world.start("calls", name, on: first) }
        #expect(try await world.rows("SELECT DISTINCT owner FROM execution_live") == [dead])
        world.gates.open("gate")
        try await world.running([second]) {
            world.clock.advance(by: .seconds(19))
            try await Task.sleep(for: .milliseconds(20))
            #expect(world.gates.calls("gate").isEmpty)
            try await world.passing(.milliseconds(500)) {
                try await world.statuses() == ["a SUCCEEDED", "b SUCCEEDED", "c SUCCEEDED"]
            }
        }
        #expect(try await world.rows("SELECT key FROM till").count == 3)
        #expect(try await world.rows("SELECT id FROM workflow_worker").isEmpty)
    }

    @Test("A worker whose executions were taken over journals nothing any more")
    func fencing() async throws {
        let world = try await EngineWorld()
        let first = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        let second = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        let dead = try await first.register()
        let id = try await world.start("calls", on: first)
        let seat = try #require(first.office.seat(id))
        #expect(seat.begin(1)?.task.state == "Call")
        world.gates.open("gate")
        try await world.running([second]) {
            world.clock.advance(by: .seconds(21))
            try await world.passing(.milliseconds(500)) {
                try await world.statuses() == ["one SUCCEEDED"]
            }
        }
        let before = try await world.rows("SELECT events FROM execution_turn ORDER BY turn")
        // Only now the first one's call returns.
        seat.post(
            Outcome(what: .input(.taskSucceeded(step: 1, output: ["late": true])))
        )
        await first.journal(seat)
        #expect(try await world.rows("SELECT events FROM execution_turn ORDER BY turn") == before)
        #expect(first.office.seat(id) == nil)
        // It notices that it was given up, and begins anew under another name.
        try await first.renew()
        #expect(first.office.worker != dead)
    }

    @Test("A step that is lost to another worker has no effect in the store")
    func fencedEffects() async throws {
        let world = try await EngineWorld()
        let definition: JSON = [
            "StartAt": "Count",
            "States": [
                "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true]
            ],
        ]
        let first = try world.engine(["counts": definition], configuration: Self.shared)
        let second = try world.engine(["counts": definition], configuration: Self.shared)
        _ = try await first.register()
        let id = try await world.start("counts", on: first)
        let seat = try #require(first.office.seat(id))
        world.clock.advance(by: .seconds(21))
        let thief = try await second.register()
        try await second.claim()
        #expect(try await world.rows("SELECT owner FROM execution_live") == [thief])
        // The first performs the step and only then finds out, in the transaction of its effect.
        #expect(await first.perform(1, of: seat))
        await first.journal(seat)
        #expect(try await world.rows("SELECT key FROM till").isEmpty)
        #expect(try await world.statuses() == ["one RUNNING"])
        #expect(try await world.rows("SELECT events FROM execution_turn").count == 1)
    }

    @Test("Two workers share what waits in the store, and each execution is run once")
    func sharing() async throws {
        let world = try await EngineWorld()
        var narrow = Self.shared
        narrow.capacity = 4
        narrow.concurrency = 2
        let definitions: [String: JSON] = ["calls": EngineWorld.calling]
        let starter = try world.engine(definitions, configuration: narrow)
        for number in 0..<40 { try await world.start("calls", "n\(number)", on: starter) }
        world.gates.open("gate")
        let engines = try (0..<2).map { _ in
            try world.engine(definitions, configuration: narrow)
        }
        try await world.running(engines) {
            try await world.passing(.milliseconds(500)) {
                try await world.rows(
                    "SELECT CAST(count(*) AS TEXT) FROM execution WHERE status = 'SUCCEEDED'"
                ) == ["40"]
            }
        }
        #expect(Set(world.gates.calls("gate")).count == 40)
        #expect(try await world.rows("SELECT DISTINCT key FROM till").count == 40)
        #expect(try await world.rows("SELECT key FROM till").count == 40)
    }

    @Test("A worker that stops leaves its executions to others at once")
    func handover() async throws {
        let world = try await EngineWorld()
        let first = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        let second = try world.engine(["calls": EngineWorld.calling], configuration: Self.shared)
        try await world.running([first]) {
            try await world.start("calls", on: first)
            try await world.eventually { world.gates.calls("gate").count == 1 }
        }
        world.gates.open("gate")
        try await world.running([second]) {
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
        }
        // The call outside is made again with the same key.
        let calls = world.gates.calls("gate")
        #expect(calls.count == 2 && Set(calls).count == 1)
    }

    @Test("A wait is put away, and taken up again when its moment has come")
    func parking() async throws {
        let definition: JSON = [
            "StartAt": "Wait",
            "States": [
                "Wait": ["Type": "Wait", "Seconds": 3600, "Next": "Count"],
                "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["waits": definition])
        try await world.running([engine]) {
            let id = try await world.start("waits", on: engine)
            #expect(engine.office.seat(id) == nil)
            world.clock.advance(by: .seconds(3_599))
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await world.statuses() == ["one RUNNING"])
            world.clock.advance(by: .seconds(1))
            try await world.eventually { try await world.statuses() == ["one SUCCEEDED"] }
        }
    }

    @Test("A workflow's own time limit counts from its start, also when nobody was there")
    func deadline() async throws {
        let definition: JSON = [
            "StartAt": "Wait", "TimeoutSeconds": 60,
            "States": ["Wait": ["Type": "Wait", "Seconds": 3600, "End": true]],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["waits": definition])
        try await world.start("waits", on: engine)
        world.clock.advance(by: .seconds(61))
        try await world.running([try world.engine(["waits": definition])]) {
            try await world.eventually { try await world.statuses() == ["one TIMED_OUT"] }
        }
    }

    @Test("A task's time limit counts from its scheduling, also across a restart")
    func taskTimeout() async throws {
        let definition: JSON = [
            "StartAt": "Call",
            "States": [
                "Call": [
                    "Type": "Task", "Resource": "weft:tool:world.call", "TimeoutSeconds": 60,
                    "End": true,
                ]
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["calls": definition])
        try await world.running([engine]) {
            try await world.start("calls", on: engine)
            try await world.eventually { world.gates.calls("gate").count == 1 }
            world.clock.advance(by: .seconds(50))
        }
        let next = try world.engine(["calls": definition])
        try await world.running([next]) {
            try await world.eventually { world.gates.calls("gate").count == 2 }
            world.clock.advance(by: .seconds(9))
            try await Task.sleep(for: .milliseconds(20))
            #expect(try await world.statuses() == ["one RUNNING"])
            world.clock.advance(by: .seconds(1))
            try await world.eventually { try await world.statuses() == ["one FAILED"] }
        }
        #expect(try await world.rows("SELECT error FROM execution") == ["States.Timeout"])
    }
}
