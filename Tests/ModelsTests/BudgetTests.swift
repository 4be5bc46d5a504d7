import Core
import Store
import StoreTesting
import Synchronization
import Testing

@testable import Models

@Suite struct BudgetTests {
    // "How is it?" and its frame are ten bytes, five tokens at most; with 100 written a call may cost
    // 5 × 3.75 (were all of it put into the cache) + 100 × 15 = 1,519 millionths, and really costs 4,500
    // (1,000 read, 100 written).
    @Test("A call that may cost more than what is left is not made, and says why")
    func refused() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["agent": "planner", "period": "day", "cost": "0.006"])
        _ = try await world.ask(["one"])
        let fault = await world.fault(["one"])
        #expect(fault?.code == .overBudget)
        #expect(
            fault?.message
                == "agent planner may spend 0.006 EUR a day: 0.0045 are spent, 0.00 set aside, and this call "
                + "may cost 0.001519"
        )
        #expect(world.played.asked.count == 1)
        // Another agent has no budget, and a free model costs nothing.
        #expect(await world.fault(["one"], world.caller("other")) == nil)
        try await world.model(
            "free",
            at: try await world.provider(["name": "local"]),
            ["prices": [:]]
        )
        #expect(try await world.ask(["one", "free"]).charge.model == "free")
        world.clock.advance(by: .seconds(86_400))
        #expect(await world.fault(["one"]) == nil)
    }

    @Test("The organisation's budget holds for all agents together, by the month, in tokens too")
    func organisation() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["period": "month", "tokens": 2_300])
        _ = try await world.ask(["one"], world.caller("a"))
        _ = try await world.ask(["one"], world.caller("b"))
        let fault = await world.fault(["one"], world.caller("c"))
        #expect(fault?.code == .overBudget)
        #expect(
            fault?.message.hasPrefix(
                "the organisation may spend 2300 tokens a month: 2200 are spent"
            ) == true
        )
        // 2026-11-18 and eleven days are still November; two more are not.
        world.clock.advance(by: .seconds(11 * 86_400))
        #expect(await world.fault(["one"], world.caller("c"))?.code == .overBudget)
        world.clock.advance(by: .seconds(2 * 86_400))
        #expect(await world.fault(["one"], world.caller("c")) == nil)
    }

    @Test("What is under way is set aside, until it is recorded")
    func reservations() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        // Enough for one call under way, and not for two.
        try await world.budget(["period": "day", "cost": "0.005"])
        let first = try await world.gateway.reply(
            to: ModelWorld.question(),
            from: ["one"],
            caller: world.caller()
        ) { _ in }
        // It is known what it cost, and nothing is recorded yet.
        let fault = await world.fault(["one"])
        #expect(fault?.code == .overBudget)
        #expect(fault?.message.contains("0.00 are spent, 0.0045 set aside") == true)
        try await world.database.transaction { try world.gateway.record(first.charge, in: $0) }
        #expect(
            await world.fault(["one"])?.message.contains("0.0045 are spent, 0.00 set aside") == true
        )
    }

    /// The gateway reads the model first and what is spent then.
    static let moments: [MeddledDatabase.Moment] = [
        .before(1), .after(1), .before(2), .after(2), .before(3), .after(3),
    ]

    @Test(
        "A charge that is recorded while another call is admitted counts all the time",
        arguments: moments
    )
    func recordedMeanwhile(_ moment: MeddledDatabase.Moment) async throws {
        // 0.0045 and at most 0.001519 more: too much for the first budget, not for the second.
        for (limit, code) in [("0.006", ModelFault.Code.overBudget), ("0.0061", nil)] {
            let world = try await ModelWorld()
            try await world.model("one", at: try await world.provider())
            try await world.budget(["agent": "planner", "period": "day", "cost": .string(limit)])
            let first = try await world.gateway.reply(
                to: ModelWorld.question(),
                from: ["one"],
                caller: world.caller()
            ) { _ in }
            world.meddled.meddle(moment) {
                try await world.database.transaction {
                    try world.gateway.record(first.charge, in: $0)
                }
            }
            #expect(await world.fault(["one"])?.code == code)
        }
    }

    @Test("What a broken answer cost is set aside until it is recorded")
    func brokenMeanwhile() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["agent": "planner", "period": "day", "cost": "0.006"])
        // 1,000 read and 100 written before it broke off: 0.0045 as above, so that none can follow.
        let cut = ModelFault(.malformed, "cut", usage: ModelUsage(input: 1_000, output: 100))
        world.played.play("one", .breakOff("Once", cut))
        let meanwhile = Mutex<ModelFault?>(nil)
        world.meddled.meddle(.beforeChange(1)) {
            let fault = await world.fault(["one"])
            meanwhile.withLock { $0 = fault }
        }
        _ = await world.fault(["one"])
        #expect(
            meanwhile.withLock { $0 }?.message.contains("0.00 are spent, 0.0045 set aside") == true
        )
        #expect(
            await world.fault(["one"])?.message.contains("0.0045 are spent, 0.00 set aside") == true
        )
        #expect(world.played.asked.count == 1)
    }

    @Test("What nobody records is let go of after a while, and what failed at once")
    func forgotten() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["period": "day", "cost": "0.005"])
        for _ in 0..<3 { world.played.play("one", .fail(ModelFault(.unavailable, "busy"))) }
        #expect(await world.fault(["one"])?.code == .unavailable)
        _ = try await world.gateway.reply(
            to: ModelWorld.question(),
            from: ["one"],
            caller: world.caller()
        ) { _ in }
        #expect(await world.fault(["one"])?.code == .overBudget)
        world.clock.advance(by: ReservationBook.longest + .seconds(1))
        #expect(await world.fault(["one"]) == nil)
    }

    @Test("A budget tells once of 80 % and once of 100 %, and anew in the next period")
    func alarms() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["agent": "planner", "period": "day", "cost": "0.011"])
        _ = try await world.ask(["one"])
        #expect(try await world.alarms().isEmpty)
        // 0.009 of 0.011 are 81 %.
        _ = try await world.ask(["one"])
        let near = try await world.alarms()
        #expect(near.map(\.type) == ["model-budget.neared"])
        #expect(near.first?.data["percent"] == 80)
        #expect(near.first?.data["agent"] == "planner")
        #expect(near.first?.data["spent"]?["cost"] == "0.009")
        #expect(near.first?.data["currency"] == "EUR")
        _ = try await world.ask(["one"])
        _ = await world.fault(["one"])
        _ = await world.fault(["one"])
        #expect(
            try await world.alarms().map(\.type) == [
                "model-budget.neared", "model-budget.exhausted",
            ]
        )
        world.clock.advance(by: .seconds(86_400))
        _ = try await world.ask(["one"])
        _ = try await world.ask(["one"])
        #expect(try await world.alarms().count == 3)
    }

    @Test("A budget that only refuses tells of it, too")
    func refusals() async throws {
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        try await world.budget(["period": "day", "cost": "0.001"])
        _ = await world.fault(["one"])
        _ = await world.fault(["one"])
        #expect(try await world.alarms().map(\.type) == ["model-budget.exhausted"])
    }

    @Test("A charge whose transaction fails is not recorded")
    func rolledBack() async throws {
        struct Power: Error {}
        let world = try await ModelWorld()
        try await world.model("one", at: try await world.provider())
        let answer = try await world.gateway.reply(
            to: ModelWorld.question(),
            from: ["one"],
            caller: world.caller()
        ) { _ in }
        await #expect(throws: Power.self) {
            try await world.database.transaction { transaction in
                try world.gateway.record(answer.charge, in: transaction)
                throw Power()
            }
        }
        let spent = try await world.database.query("SELECT calls FROM models_usage", []) {
            try $0.int(0)
        }
        #expect(spent.isEmpty)
    }
}
