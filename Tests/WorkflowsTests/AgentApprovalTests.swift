import Agents
import Core
import Events
import Identity
import Observability
import Store
import Testing
import Workflows

/// An agent's run that must wait for a person before it may call a tool.
@Suite struct AgentApprovalTests {
    private struct Setting {
        let world: EngineWorld
        let approvals: Approvals

        init() async throws {
            world = try await EngineWorld()
            let audit = AuditLog(database: world.database, clock: world.clock)
            approvals = Approvals(events: world.log, audit: audit, ids: world.ids)
            try await world.database.migrate(IdentityTables.migrations)
        }

        /// An engine like that of a process which has just started.
        func engine(_ workflow: JSON = EngineWorld.buying) throws -> WorkflowEngine {
            let engine = try world.engine(["buying": workflow], approvals: approvals)
            approvals.onAnswer(of: .toolCall) { try engine.proceed($0, in: $1) }
            return engine
        }

        func isAsked() async throws -> Bool { try await !open().isEmpty }

        func open() async throws -> [String] {
            try await world.rows("SELECT id FROM approval WHERE state = 'open'")
        }

        /// Decides, as the person in whose name the run acts if nobody else is said.
        func decide(
            _ verdict: ApprovalVerdict,
            comment: String? = nil,
            as actor: Actor = EngineWorld.person
        ) async throws {
            let first = try #require(try await open().first)
            let id = try #require(ID<Approval>(first))
            var scope = world.scope()
            scope.roles = [.manager]
            scope.actor = actor
            let (approvals, now, decider) = (approvals, world.clock.now(), scope)
            try await world.database.transaction { transaction in
                _ = try approvals.decide(
                    id,
                    verdict,
                    comment: comment,
                    at: now,
                    scope: decider,
                    in: transaction
                )
            }
        }

        func output() async throws -> JSON {
            let found = try await world.database.query(
                "SELECT output FROM execution WHERE name = 'one'",
                []
            ) { try $0.optionalJSON(0) }
            return (found.first ?? .none) ?? .null
        }

        func spent() async throws -> [String] {
            try await world.rows("SELECT note FROM till WHERE note LIKE '%amount%'")
        }
    }

    enum Answer: CaseIterable, Sendable { case approves, amends, rejects }

    @Test(
        "The call waits for a person, and is made once with what was agreed, or not at all",
        arguments: Answer.allCases,
        [false, true]
    )
    func answered(_ answer: Answer, _ restarts: Bool) async throws {
        let setting = try await Setting()
        let world = setting.world
        let first = try setting.engine()
        let decide = { @Sendable () async throws -> Void in
            switch answer {
            case .approves: try await setting.decide(.approve)
            case .amends: try await setting.decide(.amend(["amount": 20]), comment: "less")
            case .rejects: try await setting.decide(.reject, comment: "too much")
            }
        }
        try await world.running([first]) {
            try await world.start("buying", input: ["amount": 50], on: first)
            try await world.eventually("asked") { try await setting.isAsked() }
            #expect(try await setting.spent() == [])
            if restarts { return }
            try await decide()
            try await world.eventually("ended") { try await world.statuses() == ["one SUCCEEDED"] }
        }
        if restarts {
            let second = try setting.engine()
            try await world.running([second]) {
                #expect(try await world.statuses() == ["one RUNNING"])
                try await decide()
                try await world.eventually("ended") {
                    try await world.statuses() == ["one SUCCEEDED"]
                }
            }
        }
        switch answer {
        case .approves:
            #expect(try await setting.output() == ["spent": 50])
            #expect(try await setting.spent() == [#"{"amount":50}"#])
        case .amends:
            #expect(try await setting.output() == ["spent": 20])
            #expect(try await setting.spent() == [#"{"amount":20}"#])
            let kept = try await world.rows("SELECT asked FROM agent_step WHERE asked IS NOT NULL")
            #expect(kept == [#"{"amount":50}"#])
        case .rejects:
            let output = try await setting.output()
            #expect(output["refused"] == "approval-rejected")
            #expect(output["why"]?.string?.contains("too much") == true)
            #expect(try await setting.spent() == [])
        }
        // What was done before the question was done once.
        let counted = try await world.rows("SELECT note FROM till WHERE note LIKE '%buyer%'")
        #expect(counted.count == 1)
        let decisions = try await world.rows("SELECT CAST(approvals AS TEXT) FROM decision")
        #expect(decisions == ["1"])
    }

