public import Core

/// Durable records behind one API, whatever keeps them.
///
/// Bodies are synchronous: a transaction is a function from records to records and never waits for
/// the outside while it holds locks.
public protocol Database: Sendable {
    /// The dialect of SQL that migrations are written for.
    var dialect: SQLDialect { get }

    /// The failure after which the store refuses to write, nil while it is well.
    var failure: StoreError? { get }

    /// How many connections are open.
    var connections: Int { get }

    /// Commits what was submitted and refuses what comes later; blocks until that is done.
    func close()

    /// Runs one query against a committed state, inline on the calling thread where possible.
    ///
    /// - Parameters:
    ///   - sql: one statement with `?` for each parameter.
    ///   - parameters: the values of the `?`, in order.
    ///   - consistency: which committed states will do.
    ///   - map: makes a value of each row; the row is valid only during the call.
    /// - Returns: the mapped rows in order.
    /// - Throws: `StoreError`, or what `map` throws.
    func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        consistency: ReadConsistency,
        _ map: (any Row) throws -> Value
    ) async throws -> [Value]

    /// Runs several queries against one snapshot of a committed state.
    ///
    /// The body runs on the calling thread or on one of the driver's; it must not wait for anything.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    func read<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value

    /// Runs a long query or scan away from the calling thread.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    func scan<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value

    /// Runs `body` atomically; when this returns, its changes are synced to the disk.
    ///
    /// Transactions are serializable: each sees all that were committed before it. The body is run
    /// again when another of its batch failed or the batch could not be committed, so its only effects
    /// must be on the transaction.
    ///
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws, and then nothing has changed; or `StoreError`.
    @discardableResult
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value

    /// Brings the tables up to date, each migration in a transaction of its own, in list order.
    ///
    /// - Throws: `StoreError` of code `migration` when the database is newer than the program, or an
    ///   applied migration was changed since.
    func migrate(_ migrations: [Migration]) async throws

    /// The steps that were applied to this database, in no order; none when it is empty.
    ///
    /// - Throws: `StoreError`.
    func appliedMigrations() async throws -> [AppliedMigration]

    /// Writes a consistent copy of everything to a new file, while others read and write.
    ///
    /// - Throws: `StoreError`.
    func backup(to path: String) async throws

    /// Makes sure that what was removed or replaced before is in none of the store's own files any more.
    ///
    /// - Parameter bytes: a larger store is not written anew, because nobody else can write meanwhile.
    /// - Returns: whether it is so; false for a larger store, where others stand in the way, and where the
    ///   driver cannot know.
    /// - Throws: `StoreError`.
    func forgetRemoved(rewritingAtMost bytes: Int) async throws -> Bool

    /// Runs `action` after every commit of another process that announced `topic`.
    ///
    /// A hint and no promise: what must not be missed is also looked for from time to time. What this
    /// process commits is told by ``Transaction/afterCommit(_:)``.
    func onAnnouncement(of topic: String, _ action: @escaping @Sendable () -> Void)
}

extension Database {
    /// Not known.
    public func forgetRemoved(rewritingAtMost bytes: Int) async throws -> Bool { false }

    /// Nobody else writes what this driver reads.
    public func onAnnouncement(of topic: String, _ action: @escaping @Sendable () -> Void) {}

    /// Runs one query against the latest committed state; see ``query(_:_:consistency:_:)``.
    ///
    /// - Throws: `StoreError`, or what `map` throws.
    public func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        _ map: (any Row) throws -> Value
    ) async throws -> [Value] {
        try await query(sql, parameters, consistency: .strong, map)
    }

    /// Runs several queries against one snapshot of the latest committed state.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await read(consistency: .strong, body)
    }

    /// Runs a long query or scan of the latest committed state away from the calling thread.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    public func scan<Value: Sendable>(
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await scan(consistency: .strong, body)
    }
}

/// Reads one consistent state.
public protocol Reader {
    /// Runs one query and hands over each row; see ``Database/query(_:_:_:)``.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws
}

// Inlinable, so that the callers' closures and values need no boxes.
extension Reader {
    /// The rows of a query, mapped.
    ///
    /// - Throws: `StoreError`, or what `map` throws.
    @inlinable
    public func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        _ map: (any Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEach(sql, parameters) { values.append(try map($0)) }
        return values
    }

