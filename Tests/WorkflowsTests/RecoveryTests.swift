import Core
import Store
import Testing

@testable import Workflows

@Suite struct RecoveryTests {
    @Test("A redriven run has its whole time again: the alarm of the first deadline is not its own")
    func redrivenDeadline() async throws {
        let definition: JSON = [
            "StartAt": "Fail", "TimeoutSeconds": 60,
            "States": [
                "Fail": ["Type": "Task", "Resource": "weft:tool:world.fail", "Next": "Call"],
                "Call": ["Type": "Task", "Resource": "weft:tool:world.call", "End": true],
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["calls": definition])
        try await world.running([engine]) {
            let id = try await world.start("calls", on: engine)
            try await world.eventually { try await world.statuses() == ["one FAILED"] }
            world.clock.advance(by: .seconds(50))
            world.gates.open("fail")
            try await world.database.transaction {
                try engine.redrive(id, scope: world.scope(), in: $0)
            }
            try await world.eventually { world.gates.calls("gate").count == 1 }
            // 70 seconds after the start, 20 after the redrive.
            world.clock.advance(by: .seconds(20))
            try await Task.sleep(for: .milliseconds(30))
            #expect(try await world.statuses() == ["one RUNNING"])
            world.clock.advance(by: .seconds(40))
            try await world.eventually { try await world.statuses() == ["one TIMED_OUT"] }
        }
    }

    @Test("A step that a tool gave up, though nobody stopped the engine, is performed again")
    func givenUp() async throws {
        let definition: JSON = [
            "StartAt": "Drop",
            "States": [
                "Drop": ["Type": "Task", "Resource": "weft:tool:world.drop", "End": true]
            ],
        ]
        let world = try await EngineWorld()
        let engine = try world.engine(["drops": definition])
        try await world.running([engine]) {
            try await world.start("drops", on: engine)
            try await world.eventually { world.gates.calls("drop").count == 1 }
            world.gates.open("drop")
            try await world.passing(.milliseconds(250)) {
                try await world.statuses() == ["one SUCCEEDED"]
            }
        }
        // Both times with the same key, so that whoever is outside knows it for the same.
        #expect(world.gates.calls("drop").count == 2)
        #expect(Set(world.gates.calls("drop")).count == 1)
    }

    @Test("An execution that cannot be read holds up no other")
    func broken() async throws {
        let world = try await EngineWorld()
        let first = try world.engine(["calls": EngineWorld.calling])
        for name in ["a", "b", "c"] { try await world.start("calls", name, on: first) }
        try await world.database.transaction { transaction in
            // Its state would have to be made of a journal that is not there.
            try transaction.execute(
                """
                UPDATE execution_live SET snapshot_turn = 0
                WHERE execution = (SELECT id FROM execution WHERE name = 'a')
                """,
                []
            )
        }
        world.gates.open("gate")
        let engine = try world.engine(["calls": EngineWorld.calling])
        try await world.running([engine]) {
            try await world.eventually {
                try await world.statuses() == ["a RUNNING", "b SUCCEEDED", "c SUCCEEDED"]
            }
        }
    }
}
