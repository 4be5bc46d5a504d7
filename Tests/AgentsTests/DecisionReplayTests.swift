import Agents
import Core
import Identity
import Models
import Privacy
import Store
import Testing

/// Making decisions again.
@Suite struct DecisionReplayTests {
    private typealias Script = ScriptedModels

    /// Uses everything a policy may look at.
    private struct Gambler: RulePolicy {
        var version = 1
        var shift = 0
        var looks = ["desk.look", "desk.fetch"]
        var name: String { "gambler" }

        func decide(_ run: AgentRun) async throws -> Conclusion {
            var seen: [JSON] = []
            for tool in looks {
                seen.append(try await run.call(tool, tool == "desk.look" ? ["n": 4] : [:]))
            }
            let toss = run.random.unit()
            let id: ID<Gambler> = run.newID()
            _ = try await run.call("desk.write", ["n": .int(Int(toss * 100)), "id": id.json])
            return Conclusion(
                subject: "thing:1",
                options: [
                    Option("heads", score: toss, reasons: ["\(run.now)"]),
                    Option("tails", score: 1 - toss, reasons: ["\(id)"], detail: seen[0]),
                ],
                choice: toss + Double(shift) >= 0.5 ? "heads" : "tails",
                rationale: "at \(run.now) for \(seen.last?["name"]?.string ?? "nobody")",
                confidence: toss,
                output: ["done": true]
            )
        }
    }

    private func outcome(_ world: LoopWorld, _ registry: ToolRegistry? = nil) async throws -> String
    {
        var office = world.office(nil)
        if let registry { office.registry = registry }
        let id = try #require(
            try await world.database.query("SELECT id FROM decision ORDER BY id", []) { row in
                try row.id(0, Decision.self)
            }.first
        )
        let found = try await DecisionReplayer(office).replay(id, scope: world.invocation.scope)
        switch try #require(found) {
        case .same: return "same"
        case .different(let differences):
            return differences.map { $0.pointer }.joined(separator: " ")
        case .notReplayable(let code, _): return code
        }
    }

    @Test("Rules that look, write, toss and name come to the same again, byte for byte")
    func rules() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        world.clock.advance(by: .seconds(86_400))
        let before = try await world.written()
        #expect(try await outcome(world) == "same")
        // Nothing was called: what is written is what was written.
        #expect(try await world.written() == before)
        #expect(world.called.all == ["look"])
    }

    @Test("A policy that decides otherwise under the same version is found out, with the place")
    func changed() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        let choice = try await world.decisions().first?["choice"]
        let other = try await LoopWorld {
            $0.policy = Gambler(shift: choice == "heads" ? -9 : 9)
        }
        #expect(try await outcome(world, other.registry) == "/choice")
    }

    @Test("A version that this build lacks is not replayable, never passed")
    func version() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        let newer = try await LoopWorld { $0.policy = Gambler(version: 2) }
        #expect(try await outcome(world, newer.registry) == "policy-version")
        let asksElse = try await LoopWorld { $0.policy = Gambler(looks: ["desk.fetch"]) }
        #expect(try await outcome(world, asksElse.registry) == "other-calls")
    }

    @Test("A model's decision is replayed with no model within reach, masks and all")
    func models() async throws {
        let world = try await LoopWorld()
        try await world.set { _ in }
        let models = Script(
            [
                Script.calls(("desk_fetch", [:]), ("desk_look", ["n": 1])),
                Script.calls(("desk_write", ["for": ["$result": "r1", "pointer": "/name"]])),
                Script.concludes(why: "size 3 is small"),
            ],
            clock: world.clock
        )
        try await world.run(models)
        #expect(try await outcome(world) == "same")
        // Another guidance would be another prompt.
        let told = try await LoopWorld { $0.guidance = "Be bold." }
        #expect(try await outcome(world, told.registry) == "prompt-changed")
    }

    @Test("A decision that the rules made in a model's place is replayed by both")
    func fallback() async throws {
        let world = try await LoopWorld()
        try await world.set { _ in }
        let models = Script(
            [Script.calls(("desk_look", ["n": 1])), .failure(ModelFault(.timedOut, "too long"))],
            clock: world.clock
        )
        try await world.run(models)
        #expect(try await outcome(world) == "same")
    }

    @Test("Once the person is erased it cannot be known, and that is said")
    func erased() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        let person = DataSubject(
            "customer",
            try #require(ID<DataSubject>("018f0000-0000-7000-8000-000000000001"))
        )
        let scope = world.invocation.scope
        try await world.database.transaction { [keys = world.privacy.keys] in
            _ = try keys.erase(person, scope: scope, in: $0)
        }
        #expect(try await outcome(world) == "person-erased")
    }

    @Test(
        "A run whose plan this build cannot read is not replayed by other settings, and does not go on"
    )
    func unreadablePlan() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        try await world.database.transaction {
            try $0.execute(
                "UPDATE agent_run SET plan = ?",
                [.json(["settings": ["mode": "magic", "approvals": ["desk.write"]]])]
            )
        }
        #expect(try await outcome(world) == "unreadable-plan")
        await #expect { try await world.run(nil) } throws: {
            ($0 as? GeneralFault)?.code == "unreadable-plan"
        }
    }

    @Test("Another policy decides the same case from what was seen, and changes nothing")
    func counterfactual() async throws {
        let world = try await LoopWorld { $0.policy = Gambler() }
        try await world.run(nil)
        let before = try await world.written()
        let id = try #require(
            try await world.database.query("SELECT id FROM decision", []) {
                try $0.id(0, Decision.self)
            }.first
        )
        let models = Script(
            [
                Script.calls(("desk_look", ["n": 4])), Script.calls(("desk_look", ["n": 5])),
                Script.concludes("pass"),
            ],
            clock: world.clock
        )
        let replayer = DecisionReplayer(world.office(models))
        let found = try #require(
            try await replayer.counterfactual(id, .models(["smart"]), by: world.invocation)
        )
        #expect(found.conclusion?["choice"] == "pass")
        #expect(found.costMicros == 360 && models.charges.count == 3)
        let sources = found.calls.filter { $0["tool"] == "desk.look" }.compactMap {
            $0["source"]?.string
        }
        #expect(sources == ["journal", "now"])
        #expect(found.differences.contains { $0.pointer == "/choice" })

        let writes = Script([Script.calls(("desk_write", ["n": 1]))], clock: world.clock)
        let stopped = try #require(
            try await DecisionReplayer(world.office(writes))
                .counterfactual(id, .models(["smart"]), by: world.invocation)
        )
        #expect(stopped.conclusion == nil && stopped.stopped?.contains("desk.write") == true)
        #expect(try await world.written() == before)
    }
}
