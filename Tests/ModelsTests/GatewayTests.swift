import Core
import Observability
import Store
import StoreTesting
import Synchronization
import Testing

@testable import Models

@Suite struct GatewayTests {
    private let busy = ModelFault(.unavailable, "busy")

    @Test("The first model that answers is charged, with what its tokens cost")
    func answers() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        try await world.model("one", at: provider)
        let (reply, charge) = try await world.ask(["one"])
        #expect(reply.text == "said by one")
        // 1,000 × 3 + 100 × 15 per million: 0.0045.
        #expect(charge.costMicros == 4_500)
        #expect(charge.model == "one" && charge.agent == "planner" && charge.run == "run-1")
        #expect(charge.attempts == 1)
        let day = ModelBudget.Period.day.start(at: world.clock.now())
        for group in UsageGroup.allCases {
            let rows = try await world.database.read { reader in
                try world.accounts.usage(
                    from: day,
                    to: day,
                    by: group,
                    scope: world.scope,
                    in: reader
                )
            }
            #expect(rows.count == 1)
            #expect(rows.first?.usage == ModelUsage(input: 1_000, output: 100))
            #expect(rows.first?.costMicros == 4_500)
        }
        let stranger = ModelWorld.scope(organisation: ID(high: 9, low: 9))
        let others = try await world.database.read { reader in
            try world.accounts.usage(from: day, to: day, by: .model, scope: stranger, in: reader)
        }
        #expect(others.isEmpty)
        let text = world.metrics.render()
        #expect(text.contains("weft_model_calls_total"))
        #expect(text.contains("weft_model_cost_total"))
    }

    @Test("What may pass is tried again; then the next model is asked, and listeners begin anew")
    func fallback() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        try await world.model("one", at: provider)
        try await world.model("two", at: provider)
        let cut = ModelFault(.malformed, "it broke off", usage: ModelUsage(input: 500, output: 3))
        world.played.play("one", .breakOff("Once", cut), .fail(busy), .fail(busy))
        let pieces = Mutex<[ModelPiece]>([])
        let allowance = ModelAllowance(costMicros: 1_000_000)
        var caller = world.caller()
        caller.allowance = allowance
        let (reply, charge) = try await world.gateway.reply(
            to: ModelWorld.question(),
            from: ["one", "two"],
            caller: caller
        ) { piece in pieces.withLock { $0.append(piece) } }
        #expect(reply.text == "said by two")
        #expect(world.played.asked == ["one", "one", "one", "two"])
        #expect(charge.attempts == 4)
        #expect(world.clock.pauses.count == 2)
        #expect(pieces.withLock { $0 } == [.text("Once"), .restarted, .text("said by two")])
        // What was counted before it broke off will be billed, and is in the accounts.
        let rows = try await world.database.read { reader in
            try world.accounts.usage(
                from: CalendarDate(daysSinceEpoch: 0),
                to: CalendarDate(daysSinceEpoch: 40_000),
                by: .model,
                scope: world.scope,
                in: reader
            )
        }
        #expect(rows == [ModelUsageRow(name: "one", calls: 0, usage: cut.usage, costMicros: 1_545)])
        // Whoever asked is told of it, beside the charge of the answer.
        #expect(allowance.spent == 1_545)
    }

    @Test("A question that may cost more than it is allowed is not asked; a free model always is")
    func allowance() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        try await world.model("one", at: provider)
        try await world.model("free", at: provider, ["prices": ["input": "0", "output": "0"]])
        func ask(_ names: [String], _ allowance: ModelAllowance) async throws(ModelFault) -> String
        {
            var caller = world.caller()
            caller.allowance = allowance
            return try await world.gateway.reply(
                to: ModelWorld.question(),
                from: names,
                caller: caller,
                hear: { _ in }
            ).reply.text
        }
        await #expect {
            try await ask(["one"], ModelAllowance(costMicros: 0))
        } throws: { ($0 as? ModelFault)?.code == .overBudget }
        #expect(world.played.asked.isEmpty)
        #expect(try await ask(["one", "free"], ModelAllowance(costMicros: 0)) == "said by free")
        #expect(try await ask(["one"], ModelAllowance(costMicros: 1_000_000)) == "said by one")
    }

    @Test("A provider that asks for a pause gets it")
    func retryAfter() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        world.played.play("one", .fail(ModelFault(.throttled, "slow", retryAfter: .seconds(5))))
        _ = try await world.ask(["one"])
        #expect(world.clock.pauses == [.seconds(5)])
    }

    @Test("A model that is unknown, off, for something else or another organisation's is not asked")
    func notConfigured() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        try await world.model("vectors", at: provider, ["purpose": "embedding"])
        try await world.model("off", at: provider, ["enabled": false])
        for name in ["unknown", "vectors", "off"] {
            #expect(await world.fault([name])?.code == .notConfigured)
        }
        #expect(await world.fault([])?.code == .notConfigured)
        try await world.model("one", at: provider)
        let stranger = ModelCaller(
            scope: ModelWorld.scope(organisation: ID(high: 9, low: 9)),
            agent: "planner",
            run: "r",
            sensitivity: .public
        )
        #expect(await world.fault(["one"], stranger)?.code == .notConfigured)
        #expect(world.played.asked.isEmpty)
        #expect(try await world.ask(["unknown", "one"]).reply.text == "said by one")
    }

    @Test("After five failures in a row a model is left alone, and tried again later")
    func breaker() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        for _ in 0..<6 { world.played.play("one", .fail(busy)) }
        #expect(await world.fault(["one"])?.code == .unavailable)
        // The fifth failure opens it, so the third attempt is not made.
        #expect(await world.fault(["one"])?.code == .suspended)
        #expect(world.played.asked.count == 5)
        let suspended = await world.fault(["one"])
        #expect(suspended?.code == .suspended)
        #expect(suspended?.retryAfter ?? .zero > .seconds(25))
        world.clock.advance(by: .seconds(31))
        // The trial fails: longer.
        #expect(await world.fault(["one"])?.code == .suspended)
        #expect(world.played.asked.count == 6)
        world.clock.advance(by: .seconds(61))
        #expect(try await world.ask(["one"]).reply.text == "said by one")
    }

    @Test("Restricted prompts go only to providers that may see them, and stay in the home region")
    func sensitivity() async throws {
        let world = try await ModelWorld()
        let open = try await world.provider(["name": "open", "sensitivity": "public"])
        let near = try await world.provider(["name": "near", "region": "eu-central-1"])
        let far = try await world.provider(["name": "far", "region": "us-east-1"])
        for (name, provider) in [("a", open), ("b", near), ("c", far)] {
            try await world.model(name, at: provider)
        }
        let restricted = world.caller("planner", .restricted)
        #expect(await world.fault(["a"], restricted)?.code == .notAllowed)
        #expect(await world.fault(["a"], world.caller()) == nil)
        #expect(await world.fault(["c"], restricted) == nil)
        func policy(_ policy: JSON) async throws {
            try await world.database.transaction {
                _ = try PromptPolicy.set(JSONReader(policy), scope: world.scope, in: $0)
            }
        }
        try await policy(["currency": "CHF", "homeRegion": "eu-central-1"])
        #expect(await world.fault(["c"], restricted)?.code == .notAllowed)
        #expect(await world.fault(["b"], restricted) == nil)
        #expect(await world.fault(["c"]) == nil)
        // The next one that may.
        #expect(try await world.ask(["a", "c", "b"], restricted).charge.model == "b")
        try await policy([
            "currency": "CHF", "homeRegion": "eu-central-1", "restrictedAbroad": true,
        ])
        #expect(await world.fault(["c"], restricted) == nil)
    }

    @Test("A cancelled question ends, under way or waiting")
    func cancellation() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        world.played.play("one", .fail(ModelFault(.cancelled, "gone")))
        #expect(await world.fault(["one"])?.code == .cancelled)
        for _ in 0..<3 { world.played.play("one", .fail(busy)) }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await world.fault(["one"])
        }
        #expect(await task.value?.code == .cancelled)
    }

    @Test("A model writes no more than it may")
    func outputLimit() async throws {
        let world = try await ModelWorld()
        try await world.model("small", at: try await world.provider(), ["outputLimit": 50])
        _ = try await world.ask(["small"], tokens: 4_096)
        #expect(world.played.requests.last?.maximumTokens == 50)
    }

    @Test("Texts become vectors in as many requests as the provider wants")
    func embeddings() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider(["kind": "openai"])
        #expect(throws: Never.self) { world.played.batches.isEmpty }
        await #expect(throws: ModelFault.self) {
            try await world.gateway.embed(["a"], by: nil, caller: world.caller())
        }
        try await world.model(
            "vectors",
            at: provider,
            ["purpose": "embedding", "prices": ["input": "0.1"]]
        )
        let texts = (1...10).map { String(repeating: "x", count: $0) }
        let (vectors, charge) = try await world.gateway.embed(
            texts,
            by: nil,
            caller: world.caller()
        )
        #expect(vectors.map { $0[0] } == (1...10).map(Float.init))
        #expect(world.played.batches == [4, 4, 2])
        // 100 tokens at 0.1 a million.
        #expect(charge.usage.input == 100 && charge.costMicros == 10)
        for texts in [[], [""]] {
            await #expect(throws: ModelFault.self) {
                try await world.gateway.embed(texts, by: "vectors", caller: world.caller())
            }
        }
    }
}
