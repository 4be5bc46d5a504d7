import Core
import Store
import Synchronization
import Testing

@testable import Observability

@Suite struct AlarmServiceTests {
    private func alarms(_ world: ObservationWorld, _ notes: Notes) -> AlarmService {
        AlarmService(
            .init(
                database: world.database,
                metrics: world.reader,
                ids: world.ids,
                clock: world.clock,
                organisations: { [ours = world.ours] in ([ours], ours) },
                announcer: notes
            )
        )
    }

    /// A rule over a gauge, judged every 10 s.
    private func rule(
        _ world: ObservationWorld,
        _ change: (inout AlarmRule) -> Void = { _ in }
    ) async throws -> AlarmRule {
        var rule = AlarmRule(
            id: world.ids.next(),
            organisation: world.ours,
            name: "Too hot",
            metric: "heat",
            statistic: .maximum,
            threshold: 90
        )
        rule.periodSeconds = 10
        rule.periods = 3
        rule.datapointsToAlarm = 2
        change(&rule)
        let made = rule
        let now = world.clock.now()
        try await world.database.transaction { try AlarmStore().add(made, at: now, in: $0) }
        return rule
    }

    private func scope(_ world: ObservationWorld) -> Scope {
        Scope(
            organisation: world.ours,
            actor: Actor(id: ID(high: 0x7000, low: 1 << 63), kind: .person, name: "Ada"),
            roles: ["operator"],
            trace: TraceContext(random: SeededRandom(seed: 1))
        )
    }

