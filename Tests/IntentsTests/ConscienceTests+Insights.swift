import Core
import Foundation
import Store
import Testing

@testable import Agents
@testable import Intents

/// What the rounds leave for those who look at them: uptime, and what things cost.
extension ConscienceTests {
    @Test("Uptime is the share of open time in which the predicate holds")
    func uptime() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        let intent = try await world.declare()
        let conscience = try world.conscience()
        // 60 s good, then 30 s bad, then 10 s without anything to measure.
        for second in 0..<11 {
            if second == 6 { try await world.add(bad: 90) }
            if second == 9 { try await world.removeThings() }
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        let shown = try await world.shown(intent)
        #expect(shown["heldSeconds"] == 60)
        #expect(shown["brokenSeconds"] == 30)
        #expect(shown["unknownSeconds"] == 10)
        // 60 of the 90 seconds about which something is known.
        #expect(abs((shown["uptime"]?.double ?? 0) - 2.0 / 3) < 1e-9)
        // The stored evaluations say the same.
        let rows = try await world.database.query(
            """
            SELECT state, CAST(sum(until_at - at) AS BIGINT) FROM intent_evaluation GROUP BY state
            """,
            []
        ) { (try $0.text(0), try $0.int(1)) }
        let sums = Dictionary(uniqueKeysWithValues: rows)
        #expect(sums == ["holds": 60_000_000, "broken": 30_000_000, "no-data": 10_000_000])
    }

    @Test("Time in which the program did not run is measured afterwards, not guessed")
    func caughtUp() async throws {
        let world = try await IntentWorld()
        let intent = try await world.declare("share(test.things, ok = true) over 10m >= 0.8")
        try await world.add(good: 10)
        await (try world.conscience()).round()
        // Away for 20 minutes. 10 minutes in, the good things leave the window; bad ones came at 5.
        world.clock.advance(by: .seconds(300))
        try await world.add(bad: 90)
        world.clock.advance(by: .seconds(900))
        await (try world.conscience()).round()
        let shown = try await world.shown(intent)
        // Good until minute 5, bad until minute 15, then nothing; looked at every 20 s.
        #expect(abs((shown["heldSeconds"]?.double ?? 0) - 300) <= 20)
        #expect(abs((shown["brokenSeconds"]?.double ?? 0) - 600) <= 20)
        #expect(abs((shown["unknownSeconds"]?.double ?? 0) - 300) <= 20)
    }

    @Test(
        "A decision's cost counts for the intent that it names, whose run it belongs to, or works on"
    )
    func cost() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 4, bad: 6)
        let intent = try await world.declare()
        await (try world.conscience([IntentWorld.remedy()])).round()
        let run = try #require(try await world.remediations().first?.execution)
        let now = world.clock.now()
        func decide(_ subject: String, _ body: JSON, in organisation: ID<Organisation>)
            async throws
        {
            var decision = Decision(
                id: world.ids.next(),
                agent: "test.agent",
                at: now,
                subject: subject,
                body: body
            )
            decision.costMicros = 1_000
            try await world.database.transaction { [decision] in
                try IntentActs.record(decision, organisation, latencyMicros: 5, in: $0)
            }
        }
        try await decide("x", ["inputs": ["intentId": intent.id.json]], in: world.ours)
        try await decide("x", ["executionId": .string(run)], in: world.ours)
        try await decide("thing:1", [:], in: world.ours)
        // None of these: another thing, another organisation.
        try await decide("thing:2", [:], in: world.ours)
        try await decide("thing:1", ["inputs": ["intentId": intent.id.json]], in: world.theirs)
        let shown = try await world.shown(intent)
        #expect(shown["costMicros"] == 3_000)
        // The Conscience's own is the fourth.
        #expect(shown["decisions"] == 4)
        let graph = IntentGraph(scope: world.scope())
        let edges = try await world.database.read {
            try graph.edges(of: GraphNode(intent.id), in: $0)
        }
        #expect(
            Set(edges.filter { $0.relation == .actedBy }.map(\.target.key)) == [
                "test.agent", "weft.conscience",
            ]
        )
        #expect(edges.contains { $0.relation == .touches && $0.target.key == "thing/1" })
    }
}
