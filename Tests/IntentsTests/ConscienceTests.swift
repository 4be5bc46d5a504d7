import Core
import Foundation
import Store
import Testing

@testable import Agents
@testable import Intents

@Suite struct ConscienceTests {
    @Test("Drift is found within two telemetry intervals, by the running service")
    func withinTwoIntervals() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        try await world.declare()
        let conscience = try world.conscience(interval: .seconds(10))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await conscience.run {} }
            // The first round is held at once; the service then sleeps for an interval.
            try await wait { try await world.evaluated() == 1 }
            #expect(try await world.events("intent.drift-raised") == 0)
            // Just after that look, most things turn bad: 10 of 40 are good.
            try await world.add(bad: 30)
            let broke = world.clock.now()
            for _ in 0..<2 where try await world.events("intent.drift-raised") == 0 {
                let round = try await world.rounds()
                try await wait { world.clock.nextWakeUp != nil }
                world.clock.advance(by: .seconds(10))
                try await wait { try await world.rounds() > round }
            }
            #expect(try await world.events("intent.drift-raised") == 1)
            #expect(world.clock.now() - broke <= .seconds(20))
            group.cancelAll()
        }
    }

    @Test("A remediation is started once, judged by what it did, and the drift cleared")
    func remediates() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        let intent = try await world.declare()
        let conscience = try world.conscience([IntentWorld.remedy()])
        await conscience.round()
        #expect(try await world.events("run.started") == 1)
        let record = try #require(try await world.remediations().first)
        #expect(record.status == .running)
        #expect(record.baseline == 0.4)
        #expect(record.predicted == 0.5)
        #expect(record.decision != nil)
        // It works: of 30 things, 24 are good. Twice seen so, it is over.
        try await world.add(good: 20)
        for _ in 0..<2 {
            world.clock.advance(by: .seconds(10))
            await conscience.round()
        }
        let judged = try #require(try await world.remediations().first)
        #expect(judged.status == .improved)
        #expect(abs((judged.effect ?? 0) - 0.4) < 1e-9)
        #expect(judged.measured == 0.8)
        #expect(try await world.events("intent.remediated") == 1)
        #expect(try await world.events("run.started") == 1)
        let shown = try await world.shown(intent)
        #expect(shown["state"] == "holds")
        #expect(shown["driftingSince"] == .null)
        #expect(shown["drifts"] == 1)
        #expect(shown["remediationsImproved"] == 1)
    }

    @Test("What does not improve is stopped at the end of its window, and people are called")
    func stops() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare()
        let conscience = try world.conscience([IntentWorld.remedy(judgeAfter: .seconds(60))])
        for _ in 0..<10 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        let record = try #require(try await world.remediations().first)
        #expect(record.status == .noEffect)
        #expect(record.effect == 0)
        #expect(try await world.events("run.stopped") == 1)
        #expect(try await world.events("run.started") == 1)
        #expect(try await world.events("intent.escalated") == 1)
    }

    @Test("Each act opens to what was seen, weighed and chosen; quiet rounds leave no decision")
    func decisions() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        let intent = try await world.declare()
        let conscience = try world.conscience([
            IntentWorld.remedy("test.small", effect: 0.1), IntentWorld.remedy("test.large"),
        ])
        for _ in 0..<3 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        #expect(try await world.count("SELECT count(*) FROM decision") == 0)
        try await world.add(bad: 30)
        await conscience.round()
        let journal = world.journal
        let scope = world.scope()
        let ids = try await world.database.read {
            try journal.newest(9, agent: ConsciencePolicy.agent, scope: scope, in: $0)
        }
        let id = try #require(ids.last)
        let shown = try await world.database.read { try journal.decision(id, scope: scope, in: $0) }
        let decision = try #require(shown)
        #expect(decision["subject"]?.string == intent.subject)
        #expect(decision["agent"] == "weft.conscience")
        #expect(decision["inputs"]?["round"]?["value"] == 0.25)
        let options = decision["options"]?.array ?? []
        #expect(
            options.compactMap { $0["label"]?.string } == [
                "test.small", "test.large", "call a person",
            ]
        )
        #expect(decision["choice"]?.string?.contains("start test.large") == true)
        #expect(decision["intent"]?.string == intent.id.description)
        // It can be run again by itself, and comes to the same.
        let inputs = try #require(decision["inputs"])
        let again = try ConsciencePolicy.conclusion(inputs)
        #expect(again.choice == decision["choice"]?.string)
        #expect(again.output.text(.canonical) == decision["output"]?.text(.canonical))
    }

    @Test(
        "A round that is cut off at any step leaves nothing, and is done once afterwards",
        arguments: [
            "intent.drift-raised", "tell", "start", "intent.remediation-started",
        ]
    )
    func killed(step: String) async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare()
        world.effects.fail(at: step)
        await (try world.conscience([IntentWorld.remedy()], report: { _ in })).round()
        #expect(try await world.count("SELECT count(*) FROM event") == 0)
        #expect(try await world.count("SELECT count(*) FROM decision") == 0)
        #expect(try await world.count("SELECT count(*) FROM intent_remediation") == 0)
        // Another process takes over with nothing but the store.
        let next = try world.conscience([IntentWorld.remedy()])
        for _ in 0..<4 {
            await next.round()
            world.clock.advance(by: .seconds(10))
        }
        #expect(try await world.events("run.started") == 1)
        #expect(try await world.events("intent.drift-raised") == 1)
        #expect(try await world.count("SELECT count(*) FROM intent_remediation") == 1)
    }

    @Test("A restart in the middle of a remediation goes on with it, and starts nothing again")
    func restarted() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare()
        for _ in 0..<6 {
            // Each round is another process's.
            await (try world.conscience([IntentWorld.remedy(judgeAfter: .seconds(45))])).round()
            world.clock.advance(by: .seconds(10))
        }
        #expect(try await world.events("run.started") == 1)
        #expect(try await world.remediations().map(\.status) == [.noEffect])
    }

    @Test("Of several processes at once, one acts")
    func several() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        for _ in 0..<5 { try await world.declare() }
        let all = try (0..<4).map { _ in try world.conscience([IntentWorld.remedy()]) }
        await withTaskGroup(of: Void.self) { group in
            for conscience in all { group.addTask { await conscience.round() } }
        }
        #expect(try await world.events("run.started") == 5)
        #expect(try await world.events("intent.drift-raised") == 5)
        #expect(try await world.count("SELECT count(*) FROM decision") == 5)
    }

    @Test("A person is asked where it costs too much, and what they agree to is started")
    func asks() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare()
        let conscience = try world.conscience([IntentWorld.remedy(cost: .high)])
        await conscience.round()
        let record = try #require(try await world.remediations().first)
        #expect(record.status == .proposed)
        #expect(try await world.events("run.started") == 0)
        let store = world.store()
        let actor = world.scope().actor
        // Somebody of another organisation cannot.
        let foreign = world.store(world.theirs)
        await #expect(throws: GeneralFault.self) {
            try await world.database.transaction {
                try foreign.answer(record.id, approves: true, by: actor, note: nil, in: $0)
            }
        }
        try await world.database.transaction {
            _ = try store.answer(record.id, approves: true, by: actor, note: "go on", in: $0)
        }
        await #expect(throws: GeneralFault.self) {
            try await world.database.transaction {
                _ = try store.answer(record.id, approves: false, by: actor, note: nil, in: $0)
            }
        }
        world.clock.advance(by: .seconds(10))
        await conscience.round()
        #expect(try await world.events("run.started") == 1)
        #expect(try await world.remediations().map(\.status) == [.running])
    }

    @Test("A workflow that there is not is a remediation that failed")
    func missing() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare()
        let conscience = try world.conscience([IntentWorld.remedy(workflow: "missing")])
        for _ in 0..<2 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        let record = try #require(try await world.remediations().first)
        #expect(record.status == .failed)
        #expect(try await world.events("intent.escalated") == 1)
    }

    @Test("An intent's own workflows are remediations too")
    func remedies() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        let remedy = try Intent.Remedy(
            reading: JSONReader(["workflow": "own.mend", "effect": 0.3, "judgeAfterSeconds": 30])
        )
        try await world.declare(remedies: [remedy])
        await (try world.conscience()).round()
        #expect(try await world.remediations().map(\.name) == ["workflow:own.mend"])
    }

    @Test(
        "At its deadline an intent is closed, and is not looked at any more",
        arguments: [
            (10, 0, "met"), (4, 6, "missed"), (0, 0, "missed"),
        ]
    )
    func closes(good: Int, bad: Int, status: String) async throws {
        let world = try await IntentWorld()
        let intent = try await world.declare(days: 100.0 / 86_400)
        let conscience = try world.conscience()
        for _ in 0..<12 {
            try await world.removeThings()
            try await world.add(good: good, bad: bad)
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        let shown = try await world.shown(intent)
        #expect(shown["status"]?.string == status)
        #expect(shown["closedAt"]?.string == (IntentWorld.start + .seconds(100)).description)
        #expect(try await world.events("intent.\(status)") == 1)
        #expect(try await world.rounds() == 11)
    }

    @Test("A change by a person in the middle of a round makes the round come to nothing")
    func changed() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        let intent = try await world.declare()
        let store = world.store()
        let watch = try #require(
            try await world.database.read { try store.watch(of: intent.id, in: $0) }
        )
        try await world.database.transaction { try store.disturb(intent.id, in: $0) }
        let advanced = try await world.database.transaction { transaction in
            try store.advance(
                intent.id,
                from: watch,
                seeing: [],
                Observation(at: IntentWorld.start, state: .holds),
                deadline: intent.deadline,
                course: ConscienceCourse(),
                in: transaction
            )
        }
        #expect(!advanced)
    }

    @Test("Organisations do not see each other's things, intents, or remediations")
    func isolation() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        try await world.add(bad: 10, of: world.theirs)
        let ours = try await world.declare()
        let theirs = try await world.declare(in: world.theirs)
        await (try world.conscience([IntentWorld.remedy()])).round()
        #expect(try await world.shown(ours)["state"] == "holds")
        #expect(try await world.shown(theirs, in: world.theirs)["state"] == "broken")
        await #expect(throws: GeneralFault.self) { try await world.shown(theirs) }
        #expect(try await world.remediations().isEmpty)
    }

    @Test(
        "A restricted intent is seen by its owner and confidants alone, and its events say little"
    )
    func restricted() async throws {
        let world = try await IntentWorld()
        let intent = try await world.declare(sensitivity: .restricted)
        let visible = { (scope: Scope) in
            try await world.database.read {
                try IntentStore(scope: scope).exists(intent.id, in: $0)
            }
        }
        #expect(try await visible(world.scope(roles: ["manager"], account: 8)))
        #expect(try await visible(world.scope(roles: ["viewer"], account: 7)))
        #expect(try await !visible(world.scope(roles: ["planner"], account: 8)))
        #expect(intent.eventData["desired_outcome"] == nil)
    }

    private func wait(_ check: () async throws -> Bool) async throws {
        for _ in 0..<200_000 {
            if try await check() { return }
            await Task.yield()
        }
        Issue.record("waited in vain")
    }
}

extension IntentWorld {
    func evaluated() async throws -> Int {
        try await count("SELECT count(*) FROM intent_watch WHERE evaluated_at IS NOT NULL")
    }

    func rounds() async throws -> Int {
        try await count("SELECT CAST(coalesce(sum(round), 0) AS BIGINT) FROM intent_watch")
    }
}
