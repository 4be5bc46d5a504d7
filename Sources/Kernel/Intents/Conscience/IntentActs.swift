public import Agents
public import Core
public import Store

/// Which decisions acted for which intents: written by itself with each decision.
///
/// A decision acts for the intent that it names, for the one whose remediation's run it belongs to, and
/// for the one whose remediation works on its subject.
public enum IntentActs {
    /// Takes a decision in, within the transaction that records it.
    ///
    /// - Throws: `StoreError`.
    public static func record(
        _ decision: Decision,
        _ organisation: ID<Organisation>,
        latencyMicros: Int,
        in transaction: any Transaction
    ) throws {
        let columns = """
            INSERT INTO intent_act (organisation, intent, decision, agent, at, cost_micros,
                latency_micros)
            """
        let values = """
            CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT),
            CAST(? AS BIGINT)
            """
        let parameters: [SQLValue] = [
            .text(decision.id.description), .text(decision.agent), .time(decision.at),
            .int(decision.costMicros), .int(latencyMicros),
        ]
        if let id = named(decision) {
            try transaction.execute(
                """
                \(columns) SELECT i.organisation, i.id, \(values) FROM intent i
                WHERE i.organisation = ? AND i.id = ?
                ON CONFLICT (organisation, intent, decision) DO NOTHING
                """,
                parameters + [.id(organisation), .id(id)]
            )
        }
        try transaction.execute(
            """
            \(columns) SELECT DISTINCT l.organisation, l.intent, \(values) FROM intent_link l
            WHERE l.organisation = ? AND l.until_at >= ?
                AND ((l.kind = 'execution' AND l.key = ?) OR (l.kind = 'subject' AND l.key = ?))
            ON CONFLICT (organisation, intent, decision) DO NOTHING
            """,
            parameters + [
                .id(organisation), .time(decision.at),
                .text(decision.body["executionId"]?.string ?? ""), .text(decision.subject),
            ]
        )
        try transaction.execute(
            """
            INSERT INTO intent_edge (organisation, source, relation, target, at)
            SELECT a.organisation, 'intent:' || a.intent, 'acted-by', 'agent:' || a.agent, a.at
            FROM intent_act a WHERE a.organisation = ? AND a.decision = ?
            ON CONFLICT (organisation, source, relation, target) DO NOTHING
            """,
            [.id(organisation), .text(decision.id.description)]
        )
    }

    /// The intent that a decision names, itself or in what it was asked.
    static func named(_ decision: Decision) -> ID<Intent>? {
        (decision.intent ?? decision.body["inputs"]?["intentId"]?.string).flatMap { ID($0) }
    }

    /// Lets decisions in a run, or about a subject, act for an intent for a while.
    static func link(
        _ kind: String,
        _ key: String,
        to intent: ID<Intent>,
        from: Timestamp,
        until: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO intent_link (organisation, kind, key, intent, at, until_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, kind, key, intent)
            DO UPDATE SET until_at = excluded.until_at
            """,
            [
                .id(scope.organisation), .text(kind), .text(key), .id(intent), .time(from),
                .time(until),
            ]
        )
    }

    /// Forgets what is over: links, the edges to what remediations worked on, and evaluations of closed intents and of long ago.
    ///
    /// What intents came to stays in their rows.
    ///
    /// - Throws: `StoreError`.
    public static func forget(
        evaluationsBefore limit: Timestamp,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute("DELETE FROM intent_link WHERE until_at < ?", [.time(now)])
        try transaction.execute("DELETE FROM intent_edge WHERE until_at < ?", [.time(now)])
        try transaction.execute(
            "DELETE FROM intent_evaluation WHERE until_at < ?",
            [.time(limit)]
        )
    }
}
