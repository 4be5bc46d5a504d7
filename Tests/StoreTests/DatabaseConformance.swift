import Core
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing

/// What every driver of the store must do: one suite, run over each driver.
struct DatabaseConformance {
    let database: any Database

    func run() async throws {
        try await database.migrate([
            Migration(
                "test",
                1,
                "accounts",
                [
                    "CREATE TABLE account (seq IDENTITY, name TEXT NOT NULL UNIQUE, balance BIGINT NOT NULL)"
                ]
            )
        ])
        try await keepsEveryKindOfValue()
        try await undoesAFailedTransaction()
        try await keepsNeighboursOfAFailedTransaction()
        try await countsExactlyUnderContention()
        try await readsOneSnapshot()
        try await runsActionsOnlyAfterCommit()
        try await undoesAFailedAttempt()
        try await undoesAFailedStatementAlone()
        try await comparesTextByItsBytes()
        try await refusesWhatItCannotKeep()
        try await refusesForeignMigrations()
    }

    private func keepsEveryKindOfValue() async throws {
        try await database.migrate([
            Migration(
                "values",
                1,
                "one of each",
                [
                    "CREATE TABLE sample (i BIGINT, d DOUBLE PRECISION, t TEXT, b BLOB, n TEXT)"
                ]
            )
        ])
        let values: [SQLValue] = [
            .int(Int64.min), .double(0.1), .text("naïve 🚚 \u{0}end"), .blob([0, 255, 7]), .null,
        ]
        try await database.transaction {
            try $0.execute("INSERT INTO sample VALUES (?, ?, ?, ?, ?)", values)
        }
        let rows = try await database.query("SELECT i, d, t, b, n FROM sample", []) { row in
            [
                SQLValue.int(try row.int(0)), .double(try row.double(1)), .text(try row.text(2)),
                .blob(try row.blob(3)), row.isNull(4) ? .null : .text("not null"),
            ]
        }
        #expect(rows == [values])
        try await database.transaction { try $0.execute("DELETE FROM sample", []) }
        try await database.transaction {
            try $0.execute("INSERT INTO sample VALUES (0, 0.0, ?, ?, NULL)", ["", .blob([])])
        }
        let empty = try await database.query("SELECT t, b FROM sample", []) {
            (try $0.text(0), try $0.blob(1))
        }
        #expect(empty.first?.0 == "" && empty.first?.1 == [])
    }

