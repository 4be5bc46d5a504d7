public import Store

/// The tables of what is observed: spans, log lines, metrics, alarms.
public enum ObservationTables {
    /// Every step, in order.
    public static let migrations: [Migration] = [
        Migration(
            "observability",
            1,
            "traces, log lines, metrics, alarms",
            [
                """
                CREATE TABLE trace (
                    organisation TEXT NOT NULL, trace TEXT NOT NULL, name TEXT NOT NULL,
                    started_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, spans BIGINT NOT NULL,
                    errors BIGINT NOT NULL, PRIMARY KEY (organisation, trace))
                """,
                "CREATE INDEX trace_by_time ON trace (organisation, started_at)",
                """
                CREATE TABLE trace_span (
                    trace TEXT NOT NULL, span TEXT NOT NULL, organisation TEXT NOT NULL,
                    parent TEXT, name TEXT NOT NULL, kind TEXT NOT NULL, component TEXT NOT NULL,
                    started_at BIGINT NOT NULL, duration_micros BIGINT NOT NULL, error TEXT,
                    attributes TEXT NOT NULL, PRIMARY KEY (trace, span))
                """,
                "CREATE INDEX trace_span_by_time ON trace_span (started_at)",
                """
                CREATE TABLE log_line (
                    seq IDENTITY, organisation TEXT NOT NULL, at BIGINT NOT NULL,
                    level BIGINT NOT NULL, message TEXT NOT NULL, fields TEXT NOT NULL, trace TEXT)
                """,
                "CREATE INDEX log_line_by_trace ON log_line (trace) WHERE trace IS NOT NULL",
                """
                CREATE TABLE metric_series (
                    id IDENTITY, organisation TEXT NOT NULL, name TEXT NOT NULL, labels TEXT NOT NULL,
                    UNIQUE (organisation, name, labels))
                """,
                """
                CREATE TABLE metric_point (
                    series BIGINT NOT NULL, resolution BIGINT NOT NULL, at BIGINT NOT NULL,
                    count DOUBLE PRECISION NOT NULL, sum DOUBLE PRECISION NOT NULL,
                    minimum DOUBLE PRECISION NOT NULL, maximum DOUBLE PRECISION NOT NULL,
                    buckets TEXT, PRIMARY KEY (series, resolution, at))
                """,
                "CREATE INDEX metric_point_by_time ON metric_point (resolution, at)",
                """
                CREATE TABLE alarm_rule (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, preset TEXT, body TEXT NOT NULL,
                    evaluation TEXT NOT NULL, created_at BIGINT NOT NULL,
                    deleted_at BIGINT, UNIQUE (organisation, preset))
                """,
                """
                CREATE TABLE alarm (
                    id TEXT PRIMARY KEY, organisation TEXT NOT NULL, rule TEXT NOT NULL,
                    state TEXT NOT NULL, raised_at BIGINT NOT NULL, cleared_at BIGINT,
                    acknowledged_at BIGINT, shelved_until BIGINT, body TEXT NOT NULL)
                """,
                "CREATE INDEX alarm_by_time ON alarm (organisation, raised_at)",
                "CREATE UNIQUE INDEX alarm_once ON alarm (rule) WHERE state = 'active'",
            ]
        )
    ]
}
