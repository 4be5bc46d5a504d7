import Core
import Glibc
import Observability
import Series
import Store
import Synchronization

/// `weft bench series`: how many points of time series a second are durable, the upkeep at work.
final class SeriesBenchmark: Sendable {
    static let usage = """
        usage: weft bench series [--seconds S] [--series N] [--batch N] [--callers N]
                         [--data DIR | --url URL]
          --seconds S    write so long, 0.1…600 (default 10)
          --series N     into so many series, 1…10000 (default 1000)
          --batch N      points of a transaction, 1…50000 (default 1000)
          --callers N    as many write at the same time, 1…1000 (default 8)
          --data DIR     measure on the disk of this folder (default .); the file there is deleted
          --url URL      measure an empty database on a server; its tables stay
        Each batch counts when it is synced; meanwhile batches are made into blocks and roll-ups. Prints
        {"series","batch","callers","points","seconds","pointsPerSecond","cpuMicrosPerPoint",
        "p50Micros","p99Micros","stored","upkeepSeconds","bytesPerPoint","fileBytesPerPoint",
        "dayOfOneMicros","hourOfAllMicros","syncsPerSecond"}; CPU is that of the whole process, upkeep
        included, latencies are a batch's, upkeepSeconds what is left to do after the last point.
        """

    let series: Int
    let batch: Int
    let callers: Int
    private let database: any Database
    private let closeStore: @Sendable () -> Void
    private let store: SeriesStore
    private let upkeep: SeriesUpkeep
    private let names: [SeriesName]
    private let organisation = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 1 << 63)
    private let next = Atomic<Int>(0)

    static func run(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--seconds", "--series", "--batch", "--callers", "--data", "--url"]
        )
        try options.expectNoWords()
        func number(_ name: String, _ standard: Double, _ range: ClosedRange<Double>) throws
            -> Double
        {
            guard let text = options.values[name] else { return standard }
            guard let value = Double(text), range ~= value else {
                throw UsageError("\(name) must be \(range.lowerBound)…\(range.upperBound)")
            }
            return value
        }
        let folder = options.values["--data"] ?? "."
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw UsageError("cannot create \(folder): \(String(cString: strerror(errno)))")
        }
        let path = "\(folder)/weft-series-\(getpid()).db"
        defer { for suffix in ["", "-wal", "-shm", "-sync"] { unlink(path + suffix) } }
        let syncs = try syncRate(path + "-sync")
        let benchmark = try await SeriesBenchmark(
            path: path,
            url: options.values["--url"],
            series: Int(try number("--series", 1_000, 1...10_000)),
            batch: Int(try number("--batch", 1_000, 1...50_000)),
            callers: Int(try number("--callers", 8, 1...1_000))
        )
        var result = try await benchmark.measure(
            seconds: try number("--seconds", 10, 0.1...600),
            path: path
        )
        result["syncsPerSecond"] = .double(syncs)
        say(result.text())
    }

    private init(
        path: String,
        url: String?,
        series: Int,
        batch: Int,
        callers: Int
    ) async throws {
        self.series = series
        self.batch = batch
        self.callers = callers
        if let url {
            let opened = try PostgresDatabase(PostgresConfiguration(url: url))
            database = opened
            closeStore = { opened.close() }
        } else {
            let opened = try SQLiteDatabase(path: path)
            database = opened
            closeStore = { opened.close() }
        }
        store = SeriesStore(rules: try SeriesRetentionRules())
        upkeep = SeriesUpkeep(store, database: database, clock: SystemClock()) {
            complain(String(describing: $0))
        }
        names = try (0..<series).map { index throws(SeriesError) in
            try SeriesName(
                "bench.temperature",
                labels: [
                    .init(key: "device", value: "d\(index)"),
                    .init(key: "line", value: "L\(index % 20)"),
                ]
            )
        }
        try await database.migrate(SeriesTables.migrations)
    }

    private func measure(seconds: Double, path: String) async throws -> JSON {
        let clock = ContinuousClock()
        // The series are made before the clock runs.
        for start in stride(from: 0, to: series, by: 1_000) {
            _ = try await write(start..<Swift.min(series, start + 1_000))
        }
        next.store(series, ordering: .relaxed)
        let cpu = ProcessMetrics.read().cpuSeconds
        let began = clock.now
        let end = began + .microseconds(Int64(seconds * 1_000_000))
        let waits = try await withThrowingTaskGroup(of: [Int64]?.self) { group in
            group.addTask {
                try await self.upkeep.run {}
                return nil
            }
            for _ in 0..<callers { group.addTask { try await self.write(until: end) } }
            var waits: [Int64] = []
            for _ in 0..<callers { waits += try await group.next() as? [Int64] ?? [] }
            group.cancelAll()
            return waits.sorted()
        }
        let elapsed = (clock.now - began).seconds
        let used = ProcessMetrics.read().cpuSeconds - cpu
        let points = next.load(ordering: .relaxed)
        let caughtUp = clock.now
        try await upkeep.compact()
        try await upkeep.rollUp()
        let upkeepSeconds = (clock.now - caughtUp).seconds
        let stored = try await database.query(
            """
            SELECT CAST(sum(CASE WHEN resolution = 0 THEN points ELSE 0 END) AS BIGINT),
                CAST(sum(length(body)) AS BIGINT)
            FROM series_block
            """,
            []
        ) { (points: Int(try $0.int(0)), bytes: Double(try $0.int(1))) }.first
        let (one, all) = try await read()
        closeStore()
        var status = stat()
        stat(path, &status)
        return [
            "series": .int(series), "batch": .int(batch), "callers": .int(callers),
            "points": .int(points - series), "seconds": .double(elapsed),
            "pointsPerSecond": .double(Double(points - series) / elapsed),
            "cpuMicrosPerPoint": .double(used * 1e6 / Double(points - series)),
            "p50Micros": .int(waits[waits.count / 2]),
            "p99Micros": .int(waits[waits.count * 99 / 100]),
            "stored": .int(stored?.points ?? 0), "upkeepSeconds": .double(upkeepSeconds),
            "bytesPerPoint": .double((stored?.bytes ?? 0) / Double(points)),
            "fileBytesPerPoint": .double(Double(status.st_size) / Double(points)),
            "dayOfOneMicros": .int(one), "hourOfAllMicros": .int(all),
        ]
    }

    private func write(until end: ContinuousClock.Instant) async throws -> [Int64] {
        let clock = ContinuousClock()
        var waits: [Int64] = []
        repeat {
            let last = next.wrappingAdd(batch, ordering: .relaxed).newValue
            waits.append(try await write(last - batch..<last))
        } while clock.now < end
        return waits
    }

    /// When the first points are: three days ago, so that all hours are over.
    private static let start = SystemClock().now() + .seconds(-3 * 86_400)

    /// Writes points by number: the series one after the other, then all again a second later.
    private func write(_ numbers: Range<Int>) async throws -> Int64 {
        var points: [[SeriesPoint]] = Array(repeating: [], count: Swift.min(series, numbers.count))
        let first = numbers.lowerBound % series
        for number in numbers {
            let (second, device) = number.quotientAndRemainder(dividingBy: series)
            // Slow waves with a little noise, in hundredths, as a thermometer gives.
            let wave = sin(Double(second) / 600 + Double(device)) * 500
            let noise = Double((number &* 2_654_435_761) >> 16 & 15)
            let place = (device - first + series) % series
            points[place].append(
                SeriesPoint(
                    at: Self.start + .seconds(second),
                    value: (2_000 + wave + noise).rounded() / 100
                )
            )
        }
        var batch = SeriesBatch()
        for (place, points) in points.enumerated() {
            try batch.add(.init(names[(first + place) % series], points: points))
        }
        let began = ContinuousClock.now
        let store = store
        let prepared = try store.prepare(
            batch,
            organisation: organisation,
            now: SystemClock().now()
        )
        try await database.transaction { _ = try store.write(prepared, in: $0) }
        return (ContinuousClock.now - began).microseconds
    }

    /// How long an answer takes: a day of one series by minutes, an hour of all of them united.
    private func read() async throws -> (one: Int64, all: Int64) {
        let limits = store.limits
        func time(_ match: String, _ length: Duration, by: [String]?) async throws -> Int64 {
            let question = SeriesQuestion(
                SeriesSelection(organisation, name: names[0].name, match: try LabelMatch(match)),
                from: Self.start,
                until: Self.start + length,
                step: 60,
                aggregate: .average,
                by: by
            )
            guard series <= limits.seriesPerQuery || by == nil else { return 0 }
            let began = ContinuousClock.now
            _ = try await database.read { try question.answer(limits: limits, in: $0) }
            return (ContinuousClock.now - began).microseconds
        }
        return (
            try await time("device=d0", .seconds(86_400), by: nil),
            try await time("", .seconds(3_600), by: [])
        )
    }

    /// How often a second the disk takes 4 KiB with fdatasync, over half a second.
    private static func syncRate(_ path: String) throws -> Double {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw UsageError("cannot create \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        let block = [UInt8](repeating: 0x5A, count: 4_096)
        // The file's growth is not to be measured too.
        for _ in 0..<256 { guard Glibc.write(file, block, block.count) > 0 else { return 0 } }
        fsync(file)
        let began = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - began < .milliseconds(500) {
            guard pwrite(file, block, block.count, (count % 256) * 4_096) > 0 else { return 0 }
            fdatasync(file)
            count += 1
        }
        return Double(count) / (ContinuousClock.now - began).seconds
    }
}
