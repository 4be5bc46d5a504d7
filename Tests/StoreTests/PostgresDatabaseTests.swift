import Core
import Store
import StoreTesting
import Synchronization
import Testing

@Suite(.enabled(if: PostgresServer.isInstalled, "PostgreSQL is not installed"))
struct PostgresDatabaseTests {
    private let url: String

    init() throws {
        url = try PostgresServer.freshSchema()
    }

    private func open(
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) throws -> PostgresDatabase {
        var configuration = TestDatabase.configuration(url)
        change(&configuration)
        return try PostgresDatabase(configuration)
    }

    private static let log = Migration(
        "test",
        1,
        "log",
        [
            "CREATE TABLE log (seq IDENTITY, word TEXT NOT NULL)",
            "CREATE TABLE till (name TEXT PRIMARY KEY, balance BIGINT NOT NULL)",
            "INSERT INTO till (name, balance) VALUES ('left', 50), ('right', 50)",
        ]
    )

    /// As two processes have it open, with the tables of the log.
    private func openTwice() async throws -> (one: PostgresDatabase, two: PostgresDatabase) {
        let one = try open()
        try await one.migrate([Self.log])
        return (one, try open())
    }

    private func append(_ word: String, to database: PostgresDatabase) async throws {
        try await database.transaction { transaction in
            try transaction.execute("INSERT INTO log (word) VALUES (?)", [.text(word)])
        }
    }

    @Test("It does what every driver must do")
    func conforms() async throws {
        let database = try open()
        defer { database.close() }
        try await DatabaseConformance(database: database).run()
    }

    @Test("Question marks are parameters where they stand as such only")
    func questionMarks() async throws {
        let database = try open()
        defer { database.close() }
        let rows = try await database.query(
            "SELECT '?', 'it''s ?', CAST(? AS BIGINT) /* ? */ AS \"a?\" -- ?",
            [.int(7)]
        ) { (try $0.text(0), try $0.text(1), try $0.int(2)) }
        #expect(rows.count == 1)
        #expect(rows.first?.0 == "?" && rows.first?.1 == "it's ?" && rows.first?.2 == 7)
    }

    @Test("Sums and averages come as numbers", arguments: [1, 10_000, 123_456_789_012])
    func numeric(_ value: Int) async throws {
        let database = try open()
        defer { database.close() }
        let rows = try await database.query(
            """
            SELECT sum(n), avg(n), sum(-n), sum(n) / 8.0
            FROM (SELECT CAST(? AS BIGINT) AS n UNION ALL SELECT CAST(? AS BIGINT)) AS t
            """,
            [.int(value), .int(value)]
        ) { (try $0.int(0), try $0.double(1), try $0.int(2), try $0.double(3)) }
        #expect(rows.first?.0 == Int64(2 * value) && rows.first?.1 == Double(value))
        #expect(rows.first?.2 == Int64(-2 * value) && rows.first?.3 == Double(value) / 4)
    }

    @Test("An event with a lower number that is committed last is passed by no cursor")
    func numbersInOrder() async throws {
        let database = try open()
        defer { database.close() }
        try await database.migrate([Self.log])
        let server = try PostgresServer.shared.get()
        // Somebody takes the first number outside of Weft, and commits when told so.
        let schema = database.schema
        try server.psql("CREATE TABLE \(schema).told (nothing BIGINT)")
        let outside = WorkerThread()
        defer { outside.close() }
        async let stranger: Void = outside.value {
            try server.psql(
                """
                DO $$ BEGIN
                    INSERT INTO \(schema).log (word) VALUES ('first');
                    WHILE NOT EXISTS (SELECT 1 FROM \(schema).told) LOOP
                        PERFORM pg_sleep(0.01);
                    END LOOP;
                END $$
                """
            )
        }
        /// Waits until the lock on numbers is held, or somebody waits for it.
        func untilLock(isHeld: Bool) async throws {
            while try await database.query(
                """
                SELECT 1 FROM pg_locks WHERE relation = CAST('weft_lock' AS REGCLASS)
                    AND mode = 'ExclusiveLock' AND granted = (? = 1)
                """,
                [.bool(isHeld)],
                { _ in 1 }
            ).isEmpty {}
        }
        try await untilLock(isHeld: true)
        let second = Task { try await append("second", to: database) }
        try await untilLock(isHeld: false)
        #expect(try await database.query("SELECT word FROM log", []) { try $0.text(0) }.isEmpty)
        try server.psql("INSERT INTO \(schema).told (nothing) VALUES (1)")
        var cursor: Int64 = 0
        var seen: [String] = []
        while seen.count < 2 {
            let rows = try await database.query(
                "SELECT seq, word FROM log WHERE seq > ? ORDER BY seq",
                [.int(cursor)]
            ) { (try $0.int(0), try $0.text(1)) }
            cursor = rows.last?.0 ?? cursor
            seen += rows.map(\.1)
        }
        #expect(seen == ["first", "second"])
        try await stranger
        try await second.value
    }

