public import Core
public import Store

/// How long executions that have ended are kept.
public struct ExecutionRetention: Sendable {
    /// Days for organisations that have not chosen; at most this for those that have.
    public let days: Int

    /// Ended executions are kept for `days`.
    public init(days: Int) {
        self.days = days
    }

    /// How many executions are removed with one transaction, so that the writer is never held for long.
    private static let batch = 100

    /// How many days an organisation keeps its executions.
    ///
    /// - Throws: `StoreError`.
    public func days(of scope: Scope, in reader: any Reader) throws -> Int {
        let chosen = try reader.first(
            "SELECT days FROM workflow_retention WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { Int(try $0.int(0)) }
        return min(chosen ?? days, days)
    }

    /// Sets how many days an organisation keeps its executions.
    ///
    /// - Throws: a fault of code `too-many-days` above the installation's, or `StoreError`.
    public func set(
        _ chosen: Int,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard chosen <= days else {
            throw GeneralFault(
                .invalid,
                code: "too-many-days",
                "this installation keeps runs for \(days) days at most",
                pointer: "/days"
            )
        }
        try transaction.execute(
            """
            INSERT INTO workflow_retention (organisation, days) VALUES (?, ?)
            ON CONFLICT (organisation) DO UPDATE SET days = excluded.days
            """,
            [.id(scope.organisation), .int(chosen)]
        )
    }

    /// Removes what has been kept for long enough, batch by batch.
    ///
    /// - Returns: how many executions were removed.
    /// - Throws: `StoreError`.
    @discardableResult
    public func prune(_ database: any Database, at now: Timestamp) async throws -> Int {
        var removed = 0
        while !Task.isCancelled {
            let count = try await database.transaction { transaction in
                try pruneBatch(at: now, in: transaction)
            }
            removed += count
            if count < Self.batch { break }
            // Others come first.
            await Task.yield()
        }
        return removed
    }

    private func pruneBatch(at now: Timestamp, in transaction: any Transaction) throws -> Int {
        func cutoff(_ days: Int) -> SQLValue { .time(now + .seconds(-days * 86_400)) }
        var found = try transaction.query(
            """
            SELECT id FROM execution WHERE ended_at IS NOT NULL AND ended_at < ?
            ORDER BY ended_at LIMIT ?
            """,
            [cutoff(days), .int(Self.batch)]
        ) { try $0.id(0, Execution.self) }
        let shorter = try transaction.query(
            "SELECT organisation, days FROM workflow_retention WHERE days < ?",
            [.int(days)]
        ) { (organisation: try $0.id(0, Organisation.self), days: Int(try $0.int(1))) }
        for (organisation, days) in shorter where found.count < Self.batch {
            found += try transaction.query(
                """
                SELECT id FROM execution
                WHERE organisation = ? AND ended_at IS NOT NULL AND ended_at < ?
                ORDER BY ended_at LIMIT ?
                """,
                [.id(organisation), cutoff(days), .int(Self.batch - found.count)]
            ) { try $0.id(0, Execution.self) }
        }
        for id in found {
            for table in ["execution_turn", "execution_event"] {
                try transaction.execute("DELETE FROM \(table) WHERE execution = ?", [.id(id)])
            }
            // What an agent was allowed to do stays as its decision does.
            try transaction.execute(
                "DELETE FROM approval WHERE execution = ? AND kind = 'task'",
                [.id(id)]
            )
            try transaction.execute("DELETE FROM execution WHERE id = ?", [.id(id)])
        }
        return found.count
    }
}
