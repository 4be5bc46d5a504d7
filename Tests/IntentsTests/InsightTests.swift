import Core
import Store
import Testing

@testable import Intents
@testable import Observability

@Suite struct InsightTests {
    @Test("A widget shows a public intent however many there are, and no restricted one")
    func widget() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        // More drift than a report lists; they come before this one there.
        try await world.declareMany(IntentReport.most + 1, "count(test.things) over 1h >= 1000")
        let ours = try await world.declare()
        let secret = try await world.declare(sensitivity: .restricted)
        let conscience = try world.conscience()
        for _ in 0..<2 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        func reading(
            _ kind: IntentWidget.Kind,
            _ intent: ID<Intent>?,
            of organisation: ID<Organisation>? = nil
        ) async throws -> String {
            let widget = IntentWidget(
                id: world.ids.next(),
                organisation: organisation ?? world.ours,
                name: "Badge",
                kind: kind,
                intent: intent,
                createdBy: "Person 7",
                at: world.clock.now()
            )
            let reading = try await world.database.read { try widget.reading(in: $0) }
            return "\(reading.value), \(reading.tone)"
        }
        #expect(try await reading(.state, ours.id) == "holds, good")
        #expect(try await reading(.uptime, ours.id) == "100 %, good")
        #expect(try await reading(.state, secret.id) == "not shown, unknown")
        #expect(try await reading(.state, ours.id, of: world.theirs) == "not shown, unknown")
        #expect(try await reading(.state, nil) == "1 of 202 hold, bad")
        // One of 202 that were looked at as long: 1/202 is 0.5 %.
        #expect(try await reading(.uptime, nil) == "0.5 %, bad")
        #expect(try await reading(.uptime, nil, of: world.theirs) == "no data, unknown")
    }

    @Test("A widget that is asked for again and again is read once in ten seconds")
    func widgetCache() async throws {
        let world = try await IntentWorld()
        let cache = IntentWidgetCache()
        let widget = IntentWidget(
            id: world.ids.next(),
            organisation: world.ours,
            name: "Badge",
            kind: .state,
            intent: nil,
            createdBy: "Person 7",
            at: world.clock.now()
        )
        var read = 0
        for second in 0..<21 {
            _ = cache.reading(of: widget, at: IntentWorld.start + .seconds(second)) { widget in
                read += 1
                return .init(label: widget.name, value: "\(read)", tone: .good)
            }
        }
        // At seconds 0, 10 and 20.
        #expect(read == 3)
    }

    @Test(
        "Busy time counts once what happens at the same time, within the period alone",
        arguments: [
            ([(10, 20), (15, 30), (40, 50)], 30),
            ([(0, 200)], 100), ([(-50, 10), (90, 300)], 20), ([(10, 20), (12, 15)], 10), ([], 0),
        ] as [([(Int, Int)], Int)]
    )
    func busy(spans: [(Int, Int)], expected: Int) {
        let busy = AgentUtilisation.busy(
            spans.map { (from: Int64($0.0), until: Int64($0.1)) },
            from: 0,
            until: 100
        )
        #expect(busy == Int64(expected))
    }

    @Test("The report counts what there is, and leaves restricted intents out for others")
    func report() async throws {
        let world = try await IntentWorld()
        try await world.add(good: 10)
        try await world.declare()
        try await world.declare(
            "share(test.things, ok = false) over 1h >= 0.5",
            sensitivity: .restricted
        )
        let conscience = try world.conscience()
        for _ in 0..<3 {
            await conscience.round()
            world.clock.advance(by: .seconds(10))
        }
        let now = world.clock.now()
        let scope = world.scope()
        let (all, others) = try await world.database.read { reader in
            (
                try IntentReport(scope: scope, at: now, in: reader),
                try IntentReport(scope: scope, at: now, publicOnly: true, in: reader)
            )
        }
        #expect(all.statuses == ["open": 2])
        #expect(all.states == ["holds": 1, "broken": 1])
        #expect(all.drifting == 1)
        // Both were looked at for 20 s: one held, one did not.
        #expect(all.uptime == 0.5)
        #expect(others.items.count == 1)
        #expect(others.uptime == 1)
        // What drifts comes first.
        #expect(all.items.first?["state"] == "broken")
    }

    @Test(
        "An alarm that is raised again and again is a suggestion, until an intent measures its metric"
    )
    func suggestions() async throws {
        let world = try await IntentWorld()
        let now = world.clock.now()
        let ours = world.ours
        let ids = world.ids
        try await world.database.transaction { transaction in
            var rule = AlarmRule(
                id: ids.next(),
                organisation: ours,
                name: "Line 3 is hot",
                metric: "line3_celsius",
                statistic: .average,
                threshold: 80
            )
            rule.labels = ["line": "3*"]
            try AlarmStore().add(rule, at: now, in: transaction)
            for index in 0..<3 {
                let alarm = Alarm(
                    id: ids.next(),
                    organisation: ours,
                    rule: rule.id,
                    name: rule.name,
                    severity: .alarm,
                    state: .cleared,
                    raisedAt: now + .seconds(-3_600 * index),
                    value: 90,
                    threshold: 80,
                    unit: "",
                    metric: rule.metric,
                    detail: "",
                    datapoints: []
                )
                try AlarmStore().save(alarm, in: transaction)
            }
        }
        let preset = IntentPreset(
            "test.good",
            domain: "quality",
            outcome: "Things are good",
            predicate: "share(test.things, ok = true) over 1h >= 0.9"
        )
        let finder = IntentSuggestions(
            database: world.database,
            measurer: world.measurer,
            metrics: nil,
            presets: [preset],
            ids: world.ids
        )
        try await world.add(good: 1, bad: 1)
        let scope = world.scope()
        #expect(try await finder.refresh(scope: scope, at: now) == 2)
        #expect(try await finder.refresh(scope: scope, at: now) == 2)
        let listed = try await world.database.read {
            try IntentSuggestions.list(scope: scope, in: $0)
        }
        #expect(listed.count == 2)
        let alarm = try #require(listed.first { $0["kind"] == "alarm" })
        #expect(
            alarm["predicate"]
                == "avg(metric:line3_celsius, line = \"3*\") over 5m <= 80.0"
                || alarm["predicate"] == "avg(metric:line3_celsius, line = \"3*\") over 5m <= 80"
        )
        #expect(alarm["evidence"]?[0]?.string?.contains("3 times") == true)
        let theirs = world.scope(world.theirs)
        #expect(try await finder.refresh(scope: theirs, at: now) == 0)
        // Dismissed is dismissed.
        let id = alarm["id"]?.string ?? ""
        _ = try await world.database.transaction {
            try IntentSuggestions.settle(id, as: "dismissed", scope: scope, in: $0)
        }
        try await finder.refresh(scope: scope, at: now)
        let left = try await world.database.read {
            try IntentSuggestions.list(scope: scope, in: $0)
        }
        #expect(left.map { $0["kind"] } == ["default"])
        // An open intent that measures the same makes the other go.
        try await world.declare()
        try await finder.refresh(scope: scope, at: now)
        let none = try await world.database.read {
            try IntentSuggestions.list(scope: scope, in: $0)
        }
        #expect(none.isEmpty)
    }
}
