public import Store

/// The tables of the intent fabric.
public enum IntentTables {
    /// In order.
    public static let migrations: [Migration] = [
        Migration(
            "intents",
            1,
            "intents, their course and evaluations, graph, remediations, acts, suggestions, widgets",
            [
                """
                CREATE TABLE intent (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, domain TEXT NOT NULL,
                    desired_outcome TEXT NOT NULL, status TEXT NOT NULL, goal TEXT NOT NULL,
                    priority TEXT NOT NULL, sensitivity TEXT NOT NULL, owner TEXT NOT NULL,
                    deadline BIGINT NOT NULL, preset TEXT, created_at BIGINT NOT NULL,
                    opened_at BIGINT, closed_at BIGINT, version BIGINT NOT NULL,
                    predicate TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (organisation, id),
                    UNIQUE (organisation, preset))
                """,
                "CREATE INDEX intent_by_status ON intent (status, organisation)",
                // What the Conscience keeps of an intent: a round is one compare-and-set of this row.
                """
                CREATE TABLE intent_watch (
                    organisation TEXT NOT NULL, intent TEXT NOT NULL, round BIGINT NOT NULL,
                    evaluated_at BIGINT, row_at BIGINT, state TEXT, value DOUBLE PRECISION,
                    risk TEXT, drift_at BIGINT, drifts BIGINT NOT NULL, held_micros BIGINT NOT NULL,
                    broken_micros BIGINT NOT NULL, unknown_micros BIGINT NOT NULL,
                    course TEXT NOT NULL, observation TEXT, PRIMARY KEY (organisation, intent))
                """,
                // A stretch of time in one state: alike evaluations within a minute are one row.
                """
                CREATE TABLE intent_evaluation (
                    organisation TEXT NOT NULL, intent TEXT NOT NULL, at BIGINT NOT NULL,
                    until_at BIGINT NOT NULL, state TEXT NOT NULL, value DOUBLE PRECISION,
                    samples BIGINT NOT NULL, PRIMARY KEY (organisation, intent, at))
                """,
                """
                CREATE TABLE intent_edge (
                    organisation TEXT NOT NULL, source TEXT NOT NULL, relation TEXT NOT NULL,
                    target TEXT NOT NULL, at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, source, relation, target))
                """,
                "CREATE INDEX intent_edge_back ON intent_edge (organisation, target, relation)",
                """
                CREATE TABLE intent_goal (
                    organisation TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL,
                    at BIGINT NOT NULL, PRIMARY KEY (organisation, key))
                """,
                """
                CREATE TABLE intent_remediation (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, intent TEXT NOT NULL,
                    name TEXT NOT NULL, status TEXT NOT NULL, execution TEXT, decision TEXT,
                    predicted DOUBLE PRECISION NOT NULL, baseline DOUBLE PRECISION,
                    measured DOUBLE PRECISION, effect DOUBLE PRECISION, at BIGINT NOT NULL,
                    started_at BIGINT, judge_at BIGINT NOT NULL, ended_at BIGINT,
                    body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                "CREATE INDEX intent_remediation_by_intent ON intent_remediation (organisation, intent, at)",
                "CREATE INDEX intent_remediation_by_status ON intent_remediation (organisation, status)",
                // What is done for an intent: executions, and things that a remediation works on.
                """
                CREATE TABLE intent_link (
                    organisation TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
                    intent TEXT NOT NULL, at BIGINT NOT NULL, until_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, kind, key, intent))
                """,
                """
                CREATE TABLE intent_act (
                    organisation TEXT NOT NULL, intent TEXT NOT NULL, decision TEXT NOT NULL,
                    agent TEXT NOT NULL, at BIGINT NOT NULL, cost_micros BIGINT NOT NULL,
                    latency_micros BIGINT NOT NULL,
                    PRIMARY KEY (organisation, intent, decision))
                """,
                "CREATE INDEX intent_act_by_decision ON intent_act (organisation, decision)",
                """
                CREATE TABLE intent_suggestion (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, fingerprint TEXT NOT NULL,
                    status TEXT NOT NULL, at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                    body TEXT NOT NULL, PRIMARY KEY (organisation, id),
                    UNIQUE (organisation, fingerprint))
                """,
                """
                CREATE TABLE intent_widget (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    kind TEXT NOT NULL, intent TEXT, digest TEXT NOT NULL UNIQUE,
                    created_by TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                """
                CREATE VIEW intent_insights AS
                SELECT i.organisation AS organisation, i.id AS intent_id, i.domain AS domain,
                    i.desired_outcome AS desired_outcome, i.status AS status,
                    i.priority AS priority, i.sensitivity AS sensitivity,
                    i.predicate AS predicate, i.deadline AS deadline, i.opened_at AS opened_at,
                    i.closed_at AS closed_at, w.evaluated_at AS evaluated_at, w.state AS state,
                    w.value AS value, w.risk AS risk, w.drift_at AS drift_at,
                    coalesce(w.drifts, 0) AS drifts,
                    coalesce(w.held_micros, 0) AS held_micros,
                    coalesce(w.broken_micros, 0) AS broken_micros,
                    coalesce(w.unknown_micros, 0) AS unknown_micros,
                    CASE WHEN w.held_micros + w.broken_micros > 0
                        THEN CAST(w.held_micros AS DOUBLE PRECISION)
                            / CAST(w.held_micros + w.broken_micros AS DOUBLE PRECISION)
                        ELSE NULL END AS intent_uptime,
                    (SELECT count(*) FROM intent_remediation r WHERE r.organisation = i.organisation
                        AND r.intent = i.id) AS remediations,
                    (SELECT count(*) FROM intent_remediation r WHERE r.organisation = i.organisation
                        AND r.intent = i.id AND r.status = 'improved') AS remediations_improved,
                    (SELECT count(*) FROM intent_act a WHERE a.organisation = i.organisation
                        AND a.intent = i.id) AS decisions,
                    CAST((SELECT coalesce(sum(a.cost_micros), 0) FROM intent_act a
                        WHERE a.organisation = i.organisation AND a.intent = i.id) AS BIGINT)
                        AS cost_micros
                FROM intent i LEFT JOIN intent_watch w
                    ON w.organisation = i.organisation AND w.intent = i.id
                """,
            ]
        ),
        Migration(
            "intents",
            2,
            "when a measure began, what was changed, edges that are written by themselves",
            [
                "ALTER TABLE intent_watch ADD COLUMN measured_from BIGINT",
                "ALTER TABLE intent_watch ADD COLUMN disturbed BIGINT NOT NULL DEFAULT 0",
                // Until when an edge stays that nobody drew; null for those that somebody did.
                "ALTER TABLE intent_edge ADD COLUMN until_at BIGINT",
                """
                UPDATE intent_edge SET until_at = at WHERE relation = 'touches' AND EXISTS (
                    SELECT 1 FROM intent_remediation r
                    WHERE r.organisation = intent_edge.organisation
                        AND 'intent:' || r.intent = intent_edge.source
                        AND r.started_at = intent_edge.at)
                """,
                "CREATE INDEX intent_edge_until ON intent_edge (until_at) WHERE until_at IS NOT NULL",
                """
                UPDATE intent_watch SET drift_at = NULL, course = '{}'
                WHERE drift_at IS NOT NULL AND EXISTS (
                    SELECT 1 FROM intent i WHERE i.organisation = intent_watch.organisation
                        AND i.id = intent_watch.intent AND i.status = 'withdrawn')
                """,
            ]
        ),
    ]
}