    /// The first row of a query, mapped; nil when there is none.
    ///
    /// - Throws: `StoreError`, or what `map` throws.
    @inlinable
    public func first<Value>(
        _ sql: String,
        _ parameters: [SQLValue] = [],
        _ map: (any Row) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try forEach(sql, parameters) { row in
            if value == nil { value = try map(row) }
        }
        return value
    }

    /// Whether a query has any row.
    ///
    /// - Throws: `StoreError`.
    public func exists(_ sql: String, _ parameters: [SQLValue] = []) throws -> Bool {
        try first(sql, parameters) { _ in true } ?? false
    }
}

/// Reads and changes records within one atomic step.
public protocol Transaction: Reader {
    /// Runs one statement that changes records, and need not wait for it.
    ///
    /// Every statement after it sees what it changed. What it fails with may be thrown here, by a later
    /// statement or by ``attempt(_:)`` around it; whoever catches that finds it as if thrown here, as
    /// the body is then run again with every statement waited for.
    ///
    /// - Throws: `StoreError`.
    func execute(_ sql: String, _ parameters: [SQLValue]) throws

    /// Runs one statement that changes records, and counts the rows: at the price of a round trip to a
    /// server, so only where the number matters.
    ///
    /// - Returns: how many rows it changed.
    /// - Throws: `StoreError`.
    func executeCounting(_ sql: String, _ parameters: [SQLValue]) throws -> Int

    /// Runs `body` so that its changes are undone when it throws, while the transaction goes on.
    ///
    /// - Throws: what `body` throws; or `StoreError`.
    func attempt<Value>(_ body: () throws -> Value) throws -> Value

    /// Registers what is to be done once this transaction is synced; dropped when it fails.
    ///
    /// The action must be short and must not wait: it runs before the transaction's caller resumes.
    func afterCommit(_ action: @escaping @Sendable () -> Void)

    /// Tells other processes on the same database, with the commit, that something of `topic` changed.
    ///
    /// - Parameter topic: a few letters, for instance `events`.
    func announce(_ topic: String)
}

/// One row of a result, valid only within the mapping closure; columns count from 0.
public protocol Row {
    /// Whether the column is NULL.
    func isNull(_ column: Int) -> Bool
    /// The integer in the column.
    func int(_ column: Int) throws(StoreError) -> Int64
    /// The floating-point number in the column.
    func double(_ column: Int) throws(StoreError) -> Double
    /// The text in the column.
    func text(_ column: Int) throws(StoreError) -> String
    /// Lends the text in the column, as UTF-8, for the time of `body`.
    ///
    /// - Throws: `StoreError`, or what `body` throws.
    func withText(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws
    /// The bytes in the column.
    func blob(_ column: Int) throws(StoreError) -> [UInt8]
}

extension Row {
    /// The integer, nil when NULL.
    public func optionalInt(_ column: Int) throws(StoreError) -> Int64? {
        isNull(column) ? nil : try int(column)
    }

    /// The text, nil when NULL.
    public func optionalText(_ column: Int) throws(StoreError) -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// The truth value, stored as 0 or 1.
    public func bool(_ column: Int) throws(StoreError) -> Bool { try int(column) != 0 }

    /// The id, stored as text.
    public func id<Subject>(
        _ column: Int,
        _: Subject.Type = Subject.self
    ) throws(StoreError) -> ID<Subject> {
        let text = try text(column)
        guard let id = ID<Subject>(text) else {
            throw StoreError(.corrupt, "column \(column) holds \"\(text)\", which is no id")
        }
        return id
    }

    /// The moment, stored as microseconds.
    public func timestamp(_ column: Int) throws(StoreError) -> Timestamp {
        Timestamp(microseconds: try int(column))
    }

    /// The moment, nil when NULL.
    public func optionalTimestamp(_ column: Int) throws(StoreError) -> Timestamp? {
        isNull(column) ? nil : try timestamp(column)
    }

    /// The JSON value, nil when NULL.
    public func optionalJSON(_ column: Int) throws(StoreError) -> JSON? {
        // Not `nil`, which would be JSON's null.
        isNull(column) ? Optional.none : try json(column)
    }

    /// The JSON value, stored as text.
    public func json(_ column: Int) throws(StoreError) -> JSON {
        do {
            return try JSON(parsing: try text(column), limits: .init(depth: 512))
        } catch let error as JSONSyntaxError {
            throw StoreError(.corrupt, "column \(column) holds broken JSON: \(error)")
        } catch {
            throw error as? StoreError ?? StoreError(.corrupt, "column \(column): \(error)")
        }
    }
}
