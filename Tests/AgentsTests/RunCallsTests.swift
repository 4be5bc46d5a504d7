import Agents
import Core
import Models
import Store
import Synchronization
import Testing

/// What a run's calls leave behind: agreements, failures, what was done outside.
@Suite struct RunCallsTests {
    private typealias Script = ScriptedModels
    private struct Power: Error {}

    /// A server that is slow or away.
    private struct Away: Fault {
        var kind: FaultKind
        var code: String { "mcp-timed-out" }
        var message: String { "the server is away" }
    }

    private static func ringing(
        _ body: @escaping @Sendable (Invocation) async throws -> JSON
    ) throws -> Tool {
        try Tool(
            name: "desk.ring",
            purpose: "Rings somebody outside.",
            input: ["type": "object"],
            body: .external { _, invocation in try await body(invocation) }
        )
    }

    /// Rings, and stops before it concludes, as in a power cut; then goes on.
    private struct Ringer: RulePolicy {
        var fails = false
        var name: String { "ringer" }
        var version: Int { 1 }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            _ = try await run.call("desk.look", ["n": 1])
            let said = try await run.call("desk.ring", [:])
            if fails { throw Power() }
            return Conclusion(
                subject: "thing:1",
                options: [Option("ring", score: 1, reasons: [])],
                choice: "ring",
                rationale: "",
                confidence: 1,
                output: ["done": true, "said": said]
            )
        }
    }

    // MARK: Agreements

    @Test(
        "What a person agreed to is what is called; another build that would call something else is stopped",
        arguments: [true, false]
    )
    func agreements(_ isAnswered: Bool) async throws {
        let world = try await LoopWorld()
        try await world.set { settings in
            settings.mode = .rules
            settings.approvals = ["desk.write"]
        }
        #expect(try await world.run(nil) == .null)
        if isAnswered { try await world.decide(.approve) }
        let other = try await LoopWorld { $0.policy = LoopWorld.Rules(writes: 8) }
        await #expect { try await world.run(nil, build: other) } throws: {
            ($0 as? GeneralFault)?.code == "policy-not-deterministic"
        }
        #expect(try await world.written().isEmpty)
        // Nobody is asked any more about a call that will not be made.
        let states = try await world.texts("SELECT state FROM approval")
        #expect(states == [isAnswered ? "approved" : "withdrawn"])
    }

    @Test(
        "The same build calls what was shown, or what was put in its place",
        arguments: [
            (ApprovalVerdict.approve, #"{"n":7}"#), (.amend(["n": 6]), #"{"n":6}"#),
        ]
    )
    func agreed(_ verdict: ApprovalVerdict, _ written: String) async throws {
        let world = try await LoopWorld()
        world.approvals.use(world.registry)
        try await world.set { settings in
            settings.mode = .rules
            settings.approvals = ["desk.write"]
        }
        #expect(try await world.run(nil) == .null)
        try await world.decide(verdict)
        try await world.run(nil)
        #expect(try await world.written() == [written])
    }

    // MARK: Failures

    @Test(
        "A server of others that is slow or away is a failed step, of which the model is told",
        arguments: [FaultKind.timeout, .unavailable]
    )
    func away(_ kind: FaultKind) async throws {
        let ring = try Self.ringing { _ in throw Away(kind: kind) }
        let world = try await LoopWorld(tools: [ring]) { $0.tools.insert("desk.ring") }
        try await world.set { _ in }
        let models = Script(
            [Script.calls(("desk_ring", [:])), Script.concludes()],
            clock: world.clock
        )
        #expect(try await world.run(models) == ["done": true])
        guard case .result(let result)? = models.requests[1].messages.last?.parts.first else {
            Issue.record("the model was told nothing")
            return
        }
        #expect(result.isError && result.content["error"]?["code"] == "mcp-timed-out")
        let faults = try await world.texts(
            "SELECT fault FROM agent_step WHERE tool = 'desk.ring'"
        )
        #expect(faults.count == 1)
        let id = try #require(
            try await world.database.query("SELECT id FROM decision", []) {
                try $0.id(0, Decision.self)
            }.first
        )
        let again = try await DecisionReplayer(world.office(nil))
            .replay(id, scope: world.invocation.scope)
        guard case .same? = again else {
            Issue.record("\(String(describing: again))")
            return
        }
    }

    @Test(
        "A policy that meets a server which is away may still decide; if it does not, the run failed"
    )
    func awayFromRules() async throws {
        let ring = try Self.ringing { _ in throw Away(kind: .unavailable) }
        let world = try await LoopWorld(tools: [ring]) {
            $0.tools.insert("desk.ring")
            $0.policy = Ringer()
        }
        await #expect { try await world.run(nil) } throws: {
            ($0 as? GeneralFault)?.code == "mcp-timed-out"
        }
        #expect(try await world.texts("SELECT code FROM agent_failure") == ["mcp-timed-out"])
        #expect(try await world.texts("SELECT tool FROM agent_step ORDER BY step").count == 2)
    }

    @Test("Trouble of the store is nobody's answer: the run ends, and nothing of it is kept")
    func trouble() async throws {
        let ring = try Self.ringing { _ in throw StoreError(.busy, "somebody writes") }
        let world = try await LoopWorld(tools: [ring]) { $0.tools.insert("desk.ring") }
        try await world.set { _ in }
        let models = Script([Script.calls(("desk_ring", [:]))], clock: world.clock)
        await #expect(throws: StoreError.self) { try await world.run(models) }
        #expect(try await world.texts("SELECT code FROM agent_failure").isEmpty)
        #expect(try await world.texts("SELECT tool FROM agent_step") == ["$model"])
    }

    // MARK: Outside

    @Test("What was done outside is kept at once: after a power cut it is not done again")
    func outside() async throws {
        let keys = Notes<String>()
        let ring = try Self.ringing { invocation in
            keys.add(invocation.key)
            return "hello"
        }
        let world = try await LoopWorld(tools: [ring]) {
            $0.tools.insert("desk.ring")
            $0.policy = Ringer(fails: true)
        }
        let after = try await LoopWorld(tools: [ring]) {
            $0.tools.insert("desk.ring")
            $0.policy = Ringer()
        }
        await #expect(throws: Power.self) { try await world.run(nil) }
        // What was looked at before is kept with it.
        let kept = try await world.texts("SELECT tool FROM agent_step ORDER BY step")
        #expect(kept == ["desk.look", "desk.ring"])
        let output = try await world.run(nil, build: after)
        #expect(output["said"] == "hello")
        #expect(keys.all == ["run-1/1"])
    }

    @Test("Between the act and our commit it may be done twice, by the same key")
    func outsideTwice() async throws {
        let keys = Notes<String>()
        let ring = try Self.ringing { invocation in
            keys.add(invocation.key)
            return "hello"
        }
        let world = try await LoopWorld(tools: [ring]) {
            $0.tools.insert("desk.ring")
            $0.policy = Ringer()
        }
        await #expect(throws: NoLongerWanted.self) {
            try await world.run(nil, stillWanted: { _ in throw NoLongerWanted() })
        }
        #expect(try await world.texts("SELECT tool FROM agent_step").isEmpty)
        try await world.run(nil)
        #expect(keys.all == ["run-1/1", "run-1/1"])
    }

    // MARK: Hand-offs

    @Test("A case whose colleague waits for a person counts as decided when it is, once")
    func handsOff() async throws {
        let world = try await LoopWorld()
        try await world.set { _ in }
        try await world.set("boss") { settings in
            settings.mode = .rules
            settings.approvals = ["desk.write"]
        }
        let models = Script(
            [
                Script.calls(
                    (
                        "hand_off",
                        ["agent": "boss", "subject": "thing:1", "reason": "no", "input": [:]]
                    )
                )
            ],
            clock: world.clock
        )
        #expect(try await world.run(models) == .null)
        #expect(try await world.run(models) == .null)
        #expect(world.outcomes.all.allSatisfy { $0.hasSuffix("waiting") })
        try await world.decide(.approve)
        try await world.run(models)
        #expect(world.outcomes.all.count { $0 == "clerk decided" } == 1)
        #expect(world.outcomes.all.count { $0 == "boss decided" } == 1)
    }
}
