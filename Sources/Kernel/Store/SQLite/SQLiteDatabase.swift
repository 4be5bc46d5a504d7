import Core
import Synchronization

/// How the SQLite driver works.
public struct SQLiteConfiguration: Sendable {
    /// How long to wait for another program's lock; default 5 s.
    public var busyTimeout: Duration = .seconds(5)
    /// The most transactions committed with one sync; default 1,024.
    public var batch = 1_024
    /// The writer's page cache; default 8 MiB.
    public var writerCacheKiB = 8_192
    /// Each reader's page cache; default 2 MiB.
    public var readerCacheKiB = 2_048
    /// Whether commits are synced to the disk; default true, false only for throw-away data.
    public var synced = true
    /// Hears of every group that was committed: how many transactions, and how long it took.
    public var onCommit: (@Sendable (Int, Duration) -> Void)?
    /// The name of SQLite's file system to use; nil for the operating system's.
    public var fileSystem: String?
    /// Runs the writer's work and long scans, instead of threads of their own; for simulations that
    /// must be the same every time.
    public var schedule: (@Sendable (@escaping @Sendable () -> Void) -> Void)?

    /// The defaults.
    public init() {}
}

/// A `Database` in one SQLite file: write-ahead log, one writer with group commit at
/// `synchronous=FULL`, readers inline on the calling threads.
public final class SQLiteDatabase: Database {
    private let path: String
    private let configuration: SQLiteConfiguration
    private let writer: SQLiteWriter
    let anchor: SQLiteAnchor
    private let idle = Mutex<[SQLiteConnection]>([])
    private let opened = Atomic<Int>(1)
    private let scans: WorkerThread?

    /// Opens the file, creating it when it is not there.
    ///
    /// - Parameters:
    ///   - path: the database file; its folder must exist.
    ///   - configuration: see ``SQLiteConfiguration``.
    /// - Throws: `StoreError` of code `cannotOpen`, `corrupt`, `readOnly` or `busy`.
    public init(path: String, configuration: SQLiteConfiguration = .init()) throws(StoreError) {
        self.path = path
        self.configuration = configuration
        let connection = try SQLiteConnection(
            path: path,
            configuration: configuration,
            readOnly: false
        )
        let anchor = SQLiteAnchor { () throws(StoreError) in
            try SQLiteConnection(path: path, configuration: configuration, readOnly: true)
        }
        self.anchor = anchor
        writer = SQLiteWriter(
            connection: connection,
            batch: configuration.batch,
            anchor: anchor,
            onCommit: configuration.onCommit,
            schedule: configuration.schedule
        )
        scans = configuration.schedule == nil ? WorkerThread() : nil
        if configuration.schedule == nil { try writer.start() }
    }

    /// SQLite.
    public var dialect: SQLDialect { .sqlite }

    /// The failure after which the store refuses to write, nil while it is well.
    public var failure: StoreError? { writer.poison }

    /// How many connections to the file are open: the writer's and the readers'.
    public var connections: Int { opened.load(ordering: .relaxed) }

    /// Commits what was submitted and refuses what comes later; blocks until that is done.
    public func close() {
        writer.close()
        scans?.close()
        let closed = idle.withLock { idle in
            defer { idle = [] }
            return idle.count
        }
        opened.wrappingSubtract(closed + 1, ordering: .relaxed)
    }

