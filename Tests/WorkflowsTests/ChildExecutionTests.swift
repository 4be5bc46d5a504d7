import Core
import Store
import Testing

@testable import Workflows

/// Executions that executions start, as AWS's `states:startExecution` has it.
@Suite struct ChildExecutionTests {
    private static func parent(
        _ form: String,
        child: String = "child",
        _ more: JSONObject = [:]
    ) -> JSON {
        var start: JSONObject = [
            "Type": "Task", "Resource": .string("arn:aws:states:::states:startExecution\(form)"),
            "Parameters": [
                "StateMachineArn": .string(child), "Input": ["gate": "gate"], "Name": "the child",
            ],
            "End": true,
        ]
        for member in more { start[member.key] = member.value }
        return ["StartAt": "Start", "States": ["Start": .object(start)]]
    }

    private static let passing: JSON = [
        "StartAt": "Pass", "States": ["Pass": ["Type": "Pass", "Result": [1, 2], "End": true]],
    ]
    private static let failing: JSON = [
        "StartAt": "Fail",
        "States": ["Fail": ["Type": "Fail", "Error": "TooLate", "Cause": "the shift is over"]],
    ]

    private func outcome(_ world: EngineWorld, _ column: String) async throws -> JSON? {
        let rows = try await world.rows("SELECT \(column) FROM execution WHERE name = 'one'")
        return try rows.first.flatMap { $0 == "null" ? nil : try JSON(parsing: $0) }
    }

    private func events(_ world: EngineWorld, _ id: ID<Execution>) async throws -> [String] {
        try await world.database.read { reader in
            try ExecutionTables().events(of: id, in: reader).map(\.type)
        }
    }

