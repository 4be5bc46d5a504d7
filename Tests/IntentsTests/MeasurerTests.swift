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
