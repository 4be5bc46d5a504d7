import Core
import Series
import Store
import Testing

@testable import Intents
@testable import Observability

@Suite struct MeasurerTests {
    private func measure(
        _ text: String,
        _ world: IntentWorld,
        of organisation: ID<Organisation>? = nil
    ) async throws -> Measured {
        let owner = organisation ?? world.ours
        let catalogue = try await world.measurer.catalogue(of: owner)
        return try await world.measurer.measure(
            CompiledPredicate(Predicate(text), in: catalogue),
            of: owner,
            until: world.clock.now()
        )
    }

    /// 3 good of size 2 now, 1 bad of size 6 now, 10 bad of size 100 two hours ago.
    private func world() async throws -> IntentWorld {
        let world = try await IntentWorld()
        try await world.add(good: 3, size: 2)
        try await world.add(bad: 1, size: 6)
        try await world.add(bad: 10, size: 100, ago: 7_200)
        return world
    }

    @Test(
        "Records are measured as by hand",
        arguments: [
            ("share(test.things, ok = true) over 1h >= 0", 0.75),
            ("share(test.things, ok = false) over 1h >= 0", 0.25),
            ("share(test.things, ok = true) over 3h >= 0", 3.0 / 14),
            ("share(test.things, size > 2 where status = late) over 3h >= 0", 1),
            ("share(test.things, status in (late, done)) over 3h >= 0", 1),
            ("share(test.things, status != done) over 1h >= 0", 0.25),
            ("count(test.things) over 3h >= 0", 14),
            ("count(test.things, ok = true, size >= 2) over 3h >= 0", 3),
            ("rate(test.things) over 1h >= 0", 4.0 / 3_600),
            ("avg(test.things, size) over 1h >= 0", 3),
            ("sum(test.things, size) over 1h >= 0", 12),
            ("min(test.things, size) over 3h >= 0", 2),
            ("max(test.things, size, status = done) over 3h >= 0", 2),
        ] as [(String, Double)]
    )
    func records(text: String, value: Double) async throws {
        let measured = try await measure(text, try await world())
        #expect(abs((measured.value ?? .nan) - value) < 1e-12)
    }

    @Test("Nothing is no value, but a count of zero")
    func nothing() async throws {
        let world = try await IntentWorld()
        #expect(try await measure("share(test.things, ok = true) over 1h >= 0", world).value == nil)
        #expect(try await measure("avg(test.things, size) over 1h >= 0", world).absence == .noData)
        #expect(try await measure("count(test.things) over 1h >= 0", world).value == 0)
        #expect(try await measure("sum(test.things, size) over 1h >= 0", world).value == 0)
    }

    @Test("What people write stays a value, whatever is in it")
    func injection() async throws {
        let world = try await world()
        let source = RecordSource(
            "test.free",
            help: "",
            tables: "thing",
            time: "at",
            fields: [.init("status", .text, sql: "status", help: "")]
        )
        let measurer = Measurer(database: world.database, records: [source])
        let text = "count(test.free, status = \"' OR 1=1; DROP TABLE thing --\") over 3h >= 0"
        let measured = try await measurer.measure(
            CompiledPredicate(Predicate(text), in: MeasureCatalogue(records: [source])),
            of: world.ours,
            until: world.clock.now()
        )
        #expect(measured.value == 0)
        #expect(try await world.count("SELECT count(*) FROM thing") == 14)
    }

    @Test("Another organisation's records are not measured")
    func isolation() async throws {
        let world = try await world()
        #expect(
            try await measure("count(test.things) over 3h >= 0", world, of: world.theirs).value == 0
        )
    }

    @Test("Series are measured as by hand, and a silent one is no telemetry")
    func series() async throws {
        let world = try await IntentWorld()
        var batch = SeriesBatch()
        for (site, values) in [("A", [70.0, 80, 90]), ("B", [50])] {
            try batch.add(
                .init(
                    SeriesName("oven.temperature", labels: [.init(key: "site", value: site)]),
                    points: values.enumerated().map {
                        SeriesPoint(
                            at: IntentWorld.start + .seconds(Double($0.offset) * 60 - 600),
                            value: $0.element
                        )
                    },
                    place: "/series/0"
                )
            )
        }
        let prepared = try world.series.prepare(
            batch,
            organisation: world.ours,
            now: world.clock.now()
        )
        let series = world.series
        _ = try await world.database.transaction { try series.write(prepared, in: $0) }
        for (text, value) in [
            ("avg(series:oven.temperature, site = A) over 1h <= 80", 80.0),
            ("max(oven.temperature) over 1h <= 80", 90),
            ("min(oven.temperature) over 1h <= 80", 50),
            ("count(oven.temperature) over 1h <= 80", 4),
            ("sum(oven.temperature, site != A) over 1h <= 80", 50),
            ("last(oven.temperature, site = A) over 1h <= 80", 90),
            // 70, 80 and 50 of the four.
            ("share(oven.temperature, value <= 80) over 1h >= 0.5", 0.75),
            // Of 70, 80 and 90, which are looked at, two.
            ("share(oven.temperature, value <= 80 where value >= 60) over 1h >= 0.5", 2.0 / 3),
            ("share(oven.temperature, value > 60 where value >= 50, site = A) over 1h >= 0.5", 1),
        ] {
            let measured = try await measure(text, world)
            #expect(abs((measured.value ?? .nan) - value) < 1e-9, "\(text)")
        }
        let empty = "share(oven.temperature, value <= 80 where value >= 100) over 1h >= 0.5"
        #expect(try await measure(empty, world).absence == .noData)
        let silent = try await measure("avg(oven.temperature) over 5m <= 80", world)
        guard case .noTelemetry? = silent.absence else {
            Issue.record("\(silent)")
            return
        }
        let theirs = try await world.measurer.catalogue(of: world.theirs)
        #expect(theirs.series.isEmpty)
    }
}

