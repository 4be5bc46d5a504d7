import Store
import Synchronization

/// A database in which something happens before or after a read of several queries, or before a change.
final class MeddledDatabase: Database {
    enum Moment: Sendable, Hashable {
        case before(Int)
        case after(Int)
        case beforeChange(Int)
    }

    private struct State {
        var reads = 0
        var changes = 0
        var deeds: [Moment: @Sendable () async throws -> Void] = [:]
    }

    private let base: any Database
    private let state = Mutex(State())

    init(_ base: any Database) { self.base = base }

    /// Has something done before or after a read, or before a change, counted from 1 and from now on.
    func meddle(_ moment: Moment, _ deed: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0 = State(deeds: [moment: deed]) }
    }

    func read<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        let (before, after) = state.withLock { state in
            state.reads += 1
            return (
                state.deeds.removeValue(forKey: .before(state.reads)),
                state.deeds.removeValue(forKey: .after(state.reads))
            )
        }
        try await before?()
        let value = try await base.read(consistency: consistency, body)
        try await after?()
        return value
    }

    var dialect: SQLDialect { base.dialect }
    var failure: StoreError? { base.failure }
    var connections: Int { base.connections }
    func close() { base.close() }

    func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        consistency: ReadConsistency,
        _ map: (any Row) throws -> Value
    ) async throws -> [Value] {
        try await base.query(sql, parameters, consistency: consistency, map)
    }

    func scan<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await base.scan(consistency: consistency, body)
    }

    @discardableResult
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        let deed = state.withLock { state in
            state.changes += 1
            return state.deeds.removeValue(forKey: .beforeChange(state.changes))
        }
        try await deed?()
        return try await base.transaction(body)
    }

    func migrate(_ migrations: [Migration]) async throws { try await base.migrate(migrations) }

    func appliedMigrations() async throws -> [AppliedMigration] {
        try await base.appliedMigrations()
    }

    func backup(to path: String) async throws { try await base.backup(to: path) }

    func forgetRemoved(rewritingAtMost bytes: Int) async throws -> Bool {
        try await base.forgetRemoved(rewritingAtMost: bytes)
    }

    func onAnnouncement(of topic: String, _ action: @escaping @Sendable () -> Void) {
        base.onAnnouncement(of: topic, action)
    }
}
