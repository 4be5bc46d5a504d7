public import Store
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A database of whichever driver the tests run on: a file of SQLite's, or, with
/// `WEFT_TEST_STORE=postgres`, a schema on a server that the tests share.
///
/// It is closed with the value. The same path is the same database.
public final class TestDatabase: Database {
    /// Whether the tests run on PostgreSQL.
    public static let isPostgres =
        getenv("WEFT_TEST_STORE").map { String(cString: $0) } == "postgres"

    private static let urls = Mutex<[String: String]>([:])
    private let driver: any Database

    /// Opens the database of a path, made when it is not there.
    ///
    /// - Parameter path: a file in an existing folder.
    /// - Throws: when the driver refuses.
    public init(path: String) throws {
        if Self.isPostgres {
            let url = try Self.urls.withLock { urls in
                if let url = urls[path] { return url }
                let url = try PostgresServer.freshSchema()
                urls[path] = url
                return url
            }
            driver = try PostgresDatabase(Self.configuration(url))
        } else {
            var configuration = SQLiteConfiguration()
            configuration.synced = false
            driver = try SQLiteDatabase(path: path, configuration: configuration)
        }
    }

    deinit { driver.close() }

    /// Few connections, as many tests run at once.
    public static func configuration(_ url: String) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(url: url)
        configuration.pipelines = 1
        configuration.connections = 2
        return configuration
    }

    /// The driver's.
    public var dialect: SQLDialect { driver.dialect }
    /// The driver's.
    public var failure: StoreError? { driver.failure }
    /// The driver's.
    public var connections: Int { driver.connections }
    /// Closes the driver.
    public func close() { driver.close() }

    /// See ``Database``.
    public func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        consistency: ReadConsistency,
        _ map: (any Row) throws -> Value
    ) async throws -> [Value] {
        try await driver.query(sql, parameters, consistency: consistency, map)
    }

    /// See ``Database``.
    public func read<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await driver.read(consistency: consistency, body)
    }

    /// See ``Database``.
    public func scan<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await driver.scan(consistency: consistency, body)
    }

    /// See ``Database``.
    @discardableResult
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await driver.transaction(body)
    }

    /// See ``Database``.
    public func migrate(_ migrations: [Migration]) async throws {
        try await driver.migrate(migrations)
    }

    /// See ``Database``.
    public func appliedMigrations() async throws -> [AppliedMigration] {
        try await driver.appliedMigrations()
    }

    /// See ``Database``.
    public func backup(to path: String) async throws { try await driver.backup(to: path) }

    /// See ``Database``.
    public func forgetRemoved(rewritingAtMost bytes: Int) async throws -> Bool {
        try await driver.forgetRemoved(rewritingAtMost: bytes)
    }

    /// See ``Database``.
    public func onAnnouncement(of topic: String, _ action: @escaping @Sendable () -> Void) {
        driver.onAnnouncement(of: topic, action)
    }
}
