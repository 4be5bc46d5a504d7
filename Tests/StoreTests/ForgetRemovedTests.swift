import Core
import Foundation
import Store
import Testing

@Suite struct ForgetRemovedTests {
    private final class World: Sendable {
        let folder: String
        let database: SQLiteDatabase

        init() async throws {
            folder = NSTemporaryDirectory() + "weft-forget-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            var configuration = SQLiteConfiguration()
            configuration.synced = false
            database = try SQLiteDatabase(path: folder + "/store.db", configuration: configuration)
            try await database.migrate([
                Migration("t", 1, "t", ["CREATE TABLE t (id TEXT PRIMARY KEY, body TEXT NOT NULL)"])
            ])
        }

        deinit {
            database.close()
            try? FileManager.default.removeItem(atPath: folder)
        }

        /// Whether the bytes of any of the store's files hold the text.
        func holds(_ text: String) throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
                let data = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
                return data.range(of: Data(text.utf8)) != nil
            }
        }

        func write(_ id: Int, _ body: String) async throws {
            try await database.transaction {
                try $0.execute(
                    "INSERT INTO t (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                    [.text("\(id)"), .text(body)]
                )
            }
        }
    }

    @Test(
        "What was removed or replaced is in no file of the store afterwards, and the rest is there"
    )
    func forgetting() async throws {
        let world = try await World()
        // Rows that grow in any order are moved between pages.
        for round in 1...4 {
            for id in 0..<60 {
                let secret = id % 3 == 0 ? "quillfeather-\(id)-" : "kept-\(id)-"
                let filling = String(repeating: "x", count: (id * 37 % 11 + 1) * 60 * round)
                try await world.write(id, secret + filling)
            }
        }
        #expect(try world.holds("quillfeather-"))
        try await world.database.transaction {
            try $0.execute("DELETE FROM t WHERE body LIKE 'quillfeather-%' AND id < '5'", [])
            try $0.execute("UPDATE t SET body = 'erased' WHERE body LIKE 'quillfeather-%'", [])
        }
        // Reads hold the log open while nothing is written.
        for _ in 0..<100 {
            _ = try await world.database.query("SELECT 1 FROM t", []) { try $0.int(0) }
        }
        #expect(try await world.database.forgetRemoved(rewritingAtMost: 1 << 20))
        #expect(try !world.holds("quillfeather-"))
        let rest = try await world.database.query("SELECT body FROM t", []) { try $0.text(0) }
        #expect(rest.filter { $0.hasPrefix("kept-") }.count == 40)
        #expect(!rest.contains { $0.hasPrefix("quill") })
        try await world.write(1, "afterwards")
        #expect(try await world.database.problems().isEmpty)
    }

    @Test("A store that is too large is not written anew, and says so")
    func tooLarge() async throws {
        let world = try await World()
        try await world.write(1, "quillfeather")
        #expect(try await !world.database.forgetRemoved(rewritingAtMost: 100))
    }

    @Test("It is done while others write without a pause, and none of their writes is lost")
    func beingWritten() async throws {
        let world = try await World()
        for id in 0..<50 { try await world.write(id, "quillfeather-\(id)") }
        try await world.database.transaction { try $0.execute("UPDATE t SET body = 'erased'", []) }
        let written = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var count = 0
                    while !Task.isCancelled {
                        try await world.write(1_000 * (writer + 1) + count, "afterwards")
                        count += 1
                    }
                    return count
                }
            }
            for _ in 0..<5 {
                #expect(try await world.database.forgetRemoved(rewritingAtMost: 1 << 24))
            }
            group.cancelAll()
            return try await group.reduce(0, +)
        }
        #expect(try !world.holds("quillfeather-"))
        let kept = try await world.database.query(
            "SELECT count(*) FROM t WHERE body = 'afterwards'",
            []
        ) { try $0.int(0) }
        #expect(kept == [Int64(written)])
        #expect(written > 0)
    }

    @Test("While somebody reads an older state it is not done, and says so")
    func beingRead() async throws {
        let world = try await World()
        for id in 0..<10 { try await world.write(id, "first") }
        let (database, opened) = (world.database, AsyncStream<Void>.makeStream())
        let leave = DispatchSemaphore(value: 0)
        let reading = Task.detached {
            try await database.read { reader in
                _ = try reader.query("SELECT 1 FROM t", []) { try $0.int(0) }
                opened.continuation.finish()
                leave.wait()
            }
        }
        for await _ in opened.stream {}
        try await world.write(1, "second")
        let wasDone = try await database.forgetRemoved(rewritingAtMost: 1 << 20)
        leave.signal()
        try await reading.value
        #expect(!wasDone)
        #expect(try await database.forgetRemoved(rewritingAtMost: 1 << 20))
    }
}
