public import Core
public import Privacy
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

    private let privacy: Privacy?

    /// The log.
    ///
    /// - Parameter privacy: opens sealed addresses, to show them masked; nil where none are sealed.
    public init(privacy: Privacy? = nil) {
        self.privacy = privacy
    }

    /// What messages can be sorted by: ids sort by time, and have an index.
    public static let columns: [ListQuery.Column] = [.init("at", "o.id")]
    /// What tells them apart.
    public static let key = ListQuery.Column("id", "o.id")

    /// One page of the organisation's messages, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - channel: only of this channel; nil for all.
    ///   - status: only of this status; nil for all.
    ///   - query: order and page.
    ///   - scope: whose.
    ///   - reader: the state to read.
    /// - Returns: `{"id","at","channel","address","subject","severity","status","attempts","lastError",
    ///   "nextAttemptAt"}`.
    /// - Throws: `StoreError`.
    public func page(
        channel: String?,
        status: String?,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("o.organisation = ?", [.id(scope.organisation)])
        rows.add("o.channel = ?", ifAny: .text(channel))
        rows.add("o.status = ?", ifAny: .text(status.map { Self.statuses[$0] ?? $0 }))
        return try query.page(
            """
            o.id, o.created_at, o.channel, o.address, o.subject, o.severity, o.status, o.attempts,
                o.reason, o.due_at, t.name, p.label
            """,
            count: 12,
            of: """
                channels_outbox o LEFT JOIN channels_target t ON t.id = o.address
                LEFT JOIN channels_push p ON p.id = o.address
                """,
            where: rows,
            in: reader
        ) { row in
            let stored = try row.text(6)
            let kept = try row.text(3)
            let address =
                try privacy?.open(text: kept, of: scope.organisation, in: reader) ?? kept
            let name = try row.optionalText(10) ?? row.optionalText(11)
            return [
                "id": .string(try row.text(0)), "at": try row.timestamp(1).json,
                "channel": .string(try row.text(2)),
                "address": .string(Self.masked(address, try row.text(2), name)),
                "subject": .string(try row.text(4)), "severity": .string(try row.text(5)),
                "status": .string(Self.statuses.first { $0.value == stored }?.key ?? stored),
                "attempts": .int(try row.int(7)), "lastError": .optional(try row.optionalText(8)),
                "nextAttemptAt": stored == "pending" ? try row.timestamp(9).json : .null,
            ]
        }
    }

    private static func masked(_ address: String, _ channel: String, _ name: String?) -> String {
        switch channel {
        case _ where address == Privacy.erasedText.string: address
        case "email": Masking.email(address)
        case "inbox": "inbox"
        case "none": ""
        case "sms" where address.hasPrefix("+"): Masking.phone(address)
        default: name ?? "removed"
        }
    }
}
