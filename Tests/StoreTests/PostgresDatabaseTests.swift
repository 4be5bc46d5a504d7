import Core
import Store
import StoreTesting
import Synchronization
import Testing

@Suite(.enabled(if: PostgresServer.isInstalled, "PostgreSQL is not installed"))
struct PostgresDatabaseTests {
    private let server: PostgresServer
    private let name: String

    init() throws {
        server = try PostgresServer.shared.get()
        name = try server.freshDatabase()
    }

    private func open(
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) throws -> PostgresDatabase {
        var configuration = TestDatabase.configuration(server.url(name))
        change(&configuration)
        return try PostgresDatabase(configuration)
    }

    @Test("It does what every driver must do")
    func conforms() async throws {
        let database = try open()
        defer { database.close() }
        try await DatabaseConformance(database: database).run()
    }
}
