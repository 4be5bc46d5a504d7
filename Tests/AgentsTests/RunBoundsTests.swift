import Agents
import Core
import Models
import Store
import Testing

/// The bounds of a run in money and time, wherever it is made.
@Suite struct RunBoundsTests {
    private typealias Script = ScriptedModels

    /// A provider that never answers; the clock goes on.
    private struct Hanging: ModelGateway {
        let clock: ManualClock

        func reply(
            to request: ModelRequest,
            from models: [String],
            caller: ModelCaller,
            hear: @escaping @Sendable (ModelPiece) -> Void
        ) async throws(ModelFault) -> (reply: ModelReply, charge: ModelCharge) {
            clock.advance(by: .seconds(11))
            do {
                try await clock.sleep(until: clock.now() + .seconds(86_400))
            } catch {
                throw ModelFault(.cancelled, "whoever asked gave up")
            }
            throw ModelFault(.unavailable, "a day has passed")
        }

        func record(_ charge: ModelCharge, in transaction: any Transaction) throws {}
    }

    @Test("A question takes no longer than the run has left")
    func time() async throws {
        let world = try await LoopWorld()
        try await world.set { $0.limits.seconds = 10 }
        try await world.run(Hanging(clock: world.clock))
        let decision = try #require(try await world.decisions().first)
        #expect(decision["policy"]?["name"] == "book")
        #expect(decision["policy"]?["insteadOf"]?["code"] == "model-timed-out")
    }

    @Test("What was charged for attempts that failed is the decision's too, and the run's limit's")
    func failedAttempts() async throws {
        let world = try await LoopWorld()
        try await world.set { _ in }
        let cut = ModelFault(.malformed, "cut", usage: ModelUsage(input: 70, output: 10))
        let models = Script(
            [Script.calls(("desk_look", ["n": 1])), .failure(cut)],
            clock: world.clock
        )
        try await world.run(models)
        // 120 tokens that were answered, 80 that were not, at a millionth each.
        #expect(try await world.decisions().first?["costMicros"] == 200)
        let costs = try await world.texts(
            "SELECT CAST(cost_micros AS TEXT) FROM agent_step WHERE kind = 'model' ORDER BY step"
        )
        #expect(costs == ["120", "80"])
    }

    @Test("A limit of nothing leaves models that cost nothing, and no others")
    func free() {
        let nothing = ModelAllowance(costMicros: 0)
        #expect(nothing.admits(0) && !nothing.admits(1))
        let some = ModelAllowance(costMicros: 100)
        #expect(some.admits(100) && !some.admits(101))
        some.spend(40)
        #expect(some.left == 60 && some.spent == 40)
        #expect(some.admits(60) && !some.admits(61))
    }

    private static func made() async throws -> (LoopWorld, ID<Decision>) {
        let fail = try Tool(
            name: "desk.fail",
            purpose: "Meets a busy store.",
            input: ["type": "object"],
            body: .read { _, _, _ in throw StoreError(.busy, "somebody writes") }
        )
        let world = try await LoopWorld(tools: [fail]) { $0.tools.insert("desk.fail") }
        try await world.set { settings in
            settings.mode = .rules
            settings.limits.costMicros = 300
        }
        try await world.run(nil)
        let id = try #require(
            try await world.database.query("SELECT id FROM decision", []) {
                try $0.id(0, Decision.self)
            }.first
        )
        return (world, id)
    }

    @Test("A second opinion has the bounds of the run")
    func counterfactual() async throws {
        let (world, id) = try await Self.made()
        let models = Script(
            Array(repeating: Script.calls(("desk_look", ["n": 1])), count: 9),
            clock: world.clock
        )
        let found = try #require(
            try await DecisionReplayer(world.office(models))
                .counterfactual(id, .models(["smart"]), by: world.invocation)
        )
        // 120 millionths each and 300 in all.
        #expect(models.requests.count == 3 && found.costMicros == 360)
        #expect(found.conclusion?["policy"]?["insteadOf"]?["code"] == "model-over-budget")
    }

    @Test("A second opinion that is cancelled, or meets trouble of the store, is none")
    func stopped() async throws {
        let (world, id) = try await Self.made()
        func ask(_ answer: Result<ModelReply, ModelFault>) async throws {
            _ = try await DecisionReplayer(world.office(Script([answer], clock: world.clock)))
                .counterfactual(id, .models(["smart"]), by: world.invocation)
        }
        await #expect(throws: CancellationError.self) {
            try await ask(.failure(ModelFault(.cancelled, "gone")))
        }
        await #expect(throws: StoreError.self) { try await ask(Script.calls(("desk_fail", [:]))) }
    }

    @Test("A rehearsal has the bounds of a run, and ends with whoever asks for it")
    func rehearsal() async throws {
        let world = try await LoopWorld()
        let given = try EvaluationCase(
            JSON(
                parsing: #"{"id":"a","input":{},"tools":{"desk.look":[{"return":1}]},"expect":{}}"#
            )
        )
        var settings = AgentSettings()
        settings.limits.costMicros = 300
        func rehearse(_ script: [Result<ModelReply, ModelFault>]) async throws -> JSON {
            try await Evaluation(
                "clerk",
                .models(["smart"]),
                settings: settings,
                office: world.office(Script(script, clock: world.clock))
            )
            .run([given], trials: 1, scope: world.invocation.scope, name: "test").json
        }
        let looks = Array(repeating: Script.calls(("desk_look", ["n": 1])), count: 9)
        let report = try await rehearse(looks)
        #expect(report["costMicros"] == 360)
        let failures = report["results"]?[0]?["failures"]?.text() ?? ""
        #expect(failures.contains("model-over-budget"), "\(failures)")
        await #expect(throws: CancellationError.self) {
            _ = try await rehearse([.failure(ModelFault(.cancelled, "gone"))])
        }
    }

    @Test("What an agent did is counted from the given moment on")
    func activity() async throws {
        let world = try await LoopWorld()
        try await world.run(nil)
        func seen(_ since: Timestamp) async throws -> AgentActivity {
            try await world.database.read { [journal = world.journal, world] in
                try journal.activity(
                    of: "clerk",
                    since: since,
                    scope: world.invocation.scope,
                    in: $0
                )
            }
        }
        let now = world.clock.now()
        #expect(try await seen(now).invocations == 1)
        #expect(try await seen(now).automationRate == 1)
        #expect(try await seen(now + .seconds(1)).invocations == 0)
    }
}
