import Core
import Glibc
import Platform
import Search
import Store

/// `weft search evaluate` on files, and `weft search query` on an installation.
enum SearchCommand {
    static let usage = """
        usage: weft search evaluate --corpus C.jsonl --queries Q.jsonl --qrels R.tsv
                                    [--mode bm25|vector|hybrid] [--store URL] [--weight W]
          --corpus C   lines of {"_id","title"?,"text"}
          --queries Q  lines of {"_id","text"}
          --qrels R    lines of a question's id, a document's id and a whole number, tabs between
          --mode       what decides the order (default hybrid)
          --store URL  a PostgreSQL database without tables instead of a file that is removed afterwards
          --weight W   of the vectors' ranking in hybrid search against the words' 1
        Needs no server. Prints {"mode","documents","queries","nDCG@10","recall@10","recall@100",
        "p50Millis","p99Millis","indexSeconds","embedder"}.

        usage: weft search query TEXT [--collection NAME] [--mode bm25|vector|hybrid] [--limit N]
                                 [--organisation NAME] [--data DIR] [--config FILE]
        What GET /api/search answers, also beside a running server.
        """

    /// The largest file that is read.
    private static let largest = 2 << 30

    static func evaluate(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await evaluateFiles(arguments) }, usage: usage)
    }

    static func query(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await ask(arguments) }, usage: usage)
    }

    private static func mode(_ options: CommandOptions) throws(UsageError) -> SearchQuery.Mode {
        let text = options.values["--mode"] ?? SearchQuery.Mode.hybrid.rawValue
        guard let mode = SearchQuery.Mode(rawValue: text) else {
            throw UsageError("--mode must be bm25, vector or hybrid")
        }
        return mode
    }

    private static func evaluateFiles(_ arguments: [String]) async throws {
        let files = ["--corpus", "--queries", "--qrels"]
        let options = try CommandOptions(
            arguments,
            valued: Set(files + ["--mode", "--store", "--weight"])
        )
        try options.expectNoWords()
        let mode = try mode(options)
        var weight: Double?
        if let text = options.values["--weight"] {
            guard let number = Double(text), number >= 0, number.isFinite else {
                throw UsageError("--weight must be a number of 0 or more")
            }
            weight = number
        }
        for name in files { _ = try options.required(name) }
        let judged = try JudgedCollection(
            corpus: try file(options.required("--corpus")),
            queries: try file(options.required("--queries")),
            judgements: try file(options.required("--qrels"))
        )
        let (database, remove) = try open(options.values["--store"])
        defer {
            database.close()
            remove()
        }
        guard try await database.appliedMigrations().isEmpty else {
            throw GeneralFault(
                .invalid,
                code: "store-in-use",
                "the database of --store has tables; give an empty one"
            )
        }
        try await database.migrate(SearchTables.migrations)
        let evaluation = SearchEvaluation(
            store: SearchStore(vectorWeight: weight),
            database: database,
            scope: Scope(
                organisation: IDGenerator(clock: SystemClock(), random: SystemRandom()).next(),
                actor: Actor(id: ID(high: 0, low: 0), kind: .service, name: "evaluation"),
                roles: [],
                trace: TraceContext(random: SystemRandom())
            ),
            uptime: uptime
        )
        say(try await evaluation.run(judged, mode: mode).json.text(.pretty))
    }

    private static func file(_ path: String) throws -> JudgedCollection.File {
        JudgedCollection.File(name: path, bytes: try WholeFile.read(path, limit: largest))
    }

    /// A database, and what removes it: a server's, or a file in a folder of its own for temporary files.
    private static func open(_ url: String?) throws -> (any Database, () -> Void) {
        if let url { return (try PostgresDatabase(PostgresConfiguration(url: url)), {}) }
        let folder = try TemporaryFolder(named: "weft-search")
        var configuration = SQLiteConfiguration()
        // It is gone afterwards anyway.
        configuration.synced = false
        do {
            return (
                try SQLiteDatabase(path: folder.path + "/weft.db", configuration: configuration),
                folder.remove
            )
        } catch {
            folder.remove()
            throw error
        }
    }

    private static func uptime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    private static func ask(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--collection", "--mode", "--limit", "--organisation", "--data", "--config",
            ]
        )
        var input: JSON = ["q": .string(try options.onlyWord("a TEXT"))]
        input["mode"] = .string(try mode(options).rawValue)
        if let collection = options.values["--collection"] {
            input["collection"] = .string(collection)
        }
        if let text = options.values["--limit"] {
            guard let limit = Int(text) else { throw UsageError("--limit must be a whole number") }
            input["limit"] = .int(limit)
        }
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            say(try await installation.call("search.query", input, as: scope).text(.pretty))
        }
    }
}