    @Test("What was agreed must fit the tool, and a refusal needs a reason: else nothing changes")
    func badAnswers() async throws {
        let setting = try await Setting()
        let world = setting.world
        let engine = try setting.engine()
        try await world.running([engine]) {
            try await world.start("buying", input: ["amount": 50], on: engine)
            try await world.eventually("asked") { try await setting.isAsked() }
            await #expect { try await setting.decide(.amend(["amount": 500])) } throws: {
                ($0 as? GeneralFault)?.pointer?.hasSuffix("/amount") == true
            }
            await #expect(throws: GeneralFault.self) { try await setting.decide(.reject) }
            #expect(try await setting.isAsked())
            #expect(try await world.statuses() == ["one RUNNING"])
        }
    }

    @Test(
        "A task's time rests while a person is asked, also across a restart",
        arguments: [false, true]
    )
    func timeRests(_ restarts: Bool) async throws {
        let setting = try await Setting()
        let world = setting.world
        let impatient: JSON = [
            "StartAt": "Buy",
            "States": [
                "Buy": [
                    "Type": "Task", "Resource": "weft:agent:world.buyer", "TimeoutSeconds": 600,
                    "HeartbeatSeconds": 300, "End": true,
                ]
            ],
        ]
        let asked = world.clock.now()
        let waitAndDecide = { @Sendable () async throws -> Void in
            // Twelve times the task's own time, half of what the question has.
            try await world.passing(.seconds(60)) { world.clock.now() - asked >= .seconds(7_200) }
            #expect(try await world.rows("SELECT state FROM approval") == ["open"])
            #expect(try await world.statuses() == ["one RUNNING"])
            try await setting.decide(.approve)
            try await world.eventually("ended") { try await world.statuses() == ["one SUCCEEDED"] }
        }
        let first = try setting.engine(impatient)
        try await world.running([first]) {
            try await world.start("buying", input: ["amount": 50], on: first)
            try await world.eventually("asked") { try await setting.isAsked() }
            if !restarts { try await waitAndDecide() }
        }
        if restarts {
            let second = try setting.engine(impatient)
            try await world.running([second], waitAndDecide)
        }
        #expect(try await setting.output() == ["spent": 50])
        #expect(try await setting.spent() == [#"{"amount":50}"#])
    }

    @Test("Where a second person is wanted, whoever it acts for does not agree to it")
    func secondPerson() async throws {
        let setting = try await Setting()
        let world = setting.world
        var settings = AgentSettings()
        settings.secondPerson = true
        let wanted = settings
        try await world.database.transaction {
            _ = try wanted.keep(
                for: "world.buyer",
                organisation: EngineWorld.organisation,
                in: $0
            )
        }
        let engine = try setting.engine()
        try await world.running([engine]) {
            try await world.start("buying", input: ["amount": 50], on: engine)
            try await world.eventually("asked") { try await setting.isAsked() }
            await #expect {
                try await setting.decide(.approve)
            } throws: {
                ($0 as? GeneralFault)?.code == "second-person-needed"
            }
            let other = Actor(id: ID(high: 2, low: 9), kind: .person, name: "Day shift")
            try await setting.decide(.approve, as: other)
            try await world.eventually("ended") { try await world.statuses() == ["one SUCCEEDED"] }
        }
    }

    @Test("Nobody is asked any more once the execution was stopped")
    func stopped() async throws {
        let setting = try await Setting()
        let world = setting.world
        let engine = try setting.engine()
        try await world.running([engine]) {
            let id = try await world.start("buying", input: ["amount": 50], on: engine)
            try await world.eventually("asked") { try await setting.isAsked() }
            let scope = world.scope()
            try await world.database.transaction {
                try engine.stop(id, error: nil, cause: "no", scope: scope, in: $0)
            }
        }
        #expect(try await world.rows("SELECT state FROM approval") == ["withdrawn"])
        #expect(try await setting.spent() == [])
    }

    @Test("A question that nobody answers in time is an answer too")
    func expires() async throws {
        let setting = try await Setting()
        let world = setting.world
        let engine = try setting.engine()
        let deadlines = ApprovalDeadlines(
            setting.approvals,
            database: world.database,
            clock: world.clock,
            log: Logger(sink: StandardErrorLog(), clock: world.clock, minimum: .error)
        )
        try await world.running([engine]) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await deadlines.run {} }
                try await world.start("buying", input: ["amount": 50], on: engine)
                try await world.eventually("asked") { try await setting.isAsked() }
                try await world.passing(.seconds(3_600)) {
                    try await world.statuses() == ["one SUCCEEDED"]
                }
                group.cancelAll()
            }
        }
        #expect(try await setting.output()["refused"] == "approval-expired")
        #expect(try await setting.spent() == [])
    }
}
