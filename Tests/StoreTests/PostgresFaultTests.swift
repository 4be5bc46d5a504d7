import Core
import Store
import StoreTesting
import Synchronization
import Testing

/// What happens when servers are killed, restarted and replaced, and when connections are lost.
///
/// Each payment adds a row without any constraint: one that is made twice shows as two rows.
@Suite(.serialized, .enabled(if: PostgresServer.isInstalled, "PostgreSQL is not installed"))
struct PostgresFaultTests {
    private static let payments = Migration(
        "test",
        1,
        "payments",
        ["CREATE TABLE payment (seq IDENTITY, name TEXT NOT NULL)"]
    )

    private func open(
        _ url: String,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> PostgresDatabase {
        var configuration = TestDatabase.configuration(url)
        configuration.lockTimeout = .seconds(2)
        change(&configuration)
        let database = try PostgresDatabase(configuration)
        try await database.migrate([Self.payments])
        return database
    }

    private func pay(_ name: String, in database: PostgresDatabase) async throws {
        try await database.transaction { transaction in
            try transaction.execute("INSERT INTO payment (name) VALUES (?)", [.text(name)])
        }
    }

    private func payments(in database: PostgresDatabase) async throws -> [String] {
        try await database.query("SELECT name FROM payment ORDER BY name", []) { try $0.text(0) }
    }

    /// Lets eight callers pay one after the other while `trouble` goes on, and then asks for every
    /// acknowledged payment, each once.
    private func holds(
        _ database: PostgresDatabase,
        during trouble: @escaping @Sendable () throws -> Void
    ) async throws {
        let isOver = Flag()
        let troublemaker = WorkerThread()
        defer { troublemaker.close() }
        async let made: Void = troublemaker.value {
            defer { isOver.isSet.withLock { $0 = true } }
            try trouble()
        }
        let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
            for caller in 0..<8 {
                group.addTask {
                    var mine: [String] = []
                    while !isOver.isSet.withLock({ $0 }) || mine.isEmpty {
                        let name = "\(caller)/\(mine.count)"
                        try await pay(name, in: database)
                        mine.append(name)
                        // Reads go on as well.
                        _ = try await database.query("SELECT max(seq) FROM payment", []) {
                            try $0.int(0)
                        }
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try await made
        #expect(try await payments(in: database) == acknowledged.sorted())
        #expect(acknowledged.count > 8)
    }

    @Test("Backends that are killed while committing lose nothing and repeat nothing")
    func killedBackends() async throws {
        let server = try PostgresServer()
        let database = try await open(server.url())
        defer { database.close() }
        try await holds(database) {
            for _ in 0..<25 {
                try server.psql(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'weft'
                    """
                )
            }
        }
    }

    @Test("A server that crashes and comes back loses nothing and repeats nothing")
    func crashes() async throws {
        let server = try PostgresServer()
        let database = try await open(server.url())
        defer { database.close() }
        try await holds(database) {
            for _ in 0..<3 {
                try server.psql("SELECT pg_sleep(0.2)")
                try server.control("restart", "immediate")
            }
        }
    }

    @Test("When the standby takes over, work goes on there, and nothing acknowledged is missing")
    func failover() async throws {
        let primary = try PostgresServer(
            "synchronous_standby_names=*",
            "synchronous_commit=local"
        )
        let standby = try PostgresServer(standbyOf: primary)
        try primary.psql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
        try primary.psql("SELECT pg_reload_conf()")
        let database = try await open(
            "host=\(primary.folder),\(standby.folder) user=weft dbname=postgres"
        )
        defer { database.close() }
        try await holds(database) {
            try primary.psql("SELECT pg_sleep(0.3)")
            try primary.control("stop", "immediate")
            try standby.psql("ALTER SYSTEM SET synchronous_standby_names = ''")
            try standby.control("promote")
        }
        let isHere = try await database.query(
            "SELECT current_setting('unix_socket_directories')",
            []
        ) { try $0.text(0) }
        #expect(isHere == [standby.folder])
    }

    @Test(
        "A commit whose answer is lost counts once; one that never arrived is made again",
        arguments: [SocketProxy.Loss.answer, .request]
    )
    func lostAnswers(_ loss: SocketProxy.Loss) async throws {
        let server = try PostgresServer()
        let proxy = try SocketProxy(before: server.folder)
        defer { proxy.close() }
        let database = try await open("host=\(proxy.folder) user=weft dbname=postgres")
        defer { database.close() }
        try await pay("before", in: database)
        let runs = Mutex(0)
        let committed = Mutex(0)
        for round in 1...3 {
            proxy.lose(loss)
            try await database.transaction { transaction in
                runs.withLock { $0 += 1 }
                try transaction.execute(
                    "INSERT INTO payment (name) VALUES (?)",
                    [.text("round \(round)")]
                )
                transaction.afterCommit { committed.withLock { $0 += 1 } }
            }
        }
        #expect(proxy.lost == 3)
        // All of a group travels together: lost with its answer it was committed, and is not run again.
        #expect(runs.withLock { $0 } == (loss == .answer ? 3 : 6))
        #expect(committed.withLock { $0 } == 3)
        #expect(
            try await payments(in: database) == ["before", "round 1", "round 2", "round 3"]
        )
    }

    @Test("A commit that arrives after it was given up and made again has no effect any more")
    func lateCommit() async throws {
        let server = try PostgresServer()
        let proxy = try SocketProxy(before: server.folder)
        defer { proxy.close() }
        let database = try await open("host=\(proxy.folder) user=weft dbname=postgres")
        defer { database.close() }
        try await pay("before", in: database)
        proxy.lose(.late)
        try await pay("once", in: database)
        #expect(proxy.lost == 1)
        proxy.deliver()
        try await pay("after", in: database)
        #expect(try await payments(in: database) == ["after", "before", "once"])
    }

    @Test("A query that ends every connection it is sent on is given up when its time is over")
    func poisonousQuery() async throws {
        let server = try PostgresServer()
        let database = try await open(server.url()) {
            $0.readTimeout = .milliseconds(300)
            $0.pipelines = 2
        }
        defer { database.close() }
        await #expect {
            try await database.query("SELECT pg_terminate_backend(pg_backend_pid())", []) { _ in 1 }
        } throws: {
            ($0 as? StoreError)?.reason == .unavailable
        }
        #expect(try await payments(in: database).isEmpty)
    }

    @Test("While the server is away callers wait, then are told; when it is back all goes on")
    func away() async throws {
        let server = try PostgresServer()
        let database = try await open(server.url()) {
            $0.readTimeout = .milliseconds(300)
            $0.writeTimeout = .milliseconds(300)
        }
        defer { database.close() }
        try await pay("before", in: database)
        try server.control("stop", "fast")
        await #expect { try await pay("lost", in: database) } throws: {
            ($0 as? StoreError)?.reason == .unavailable
        }
        await #expect { try await payments(in: database) } throws: {
            ($0 as? StoreError)?.kind == .unavailable
        }
        await #expect { try await database.read { try $0.exists("SELECT 1") } } throws: {
            ($0 as? StoreError)?.kind == .unavailable
        }
        try server.control("again")
        try await pay("after", in: database)
        #expect(try await payments(in: database) == ["after", "before"])
    }

    @Test("Reads of bounded staleness go to the replica while it keeps up, else to the primary")
    func replica() async throws {
        let primary = try PostgresServer()
        let standby = try PostgresServer(standbyOf: primary)
        let database = try await open(primary.url()) { $0.replica = standby.url() }
        defer { database.close() }
        let place = "SELECT CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END"
        func isReplica(_ consistency: ReadConsistency) async throws -> Bool {
            try await database.query(place, [], consistency: consistency) { try $0.bool(0) } == [
                true
            ]
        }
        var tries = 0
        while try await !isReplica(.bounded(.seconds(5))), tries < 20_000 { tries += 1 }
        #expect(tries < 20_000)
        #expect(try await !isReplica(.strong))
        #expect(
            try await database.read(consistency: .bounded(.seconds(5))) { reader in
                try reader.first(place) { try $0.bool(0) }
            } == true
        )
        // It does not follow any more: once the bound has passed it is not asked.
        try standby.psql("SELECT pg_wal_replay_pause()")
        try await pay("new", in: database)
        tries = 0
        while try await isReplica(.bounded(.milliseconds(500))), tries < 100_000 { tries += 1 }
        #expect(tries < 100_000)
        let fresh = try await database.query(
            "SELECT name FROM payment",
            [],
            consistency: .bounded(.milliseconds(500))
        ) { try $0.text(0) }
        #expect(fresh == ["new"])
    }
}

/// Whether something has happened.
private final class Flag: Sendable {
    let isSet = Mutex(false)
}
