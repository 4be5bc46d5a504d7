import Agents
import Core
import Events
import Identity
import Observability
import Store
import Testing

@testable import Workflows

@Suite(.timeLimit(.minutes(1))) struct ApprovalTaskTests {
    private static let asking: JSON = [
        "StartAt": "Ask",
        "States": [
            "Ask": [
                "Type": "Task", "Resource": "weft:tool:world.ask.waitForTaskToken",
                "Parameters": ["token.$": "$$.Task.Token"], "End": true,
                "Catch": [["ErrorEquals": ["Weft.ApprovalExpired"], "Next": "Late"]],
            ],
            "Late": ["Type": "Pass", "Result": "too late", "End": true],
        ],
    ]

    private final class Asking: Sendable {
        let world: EngineWorld
        let approvals: Approvals
        let decider: Scope

        init(_ world: EngineWorld) async throws {
            self.world = world
            try await world.database.migrate(IdentityTables.migrations)
            approvals = Approvals(
                events: world.log,
                audit: AuditLog(database: world.database, clock: world.clock),
                ids: world.ids
            )
            var scope = world.scope()
            scope.roles = [.admin]
            decider = scope
        }

        /// An engine that withdraws questions; whose tasks hear of answers.
        func engine() throws -> WorkflowEngine {
            let engine = try world.engine(["ask": ApprovalTaskTests.asking], approvals: approvals)
            approvals.onAnswer(of: .task) { try engine.answer($0, in: $1) }
            return engine
        }

        /// Starts a run, and asks about its task once it waits.
        func ask(
            on engine: WorkflowEngine,
            expiresAfter: Duration? = nil
        ) async throws -> (run: ID<Execution>, approval: ID<Approval>) {
            let run = try await world.start("ask", on: engine)
            try await world.running([engine]) { [world] in
                try await world.eventually("the token") {
                    try await world.rows("SELECT note FROM till WHERE key = 'token'").count == 1
                }
            }
            let token = try await world.rows("SELECT note FROM till WHERE key = 'token'")[0]
            let now = world.clock.now()
            let approval = try await world.database.transaction { [approvals, decider] in
                try approvals.request(
                    ApprovalRequest(
                        key: token,
                        kind: .task,
                        title: "May I?",
                        execution: run.description,
                        expiresAt: expiresAfter.map { now + $0 }
                    ),
                    at: now,
                    scope: decider,
                    in: $0
                )
            }
            return (run, approval)
        }

        func decide(_ id: ID<Approval>, _ verdict: ApprovalVerdict) async throws {
            let now = world.clock.now()
            _ = try await world.database.transaction { [approvals, decider] in
                try approvals.decide(
                    id,
                    verdict,
                    comment: "So be it",
                    at: now,
                    scope: decider,
                    in: $0
                )
            }
        }

        func state(_ id: ID<Approval>) async throws -> String {
            try await world.rows("SELECT state FROM approval WHERE id = '\(id)'")[0]
        }

        func output() async throws -> JSON? {
            try await world.database.query("SELECT output FROM execution", []) {
                $0.isNull(0) ? JSON.null : try $0.json(0)
            }.first
        }
    }

    @Test(
        "A decision that falls while no engine runs is the task's output once one does",
        arguments: [(ApprovalVerdict.approve, true), (.reject, false)]
    )
    func afterRestart(_ verdict: ApprovalVerdict, _ approved: Bool) async throws {
        let asking = try await Asking(try await EngineWorld())
        let asked = try await asking.ask(on: try asking.engine())
        // The process that asked is gone; another, that does not run yet, takes the answer.
        let second = try asking.engine()
        try await asking.decide(asked.approval, verdict)
        try await asking.world.running([second]) {
            try await asking.world.eventually("its end") {
                try await asking.world.statuses() == ["one SUCCEEDED"]
            }
        }
        #expect(
            try await asking.output() == [
                "approved": .bool(approved), "by": EngineWorld.person.json, "comment": "So be it",
            ]
        )
    }

    @Test("What expires fails the task with Weft.ApprovalExpired, which a workflow can catch")
    func expiry() async throws {
        let asking = try await Asking(try await EngineWorld())
        let engine = try asking.engine()
        let asked = try await asking.ask(on: engine, expiresAfter: .seconds(60))
        asking.world.clock.advance(by: .seconds(60))
        let deadlines = ApprovalDeadlines(
            asking.approvals,
            database: asking.world.database,
            clock: asking.world.clock,
            log: .init(sink: NoLog(), clock: asking.world.clock)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await deadlines.run {} }
            try await asking.world.running([engine]) {
                try await asking.world.eventually("its end") {
                    try await asking.world.statuses() == ["one SUCCEEDED"]
                }
            }
            group.cancelAll()
        }
        #expect(try await asking.state(asked.approval) == "expired")
        #expect(try await asking.output() == "too late")
    }

    @Test("When a run ends nobody needs to answer its questions")
    func withdrawal() async throws {
        let asking = try await Asking(try await EngineWorld())
        let engine = try asking.engine()
        let asked = try await asking.ask(on: engine)
        try await asking.world.database.transaction {
            try engine.stop(
                asked.run,
                error: nil,
                cause: nil,
                scope: asking.world.scope(),
                in: $0
            )
        }
        #expect(try await asking.state(asked.approval) == "withdrawn")
        await #expect {
            try await asking.decide(asked.approval, .approve)
        } throws: {
            ($0 as? GeneralFault)?.details["state"] == "withdrawn"
        }
    }

    @Test("Runs that are removed take their questions with them, but not what agents were allowed")
    func retention() async throws {
        let asking = try await Asking(try await EngineWorld())
        let engine = try asking.engine()
        let asked = try await asking.ask(on: engine)
        let now = asking.world.clock.now()
        try await asking.world.database.transaction { transaction in
            try asking.approvals.request(
                ApprovalRequest(
                    key: "run/0",
                    kind: .toolCall,
                    title: "Buy?",
                    agent: "a",
                    tool: "t",
                    input: [:],
                    execution: asked.run.description
                ),
                at: now,
                scope: asking.decider,
                in: transaction
            )
            try engine.stop(
                asked.run,
                error: nil,
                cause: nil,
                scope: asking.world.scope(),
                in: transaction
            )
        }
        asking.world.clock.advance(by: .seconds(91 * 86_400))
        try await ExecutionRetention(days: 90).prune(
            asking.world.database,
            at: asking.world.clock.now()
        )
        #expect(try await asking.world.rows("SELECT key FROM approval") == ["run/0"])
    }
}

private struct NoLog: LogSink {
    func write(_ record: LogRecord) {}
}