    @Test("Two writers follow each other: no number is passed, no change is lost")
    func twoWriters() async throws {
        let (one, two) = try await openTwice()
        defer {
            one.close()
            two.close()
        }
        let follower = Task {
            var cursor: Int64 = 0
            var seen: [Int64] = []
            while seen.count < 200 {
                let new = try await one.query(
                    "SELECT seq FROM log WHERE seq > ? ORDER BY seq",
                    [.int(cursor)]
                ) { try $0.int(0) }
                cursor = new.last ?? cursor
                seen += new
            }
            return seen
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await (number % 2 == 0 ? one : two).transaction { transaction in
                        let balance =
                            try transaction.first(
                                "SELECT balance FROM till WHERE name = 'left'"
                            ) { try $0.int(0) } ?? 0
                        try transaction.execute(
                            "UPDATE till SET balance = ? WHERE name = 'left'",
                            [.int(balance + 1)]
                        )
                        try transaction.execute("INSERT INTO log (word) VALUES ('x')", [])
                    }
                }
            }
            try await group.waitForAll()
        }
        let seen = try await follower.value
        #expect(seen == seen.sorted() && Set(seen).count == 200)
        let balance = try await two.query("SELECT balance FROM till WHERE name = 'left'", []) {
            try $0.int(0)
        }
        #expect(balance == [250])
    }

    @Test("Several that start at once make the tables once")
    func migrateTogether() async throws {
        let databases = try (0..<4).map { _ in try open() }
        defer { for database in databases { database.close() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for database in databases {
                group.addTask { try await database.migrate([Self.log]) }
            }
            try await group.waitForAll()
        }
        #expect(try await databases[0].appliedMigrations().count == 1)
        #expect(try await databases[1].query("SELECT name FROM till", []) { _ in 1 }.count == 2)
    }

    @Test("What conflicts with somebody's serializable transaction is run again")
    func serializationFailure() async throws {
        let database = try open()
        defer { database.close() }
        try await database.migrate([Self.log])
        let server = try PostgresServer.shared.get()
        let schema = database.schema
        let runs = Mutex(0)
        // Each reads both and then changes one: together they could take 200 of 100.
        try await database.transaction { transaction in
            let sum = try transaction.first("SELECT CAST(sum(balance) AS BIGINT) FROM till") {
                try $0.int(0)
            }
            let isFirst = runs.withLock { runs in
                runs += 1
                return runs == 1
            }
            if isFirst {
                try server.psql(
                    """
                    BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(balance) FROM \(schema).till;
                    UPDATE \(schema).till SET balance = balance - 100 WHERE name = 'right'; COMMIT
                    """
                )
            }
            guard sum ?? 0 >= 100 else { return }
            try transaction.execute(
                "UPDATE till SET balance = balance - 100 WHERE name = 'left'",
                []
            )
        }
        #expect(runs.withLock { $0 } == 2)
        let left = try await database.query("SELECT balance FROM till ORDER BY name", []) {
            try $0.int(0)
        }
        #expect(left == [50, -50])
    }

    @Test("Other processes hear of what is announced with a commit, the own one does not")
    func announcements() async throws {
        let (one, two) = try await openTwice()
        defer {
            one.close()
            two.close()
        }
        let own = Mutex(0)
        let other = Mutex(0)
        one.onAnnouncement(of: "log") { own.withLock { $0 += 1 } }
        two.onAnnouncement(of: "log") { other.withLock { $0 += 1 } }
        var rounds = 0
        // Those who listen may still be connecting: announced again until it is heard.
        while other.withLock({ $0 }) == 0, rounds < 10_000 {
            rounds += 1
            try await one.transaction { transaction in
                try transaction.execute("INSERT INTO log (word) VALUES ('told')", [])
                transaction.announce("log")
            }
        }
        #expect(rounds < 10_000)
        #expect(own.withLock { $0 } == 0)
    }

    @Test("Reads that find no connection wait for a while, or are refused, and are told why")
    func exhaustion() async throws {
        let database = try open {
            $0.connections = 1
            $0.waiting = 1
            $0.readTimeout = .milliseconds(300)
        }
        defer { database.close() }
        let hold = Hold()
        let long = Task {
            try await database.read { reader in
                hold.isHeld.withLock { $0 = true }
                hold.release.wait()
                return try reader.query("SELECT 1", []) { try $0.int(0) }
            }
        }
        while !hold.isHeld.withLock({ $0 }) { await Task.yield() }
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do {
                        _ = try await database.read { try $0.exists("SELECT 1") }
                        return "read"
                    } catch let error as StoreError where error.reason == .unavailable {
                        return String(error.message.prefix(9))
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // One waits in vain, the others find that one waits already.
        #expect(outcomes.sorted() == ["all 1 con", "all 1 con", "no connec"])
        hold.release.signal()
        #expect(try await long.value == [1])
        #expect(try await database.read { try $0.exists("SELECT 1") })
    }

    @Test("A copy of an SQLite store has every record, and numbers go on where they were")
    func copy() async throws {
        let folder = try ScratchFolder()
        let source = try SQLiteDatabase(path: folder.path + "/weft.db")
        let target = try open()
        defer {
            source.close()
            target.close()
        }
        let kinds = Migration(
            "kinds",
            1,
            "one of each",
            ["CREATE TABLE sample (i BIGINT, d DOUBLE PRECISION, t TEXT, b BLOB)"]
        )
        try await source.migrate([Self.log, kinds])
        try await source.transaction { transaction in
            for number in 0..<2_500 {
                try transaction.execute(
                    "INSERT INTO log (word) VALUES (?)",
                    [.text("word \(number)")]
                )
            }
            try transaction.execute("DELETE FROM log WHERE seq > 2400", [])
            try transaction.execute(
                "INSERT INTO sample VALUES (?, ?, ?, ?)",
                [.int(Int64.min), .double(.leastNonzeroMagnitude), "🚚\u{0}", .blob([0, 255])]
            )
            try transaction.execute(
                "INSERT INTO sample VALUES (?, ?, ?, ?)",
                [.null, .int(3), "", .null]
            )
        }
        let copy = StoreCopy(from: source, to: target, migrations: [Self.log, kinds])
        let tables = try await copy.run()
        #expect(tables.map(\.name) == ["log", "till", "sample"])
        #expect(tables.map(\.rows) == [2_400, 2, 2])
        try await append("next", to: target)
        let last = try await target.query("SELECT max(seq) FROM log", []) { try $0.int(0) }
        #expect(last == [2_501])
        let text = try await target.query("SELECT t FROM sample WHERE i < 0", []) {
            try $0.text(0)
        }
        #expect(text == ["🚚\u{0}"])
        await #expect {
            try await copy.run()
        } throws: {
            ($0 as? StoreError)?.reason == .unsupported
        }
    }
}

/// Keeps a connection busy until it is told to let go.
private final class Hold: Sendable {
    let isHeld = Mutex(false)
    let release = ThreadSemaphore()
}
