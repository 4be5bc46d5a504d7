import Core

/// The transaction that a body sees.
final class SQLiteTransaction: DriverTransaction {
    private var connection: SQLiteConnection?
    private(set) var actions: [@Sendable () -> Void] = []

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    /// From here on the transaction refuses to be used: its body has returned.
    func end() {
        connection = nil
    }

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        try open().forEach(sql, parameters, body)
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws {
        _ = try open().execute(sql, parameters)
    }

    func executeCounting(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        try open().execute(sql, parameters)
    }

    func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        let connection = try open()
        let registered = actions.count
        try connection.run("SAVEPOINT attempt")
        do {
            let value = try body()
            try connection.run("RELEASE attempt")
            return value
        } catch {
            actions.removeSubrange(registered...)
            if connection.inTransaction {
                try connection.run("ROLLBACK TO attempt")
                try connection.run("RELEASE attempt")
            }
            throw error
        }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    /// Nobody else reads the file.
    func announce(_ topic: String) {}

    private func open() throws(StoreError) -> SQLiteConnection {
        guard let connection else { throw StoreError(.misuse, "the transaction has ended") }
        return connection
    }
}
