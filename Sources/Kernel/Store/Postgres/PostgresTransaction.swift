import Core

/// The transaction that a body sees.
///
/// Statements that nobody needs the answer of are only sent. When one of them fails, the whole body has
/// been wrong about it: it is undone and run again *carefully*, each statement waited for and under a
/// savepoint of its own, so that a failure is thrown where it happened and undoes that statement alone,
/// as in SQLite.
final class PostgresTransaction: DriverTransaction {
    /// What happened to a body's statements.
    enum Trouble {
        /// A statement failed that was not waited for, or that is no use waiting for: run the body again,
        /// carefully.
        case careless
        /// The whole group is to be run again, on this connection or on another.
        case passing(PostgresFailure)
    }

    private var connection: PostgresConnection?
    private let isCareful: Bool
    private let patience: Duration?
    private(set) var actions: [@Sendable () -> Void] = []
    private(set) var topics: Set<String> = []
    /// Whether something was sent that may have changed records.
    private(set) var hasWritten = false
    /// Why the body's outcome does not count.
    private(set) var trouble: Trouble?
    private var failure: StoreError?
    private var depth = 0

    init(_ connection: PostgresConnection, careful: Bool, patience: Duration?) {
        self.connection = connection
        isCareful = careful
        self.patience = patience
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
        if !sql.hasPrefix("SELECT") { hasWritten = true }
        try result(sql, parameters)?.forEach(body)
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws {
        hasWritten = true
        if isCareful {
            _ = try result(sql, parameters)
            return
        }
        let connection = try open()
        do throws(PostgresFailure) {
            try connection.send(sql, parameters)
        } catch {
            throw stop(error)
        }
    }

    func executeCounting(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        hasWritten = true
        return try result(sql, parameters)?.changed ?? 0
    }

    func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        let connection = try open()
        let registered = actions.count
        let announced = topics
        depth += 1
        defer { depth -= 1 }
        let name = "weft_attempt_\(depth)"
        try control("SAVEPOINT " + name, on: connection)
        do {
            let value = try body()
            _ = try open()
            try control("RELEASE " + name, on: connection)
            return value
        } catch {
            actions.removeSubrange(registered...)
            topics = announced
            if trouble == nil {
                try control("ROLLBACK TO " + name, on: connection)
                try control("RELEASE " + name, on: connection)
            }
            throw error
        }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    func announce(_ topic: String) {
        topics.insert(topic)
    }

    /// Sends a statement and waits for it.
    private func result(_ sql: String, _ parameters: [SQLValue]) throws -> PostgresResult? {
        let connection = try open()
        do throws(PostgresFailure) {
            guard isCareful else {
                try connection.send(sql, parameters)
                return try connection.settle(patience)
            }
            try connection.settle(patience)
            try connection.send("SAVEPOINT weft_statement")
            do throws(PostgresFailure) {
                try connection.send(sql, parameters)
                let result = try connection.settle(patience)
                try connection.send("RELEASE weft_statement")
                return result
            } catch {
                guard !error.isPassing, !error.needsPreparing else { throw error }
                try connection.settle(patience)
                try connection.send("ROLLBACK TO weft_statement")
                try connection.send("RELEASE weft_statement")
                try connection.settle(patience)
                throw error
            }
        } catch {
            throw stop(error)
        }
    }

    private func control(_ sql: String, on connection: PostgresConnection) throws {
        do throws(PostgresFailure) {
            try connection.send(sql)
        } catch {
            throw stop(error)
        }
    }

    /// Notes what a failure means for the body's outcome; answers what the body is to be told.
    private func stop(_ failure: PostgresFailure) -> StoreError {
        if failure.isPassing || failure.needsPreparing {
            trouble = .passing(failure)
        } else if !isCareful {
            trouble = .careless
        }
        if trouble != nil { self.failure = failure.storeError }
        return failure.storeError
    }

    private func open() throws(StoreError) -> PostgresConnection {
        if let failure { throw failure }
        guard let connection else { throw StoreError(.misuse, "the transaction has ended") }
        return connection
    }
}
