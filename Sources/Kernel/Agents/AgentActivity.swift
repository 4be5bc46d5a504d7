public import Core
public import Store

/// What an agent did in an organisation.
public struct AgentActivity: Sendable {
    /// Decisions and failures since the given moment.
    public var invocations = 0
    /// Runs that came to no decision since the given moment.
    public var errors = 0
    /// The median of the latest 1,000 decisions' latencies, in microseconds.
    public var p50Micros = 0
    /// Their 99th percentile.
    public var p99Micros = 0
    /// Decisions of routine tasks since the given moment.
    public var routine = 0
    /// How many of them no person had a hand in: no call was agreed to, and nobody overruled them.
    public var unaided = 0
    /// What models were paid since the given moment, in millionths of the currency of their prices.
    public var costMicros = 0

    /// The share of routine tasks done without a person, 0…1; nil when there were none.
    public var automationRate: Double? {
        routine > 0 ? Double(unaided) / Double(routine) : nil
    }
}

extension AgentJournal {
    /// What an agent did.
    ///
    /// - Parameters:
    ///   - agent: its name.
    ///   - moment: from when is counted: the tables only grow, and counting them would take ever longer.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: the counts.
    /// - Throws: `StoreError`.
    public func activity(
        of agent: String,
        since moment: Timestamp = Timestamp(microseconds: 0),
        scope: Scope,
        in reader: any Reader
    ) throws -> AgentActivity {
        let whose: [SQLValue] = [.id(scope.organisation), .text(agent)]
        var activity = AgentActivity()
        activity.errors =
            try reader.first(
                """
                SELECT count(*) FROM agent_failure WHERE organisation = ? AND agent = ? AND at >= ?
                """,
                whose + [.time(moment)]
            ) { Int(try $0.int(0)) } ?? 0
        let latencies = try reader.query(
            """
            SELECT latency_micros FROM decision WHERE organisation = ? AND agent = ?
            ORDER BY at DESC LIMIT 1000
            """,
            whose
        ) { Int(try $0.int(0)) }.sorted()
        if !latencies.isEmpty {
            func quantile(_ share: Double) -> Int {
                let rank = Int((Double(latencies.count) * share).rounded(.up))
                return latencies[max(0, min(latencies.count, rank) - 1)]
            }
            activity.p50Micros = quantile(0.5)
            activity.p99Micros = quantile(0.99)
        }
        try reader.forEach(
            """
            SELECT count(*), CAST(coalesce(sum(routine), 0) AS BIGINT),
                CAST(coalesce(sum(CASE WHEN routine = 1 AND approvals = 0 AND overruled IS NULL
                    THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(coalesce(sum(cost_micros), 0) AS BIGINT)
            FROM decision WHERE organisation = ? AND agent = ? AND at >= ?
            """,
            whose + [.time(moment)]
        ) {
            activity.invocations = Int(try $0.int(0)) + activity.errors
            activity.routine = Int(try $0.int(1))
            activity.unaided = Int(try $0.int(2))
            activity.costMicros = Int(try $0.int(3))
        }
        return activity
    }
}
