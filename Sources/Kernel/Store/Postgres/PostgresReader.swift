import Core

/// The snapshot that a body reads: it begins with the first statement.
final class PostgresReader: Reader {
    private var connection: PostgresConnection?
    private let isScan: Bool
    private let patience: Duration?
    private var hasBegun = false
    /// What the connection or a statement failed with.
    private(set) var failure: PostgresFailure?

    init(_ connection: PostgresConnection, isScan: Bool, patience: Duration?) {
        self.connection = connection
        self.isScan = isScan
        self.patience = patience
    }

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        guard let connection else { throw StoreError(.misuse, "the read has ended") }
        let result: PostgresResult?
        do throws(PostgresFailure) {
            if !hasBegun {
                hasBegun = true
                try connection.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                if isScan { try connection.send("SET LOCAL statement_timeout = 0") }
            }
            try connection.send(sql, parameters)
            result = try connection.settle(patience)
        } catch {
            if failure == nil { failure = error }
            throw error.storeError
        }
        try result?.forEach(body)
    }

    /// Lets the snapshot go; nobody waits for the answer.
    func end() {
        guard let connection else { return }
        self.connection = nil
        guard hasBegun, !connection.isLost else { return }
        // What was read is good, whatever becomes of the connection.
        do throws(PostgresFailure) {
            try connection.send("ROLLBACK")
            try connection.sync()
            try connection.flush()
        } catch {
            return
        }
    }
}
