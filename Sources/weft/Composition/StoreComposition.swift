import Agents
import Channels
import Core
import Events
import Glibc
import Identity
import Intents
import Logistics
import MCP
import Models
import Objects
import Observability
import Platform
import Privacy
import Search
import Series
import Store
import Workflows

/// The store that was configured: SQLite in the data folder, or PostgreSQL.
enum StoreComposition {
    /// Whether the records are on a server.
    static func isOnServer(_ configuration: Configuration) -> Bool {
        configuration.text("store.url").map { !$0.isEmpty } ?? false
    }

    /// Opens the store; brings no tables up to date.
    ///
    /// - Throws: `StoreError`.
    static func open(
        _ configuration: Configuration,
        file: String,
        onCommit: (@Sendable (Int, Duration) -> Void)? = nil
    ) throws -> any Database {
        guard isOnServer(configuration), let url = configuration.text("store.url") else {
            var store = SQLiteConfiguration()
            store.onCommit = onCommit
            return try SQLiteDatabase(path: file, configuration: store)
        }
        var store = PostgresConfiguration(url: url)
        store.replica = configuration.text("store.replica").flatMap { $0.isEmpty ? nil : $0 }
        store.connections = configuration.integer("store.connections")
        store.pipelines = configuration.integer("store.pipelines")
        store.readTimeout = .seconds(configuration.number("store.read-timeout"))
        store.writeTimeout = .seconds(configuration.number("store.write-timeout"))
        store.statementTimeout = .seconds(configuration.number("store.statement-timeout"))
        store.lockTimeout = .seconds(configuration.number("store.lock-timeout"))
        store.onCommit = onCommit
        return try PostgresDatabase(store)
    }

    /// The tables of all rooms and solutions, in the order in which they are made.
    static func migrations(_ solutions: [any Solution]) -> [Migration] {
        EventLog.migrations + IdentityTables.migrations + ObjectTables.migrations
            + ChannelsTables.migrations + AgentJournal.migrations + ExecutionTables.migrations
            + ToolRoutes.migrations + SeriesTables.migrations + PersonKeys.migrations
            + SearchTables.migrations + FactTables.migrations + ModelTables.migrations
            + PlatformTools.migrations + ObservationTables.migrations
            + OutsideTables.migrations + IntentTables.migrations
            + solutions.flatMap(\.migrations)
    }

    /// Refuses a place that holds no installation: a misspelt one is not to be made.
    ///
    /// - Throws: a fault of code `no-data`.
    static func requireData(_ configuration: Configuration) async throws {
        try requireStore(configuration)
        guard isOnServer(configuration) else { return }
        let database = try open(configuration, file: "")
        defer { database.close() }
        guard try await !database.appliedMigrations().isEmpty else {
            throw GeneralFault(
                .notFound,
                code: "no-data",
                "the database of store.url holds no Weft data; `weft init` makes it"
            )
        }
    }

    /// Refuses a folder without a store, unless the store is on a server.
    ///
    /// - Throws: a fault of code `no-data`.
    static func requireStore(_ configuration: Configuration) throws(GeneralFault) {
        guard !isOnServer(configuration) else { return }
        try requireFile(configuration.text("data.folder") ?? "weft-data")
    }

    /// Refuses a folder without a store.
    ///
    /// - Throws: a fault of code `no-data`.
    static func requireFile(_ path: String) throws(GeneralFault) {
        guard access(path + "/weft.db", F_OK) == 0 else {
            throw GeneralFault(
                .notFound,
                code: "no-data",
                "there is no Weft data in \(path); `weft init --data \(path)` makes it"
            )
        }
    }
}
