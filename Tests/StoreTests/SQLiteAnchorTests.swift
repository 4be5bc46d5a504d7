import Core
import Foundation
import Testing

@testable import Store

@Suite("What is held open for readers")
struct SQLiteAnchorTests {
    @Test("After many reads the log is held; a write lets it go and is seen by the next read")
    func heldAndLetGo() async throws {
        let path = NSTemporaryDirectory() + "weft-anchor-" + UUID().uuidString + ".db"
        let database = try SQLiteDatabase(path: path)
        defer { database.close() }
        try await database.transaction { try $0.execute("CREATE TABLE t (n BIGINT)", []) }
        for round in 1...3 {
            #expect(!database.anchor.isHeld)
            for _ in 1...40 {
                let seen = try await database.query("SELECT count(*) FROM t", []) { try $0.int(0) }
                #expect(seen == [Int64(round - 1)])
            }
            #expect(database.anchor.isHeld)
            try await database.transaction { try $0.execute("INSERT INTO t VALUES (1)", []) }
        }
    }

    @Test("What is held does not keep the log from starting over")
    func logStaysSmall() async throws {
        let path = NSTemporaryDirectory() + "weft-anchor-" + UUID().uuidString + ".db"
        let database = try SQLiteDatabase(path: path)
        defer { database.close() }
        try await database.transaction { try $0.execute("CREATE TABLE t (body BLOB)", []) }
        let body = [UInt8](repeating: 7, count: 40_000)
        for _ in 1...400 {
            try await database.transaction {
                try $0.execute("INSERT INTO t VALUES (?)", [.blob(body)])
            }
            for _ in 1...40 {
                _ = try await database.query("SELECT count(*) FROM t", []) { try $0.int(0) }
            }
        }
        // 16 MB were written; SQLite starts the log over at about 1,000 pages of 4 KiB.
        let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        #expect((size ?? .max) < 6_000_000)
    }
}
