import Core
import Store

/// The records that the test's tools change: one line for each step that was done, and the total.
enum CrashLedger {
    static let migrations = [
        Migration(
            "crash-test",
            1,
            "ledger",
            [
                "CREATE TABLE crash_line (seq IDENTITY, key TEXT NOT NULL, call TEXT)",
                "CREATE TABLE crash_total (id BIGINT PRIMARY KEY, count BIGINT NOT NULL)",
            ]
        )
    ]

    /// Writes a line and adds to the total.
    static func add(_ key: String, call: String?, in transaction: any Transaction) throws {
        try transaction.execute(
            "INSERT INTO crash_line (key, call) VALUES (?, ?)",
            [.text(key), .text(call)]
        )
        try transaction.execute(
            """
            INSERT INTO crash_total (id, count) VALUES (1, 1)
            ON CONFLICT (id) DO UPDATE SET count = crash_total.count + 1
            """,
            []
        )
    }
}
