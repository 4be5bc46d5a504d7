import Core
import Store
import StoreTesting
import Testing

/// What callers see of a database when it is closed and opened again, whatever the driver.
@Suite struct DatabaseTests {
    private static let table = Migration("t", 1, "t", ["CREATE TABLE t (id BIGINT, body TEXT)"])

    @Test("What was committed is there after the database is opened again")
    func reopening() async throws {
        let folder = try ScratchFolder()
        let first = try TestDatabase(path: folder.path + "/weft.db")
        try await first.migrate([Self.table])
        try await first.transaction { try $0.execute("INSERT INTO t VALUES (1, 'kept')", []) }
        first.close()
        let second = try TestDatabase(path: folder.path + "/weft.db")
        try await second.migrate([Self.table])
        #expect(try await second.query("SELECT body FROM t", []) { try $0.text(0) } == ["kept"])
    }

    @Test("A closed store refuses politely, and closing it again does nothing")
    func closed() async throws {
        let folder = try ScratchFolder()
        let database = try TestDatabase(path: folder.path + "/weft.db")
        database.close()
        await #expect {
            try await database.transaction { try $0.execute("SELECT 1", []) }
        } throws: {
            ($0 as? StoreError)?.reason == .closed
        }
        database.close()
    }
}
