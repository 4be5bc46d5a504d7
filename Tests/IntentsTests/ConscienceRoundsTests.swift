import Core
import Foundation
import Observability
import Store
import Synchronization
import Testing

@testable import Intents

/// What a round looks at, and what people hear of how it ends.
@Suite struct ConscienceRoundsTests {
    @Test("A missed intent is told as missed, and not as recovered")
    func missed() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        try await world.declare(days: 20.0 / 86_400)
        let conscience = try world.conscience()
        for _ in 0..<3 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        #expect(try await world.events("intent.missed") == 1)
        #expect(try await world.events("intent.drift-cleared") == 0)
        let told = try await world.database.query(
            "SELECT subject FROM event WHERE type = 'told' ORDER BY subject",
            []
        ) { try $0.text(0).split(separator: "/").last.map(String.init) ?? "" }
        // That nobody need come any more is said to machines; "recovered" is said to nobody.
        #expect(Set(told) == ["drifting", "escalated", "over", "closed"])
    }

    @Test("Another measure begins anew: nothing of the one before is in its trend or its state")
    func anotherMeasure() async throws {
        let world = try await IntentWorld()
        // Ever larger things: 10, 20, … 120; the mean of their sizes rises.
        let intent = try await world.declare("avg(test.things, size) over 1h <= 1000")
        let conscience = try world.conscience()
        for minute in 1...12 {
            try await world.add(good: 1, size: Double(minute) * 10)
            await conscience.round()
            world.clock.advance(by: .seconds(60))
        }
        let store = world.store()
        func trend() async throws -> JSON? {
            try await world.database.read {
                try store.observation(of: intent.id, in: $0)?["trend"]
            }
        }
        #expect(try await trend() != .null)
        var changed = intent
        changed.predicate = try Predicate("count(test.things) over 1h >= 1")
        changed.version += 1
        let now = world.clock.now()
        try await world.database.transaction { [changed] transaction in
            try store.save(changed, in: transaction)
            try store.beginAnew(intent.id, at: now, in: transaction)
        }
        let unseen = try await world.shown(intent)
        for member in ["state", "value", "risk", "evaluatedAt"] {
            #expect(unseen[member] == .null, "\(member)")
        }
        let rounds = try await world.rounds()
        // The round that the change signals is held, though the last was a moment ago.
        await conscience.round()
        #expect(try await world.rounds() == rounds + 1)
        #expect(try await world.shown(intent)["value"] == 12)
        #expect(try await trend() == .null)
        // A minute later there are two values of the new measure, too few for a trend.
        world.clock.advance(by: .seconds(60))
        await conscience.round()
        #expect(try await trend() == .null)
    }

    @Test("A round that a person's change signals is held however short ago the last one was")
    func signalled() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        let intent = try await world.declare()
        let conscience = try world.conscience()
        await conscience.round()
        world.clock.advance(by: .seconds(1))
        await conscience.round()
        #expect(try await world.rounds() == 1)
        let store = world.store()
        try await world.database.transaction { try store.disturb(intent.id, in: $0) }
        await conscience.round()
        await conscience.round()
        // The change itself is one, the round after it another, and there is no third.
        #expect(try await world.rounds() == 3)
    }

    @Test("What was withdrawn drifts no more")
    func withdrawn() async throws {
        let world = try await IntentWorld()
        try await world.add(bad: 10)
        let intent = try await world.declare()
        await (try world.conscience()).round()
        let store = world.store()
        func drifting() async throws -> Int {
            var filter = IntentStore.Filter()
            filter.drifting = true
            let query = try ListQuery(
                reading: JSONReader([:]),
                columns: IntentStore.sorts,
                standard: "-createdAt",
                key: .init("id", "id")
            )
            return try await world.database.read { [filter] in
                try store.page(filter, query, in: $0).items.count
            }
        }
        #expect(try await drifting() == 1)
        var gone = intent
        gone.status = .withdrawn
        try await world.database.transaction { [gone] transaction in
            try store.save(gone, in: transaction)
            try store.endWatch(intent.id, in: transaction)
        }
        #expect(try await drifting() == 0)
        #expect(try await world.shown(intent)["driftingSince"] == .null)
    }

    @Test("A thousand intents are all looked at in one round, many at once, of each owner in turn")
    func thousand() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        try await world.declareMany(990)
        try await world.declareMany(10, in: world.theirs)
        let open = try await world.database.read { try IntentStore.open(in: $0) }
        // The ten of the other organisation are among the first twenty.
        let first = Conscience.inTurn(open).prefix(20)
        #expect(first.count { $0.organisation == world.theirs } == 10)
        let metrics = Metrics()
        await (try world.conscience(metrics: metrics)).round()
        #expect(try await world.evaluated() == 1_000)
        #expect(try await world.rounds() == 1_000)
        let most = world.effects.mostAtOnce.withLock { $0.most }
        #expect(most > 1 && most <= Conscience.looksAtOnce)
        #expect(metrics.render().contains("weft_conscience_round_seconds_count 1"))
    }

    @Test("A named workflow runs in the name of who named it, whoever owns the intent")
    func remedyOwner() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        let remedy = try Intent.Remedy(
            reading: JSONReader(["workflow": "own.mend", "effect": 0.3, "judgeAfterSeconds": 30])
        )
        var intent = try await world.declare(remedies: [remedy])
        let (owner, setter) = (world.scope(account: 8).actor, world.scope(account: 9).actor)
        intent.owner = owner
        intent.remediesBy = setter
        let store = world.store()
        try await world.database.transaction { [intent] in try store.save(intent, in: $0) }
        await (try world.conscience()).round()
        let record = try #require(try await world.remediations().first)
        let offer = try RemediationOffer(json: #require(record.body["offer"]))
        #expect(offer.setBy?.id == setter.id)
    }
}
