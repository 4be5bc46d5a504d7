import Core
import Store
import Testing

@testable import Observability

@Suite struct MetricServiceTests {
    @Test("Samples become points: a counter's growth, a gauge's value, a histogram's new values")
    func points() async throws {
        let world = try await ObservationWorld()
        let count = world.metrics.counter("c_total", help: "", labels: ["kind"])
        let gauge = world.metrics.gauge("g", help: "")
        let times = world.metrics.histogram("t_seconds", help: "", buckets: [1, 2])
        let service = world.service()
        let start = world.clock.now()
        for step in 1...3 {
            count.with("a").add(Double(step))
            gauge.set(Double(10 * step))
            if step == 2 { times.record(1.5) }
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        func values(_ name: String, _ statistic: MetricStatistic) async throws -> [Double?] {
            try await world.reader.values(
                statistic,
                of: MetricSelector(name, for: world.viewer(world.ours, operates: true)),
                from: start,
                until: world.clock.now(),
                period: .seconds(10)
            ).map(\.value)
        }
        #expect(try await values("c_total", .sum) == [1, 2, 3])
        #expect(try await values("c_total", .rate) == [0.1, 0.2, 0.3])
        #expect(try await values("g", .maximum) == [10, 20, 30])
        #expect(try await values("t_seconds", .average) == [nil, 1.5, nil])
        #expect(try await values("nothing", .sum) == [nil, nil, nil])
    }

    @Test("Once it is ready, metrics that have not been sampled yet are known")
    func known() async throws {
        let world = try await ObservationWorld()
        _ = world.metrics.counter("c_total", help: "", labels: ["organisation", "kind"])
        let service = world.service()
        await confirmation { ready in
            let running = Task {
                try await service.run {
                    let definition = world.history.definition("c_total")
                    #expect(definition?.labels == ["kind"])
                    #expect(definition?.isPerOrganisation == true)
                    ready()
                }
            }
            running.cancel()
            _ = await running.result
        }
    }

    @Test("A ratio is the share of what labels pick out among what differs only in outcome")
    func ratio() async throws {
        let world = try await ObservationWorld()
        let runs = world.metrics.histogram(
            "r",
            help: "",
            labels: ["agent", "outcome"],
            buckets: [1]
        )
        let service = world.service()
        let start = world.clock.now()
        for _ in 0..<19 { runs.with("a", "decided").record(0.5) }
        runs.with("a", "failed").record(0.5)
        for _ in 0..<80 { runs.with("b", "decided").record(0.5) }
        world.clock.advance(by: .seconds(10))
        await service.sample()
        runs.with("a", "decided").record(0.5)
        world.clock.advance(by: .seconds(10))
        await service.sample()
        func ratio(_ labels: [String: String]) async throws -> [Double?] {
            try await world.reader.values(
                .ratio,
                of: MetricSelector("r", labels, for: world.viewer(world.ours, operates: true)),
                from: start,
                until: world.clock.now(),
                period: .seconds(10)
            ).map(\.value)
        }
        #expect(try await ratio(["outcome": "failed"]) == [1, 0])
        #expect(try await ratio(["agent": "a", "outcome": "failed"]) == [5, 0])
        #expect(try await ratio(["agent": "c", "outcome": "failed"]) == [nil, nil])
    }

    @Test("A label called organisation decides whose a series is")
    func organisations() async throws {
        let world = try await ObservationWorld()
        let gauge = world.metrics.gauge("g", help: "", labels: ["organisation", "kind"])
        gauge.with(world.ours.description, "x").set(1)
        gauge.with(world.theirs.description, "x").set(2)
        let service = world.service()
        let start = world.clock.now()
        world.clock.advance(by: .seconds(10))
        await service.sample()
        #expect(world.history.definition("g")?.labels == ["kind"])
        for (organisation, value) in [(world.ours, 1.0), (world.theirs, 2.0)] {
            let found = try await world.reader.values(
                .maximum,
                of: MetricSelector("g", ["kind": "x"], for: world.viewer(organisation)),
                from: start,
                until: world.clock.now(),
                period: .seconds(10)
            )
            #expect(found.map(\.value) == [value])
        }
    }

    @Test("Minutes are stored and hours rolled up; memory and store together have no gap")
    func rollUp() async throws {
        let world = try await ObservationWorld()
        // On the hour.
        world.clock.advance(to: Timestamp("2027-02-01T10:00:00Z") ?? world.clock.now())
        let count = world.metrics.counter("c_total", help: "")
        let service = world.service()
        let start = world.clock.now()
        for _ in 0..<(2 * 360 + 12) {
            count.add()
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        // Memory has the last hour; the first hour and a bit come from the store.
        let viewer = world.viewer(world.ours, operates: true)
        let values = try await world.reader.values(
            .sum,
            of: MetricSelector("c_total", for: viewer),
            from: start,
            until: world.clock.now(),
            period: .seconds(60)
        )
        #expect(values.count == 122)
        #expect(values.allSatisfy { $0.value == 6 })
        let hours = try await world.database.read { [points = world.points] reader in
            try points.series(
                MetricSelector("c_total", for: viewer),
                names: [],
                resolution: MetricStore.hour,
                from: start,
                until: world.clock.now(),
                in: reader
            )
        }
        #expect(hours.values.first?.map(\.sum) == [360, 360])
    }

    @Test(
        "Statistics fit the kinds of metric they can be made of",
        arguments: [
            (MetricKind.counter, [MetricStatistic.sum, .rate, .ratio]),
            (.gauge, [.average, .minimum, .maximum]),
            (.histogram, [.average, .sum, .rate, .ratio, .p50, .p99]),
        ]
    )
    func fitting(kind: MetricKind, statistics: [MetricStatistic]) {
        #expect(MetricStatistic.allCases.filter { $0.fits(kind) } == statistics)
    }
}