    @Test("Two of three breach: raised once, with the numbers; well for two periods: cleared")
    func raiseAndClear() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        let alarms = alarms(world, notes)
        let service = world.service { await alarms.evaluate(through: $0) }
        _ = try await rule(world)
        let heat = world.metrics.gauge("heat", help: "")
        var active: [Bool] = []
        // 2 of the last 3 above 90 at the third step; of the last 3 only one from the sixth step on.
        for value in [50.0, 95, 97, 91, 60, 60, 60, 60] {
            heat.set(value)
            world.clock.advance(by: .seconds(10))
            await service.sample()
            let found = try await world.database.read {
                try AlarmStore().counts(for: world.viewer(world.ours), in: $0)
            }
            active.append(found.active == 1)
        }
        #expect(active == [false, false, true, true, true, true, false, false])
        try #require(notes.changes.map(\.kind) == [.raised, .cleared])
        let raised = notes.changes[0].alarm
        #expect(raised.value == 97)
        #expect(raised.threshold == 90)
        #expect(
            raised.detail == "maximum of heat was 97, > 90, in 2 of the last 5 periods of 10 s"
        )
        #expect(
            (raised.datapoints.array ?? []).map { $0["value"]?.double } == [nil, nil, 50, 95, 97]
        )
        #expect(notes.changes[1].alarm.clearedAt == Timestamp(microseconds: 1_800_000_070_000_000))
    }

    @Test("An alarm outlives a restart of the program, and is not raised again")
    func restart() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        _ = try await rule(world) {
            $0.periods = 1; $0.datapointsToAlarm = 1
        }
        let heat = world.metrics.gauge("heat", help: "")
        heat.set(99)
        for _ in 0..<3 {
            let alarms = alarms(world, notes)
            let service = world.service { await alarms.evaluate(through: $0) }
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        #expect(notes.changes.map(\.kind) == [.raised])
    }

    @Test("Acknowledged is not cleared, cleared is not acknowledged")
    func acknowledge() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        let alarms = alarms(world, notes)
        let service = world.service { await alarms.evaluate(through: $0) }
        _ = try await rule(world) {
            $0.periods = 1; $0.datapointsToAlarm = 1; $0.holdPeriods = 1
        }
        let heat = world.metrics.gauge("heat", help: "")
        heat.set(99)
        world.clock.advance(by: .seconds(10))
        await service.sample()
        let viewer = world.viewer(world.ours)
        let alarm = try #require(notes.changes.first?.alarm)
        let commit = try await alarms.acknowledging(
            alarm.id,
            note: "on it",
            viewer: viewer,
            scope: scope(world)
        )
        for _ in 0..<2 {
            let seen = try await world.database.transaction(commit)
            #expect(seen.acknowledgedBy?.name == "Ada")
            #expect(seen.state == .active)
        }
        heat.set(10)
        for _ in 0..<4 {
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        let found = try await world.database.read {
            try AlarmStore().alarm(alarm.id, for: viewer, in: $0)
        }
        #expect(found?.state == .cleared)
        #expect(found?.note == "on it")
        #expect(notes.changes.map(\.kind) == [.raised, .acknowledged, .cleared])
        await #expect(throws: GeneralFault.self) {
            _ = try await alarms.acknowledging(
                alarm.id,
                note: nil,
                viewer: world.viewer(world.theirs),
                scope: scope(world)
            )
        }
    }

    @Test(
        "While shelved nobody is told, of the next one neither; then people hear that it is active"
    )
    func shelve() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        let alarms = alarms(world, notes)
        let service = world.service { await alarms.evaluate(through: $0) }
        _ = try await rule(world) {
            $0.periods = 1; $0.datapointsToAlarm = 1; $0.holdPeriods = 1
        }
        let heat = world.metrics.gauge("heat", help: "")
        func pass(_ value: Double, _ count: Int) async {
            heat.set(value)
            for _ in 0..<count {
                world.clock.advance(by: .seconds(10))
                await service.sample()
            }
        }
        await pass(99, 1)
        let alarm = try #require(notes.changes.first?.alarm)
        let commit = try await alarms.shelving(
            alarm.id,
            minutes: 3,
            reason: "repair",
            viewer: world.viewer(world.ours),
            scope: scope(world)
        )
        _ = try await world.database.transaction(commit)
        await pass(10, 5)
        await pass(99, 1)
        #expect(notes.changes.map(\.kind) == [.raised, .shelved, .cleared, .raised])
        #expect(notes.changes.map(\.isForPeople) == [true, false, false, false])
        await pass(99, 14)
        #expect(notes.changes.map(\.kind).last == .reminded)
        #expect(notes.changes.last?.isForPeople == true)
        #expect(notes.changes.count == 5)
    }

    @Test("Who acknowledges just when a time of quiet ends is not overwritten, and nobody is told")
    func acknowledgedMeanwhile() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        let alarms = alarms(world, notes)
        let service = world.service { await alarms.evaluate(through: $0) }
        _ = try await rule(world) {
            $0.periods = 1; $0.datapointsToAlarm = 1
        }
        world.metrics.gauge("heat", help: "").set(99)
        world.clock.advance(by: .seconds(10))
        await service.sample()
        let alarm = try #require(notes.changes.first?.alarm)
        let (viewer, ada) = (world.viewer(world.ours), scope(world))
        let shelve = try await alarms.shelving(
            alarm.id,
            minutes: 1,
            reason: "repair",
            viewer: viewer,
            scope: ada
        )
        _ = try await world.database.transaction(shelve)
        let acknowledge = try await alarms.acknowledging(
            alarm.id,
            note: "on it",
            viewer: viewer,
            scope: ada
        )
        notes.meanwhile.withLock {
            $0 = { change in
                guard change.kind == .reminded else { return }
                _ = try await world.database.transaction(acknowledge)
            }
        }
        for _ in 0..<7 {
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        let found = try await world.database.read {
            try AlarmStore().alarm(alarm.id, for: viewer, in: $0)
        }
        #expect(found?.acknowledgedBy?.name == "Ada")
        #expect(found?.note == "on it")
        #expect(found?.shelvedUntil == nil)
        #expect(notes.changes.map(\.kind) == [.raised, .shelved, .acknowledged])
    }

    @Test(
        "A rule on no metric, a wrong label or a statistic that cannot be made is refused with a hint"
    )
    func refused() async throws {
        let world = try await ObservationWorld()
        world.metrics.gauge("heat", help: "", labels: ["oven"]).with("a").set(1)
        let service = world.service()
        world.clock.advance(by: .seconds(10))
        await service.sample()
        let known = world.history.definitions
        let good = AlarmRule(
            id: world.ids.next(),
            organisation: world.ours,
            name: "x",
            metric: "heat",
            statistic: .average,
            threshold: 1
        )
        let cases: [(JSON, String, String)] = [
            (["metric": "haet"], "/metric", "did you mean heat?"),
            (["labels": ["stove": "a"]], "/labels/stove", "it has oven"),
            (["statistic": "p99"], "/statistic", "expected average, minimum, maximum"),
            (["periodSeconds": 45], "/periodSeconds", "10, 30, or a multiple of 60"),
            (["periods": 2, "datapointsToAlarm": 3], "/datapointsToAlarm", "of 2 periods"),
            (["periods": 100, "periodSeconds": 3_600], "/periods", "a day"),
        ]
        for (change, pointer, words) in cases {
            var rule = good
            do throws(GeneralFault) {
                try rule.apply(JSONReader(change), metrics: known)
                Issue.record("\(change) was accepted")
            } catch {
                #expect(error.pointer == pointer)
                #expect(error.message.contains(words), "\(error.message)")
            }
        }
        var rule = good
        try rule.apply(JSONReader(["labels": ["oven": "a"], "threshold": 5]), metrics: known)
        #expect(rule.threshold == 5)
    }

    @Test("An anomaly is judged by how the metric was before")
    func anomaly() async throws {
        let world = try await ObservationWorld()
        let notes = Notes()
        let alarms = alarms(world, notes)
        let service = world.service { await alarms.evaluate(through: $0) }
        let heat = world.metrics.gauge("heat", help: "")
        // Half an hour between 49 and 51, so the deviation is about 1.
        for step in 0..<240 {
            heat.set(step % 2 == 0 ? 49 : 51)
            world.clock.advance(by: .seconds(10))
            await service.sample()
        }
        _ = try await rule(world) {
            $0.kind = .anomaly
            $0.band = 3
            $0.threshold = 0
            $0.periods = 1
            $0.datapointsToAlarm = 1
        }
        heat.set(52)
        world.clock.advance(by: .seconds(10))
        await service.sample()
        #expect(notes.changes.isEmpty)
        heat.set(60)
        world.clock.advance(by: .seconds(10))
        await service.sample()
        #expect(notes.changes.map(\.kind) == [.raised])
        #expect(notes.changes.first?.alarm.detail.contains("usual is 50 ± 1.0") == true)
    }
}
