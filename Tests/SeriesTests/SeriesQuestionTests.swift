import Core
import Glibc
import Store
import Testing

@testable import Series

@Suite struct SeriesQuestionTests {
    private typealias World = SeriesWorld

    private static let seeds =
        getenv("WEFT_TESTS").map { String(cString: $0) }?.contains("long") ?? false
        ? 1...300 : 1...12

    private static func question(
        _ world: SeriesWorld,
        _ aggregate: SeriesAggregate,
        from: Double,
        until: Double,
        step: Int,
        fill: SeriesFill = .null,
        by: [String]? = nil,
        match: String = ""
    ) throws -> SeriesQuestion {
        SeriesQuestion(
            SeriesSelection(world.ours, name: "m", match: try LabelMatch(match)),
            from: SeriesWorld.at(from),
            until: SeriesWorld.at(until),
            step: step,
            aggregate: aggregate,
            fill: fill,
            by: by
        )
    }

    @Test(
        "Every aggregate of two minutes and a gap, by hand",
        arguments: [
            (SeriesAggregate.average, [4.0, nil, 7]), (.minimum, [2, nil, 7]),
            (.maximum, [6, nil, 7]), (.sum, [12, nil, 7]), (.count, [3, 0, 1]),
            (.last, [6, nil, 7]),
            // 2 → 4 → 6 grew by 4 in the first minute, 6 → 7 by 1 in the third.
            (.rate, [4.0 / 60, nil, 1.0 / 60]),
        ] as [(SeriesAggregate, [Double?])]
    )
    func byHand(aggregate: SeriesAggregate, values: [Double?]) async throws {
        let world = try await SeriesWorld()
        try await world.write(
            SeriesName("m"),
            World.points([(0, 2), (30, 4), (59, 6), (120, 7)]),
            kind: .counter
        )
        for isBlock in [false, true] {
            if isBlock { try await world.keepUp() }
            let answer = try await world.answer(
                Self.question(world, aggregate, from: 1, until: 121, step: 60)
            )
            #expect(answer.from == World.start && answer.until == World.at(180))
            #expect(answer.lines.map(\.values) == [values])
        }
    }

    @Test("Series are united by labels, and a counter that began again has not shrunk")
    func unites() async throws {
        let world = try await SeriesWorld()
        for (device, line, shift) in [("a", "L1", 0.0), ("b", "L1", 100), ("c", "L2", 7)] {
            try await world.write(
                SeriesWorld.name("m", ["device": device, "line": line]),
                World.points([(0, 10 + shift), (10, 30 + shift), (20, 5)]),
                kind: .counter
            )
        }
        let sums = try await world.answer(
            Self.question(world, .sum, from: 0, until: 60, step: 60, by: ["line"])
        )
        #expect(sums.lines.map(\.values) == [[45 + 245], [59]])
        #expect(sums.lines.map(\.series) == [2, 1])
        #expect(sums.lines[0].labels == [.init(key: "line", value: "L1")])
        // Each grew by 20, and by 5 after it began again.
        let rates = try await world.answer(
            Self.question(world, .rate, from: 0, until: 60, step: 60, by: [])
        )
        #expect(rates.lines.map(\.values) == [[75.0 / 60]])
        let one = try await world.answer(
            Self.question(world, .last, from: 0, until: 60, step: 60, match: "device=b")
        )
        #expect(one.lines.map(\.values) == [[5]])
    }

