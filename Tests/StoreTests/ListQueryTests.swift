import Core
import Foundation
import Store
import StoreTesting
import Testing

@Suite struct ListQueryTests {
    private static let columns: [ListQuery.Column] = [
        .init("at", "at", isNumber: true), .init("name", "name"),
    ]

    private func query(_ input: JSON) throws -> ListQuery {
        try ListQuery(
            reading: JSONReader(input),
            columns: Self.columns,
            standard: "-at",
            key: .init("id", "id")
        )
    }

    private func database() async throws -> any Database {
        let path = NSTemporaryDirectory() + "weft-list-" + UUID().uuidString + ".db"
        let database = try TestDatabase(path: path)
        try await database.migrate([
            Migration("t", 1, "t", ["CREATE TABLE t (id TEXT, at BIGINT, name TEXT)"])
        ])
        return database
    }

    private func add(_ rows: [(Int, Int, String)], to database: any Database) async throws {
        try await database.transaction { transaction in
            for (id, at, name) in rows {
                let text = String(repeating: "0", count: 4 - String(id).count) + String(id)
                try transaction.execute(
                    "INSERT INTO t VALUES (?, ?, ?)",
                    [.text(text), .int(at), .text(name)]
                )
            }
        }
    }

    private func page(_ input: JSON, of database: any Database) async throws
        -> (ids: [String], next: JSON)
    {
        let query = try query(input)
        return try await database.read { reader in
            let rows = try reader.query(
                "SELECT id\(query.columns) FROM t WHERE 1 = 1" + query.condition + query.ending,
                query.parameters
            ) { (value: try $0.text(0), place: try query.place(in: $0, from: 1)) }
            let page = query.page(rows)
            return (page.items, page.next)
        }
    }

    @Test(
        "Walking through a list by pages of any size gives every row once, in order",
        arguments: ["at", "-at", "name", "-name", "name,-at", "-name,at", "at,name"],
        [1, 2, 7, 200]
    )
    func walking(_ sort: String, _ limit: Int) async throws {
        let database = try await database()
        let random = SeededRandom(seed: 7)
        var rows: [(Int, Int, String)] = []
        for id in 0..<60 {
            // Few values, so that many rows are alike but for their id.
            rows.append((id, Int(random.next() % 5), ["a", "B", "ä", "z"][Int(random.next() % 4)]))
        }
        try await add(rows, to: database)
        var seen: [String] = []
        var cursor: JSON = .null
        repeat {
            var input: JSON = ["sort": .string(sort), "limit": .int(limit)]
            if !cursor.isNull { input["cursor"] = cursor }
            let page = try await page(input, of: database)
            seen += page.ids
            cursor = page.next
        } while !cursor.isNull
        let all = try await page(["sort": .string(sort), "limit": 200], of: database)
        #expect(seen == all.ids)
        #expect(Set(seen).count == 60)
    }

    @Test("Rows that come and go meanwhile move no page")
    func inserts() async throws {
        let database = try await database()
        try await add((0..<6).map { ($0, $0 * 10, "x") }, to: database)
        let first = try await page(["limit": 2], of: database)
        #expect(first.ids == ["0005", "0004"])
        try await add([(90, 99, "new"), (91, 35, "between"), (92, 25, "later")], to: database)
        try await database.transaction {
            try $0.execute("DELETE FROM t WHERE id IN ('0005', '0004')", [])
        }
        let second = try await page(["limit": 2, "cursor": first.next], of: database)
        #expect(second.ids == ["0091", "0003"])
    }

    @Test("A cursor is good for the same filters and order only, and any change is noticed")
    func cursors() async throws {
        let database = try await database()
        try await add((0..<3).map { ($0, $0, "x") }, to: database)
        let next = try #require(try await page(["limit": 1, "q": "a"], of: database).next.string)
        _ = try query(["limit": 2, "q": "a", "cursor": .string(next)])
        func code(_ input: JSON) -> String? {
            do {
                _ = try query(input)
                return nil
            } catch {
                return
                    "\((error as? GeneralFault)?.kind.rawValue ?? "") \((error as? GeneralFault)?.code ?? "") \((error as? GeneralFault)?.pointer ?? "")"
            }
        }
        let refused = "malformed invalid-cursor /cursor"
        #expect(code(["q": "b", "cursor": .string(next)]) == refused)
        #expect(code(["cursor": .string(next)]) == refused)
        #expect(code(["q": "a", "sort": "at", "cursor": .string(next)]) == refused)
        for at in next.indices {
            var changed = next
            changed.replaceSubrange(at...at, with: next[at] == "A" ? "B" : "A")
            #expect(code(["q": "a", "cursor": .string(changed)]) == refused)
        }
        for text in ["", "x", "===", String(next.dropLast()), next + "A", "😀"] {
            #expect(code(["q": "a", "cursor": .string(text)]) == refused)
        }
    }

    @Test("An unknown field to sort by is refused with the nearest known one")
    func unknownSort() {
        #expect {
            try query(["sort": "nam"])
        } throws: { error in
            let fault = error as? GeneralFault
            return fault?.code == "unknown-sort" && fault?.pointer == "/sort"
                && fault?.message.contains("did you mean \"name\"?") == true
        }
    }

    @Test("A list in memory is paged alike")
    func memory() throws {
        let names = ["d", "a", "c", "b"]
        let first = try ListQuery.page(names, reading: JSONReader(["limit": 3])) { $0 }
        #expect(first.items == ["a", "b", "c"])
        let rest = try ListQuery.page(
            names + ["aa"],
            reading: JSONReader(["limit": 3, "cursor": first.next])
        ) { $0 }
        #expect(rest.items == ["d"])
        #expect(rest.next == .null)
        let back = try ListQuery.page(names, reading: JSONReader(["sort": "-name"])) { $0 }
        #expect(back.items == ["d", "c", "b", "a"])
    }
}