    @Test("A parent waits for its child, across a restart, and has its output as AWS writes it")
    func waits() async throws {
        let world = try await EngineWorld()
        let definitions = [
            "parent": Self.parent(".sync:2"), "child": EngineWorld.calling,
        ]
        let first = try world.engine(definitions)
        try await world.running([first]) {
            try await world.start("parent", on: first)
            try await world.eventually { world.gates.calls("gate").count == 1 }
            #expect(try await world.statuses() == ["one RUNNING", "the child RUNNING"])
        }
        let second = try world.engine(definitions)
        world.gates.open("gate")
        try await world.running([second]) {
            try await world.eventually {
                try await world.statuses() == ["one SUCCEEDED", "the child SUCCEEDED"]
            }
        }
        let output = try #require(try await outcome(world, "output"))
        #expect(output["Status"] == "SUCCEEDED")
        #expect(output["Name"] == "the child")
        #expect(output["StateMachineArn"] == "weft:workflow:child")
        #expect(output["Input"] == ["gate": "gate"])
        #expect(output["Output"] == ["counted": true])
        #expect(output["StopDate"]?.string != nil)
        // What the child did in the store, it did once.
        #expect(try await world.rows("SELECT key FROM till").count == 1)
        let id = try #require(
            try await world.database.query(
                "SELECT id FROM execution WHERE name = 'one'",
                []
            ) { try $0.id(0, Execution.self) }.first
        )
        #expect(
            try await events(world, id) == [
                "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
            ]
        )
    }

    @Test("A child that waits for nothing has ended as it begins; in the first form it is all text")
    func atOnce() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(
                ".sync",
                child: "arn:aws:states:eu-west-1:1:stateMachine:child",
                ["ResultSelector": ["output.$": "$.Output", "input.$": "$.Input"]]
            ),
            "child": Self.passing,
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually {
                try await world.statuses() == ["one SUCCEEDED", "the child SUCCEEDED"]
            }
        }
        #expect(
            try await outcome(world, "output") == [
                "output": "[1,2]", "input": #"{"gate":"gate"}"#,
            ]
        )
    }

    @Test("A child that fails fails the task, whose cause describes the child")
    func fails() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(
                ".sync:2",
                [
                    "Catch": [["ErrorEquals": ["States.TaskFailed"], "Next": "Known"]]
                ]
            ).adding("Known", ["Type": "Pass", "End": true]),
            "child": Self.failing,
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually {
                try await world.statuses() == ["one SUCCEEDED", "the child FAILED"]
            }
        }
        let output = try #require(try await outcome(world, "output"))
        let cause = try JSON(parsing: try #require(output["Cause"]?.string))
        #expect(cause["Error"] == "TooLate" && cause["Cause"] == "the shift is over")
        #expect(cause["Status"] == "FAILED")
    }

    @Test("Without .sync the parent goes on, and with a token the child answers it")
    func otherForms() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(""), "child": EngineWorld.calling,
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually {
                try await world.statuses() == ["one SUCCEEDED", "the child RUNNING"]
            }
            let output = try await outcome(world, "output")
            let child = try await world.rows("SELECT id FROM execution WHERE name = 'the child'")
            #expect(output?["ExecutionArn"]?.string == child.first)
        }

        let asking = try await EngineWorld()
        let start = Self.parent(
            ".waitForTaskToken",
            ["Parameters": ["StateMachineArn": "child", "Input": ["token.$": "$$.Task.Token"]]]
        )
        let child: JSON = [
            "StartAt": "Ask",
            "States": ["Ask": ["Type": "Task", "Resource": "weft:tool:world.ask", "End": true]],
        ]
        let other = try asking.engine(["parent": start, "child": child])
        try await asking.running([other]) {
            try await asking.start("parent", on: other)
            try await asking.eventually {
                try await asking.rows("SELECT note FROM till WHERE key = 'token'").count == 1
            }
            let token = try #require(try await asking.rows("SELECT note FROM till").first)
            try await asking.database.transaction {
                try other.succeed(token, output: "told", scope: asking.scope(), in: $0)
            }
            try await asking.eventually {
                try await asking.rows("SELECT status FROM execution WHERE name = 'one'") == [
                    "SUCCEEDED"
                ]
            }
        }
        #expect(try await outcome(asking, "output") == "told")
    }

    @Test("Nobody works for a parent that waits no more", arguments: [true, false])
    func stops(_ isStopped: Bool) async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(".sync", ["TimeoutSeconds": 60]), "child": EngineWorld.calling,
        ])
        try await world.running([engine]) {
            let id = try await world.start("parent", on: engine)
            try await world.eventually { world.gates.calls("gate").count == 1 }
            if isStopped {
                try await world.database.transaction {
                    try engine.stop(id, error: nil, cause: "enough", scope: world.scope(), in: $0)
                }
            } else {
                world.clock.advance(by: .seconds(61))
            }
            try await world.eventually {
                try await world.statuses() == [
                    isStopped ? "one ABORTED" : "one FAILED", "the child ABORTED",
                ]
            }
        }
        if !isStopped {
            #expect(
                try await world.rows("SELECT error FROM execution WHERE name = 'one'") == [
                    "States.Timeout"
                ]
            )
        }
    }

    @Test("All that is about a thing ends at once, children with their parents")
    func allAbout() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(".sync"), "child": EngineWorld.calling,
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually { world.gates.calls("gate").count == 1 }
            #expect(
                try await world.rows("SELECT DISTINCT subject FROM execution") == ["thing:one"]
            )
            try await world.database.transaction {
                try engine.abortAll(
                    about: "thing:one",
                    organisation: EngineWorld.organisation,
                    cause: "it is gone",
                    in: $0
                )
            }
        }
        #expect(try await world.statuses() == ["one ABORTED", "the child ABORTED"])
    }

    @Test(
        "A start that cannot be is refused by the name that AWS gives it",
        arguments: [
            (["StateMachineArn": "nothing"], "StepFunctions.StateMachineDoesNotExistException"),
            (
                ["StateMachineArn": "child", "Name": "one"],
                "StepFunctions.ExecutionAlreadyExistsException"
            ),
            (
                ["StateMachineArn": "child", "Input": "{"],
                "StepFunctions.InvalidExecutionInputException"
            ),
            (["StateMachineArn": "child", "Name": ""], "StepFunctions.InvalidNameException"),
            (["StateMachineArn": "foreign"], "StepFunctions.AccessDeniedException"),
            (["Input": [:]], "States.Runtime"),
            (["StateMachineArn": "child", "Wait": true], "States.Runtime"),
        ] as [(JSON, String)]
    )
    func refusals(_ parameters: JSON, _ error: String) async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(".sync", ["Parameters": parameters]), "child": Self.passing,
            "foreign": Self.passing,
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually { try await world.statuses() == ["one FAILED"] }
        }
        #expect(try await world.rows("SELECT error FROM execution") == [error])
    }

    @Test("A workflow that waits for itself for ever is ended")
    func depth() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine([
            "parent": Self.parent(
                ".sync",
                ["Parameters": ["StateMachineArn.$": "$$.StateMachine.Id"]]
            )
        ])
        try await world.running([engine]) {
            try await world.start("parent", on: engine)
            try await world.eventually {
                let left = try await world.rows("SELECT id FROM execution WHERE status = 'RUNNING'")
                return left.isEmpty
            }
        }
        #expect(try await world.rows("SELECT id FROM execution").count == 16)
        #expect(
            try await world.rows("SELECT error FROM execution WHERE error <> 'States.TaskFailed'")
                == ["States.Runtime"]
        )
        // Each cause tells of the one below, cut where its escapes would double once more.
        let causes = try await world.rows("SELECT cause FROM execution")
        #expect(causes.allSatisfy { $0.utf8.count <= 32_768 })
        for cause in causes where cause.hasPrefix("{") { _ = try JSON(parsing: cause) }
    }
}

extension JSON {
    fileprivate func adding(_ name: String, _ state: JSON) -> JSON {
        var definition = self
        var states = self["States"] ?? [:]
        states[name] = state
        definition["States"] = states
        return definition
    }
}