extension MeasurerTests {
    @Test("Metrics are measured over the window, and only those that the organisation may see")
    func metrics() async throws {
        let world = try await IntentWorld()
        let history = MetricHistory()
        let names = ["outcome"]
        history.define(
            MetricDefinition(
                name: "test_runs_total",
                kind: .counter,
                help: "Runs.",
                labels: names,
                isPerOrganisation: true
            )
        )
        history.define(
            MetricDefinition(
                name: "test_depth",
                kind: .gauge,
                help: "Depth.",
                labels: [],
                isPerOrganisation: true
            )
        )
        func point(_ ago: Double, _ value: Double) -> MetricPoint {
            MetricPoint(
                at: world.clock.now() + .seconds(-ago),
                count: 1,
                sum: value,
                minimum: value,
                maximum: value,
                distribution: nil
            )
        }
        // In the last minute 9 good and 1 bad, ten minutes ago 90 bad; the gauge is 4, then 6.
        history.append([
            (SeriesKey(world.ours, "test_runs_total", ["bad"]), point(600, 90)),
            (SeriesKey(world.ours, "test_depth", []), point(50, 4)),
            (SeriesKey(world.ours, "test_runs_total", ["good"]), point(40, 9)),
            (SeriesKey(world.ours, "test_runs_total", ["bad"]), point(30, 1)),
            (SeriesKey(world.ours, "test_depth", []), point(20, 6)),
        ])
        let measurer = Measurer(
            database: world.database,
            metrics: MetricReader(
                history: history,
                store: MetricStore(),
                database: world.database
            ),
            records: []
        )
        func value(_ text: String, _ organisation: ID<Organisation>) async throws -> Measured {
            try await measurer.measure(
                CompiledPredicate(
                    Predicate(text),
                    in: try await measurer.catalogue(of: organisation)
                ),
                of: organisation,
                until: world.clock.now()
            )
        }
        for (text, expected) in [
            ("share(metric:test_runs_total, outcome = good) over 1m >= 0", 0.9),
            ("share(test_runs_total, outcome = good) over 15m >= 0", 0.09),
            ("sum(test_runs_total) over 15m >= 0", 100),
            ("rate(test_runs_total, outcome = bad) over 50s >= 0", 1.0 / 50),
            ("avg(test_depth) over 1m >= 0", 5),
            ("max(test_depth) over 1m >= 0", 6),
        ] {
            let measured = try await value(text, world.ours)
            #expect(abs((measured.value ?? .nan) - expected) < 1e-9, "\(text)")
        }
        let theirs = try await value("avg(test_depth) over 1m >= 0", world.theirs)
        guard case .noTelemetry? = theirs.absence else {
            Issue.record("\(theirs)")
            return
        }
        let quiet = try await value(
            "share(test_runs_total, outcome = good) over 10s >= 0",
            world.ours
        )
        #expect(quiet.absence == .noData)
        let parts = try await value(
            "share(test_runs_total, outcome = good) over 15m >= 0",
            world.ours
        )
        #expect(parts.good == 9 && parts.total == 100)
        #expect(throws: GeneralFault.self) {
            try CompiledPredicate(
                Predicate("p99(test_depth) over 1m >= 0"),
                in: MeasureCatalogue(records: [], metrics: history.definitions)
            )
        }
    }
}

extension MeasurerTests {
    @Test("Errors of a metric that come too fast are a drift though the predicate holds")
    func burningMetric() async throws {
        let world = try await IntentWorld()
        let history = MetricHistory()
        history.define(
            MetricDefinition(
                name: "test_runs_total",
                kind: .counter,
                help: "Runs.",
                labels: ["outcome"],
                isPerOrganisation: true
            )
        )
        func append(_ outcome: String, _ ago: Double, _ count: Double) {
            let point = MetricPoint(
                at: world.clock.now() + .seconds(-ago),
                count: 1,
                sum: count,
                minimum: count,
                maximum: count,
                distribution: nil
            )
            history.append([(SeriesKey(world.ours, "test_runs_total", [outcome]), point)])
        }
        // 9,980 of 10,000 within the day are good: 99.8 %, and 99 % is wanted. But all 20 errors are of
        // the last minute, of 40 runs: 50 % where 1 % is allowed, 50 times as fast.
        append("good", 3_600, 9_960)
        append("good", 40, 20)
        append("bad", 30, 20)
        let measurer = Measurer(
            database: world.database,
            metrics: MetricReader(
                history: history,
                store: MetricStore(),
                database: world.database
            ),
            records: []
        )
        let intent = try await world.declare(
            "share(metric:test_runs_total, outcome = good) over 1d >= 0.99"
        )
        await (try world.conscience(measurer: measurer)).round()
        let shown = try await world.shown(intent)
        #expect(shown["state"] == "holds")
        #expect(shown["risk"] == "burning")
        #expect(try await world.events("intent.drift-raised") == 1)
    }
}

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