    @Test("A late point corrects the roll-ups it touches, of minute, hour and day")
    func latePoints() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesName("m")
        world.clock.advance(by: .seconds(86_400))
        try await world.write(
            name,
            (0..<180).map { .init(at: World.at(Double($0) * 60), value: 1) }
        )
        try await world.keepUp()
        #expect(try await world.count("series_stale") == 0)
        for step in [60, 3_600, 86_400] {
            let answer = try await world.answer(
                Self.question(world, .sum, from: 0, until: 86_400 / 2, step: step)
            )
            #expect(answer.lines[0].values.compactMap { $0 }.reduce(0, +) == 180)
            #expect(answer.resolution == Resolution.fitting(step: Int64(step) * 1_000_000))
        }
        // A new point, and one in the place of another.
        try await world.write(name, World.points([(3_601, 10), (7_200, 5)]))
        for round in 0..<3 {
            if round == 1 { try await world.upkeep.compact() }
            if round == 2 { try await world.upkeep.rollUp() }
            for step in [60, 3_600, 86_400] {
                let answer = try await world.answer(
                    Self.question(world, .sum, from: 0, until: 86_400 / 2, step: step)
                )
                #expect(
                    answer.lines[0].values.compactMap { $0 }.reduce(0, +) == 194,
                    "\(round) \(step)"
                )
            }
        }
        #expect(try await world.count("series_stale") == 0)
    }

    @Test("Answers are what all points give, whatever the upkeep has done", arguments: seeds)
    func bruteForce(seed: Int) async throws {
        let dice = SeededRandom(seed: UInt64(seed))
        var limits = SeriesLimits()
        limits.late = .seconds(3 * 86_400)
        let world = try await SeriesWorld(limits: limits)
        let names = try ["a", "b", "c"].map { try SeriesWorld.name("m", ["s": $0]) }
        var reference: [[Int64: Double]] = [[:], [:], [:]]
        for _ in 0..<14 {
            var batch = SeriesBatch()
            for (index, name) in names.enumerated() where dice.next() % 3 > 0 {
                let isLate = dice.next() % 3 == 0
                let spread = isLate ? 3.0 * 86_000 : 4_000
                let points = (0..<Int(dice.next() % 300)).map { _ in
                    SeriesPoint(
                        at: world.clock.now()
                            + .microseconds(-Int64((dice.unit() * spread).rounded() * 1_000_000)),
                        value: (dice.unit() * 1_000).rounded() / 8
                    )
                }
                for point in points { reference[index][point.at.microseconds] = point.value }
                try batch.add(.init(name, kind: .counter, points: points))
            }
            try await world.write(batch)
            if dice.next() % 2 == 0 { try await world.upkeep.compact() }
            if dice.next() % 3 == 0 { try await world.upkeep.rollUp() }
            world.clock.advance(by: .seconds(Int64(dice.next() % 8_000)))
            let steps = [7, 60, 300, 3_600, 5_400, 7_200, 86_400, 172_800]
            let step = steps[Int(dice.next() % UInt64(steps.count))]
            let span = Double(step) * 40 * dice.unit() + 1
            let until =
                Double(world.clock.now().microseconds - World.start.microseconds) / 1e6
                - dice.unit() * 100_000
            for aggregate in SeriesAggregate.allCases {
                let by: [String]? = [nil, [], ["s"]][Int(dice.next() % 3)]
                let question = try Self.question(
                    world,
                    aggregate,
                    from: until - span,
                    until: until,
                    step: step,
                    by: by
                )
                let answer = try await world.answer(question)
                let known = Set(answer.lines.flatMap(\.labels).map(\.value))
                let groups =
                    by == []
                    ? [reference]
                    : reference.enumerated().filter {
                        known.contains(["a", "b", "c"][$0.offset])
                    }.map { [$0.element] }
                for (line, group) in zip(answer.lines, groups) {
                    let expected = Self.naive(group, answer, step: step, aggregate)
                    #expect(line.values.count == expected.count)
                    let isSame = zip(line.values, expected).allSatisfy { left, right in
                        guard let left, let right else { return left == nil && right == nil }
                        return abs(left - right) <= 1e-9 * Swift.max(1, abs(right))
                    }
                    #expect(isSame, "seed \(seed), \(aggregate) by \(step) s")
                }
            }
        }
    }

    /// The same from the points alone, one step after the other.
    private static func naive(
        _ series: [[Int64: Double]],
        _ answer: SeriesQuestion.Answer,
        step: Int,
        _ aggregate: SeriesAggregate
    ) -> [Double?] {
        let length = Int64(step) * 1_000_000
        return stride(
            from: answer.from.microseconds,
            to: answer.until.microseconds,
            by: Int(length)
        ).map { start in
            var values: [(at: Int64, value: Double)] = []
            var growth = 0.0
            for points in series {
                let inside = points.filter {
                    start <= $0.key && $0.key < start + length
                }.sorted { $0.key < $1.key }
                values += inside.map { (at: $0.key, value: $0.value) }
                let before = points.filter {
                    answer.from.microseconds <= $0.key && $0.key < start
                }.max { $0.key < $1.key }
                var last = before?.value
                for (_, value) in inside {
                    if let last { growth += value >= last ? value - last : value }
                    last = value
                }
            }
            let numbers = values.map(\.value)
            guard !numbers.isEmpty else { return aggregate == .count ? 0 : nil }
            let sum = numbers.reduce(0, +)
            switch aggregate {
            case .average: return sum / Double(numbers.count)
            case .minimum: return numbers.min()
            case .maximum: return numbers.max()
            case .sum: return sum
            case .count: return Double(numbers.count)
            case .rate: return growth / Double(step)
            case .last:
                // Of several series with the same last moment the first one's counts.
                let latest = values.map(\.at).max()
                return values.first { $0.at == latest }?.value
            }
        }
    }

    @Test("Too large questions are refused before they are answered")
    func limits() async throws {
        var limits = SeriesLimits()
        limits.answer = 100
        limits.seriesPerQuery = 2
        limits.read = 50
        let world = try await SeriesWorld(limits: limits)
        for device in ["a", "b", "c"] {
            try await world.write(
                SeriesWorld.name("m", ["d": device]),
                (0..<60).map { .init(at: World.at(Double($0)), value: 1) }
            )
        }
        try await world.upkeep.compact()
        for question in [
            try Self.question(world, .sum, from: 0, until: 101, step: 1, match: "d=a"),
            try Self.question(world, .sum, from: 0, until: 60, step: 60),
            try Self.question(world, .sum, from: 0, until: 60, step: 60, match: "d=a"),
        ] {
            let error = await #expect(throws: SeriesError.self) {
                _ = try await world.answer(question)
            }
            #expect(error?.reason == .queryTooLarge)
        }
    }

    @Test("The rate of a gauge is refused")
    func rateOfAGauge() async throws {
        let world = try await SeriesWorld()
        try await world.write(SeriesName("m"), World.points([(0, 1)]))
        let question = try Self.question(world, .rate, from: 0, until: 60, step: 60)
        await #expect(throws: SeriesError.self) { _ = try await world.answer(question) }
    }
}
