import Core
import Store
import Testing

@testable import Series

@Suite struct SeriesRetentionTests {
    private static let day = 86_400.0

    private static func rows(_ world: SeriesWorld, _ resolution: Resolution) async throws -> Int {
        try await world.database.query(
            "SELECT count(*) FROM series_block WHERE resolution = ?",
            [.int(resolution.key)]
        ) { Int(try $0.int(0)) }.first ?? 0
    }

    @Test("Points go after their days, roll-ups stay, and answers are the same without the points")
    func forgetsPoints() async throws {
        let world = try await SeriesWorld(rules: "m=2/4/6/100")
        let name = try SeriesName("m")
        for hour in 0..<6 {
            world.clock.advance(by: .seconds(3_600))
            try await world.write(
                name,
                (0..<60).map { .init(at: SeriesWorld.at(Double(hour * 3_600 + $0 * 60)), value: 2) }
            )
        }
        try await world.keepUp()
        let question = SeriesQuestion(
            SeriesSelection(world.ours, name: "m"),
            from: SeriesWorld.start,
            until: SeriesWorld.at(6 * 3_600),
            step: 3_600,
            aggregate: .sum
        )
        // After three days the points are gone, after five the minutes, after eight the hours; days of
        // UTC and whole blocks count, so each stays up to a day longer.
        for (days, kept) in [
            (1, [1, 6, 1, 1]), (3, [0, 6, 1, 1]), (6, [0, 0, 1, 1]), (9, [0, 0, 0, 1]),
        ] {
            world.clock.advance(to: SeriesWorld.at(Double(days) * Self.day + 6 * 3_600))
            try await world.keepUp()
            try await world.upkeep.forget()
            var found: [Int] = []
            for resolution in Resolution.allCases {
                found.append(try await Self.rows(world, resolution))
            }
            #expect(found == kept, "day \(days)")
            if days < 9 {
                #expect(
                    try await world.answer(question).lines[0].values
                        == Array(repeating: 120, count: 6)
                )
            }
        }
        let daily = SeriesQuestion(
            SeriesSelection(world.ours, name: "m"),
            from: SeriesWorld.start,
            until: SeriesWorld.at(1),
            step: 86_400,
            aggregate: .count
        )
        #expect(try await world.answer(daily).lines[0].values == [360])
    }

    @Test("A series that nothing is left of makes room for another")
    func forgetsEmptySeries() async throws {
        var limits = SeriesLimits()
        limits.seriesPerOrganisation = 1
        let world = try await SeriesWorld(limits: limits, rules: "m=1/1/1/1")
        try await world.write(SeriesName("m"), SeriesWorld.points([(0, 1)]))
        for days in [1.0, 70] {
            world.clock.advance(to: SeriesWorld.at(days * Self.day))
            try await world.keepUp()
            try await world.upkeep.forget()
            #expect(try await world.series("m").count == (days < 2 ? 1 : 0))
        }
        try await world.write(SeriesName("n"), [.init(at: world.clock.now(), value: 1)])
        #expect(try await world.count("series_removed") == 0)
        // A new one that has no block yet stays.
        try await world.upkeep.forget()
        #expect(try await world.series("n").count == 1)
    }

    @Test("The upkeep works by itself as time passes", .timeLimit(.minutes(1)))
    func service() async throws {
        let world = try await SeriesWorld()
        try await world.write(SeriesName("m"), SeriesWorld.points([(-3_700, 1)]))
        let upkeep = world.upkeep
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await upkeep.run {} }
            // Batches are made into blocks after 10 s, and rolled up within a minute more.
            while try await Self.rows(world, .hour) == 0 {
                await Task.yield()
                if let next = world.clock.nextWakeUp { world.clock.advance(to: next) }
            }
            group.cancelAll()
        }
        #expect(try await world.count("series_batch") == 0)
        #expect(world.clock.now() <= SeriesWorld.at(120))
    }

    @Test("What is not rolled up yet is not forgotten")
    func keepsWhatIsStale() async throws {
        let world = try await SeriesWorld(rules: "m=1/2/3/4")
        try await world.write(SeriesName("m"), SeriesWorld.points([(0, 1)]))
        try await world.upkeep.compact()
        world.clock.advance(by: .seconds(3 * 86_400))
        try await world.upkeep.forget()
        #expect(try await Self.rows(world, .raw) == 1)
        try await world.upkeep.rollUp()
        try await world.upkeep.forget()
        #expect(try await Self.rows(world, .raw) == 0)
        #expect(try await Self.rows(world, .hour) == 1)
    }

    @Test("The first rule that fits counts, for an organisation or for all")
    func rules() async throws {
        let world = try await SeriesWorld()
        let rules = try SeriesRetentionRules(
            "\(world.theirs)|sensor.*=1/1/1/1, sensor.*=30/180/730/3650,debug=1/7/30/30"
        )
        #expect(rules.retention(of: "sensor.a", in: world.theirs).raw == 1)
        #expect(rules.retention(of: "sensor.a", in: world.ours).raw == 30)
        #expect(rules.retention(of: "debug", in: world.ours).minute == 7)
        #expect(rules.retention(of: "debugger", in: world.ours) == .standard)
    }

    @Test(
        "Rules that cannot be read or contradict themselves are refused",
        arguments: [
            "a", "a=1/2/3", "a=3/2/5/9", "a=0/1/1/1", "a*b=1/1/1/1", "x|a=1/1/1/1", "=1/1/1/1",
        ]
    )
    func badRules(text: String) {
        #expect(throws: SeriesError.self) { try SeriesRetentionRules(text) }
    }

    @Test("A point that is older than its series' points are kept is refused")
    func windowOfARule() async throws {
        let world = try await SeriesWorld(rules: "short=1/2/3/4")
        await #expect(throws: SeriesError.self) {
            try await world.write(SeriesName("short"), SeriesWorld.points([(-1.1 * Self.day, 1)]))
        }
        try await world.write(SeriesName("other"), SeriesWorld.points([(-1.1 * Self.day, 1)]))
    }
}
