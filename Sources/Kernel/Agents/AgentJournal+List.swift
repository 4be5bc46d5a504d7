public import Core
public import Store

extension AgentJournal {
    /// Which decisions a list shows.
    public struct Filter: Sendable {
        /// Only about this thing, for instance `order:018f…`.
        public var subject: String?
        /// Only by this agent.
        public var agent: String?
        /// Only those that acted for this intent.
        public var intent: String?
        /// Not before this moment.
        public var from: Timestamp?
        /// Before this moment.
        public var to: Timestamp?
        /// Only those that a person overruled, or only those that nobody did.
        public var overruled: Bool?

        /// A filter.
        public init(
            subject: String? = nil,
            agent: String? = nil,
            intent: String? = nil,
            from: Timestamp? = nil,
            to: Timestamp? = nil,
            overruled: Bool? = nil
        ) {
            self.subject = subject
            self.agent = agent
            self.intent = intent
            self.from = from
            self.to = to
            self.overruled = overruled
        }
    }

    /// What decisions can be sorted by.
    public static let columns: [ListQuery.Column] = [
        .init("at", "at", isNumber: true), .init("agent", "agent"),
    ]

    /// One page of decisions, each with the number of its tool calls and links; and the next cursor.
    ///
    /// - Throws: `StoreError`.
    public func decisions(
        _ filter: Filter,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("subject = ?", ifAny: .text(filter.subject))
        rows.add("agent = ?", ifAny: .text(filter.agent))
        rows.add("intent = ?", ifAny: .text(filter.intent))
        rows.add("at >= ?", ifAny: .time(filter.from))
        rows.add("at < ?", ifAny: .time(filter.to))
        if let overruled = filter.overruled {
            rows.add(overruled ? "overruled IS NOT NULL" : "overruled IS NULL")
        }
        return try query.page(
            """
            \(Decision.columns),
                (SELECT count(*) FROM agent_step WHERE agent_step.run = decision.run
                    AND agent_step.kind = 'tool')
            """,
            count: Decision.columnCount + 1,
            of: "decision",
            where: rows,
            in: reader,
            Self.item
        )
    }

    private static func item(_ row: any Row) throws -> JSON {
        let decision = try Decision(row: row)
        var json = decision.json
        json["toolCallCount"] = .int(try row.int(Decision.columnCount))
        let execution = decision.body["executionId"]?.string
        json["links"] = [
            "self": .string("/api/decisions/\(decision.id)"),
            "execution": .optional(execution.map { "/api/executions/\($0)" }),
        ]
        return json
    }
}
