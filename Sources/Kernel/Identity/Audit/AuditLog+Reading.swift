public import Core
public import Store

extension AuditLog {
    /// The organisation's entries, newest first.
    ///
    /// - Parameters:
    ///   - scope: whose entries.
    ///   - filter: which of them.
    ///   - before: the `seq` of the last entry already seen; nil starts at the newest.
    ///   - limit: at most this many, 1 to 500.
    /// - Returns: the entries; fewer than `limit` when the log ends.
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        filter: AuditFilter = AuditFilter(),
        before: Int64? = nil,
        limit: Int = 100
    ) async throws -> [AuditEntry] {
        try await database.read { reader in
            try list(scope: scope, filter: filter, before: before, limit: limit, in: reader)
        }
    }

    /// The organisation's entries, newest first, within a snapshot.
    ///
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        filter: AuditFilter,
        before: Int64?,
        limit: Int,
        in reader: any Reader
    ) throws -> [AuditEntry] {
        var conditions = ["organisation = ?", "number < ?"]
        var values: [SQLValue] = [.id(scope.organisation), .int(before ?? Int64.max)]
        func want(_ condition: String, _ value: SQLValue) {
            conditions.append(condition)
            values.append(value)
        }
        if let actor = filter.actor {
            if let id = ID<Account>(actor) {
                want("actor LIKE ?", .text("{\"id\":\"\(id)\"%"))
            } else {
                want(
                    "lower(actor) LIKE ? ESCAPE '!'",
                    .text("%\"name\":\"%" + LikePattern.escaped(actor.lowercased()) + "%")
                )
            }
        }
        if let action = filter.action {
            if action.hasSuffix("*") {
                want(
                    "action LIKE ? ESCAPE '!'",
                    .text(LikePattern.escaped(String(action.dropLast())) + "%")
                )
            } else {
                want("action = ?", .text(action))
            }
        }
        if let subject = filter.subject {
            if subject.contains(":") {
                want("subject = ?", .text(subject))
            } else {
                want("subject LIKE ? ESCAPE '!'", .text(LikePattern.escaped(subject) + ":%"))
            }
        }
        if let outcome = filter.outcome { want("outcome = ?", .text(outcome.rawValue)) }
        if let from = filter.from { want("at >= ?", .time(from)) }
        if let to = filter.to { want("at < ?", .time(to)) }
        values.append(.int(min(max(limit, 1), 500)))
        return try reader.query(
            """
            SELECT \(AuditEntry.columns) FROM identity_audit
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY number DESC LIMIT ?
            """,
            values,
            AuditEntry.read
        )
    }
}