    private func undoesAFailedTransaction() async throws {
        await #expect(throws: Refusal.self) {
            try await database.transaction { transaction in
                try transaction.execute(
                    "INSERT INTO account (name, balance) VALUES ('ghost', 1)",
                    []
                )
                throw Refusal()
            }
        }
        #expect(try await balances()["ghost"] == nil)
    }

    private func keepsNeighboursOfAFailedTransaction() async throws {
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        try await database.transaction { transaction in
                            try transaction.execute(
                                "INSERT INTO account (name, balance) VALUES (?, 0)",
                                [.text("n\(index)")]
                            )
                            if index % 3 == 0 { throw Refusal() }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // 0, 3, …, 99 are refused: 34 of 100.
        #expect(outcomes == 66)
        #expect(try await balances().keys.filter { $0.hasPrefix("n") }.count == 66)
    }

    private func countsExactlyUnderContention() async throws {
        try await database.transaction {
            try $0.execute("INSERT INTO account (name, balance) VALUES ('till', 0)", [])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await database.transaction { transaction in
                        let now = try transaction.first(
                            "SELECT balance FROM account WHERE name = 'till'"
                        ) { try $0.int(0) }
                        try transaction.execute(
                            "UPDATE account SET balance = ? WHERE name = 'till'",
                            [.int((now ?? 0) + 1)]
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await balances()["till"] == 200)
    }

    private func readsOneSnapshot() async throws {
        try await database.transaction {
            try $0.execute(
                "INSERT INTO account (name, balance) VALUES ('left', 50), ('right', 50)",
                []
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<50 {
                    try await database.transaction { transaction in
                        try transaction.execute(
                            "UPDATE account SET balance = balance - 1 WHERE name = 'left'",
                            []
                        )
                        try transaction.execute(
                            "UPDATE account SET balance = balance + 1 WHERE name = 'right'",
                            []
                        )
                    }
                }
            }
            for _ in 0..<50 {
                let sum = try await database.read { reader in
                    let left = try reader.first("SELECT balance FROM account WHERE name = 'left'") {
                        try $0.int(0)
                    }
                    let right = try reader.first("SELECT balance FROM account WHERE name = 'right'")
                    {
                        try $0.int(0)
                    }
                    return (left ?? 0) + (right ?? 0)
                }
                #expect(sum == 100)
            }
            try await group.waitForAll()
        }
    }

    private func runsActionsOnlyAfterCommit() async throws {
        let heard = Mutex<[String]>([])
        try? await database.transaction { transaction in
            transaction.afterCommit { heard.withLock { $0.append("failed") } }
            throw Refusal()
        }
        try await database.transaction { transaction in
            transaction.afterCommit { heard.withLock { $0.append("kept") } }
        }
        #expect(heard.withLock { $0 } == ["kept"])
    }

    private func undoesAFailedAttempt() async throws {
        let heard = Mutex<[String]>([])
        try await database.transaction { transaction in
            try transaction.execute("INSERT INTO account VALUES (901, 'before', 1)", [])
            try? transaction.attempt {
                try transaction.execute("INSERT INTO account VALUES (902, 'inside', 1)", [])
                transaction.afterCommit { heard.withLock { $0.append("inside") } }
                throw Refusal()
            }
            try transaction.attempt {
                try transaction.execute("INSERT INTO account VALUES (903, 'after', 1)", [])
                transaction.afterCommit { heard.withLock { $0.append("after") } }
            }
        }
        let names = try await balances()
        #expect(names["before"] == 1 && names["inside"] == nil && names["after"] == 1)
        #expect(heard.withLock { $0 } == ["after"])
    }

    private func undoesAFailedStatementAlone() async throws {
        let told = try await database.transaction { transaction in
            var told: [String] = []
            try transaction.execute("INSERT INTO account (name, balance) VALUES ('sole', 1)", [])
            do {
                try transaction.execute(
                    "INSERT INTO account (name, balance) VALUES ('sole', 2)",
                    []
                )
                try transaction.execute("UPDATE account SET balance = 3 WHERE name = 'sole'", [])
            } catch let error as StoreError where error.reason == .duplicate {
                told.append("duplicate")
            }
            let changed = try transaction.executeCounting(
                "UPDATE account SET balance = balance + 10 WHERE name = 'sole'",
                []
            )
            return told + ["\(changed) changed"]
        }
        #expect(told == ["duplicate", "1 changed"])
        #expect(try await balances()["sole"] == 11)
    }

    private func comparesTextByItsBytes() async throws {
        try await database.migrate([
            Migration("words", 1, "words", ["CREATE TABLE word (text TEXT NOT NULL)"])
        ])
        try await database.transaction { transaction in
            for word in ["b", "a", "B", "Ä", "a b", "_"] {
                try transaction.execute("INSERT INTO word (text) VALUES (?)", [.text(word)])
            }
        }
        let sorted = try await database.query("SELECT text FROM word ORDER BY text", []) {
            try $0.text(0)
        }
        // UTF-8: B 42, _ 5F, a 61, a space 61 20, b 62, Ä C3 84.
        #expect(sorted == ["B", "_", "a", "a b", "b", "Ä"])
        let like = try await database.query(
            "SELECT text FROM word WHERE text LIKE ? ORDER BY text",
            ["b%"]
        ) { try $0.text(0) }
        #expect(like == ["b"])
    }

    private func refusesWhatItCannotKeep() async throws {
        let insert = "INSERT INTO account (name, balance) VALUES (?, ?)"
        try await database.transaction { try $0.execute(insert, ["once", 1]) }
        await #expect {
            try await database.transaction { try $0.execute(insert, ["once", 1]) }
        } throws: {
            ($0 as? StoreError)?.reason == .duplicate
        }
        await #expect {
            try await database.transaction { try $0.execute(insert, [nil, 1]) }
        } throws: {
            ($0 as? StoreError)?.reason == .constraint
        }
        await #expect {
            try await database.transaction { try $0.execute(insert, ["too few"]) }
        } throws: {
            ($0 as? StoreError)?.reason == .misuse
        }
        await #expect {
            try await database.query("SELECT nonsense", []) { try $0.int(0) }
        } throws: {
            ($0 as? StoreError)?.reason == .misuse
        }
    }

    private func refusesForeignMigrations() async throws {
        let edited = Migration("test", 1, "accounts", ["CREATE TABLE account (other TEXT)"])
        await #expect { try await database.migrate([edited]) } throws: {
            ($0 as? StoreError)?.reason == .migration
        }
        try await database.migrate([
            Migration("late", 1, "a", ["CREATE TABLE late (a TEXT)"]),
            Migration("late", 2, "b", ["ALTER TABLE late ADD COLUMN b TEXT"]),
        ])
        let older = Migration("late", 1, "a", ["CREATE TABLE late (a TEXT)"])
        await #expect { try await database.migrate([older]) } throws: {
            ($0 as? StoreError)?.message.contains("newer Weft") == true
        }
    }

    private func balances() async throws -> [String: Int64] {
        let rows = try await database.query("SELECT name, balance FROM account", []) {
            (try $0.text(0), try $0.int(1))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}

/// What a test's own transaction fails with.
struct Refusal: Error {}
