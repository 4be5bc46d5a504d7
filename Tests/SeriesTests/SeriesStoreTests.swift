import Core
import Store
import Testing

@testable import Series

@Suite struct SeriesStoreTests {
    @Test("What was written is read back before and after it is made into blocks")
    func readsBack() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("sensor.temperature", ["device": "d1", "line": "L1"])
        let points = SeriesWorld.points([(-3, 20.5), (-2, 20.75), (-1, -4)])
        let receipt = try await world.write(name, points, unit: "Cel")
        #expect(receipt == .init(points: 3, series: 1, created: 1))
        #expect(try await world.points("sensor.temperature") == points)
        try await world.upkeep.compact()
        #expect(try await world.count("series_batch") == 0)
        #expect(try await world.points("sensor.temperature") == points)
        let more = try await world.write(name, SeriesWorld.points([(0, 1)]))
        #expect(more.created == 0)
        #expect(
            try await world.points("sensor.temperature") == points + SeriesWorld.points([(0, 1)])
        )
        let record = try await world.series("sensor.temperature").first
        #expect(record?.unit == "Cel" && record?.kind == .gauge && record?.name == name)
    }

    @Test("The last point written for a time counts, whichever of batch and block it is in")
    func lastWriteWins() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        try await world.write(name, SeriesWorld.points([(-2, 1), (-1, 2), (-1, 3)]))
        #expect(try await world.points("m") == SeriesWorld.points([(-2, 1), (-1, 3)]))
        try await world.upkeep.compact()
        try await world.write(name, SeriesWorld.points([(-2, 9)]))
        #expect(try await world.points("m") == SeriesWorld.points([(-2, 9), (-1, 3)]))
        try await world.upkeep.compact()
        #expect(try await world.points("m") == SeriesWorld.points([(-2, 9), (-1, 3)]))
        // A repeated batch changes nothing.
        try await world.write(name, SeriesWorld.points([(-2, 9)]))
        try await world.upkeep.compact()
        #expect(try await world.points("m").count == 2)
    }

    @Test("A batch counts as a whole or not at all")
    func isAtomic() async throws {
        let world = try await SeriesWorld()
        var batch = SeriesBatch()
        try batch.add(.init(SeriesName("good"), points: SeriesWorld.points([(0, 1)])))
        try batch.add(
            .init(SeriesName("bad"), points: SeriesWorld.points([(0, .nan)]), place: "/series/1")
        )
        let error = await #expect(throws: SeriesError.self) { try await world.write(batch) }
        #expect(error?.reason == .invalidPoint && error?.pointer == "/series/1")
        #expect(try await world.count("series") == 0)
        #expect(try await world.count("series_batch") == 0)
    }

    @Test("Points from before the window or after it are refused, with the window")
    func window() async throws {
        var limits = SeriesLimits()
        limits.late = .seconds(3_600)
        let world = try await SeriesWorld(limits: limits)
        let name = try SeriesWorld.name("m")
        for seconds in [-3_600.0, 600] {
            try await world.write(name, SeriesWorld.points([(seconds, 1)]))
        }
        for seconds in [-3_600.000_001, 600.000_001] {
            let error = await #expect(throws: SeriesError.self) {
                try await world.write(name, SeriesWorld.points([(seconds, 1)]))
            }
            #expect(error?.reason == .outsideWindow)
        }
        #expect(try await world.points("m").count == 2)
    }

    @Test("A unit or kind that is not the series' is refused")
    func differs() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        try await world.write(name, SeriesWorld.points([(0, 1)]), unit: "s", kind: .counter)
        try await world.write(name, SeriesWorld.points([(1, 1)]), unit: "s")
        for (unit, kind) in [("ms", SeriesKind.counter), ("s", .gauge)] {
            let error = await #expect(throws: SeriesError.self) {
                try await world.write(name, SeriesWorld.points([(2, 1)]), unit: unit, kind: kind)
            }
            #expect(error?.reason == .differs)
        }
        #expect(try await world.points("m").count == 2)
    }

    @Test("An organisation has so many series and no more, and others are not counted with it")
    func cardinality() async throws {
        var limits = SeriesLimits()
        limits.seriesPerOrganisation = 3
        let world = try await SeriesWorld(limits: limits)
        for index in 1...3 {
            try await world.write(
                SeriesWorld.name("m", ["i": "\(index)"]),
                SeriesWorld.points([(0, 1)])
            )
        }
        var batch = SeriesBatch()
        for index in 3...4 {
            let name = try SeriesWorld.name("m", ["i": "\(index)"])
            try batch.add(.init(name, points: SeriesWorld.points([(1, 1)])))
        }
        let error = await #expect(throws: SeriesError.self) { try await world.write(batch) }
        #expect(error?.reason == .tooManySeries)
        #expect(try await world.series("m").count == 3)
        try await world.write(
            SeriesWorld.name("m"),
            SeriesWorld.points([(0, 1)]),
            of: world.theirs
        )
        // What is deleted makes room.
        let one = SeriesSelection(world.ours, name: "m", match: try LabelMatch("i=1"))
        let removed = try await world.database.transaction { [store = world.store] in
            try store.remove(one, in: $0)
        }
        #expect(removed.count == 1)
        try await world.write(batch)
        #expect(try await world.series("m").count == 3)
    }

    @Test("Others' series are neither read nor removed")
    func organisations() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        try await world.write(name, SeriesWorld.points([(0, 1)]), of: world.theirs)
        try await world.write(name, SeriesWorld.points([(0, 2)]))
        try await world.upkeep.compact()
        #expect(try await world.points("m") == SeriesWorld.points([(0, 2)]))
        _ = try await world.database.transaction { [store = world.store, ours = world.ours] in
            try store.remove(SeriesSelection(ours, name: "m"), in: $0)
        }
        #expect(try await world.points("m") == [])
        #expect(try await world.series("m", of: world.theirs).count == 1)
    }

    @Test("A series that was removed and is written again begins empty, whatever was waiting")
    func removal() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        try await world.write(name, SeriesWorld.points([(-2, 1)]))
        try await world.upkeep.compact()
        try await world.write(name, SeriesWorld.points([(-1, 2)]))
        let selection = SeriesSelection(world.ours, name: "m")
        let late = try world.store.prepare(
            { () throws(SeriesError) in
                var batch = SeriesBatch()
                try batch.add(.init(name, points: SeriesWorld.points([(1, 4)])))
                return batch
            }(),
            organisation: world.ours,
            now: world.clock.now()
        )
        _ = try await world.database.transaction { [store = world.store] in
            try store.remove(selection, in: $0)
        }
        // It was looked at when the series still was: its points are the new series'.
        try await world.database.transaction { [store = world.store] in
            _ = try store.write(late, in: $0)
        }
        try await world.write(name, SeriesWorld.points([(2, 5)]))
        #expect(try await world.points("m") == SeriesWorld.points([(1, 4), (2, 5)]))
        try await world.upkeep.compact()
        #expect(try await world.points("m") == SeriesWorld.points([(1, 4), (2, 5)]))
        try await world.upkeep.forget()
        #expect(try await world.count("series_removed") == 0)
        #expect(try await world.count("series_block") == 1)
    }

    @Test("A shard that was changed between the look and the change is looked at again")
    func concurrentUpkeep() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        try await world.write(name, SeriesWorld.points([(-2, 1)]))
        let shard = BatchBody.shard(of: try await world.series("m")[0].id)
        let first = try await world.database.read { try Compaction(of: shard, in: $0) }
        let second = try await world.database.read { try Compaction(of: shard, in: $0) }
        #expect(try await world.database.transaction { try first.commit(in: $0) })
        #expect(try await !world.database.transaction { try second.commit(in: $0) })
        #expect(try await world.points("m") == SeriesWorld.points([(-2, 1)]))
        try await world.write(name, SeriesWorld.points([(-1, 1)]))
        let third = try await world.database.read { try Compaction(of: shard, in: $0) }
        try await world.upkeep.compact()
        #expect(try await !world.database.transaction { try third.commit(in: $0) })
        #expect(try await world.points("m").count == 2)
    }

    @Test("Points given backwards, in between and in bulk lie in blocks that do not overlap")
    func blocks() async throws {
        let world = try await SeriesWorld()
        let name = try SeriesWorld.name("m")
        let all = (0..<5_000).map {
            SeriesPoint(at: SeriesWorld.at(-Double($0)), value: Double($0))
        }
        try await world.write(name, Array(all[2_000..<3_500]))
        try await world.upkeep.compact()
        for start in stride(from: 0, to: 2_000, by: 500) {
            try await world.write(name, Array(all[start..<start + 500]).reversed())
            try await world.upkeep.compact()
        }
        try await world.write(name, Array(all[3_500...]))
        try await world.upkeep.compact()
        let blocks = try await world.database.query(
            "SELECT start_at, end_at, points FROM series_block WHERE resolution = 0 ORDER BY start_at",
            []
        ) { (start: try $0.int(0), end: try $0.int(1), points: try $0.int(2)) }
        #expect(blocks.reduce(0) { $0 + $1.points } == 5_000)
        #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.end < $1.start })
        #expect(blocks.allSatisfy { $0.points <= Int64(BlockChange.full) })
        #expect(blocks.count <= 20)
        #expect(try await world.points("m") == all.reversed())
    }

    @Test("A damaged batch is reported, and stops no other shard")
    func damagedBatch() async throws {
        let world = try await SeriesWorld()
        var batch = SeriesBatch()
        for index in 0..<300 {
            let name = try SeriesWorld.name("m", ["i": "\(index)"])
            try batch.add(.init(name, points: SeriesWorld.points([(0, 1)])))
        }
        try await world.write(batch)
        try await world.database.transaction {
            try $0.execute("UPDATE series_batch SET body = ? WHERE shard = 0", [.blob([1, 2, 3])])
        }
        await #expect(throws: SeriesError.self) { try await world.upkeep.compact() }
        let waiting = try await world.database.query("SELECT shard FROM series_batch", []) {
            try $0.int(0)
        }
        #expect(waiting == [0])
    }

    @Test(
        "Names and labels that are not allowed are refused",
        arguments: [
            ("", [:]), ("1a", [:]), ("a b", [:]), ("ä", [:]),
            (String(repeating: "a", count: 121), [:]), ("a", ["": "x"]), ("a", ["k": ""]),
            ("a", ["k": "x\n"]), ("a", ["k v": "x"]),
            ("a", ["k": String(repeating: "x", count: 201)]),
            (
                "a",
                Dictionary(uniqueKeysWithValues: (0..<11).map { ("k\($0)", "v") })
            ),
            (
                "a",
                Dictionary(
                    uniqueKeysWithValues: (0..<4).map {
                        ("k\($0)", String(repeating: "ä", count: 200))
                    }
                )
            ),
        ] as [(String, [String: String])]
    )
    func names(name: String, labels: [String: String]) {
        #expect(throws: SeriesError.self) { try SeriesWorld.name(name, labels) }
    }

    @Test(
        "Conditions on labels",
        arguments: [
            ("", true), ("line=L1", true), ("line=L2", false), ("line!=L2", true),
            ("line=L*", true), ("line=*", true), ("line!=L*", false), ("site=", true),
            ("site!=", false), ("line=L1,device=press\\,1", true), ("line=L1,device=x", false),
            ("star=a\\*", true), ("star=\\*", false),
        ]
    )
    func match(text: String, fits: Bool) throws {
        let name = try SeriesWorld.name("m", ["line": "L1", "device": "press,1", "star": "a*"])
        #expect(try LabelMatch(text).fits(name) == fits)
    }

    @Test("Conditions that cannot be read are refused", arguments: ["line", "=x", ",", "a=b,"])
    func badMatch(text: String) {
        #expect(throws: SeriesError.self) { try LabelMatch(text) }
    }
}
