import Core
import Glibc
import Observability
import Store

/// `weft bench store`: how many durable commits a second this machine and disk give; `weft bench http`:
/// a server that says hello.
///
/// It is what `make bench` measures with, and tells whoever installs Weft what a disk is good for.
enum BenchCommand {
    static let usage = """
        usage: weft bench store --data DIR | --url URL [--callers N] [--seconds S] [--reads]
          --data DIR     measure on the disk of this folder; the file made there is deleted again
          --url URL      measure a PostgreSQL database; the table made there is dropped again
          --reads        read records by their key instead of committing
          --callers N    as many commit at the same time, 1…10000 (default 64)
          --seconds S    measure so long, 0.1…600 (default 3)
        Each commit is a transaction of its own that appends a record of some 300 bytes with an
        index and is synced to the disk when it counts. Prints {"callers","commits","seconds",
        "perSecond","cpuMicrosPerCommit","p50Micros","p99Micros"}; CPU is that of the whole process.

        usage: weft bench requests URL [--callers N] [--seconds S]
        The same for GET requests of Weft's own client, each caller one after the other; prints
        {"callers","requests","seconds","perSecond","cpuMicrosPerRequest"}.

        usage: weft bench events EVENTS.jsonl [--rules KIND] [--count N] [--seconds S] [--list]
          --rules KIND   exact (default), prefix, suffix, equals-ignore-case, wildcard, numeric,
                         anything-but, anything-but-prefix, exists, arrays or mixed
          --count N      as many rules, 1…1000000 (default 5)
          --seconds S    measure so long, 0.1…600 (default 3)
          --list         list the rules that match each event too, instead of only finding their set
        Matches the file's events over and over on one thread, from UTF-8 bytes, which are checked whole;
        the rules name fields of the city lots that AWS's event-ruler is measured with. Prints
        {"kind","rules","events","eventsPerSecond","eventsPerCPUSecond","cpuMicrosPerEvent",
        "matchesPerEvent",…}.

        usage: weft bench workflows --data DIR [--callers N] [--seconds S | --executions N]
                 [--tools compute|store] [--measure run|latency|fill|recover] [--rate R] [--url URL]
        How many runs of a workflow of three steps a second, each step synced:
          run      callers run one after the other; prints {"callers","executions","seconds",
                   "perSecond","cpuMillisEach","commits","p50Micros","p99Micros","residentKiB"}, with
                   --executions also "residentKiBAtTenth": the memory after a tenth of them
          latency  R events a second start them; prints how long from an event's publication until
                   the first step is journaled {"events","p50Micros","p99Micros","maxMicros"}
          fill     leaves N of them under way in DIR and kills its own process
          recover  goes on with those; prints {"executions","seconds","cpuSeconds","residentKiB"}: how
                   long until each has journaled a further step

        usage: weft bench http [--threads N]
        A server that answers GET /hello, of N event loops, 1…256 (default 1): prints its port and
        serves until it is told to stop.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
            say(
                usage + "\n\n" + workflowUsage + "\n\n" + SeriesBenchmark.usage + "\n\n"
                    + agentsUsage
            )
            return 0
        }
        return await exitCode(
            of: {
                switch arguments.first {
                case "store": try await store(arguments.dropFirst())
                case "http": try await http(arguments.dropFirst())
                case "workflows": try await workflows(arguments.dropFirst())
                case "agents": try await agents(arguments.dropFirst())
                case "series": try await SeriesBenchmark.run(arguments.dropFirst())
                case "requests": try await requests(arguments.dropFirst())
                case "events": try events(arguments.dropFirst())
                case "workflow": try workflow(arguments.dropFirst())
                default:
                    throw UsageError(
                        "what can be measured is: store, workflow, workflows, series, http, requests, "
                            + "events, agents"
                    )
                }
            },
            usage: usage
        )
    }

    private static func http(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(arguments, valued: ["--threads"])
        try options.expectNoWords()
        guard let threads = Int(options.values["--threads"] ?? "1"), (1...256) ~= threads else {
            throw UsageError("--threads must be a whole number, 1…256")
        }
        try await HelloServer.run(threads: threads)
    }

    private static func store(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--callers", "--seconds", "--data", "--url"],
            flags: ["--reads"]
        )
        guard options.words.isEmpty else {
            throw UsageError("unexpected \"\(options.words[0])\"")
        }
        guard let callers = Int(options.values["--callers"] ?? "64"), (1...10_000) ~= callers else {
            throw UsageError("--callers must be a whole number, 1…10000")
        }
        guard let seconds = Double(options.values["--seconds"] ?? "3"), (0.1...600) ~= seconds
        else {
            throw UsageError("--seconds must be a number, 0.1…600")
        }
        let reads = options.flags.contains("--reads")
        if let url = options.values["--url"] {
            let load = StoreLoad(database: try PostgresDatabase(PostgresConfiguration(url: url)))
            defer { load.database.close() }
            try await load.prepare()
            _ = try await load.run(callers: callers, for: .seconds(min(0.5, seconds / 4)))
            let result = try await load.run(callers: callers, for: .seconds(seconds), reads: reads)
            try await load.remove()
            return say(result.text())
        }
        guard let folder = options.values["--data"] else { throw UsageError("--data is missing") }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw UsageError("cannot create \(folder): \(String(cString: strerror(errno)))")
        }
        // Named by process: two measurements on one disk do not meet in one file.
        let path = "\(folder)/weft-bench-\(getpid()).db"
        defer {
            for suffix in ["", "-wal", "-shm"] {
                unlink(path + suffix)
            }
        }
        let load = StoreLoad(database: try SQLiteDatabase(path: path))
        try await load.prepare()
        // The first round allocates the write-ahead log, which later rounds overwrite.
        _ = try await load.run(callers: callers, for: .seconds(min(0.5, seconds / 4)))
        let result = try await load.run(callers: callers, for: .seconds(seconds), reads: reads)
        load.database.close()
        say(result.text())
    }
}

/// Callers who commit one record after the other.
private struct StoreLoad {
    let database: any Database

    /// Leaves a server's database as it was.
    func remove() async throws {
        try await database.transaction { transaction in
            try transaction.execute("DROP TABLE bench_record", [])
            try transaction.execute("DELETE FROM weft_migration WHERE module = 'bench'", [])
        }
    }

    func prepare() async throws {
        try await database.migrate([
            Migration(
                "bench",
                1,
                "records",
                [
                    """
                    CREATE TABLE bench_record (
                        seq IDENTITY, subject TEXT NOT NULL, data TEXT NOT NULL)
                    """,
                    "CREATE INDEX bench_record_by_subject ON bench_record (subject, seq)",
                ]
            )
        ])
    }

    /// Lets the callers commit until the time is up, and answers the numbers.
    func run(callers: Int, for duration: Duration, reads: Bool = false) async throws -> JSON {
        let clock = ContinuousClock()
        let started = clock.now
        let cpu = ProcessMetrics.read().cpuSeconds
        let end = started + duration
        var waits = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    reads
                        ? try await self.reads(of: caller, until: end, clock)
                        : try await commits(of: caller, until: end, clock)
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        let seconds = (clock.now - started) / .seconds(1)
        let used = ProcessMetrics.read().cpuSeconds - cpu
        waits.sort()
        return [
            "callers": .int(callers), "commits": .int(waits.count), "seconds": .double(seconds),
            "perSecond": .double(Double(waits.count) / seconds),
            "cpuMicrosPerCommit": .double(used * 1e6 / Double(waits.count)),
            "p50Micros": .int(waits.quantile(0.5)),
            "p99Micros": .int(waits.quantile(0.99)),
        ]
    }

    /// Reads one record after the other; answers how long each took, in microseconds.
    private func reads(
        of caller: Int,
        until end: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async throws -> [Int64] {
        var waits: [Int64] = []
        while clock.now < end {
            let began = clock.now
            _ = try await database.query(
                "SELECT subject, data FROM bench_record WHERE seq = ?",
                [.int(1 + (caller * 31 + waits.count) % 500)]
            ) { try $0.text(1) }
            waits.append((clock.now - began).microseconds)
        }
        return waits
    }

    /// Commits one record after the other; answers how long each took, in microseconds.
    private func commits(
        of caller: Int,
        until end: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async throws -> [Int64] {
        let subject = SQLValue.text("caller:\(caller)")
        let data = SQLValue.text(String(repeating: "0123456789abcdef", count: 16))
        var waits: [Int64] = []
        repeat {
            let began = clock.now
            try await database.transaction { transaction in
                try transaction.execute(
                    "INSERT INTO bench_record (subject, data) VALUES (?, ?)",
                    [subject, data]
                )
            }
            waits.append((clock.now - began).microseconds)
        } while clock.now < end
        return waits
    }
}
