import Core
import Foundation
import Store
import StoreTesting
import Testing

@Suite struct SQLiteDatabaseTests {
    private static let table = Migration("t", 1, "t", ["CREATE TABLE t (id BIGINT, body TEXT)"])

    @Test("SQLite does what every driver must do")
    func conformance() async throws {
        let folder = try ScratchFolder()
        let database = try SQLiteDatabase(path: folder.path + "/weft.db")
        try await DatabaseConformance(database: database).run()
        database.close()
    }

    @Test("What was committed is there after the file is opened again")
    func reopening() async throws {
        let folder = try ScratchFolder()
        let first = try SQLiteDatabase(path: folder.path + "/weft.db")
        try await first.migrate([Self.table])
        try await first.transaction { try $0.execute("INSERT INTO t VALUES (1, 'kept')", []) }
        first.close()
        let second = try SQLiteDatabase(path: folder.path + "/weft.db")
        try await second.migrate([Self.table])
        #expect(try await second.query("SELECT body FROM t", []) { try $0.text(0) } == ["kept"])
        second.close()
    }

    @Test("A closed store refuses politely")
    func closed() async throws {
        let folder = try ScratchFolder()
        let database = try SQLiteDatabase(path: folder.path + "/weft.db")
        database.close()
        await #expect {
            try await database.transaction { try $0.execute("SELECT 1", []) }
        } throws: {
            ($0 as? StoreError)?.reason == .closed
        }
    }

    @Test("A file that is no database is refused as corrupt and left as it is")
    func corrupt() throws {
        let folder = try ScratchFolder()
        let path = folder.path + "/weft.db"
        let garbage = Data(
            "this is a spreadsheet, honestly".utf8 + [UInt8](repeating: 7, count: 8_192)
        )
        try garbage.write(to: URL(fileURLWithPath: path))
        #expect { try SQLiteDatabase(path: path) } throws: {
            ($0 as? StoreError)?.reason == .corrupt
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == garbage)
    }

    @Test("A folder that is not there is a clear error")
    func missingFolder() throws {
        #expect { try SQLiteDatabase(path: "/nowhere/at/all/weft.db") } throws: {
            ($0 as? StoreError)?.reason == .cannotOpen
        }
    }

    @Test("Another program's lock is reported as busy, and nothing is half-written")
    func busy() async throws {
        let folder = try ScratchFolder()
        var configuration = SQLiteConfiguration()
        configuration.busyTimeout = .milliseconds(20)
        let path = folder.path + "/weft.db"
        let holder = try SQLiteDatabase(path: path, configuration: configuration)
        try await holder.migrate([Self.table])
        let other = try SQLiteDatabase(path: path, configuration: configuration)
        // The holder's transaction stays open while the other one tries.
        let started = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        async let held: Void = holder.transaction { transaction in
            try transaction.execute("INSERT INTO t VALUES (1, 'holder')", [])
            started.continuation.yield()
            release.wait()
        }
        for await _ in started.stream { break }
        await #expect {
            try await other.transaction { try $0.execute("INSERT INTO t VALUES (2, 'other')", []) }
        } throws: {
            ($0 as? StoreError)?.reason == .busy
        }
        release.signal()
        try await held
        #expect(try await other.query("SELECT body FROM t", []) { try $0.text(0) } == ["holder"])
        holder.close()
        other.close()
    }

    @Test(
        "A full disk is a typed error, loses nothing that was acknowledged, and heals",
        .enabled(if: SmallDisk.possible, "needs root and tmpfs to mount a small file system")
    )
    func fullDisk() async throws {
        let disk = try SmallDisk(kibibytes: 1_024)
        let database = try SQLiteDatabase(path: disk.path + "/weft.db")
        try await database.migrate([Self.table])
        let body = String(repeating: "x", count: 20_000)
        var acknowledged: [Int64] = []
        var refusals: [StoreError.Code] = []
        for id in Int64(1)...200 where refusals.count < 5 {
            do {
                try await database.transaction {
                    try $0.execute("INSERT INTO t VALUES (?, ?)", [.int(id), .text(body)])
                }
                acknowledged.append(id)
            } catch let error as StoreError {
                refusals.append(error.reason)
            }
        }
        #expect(refusals.count == 5)
        #expect(refusals.allSatisfy { $0 == .full })
        #expect(acknowledged.count > 5)
        #expect(
            try await database.query("SELECT id FROM t ORDER BY id", []) { try $0.int(0) }
                == acknowledged
        )
        try disk.grow(kibibytes: 8_192)
        try await database.transaction {
            try $0.execute("INSERT INTO t VALUES (1000, 'again')", [])
        }
        #expect(try await database.problems().isEmpty)
        database.close()
    }

    @Test("A backup taken while others write is whole and consistent")
    func backup() async throws {
        let folder = try ScratchFolder()
        let database = try SQLiteDatabase(path: folder.path + "/weft.db")
        try await database.migrate([Self.table])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in Int64(0)..<300 {
                group.addTask {
                    try await database.transaction { transaction in
                        try transaction.execute("INSERT INTO t VALUES (?, 'a')", [.int(id)])
                        try transaction.execute("INSERT INTO t VALUES (?, 'b')", [.int(id)])
                    }
                }
            }
            try await database.backup(to: folder.path + "/copy.db")
            try await group.waitForAll()
        }
        let copy = try SQLiteDatabase(path: folder.path + "/copy.db")
        #expect(try await copy.problems().isEmpty)
        let odd = try await copy.query(
            "SELECT id FROM t GROUP BY id HAVING count(*) <> 2",
            []
        ) { try $0.int(0) }
        #expect(odd.isEmpty)
        copy.close()
        database.close()
    }
}
