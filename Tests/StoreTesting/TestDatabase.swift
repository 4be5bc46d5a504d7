import Core
public import Store

#if canImport(Glibc)
    import Glibc
#endif

/// An empty database of whichever driver the tests run on: a file of SQLite's, or, with
/// `WEFT_TEST_STORE=postgres`, a database on a server that the tests share.
///
/// It is closed and removed with the value.
public final class TestDatabase: Sendable {
    /// Which driver the tests run on.
    public static let isPostgres =
        getenv("WEFT_TEST_STORE").map { String(cString: $0) } == "postgres"

    /// The database.
    public let database: any Database
    private let close: @Sendable () -> Void

    /// Makes an empty database.
    ///
    /// - Parameter folder: an existing folder, for the file.
    /// - Throws: when the driver refuses.
    public init(in folder: String) throws {
        if Self.isPostgres {
            let server = try PostgresServer.shared.get()
            let name = try server.freshDatabase()
            let database = try PostgresDatabase(
                Self.configuration(server.url(name))
            )
            self.database = database
            close = { database.close() }
        } else {
            var configuration = SQLiteConfiguration()
            configuration.synced = false
            let database = try SQLiteDatabase(
                path: folder + "/store.db",
                configuration: configuration
            )
            self.database = database
            close = { database.close() }
        }
    }

    deinit { close() }

    /// Few connections, as many tests run at once.
    public static func configuration(_ url: String) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(url: url)
        configuration.pipelines = 1
        configuration.connections = 2
        return configuration
    }
}
