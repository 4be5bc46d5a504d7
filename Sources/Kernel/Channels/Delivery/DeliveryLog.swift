public import Core
public import Store

/// What was sent to whom and what became of it, with masked addresses.
public struct DeliveryLog: Sendable {
    /// The statuses of the log, and what the outbox calls them.
    public static let statuses = [
        "queued": "pending", "sent": "delivered", "failed": "failed", "suppressed": "skipped",
    ]
    /// The channels that the log knows.
    public static let channels = [
        "inbox", "email", "sms", "push", "slack", "teams", "pagerduty", "none",
    ]

    /// The log.
    public init() {}

    /// The organisation's messages, newest first.
    ///
    /// - Parameters:
    ///   - channel: only of this channel; nil for all.
    ///   - status: only of this status; nil for all.
    ///   - limit: at most so many, 1 to 200.
    ///   - before: only older ones, to page on.
    ///   - scope: whose.
    ///   - reader: the state to read.
    /// - Returns: `{"id","at","channel","address","subject","severity","status","attempts","lastError",
    ///   "nextAttemptAt"}`.
    /// - Throws: `StoreError`.
    public func list(
        channel: String?,
        status: String?,
        limit: Int,
        before: ID<Outbox.Entry>?,
        scope: Scope,
        in reader: any Reader
    ) throws -> [JSON] {
        var sql = """
            SELECT o.id, o.created_at, o.channel, o.address, o.subject, o.severity, o.status,
                o.attempts, o.reason, o.due_at, t.name, p.label
            FROM channels_outbox o
            LEFT JOIN channels_target t ON t.id = o.address
            LEFT JOIN channels_push p ON p.id = o.address
            WHERE o.organisation = ?
            """
        var parameters: [SQLValue] = [.id(scope.organisation)]
        if let channel {
            sql += " AND o.channel = ?"
            parameters.append(.text(channel))
        }
        if let status {
            sql += " AND o.status = ?"
            parameters.append(.text(Self.statuses[status] ?? status))
        }
        if let before {
            sql += " AND o.id < ?"
            parameters.append(.id(before))
        }
        parameters.append(.int(limit))
        return try reader.query(sql + " ORDER BY o.id DESC LIMIT ?", parameters) { row in
            let stored = try row.text(6)
            let name = try row.optionalText(10) ?? row.optionalText(11)
            return [
                "id": .string(try row.text(0)), "at": try row.timestamp(1).json,
                "channel": .string(try row.text(2)),
                "address": .string(Self.masked(try row.text(3), try row.text(2), name)),
                "subject": .string(try row.text(4)), "severity": .string(try row.text(5)),
                "status": .string(Self.statuses.first { $0.value == stored }?.key ?? stored),
                "attempts": .int(try row.int(7)), "lastError": .optional(try row.optionalText(8)),
                "nextAttemptAt": stored == "pending" ? try row.timestamp(9).json : .null,
            ]
        }
    }

    private static func masked(_ address: String, _ channel: String, _ name: String?) -> String {
        switch channel {
        case "email": Masking.email(address)
        case "inbox": "inbox"
        case "none": ""
        case "sms" where address.hasPrefix("+"): Masking.phone(address)
        default: name ?? "removed"
        }
    }
}