    /// See ``Database/query(_:_:consistency:_:)``; every read sees the latest state.
    public func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        consistency: ReadConsistency,
        _ map: (any Row) throws -> Value
    ) async throws -> [Value] {
        try withReader { try SQLiteReader(connection: $0).query(sql, parameters, map) }
    }

    /// See ``Database/read(consistency:_:)``.
    public func read<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try snapshot(body)
    }

    /// See ``Database/scan(consistency:_:)``.
    public func scan<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            aside { continuation.resume(with: Result { try self.snapshot(body) }) }
        }
    }

    /// Runs `body` away from the calling thread.
    private func aside(_ body: @escaping @Sendable () -> Void) {
        if let scans {
            scans.run(body)
        } else {
            configuration.schedule?(body)
        }
    }

    private func snapshot<Value>(_ body: (any Reader) throws -> Value) throws -> Value {
        try withReader { connection in
            try connection.run("BEGIN")
            defer { try? connection.run("COMMIT") }
            return try body(SQLiteReader(connection: connection))
        }
    }

    /// See ``Database/transaction(_:)``.
    @discardableResult
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            writer.submit(TransactionJob(body: body, continuation: continuation))
        }
    }

    /// See ``Database/migrate(_:)``.
    public func migrate(_ migrations: [Migration]) async throws {
        try await transaction { transaction in
            try transaction.execute(
                """
                CREATE TABLE IF NOT EXISTS weft_migration (
                    module TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,
                    checksum INTEGER NOT NULL, PRIMARY KEY (module, version))
                """,
                []
            )
        }
        for step in try Migration.pending(migrations, applied: await appliedMigrations()) {
            try await transaction { transaction in
                for statement in step.statements {
                    let sql = statement.replacing(
                        "IDENTITY",
                        with: "INTEGER PRIMARY KEY AUTOINCREMENT"
                    )
                    try transaction.execute(sql, [])
                }
                try transaction.execute(
                    "INSERT INTO weft_migration (module, version, name, checksum) VALUES (?, ?, ?, ?)",
                    [.text(step.module), .int(step.version), .text(step.name), .int(step.checksum)]
                )
            }
        }
    }

    /// See ``Database/appliedMigrations()``.
    public func appliedMigrations() async throws -> [AppliedMigration] {
        try await read { reader in
            guard try reader.exists("SELECT 1 FROM sqlite_schema WHERE name = 'weft_migration'")
            else { return [] }
            return try reader.query(
                "SELECT module, version, name, checksum FROM weft_migration",
                []
            ) { try AppliedMigration(row: $0) }
        }
    }

    /// See ``Database/backup(to:)``.
    public func backup(to path: String) async throws {
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Void, any Error>) in
            aside {
                continuation.resume(
                    with: Result {
                        try self.withReader { connection in
                            _ = try connection.execute("VACUUM INTO ?", [.text(path)])
                        }
                    }
                )
            }
        }
    }

    /// Writes the file anew and empties the log.
    ///
    /// What is removed is overwritten at once (`secure_delete`), but pages keep copies of rows that were
    /// moved between them: only a new file has none. See ``Database/forgetRemoved(rewritingAtMost:)``.
    /// Each attempt is made between two groups of writes, so that only readers can stand in its way.
    public func forgetRemoved(rewritingAtMost bytes: Int) async throws -> Bool {
        var rewriting = Rewriting()
        for _ in 0..<20 {
            rewriting = try await writer.betweenGroups { [rewriting] in
                try self.rewrite(rewriting, atMost: Int64(bytes))
            }
            if rewriting.isLogEmpty { return rewriting.isFileNew }
        }
        return false
    }

    /// How far forgetting has come.
    private struct Rewriting {
        var isFileNew = false
        var isLogEmpty = false
    }

    private func rewrite(_ before: Rewriting, atMost bytes: Int64) throws -> Rewriting {
        var after = before
        var patient = configuration
        patient.busyTimeout = .milliseconds(200)
        let connection = try SQLiteConnection(path: path, configuration: patient, readOnly: false)
        let size =
            try SQLiteReader(connection: connection).first(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ) { try $0.int(0) } ?? .max
        // A copy of a large store is not for memory.
        if size > 64 << 20 { try connection.run("PRAGMA temp_store = FILE") }
        anchor.pause()
        defer { anchor.resume() }
        do {
            if !after.isFileNew, size <= bytes {
                try connection.run("VACUUM")
                after.isFileNew = true
            }
            try connection.forEach("PRAGMA wal_checkpoint(TRUNCATE)", []) { row in
                after.isLogEmpty = try row.int(0) == 0
            }
        } catch let error as StoreError where error.reason == .busy {
            // Somebody reads an older state.
        }
        return after
    }

    /// Checks the whole file: pages, indexes, constraints.
    ///
    /// - Returns: what is wrong, nothing when all is well.
    /// - Throws: `StoreError` when the check cannot be run.
    public func problems() async throws -> [String] {
        try await scan { reader in
            try reader.query("PRAGMA integrity_check(20)", []) { try $0.text(0) }.filter {
                $0 != "ok"
            }
        }
    }

    private func open() throws(StoreError) -> SQLiteConnection {
        let connection = try SQLiteConnection(
            path: path,
            configuration: configuration,
            readOnly: true
        )
        opened.wrappingAdd(1, ordering: .relaxed)
        return connection
    }

    private func withReader<Value>(_ body: (SQLiteConnection) throws -> Value) throws -> Value {
        let connection = try idle.withLock { $0.popLast() } ?? open()
        defer {
            idle.withLock { $0.append(connection) }
            anchor.noteRead()
        }
        return try body(connection)
    }
}

/// The snapshot that a body reads.
struct SQLiteReader: Reader {
    let connection: SQLiteConnection

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        try connection.forEach(sql, parameters, body)
    }
}
