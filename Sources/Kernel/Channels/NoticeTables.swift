import Store

/// The tables of channel targets, preferences, templates, push subscriptions and escalations.
enum NoticeTables {
    static let migration = Migration(
        "channels",
        3,
        "targets, preferences, templates, push, escalations",
        [
            "ALTER TABLE channels_outbox ADD COLUMN account TEXT",
            "ALTER TABLE channels_outbox ADD COLUMN incident TEXT",
            "ALTER TABLE channels_outbox ADD COLUMN action TEXT",
            "ALTER TABLE channels_outbox ADD COLUMN priority BIGINT NOT NULL DEFAULT 0",
            "CREATE INDEX channels_outbox_log ON channels_outbox (organisation, id)",
            "ALTER TABLE channels_inbox ADD COLUMN incident TEXT",
            "ALTER TABLE channels_inbox ADD COLUMN acknowledged_at BIGINT",
            "ALTER TABLE channels_inbox ADD COLUMN acknowledged_by TEXT",
            """
            CREATE INDEX channels_inbox_incident ON channels_inbox (organisation, incident)
                WHERE incident IS NOT NULL
            """,
            """
            CREATE TABLE channels_target (
                id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, kind TEXT NOT NULL,
                name TEXT NOT NULL, settings TEXT NOT NULL, secret TEXT NOT NULL,
                minimum TEXT NOT NULL, enabled BIGINT NOT NULL, created_at BIGINT NOT NULL)
            """,
            "CREATE INDEX channels_target_organisation ON channels_target (organisation, id)",
            """
            CREATE TABLE channels_push (
                id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, account TEXT NOT NULL,
                fingerprint TEXT NOT NULL, endpoint TEXT NOT NULL, point TEXT NOT NULL,
                auth TEXT NOT NULL, label TEXT NOT NULL, created_at BIGINT NOT NULL,
                UNIQUE (organisation, account, fingerprint))
            """,
            """
            CREATE TABLE channels_preference (
                organisation TEXT NOT NULL, account TEXT NOT NULL, settings TEXT NOT NULL,
                PRIMARY KEY (organisation, account))
            """,
            """
            CREATE TABLE channels_template (
                organisation TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
                subject TEXT NOT NULL, body TEXT NOT NULL,
                PRIMARY KEY (organisation, kind, language))
            """,
            """
            CREATE TABLE channels_told (
                organisation TEXT NOT NULL, key TEXT NOT NULL, until BIGINT NOT NULL,
                PRIMARY KEY (organisation, key))
            """,
            """
            CREATE TABLE channels_policy (
                id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, name TEXT NOT NULL,
                minimum TEXT NOT NULL, steps TEXT NOT NULL, repeat_minutes BIGINT NOT NULL,
                enabled BIGINT NOT NULL, created_at BIGINT NOT NULL)
            """,
            "CREATE INDEX channels_policy_organisation ON channels_policy (organisation, id)",
            """
            CREATE TABLE channels_incident (
                id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, incident TEXT NOT NULL,
                policy TEXT NOT NULL, notice TEXT NOT NULL, severity TEXT NOT NULL,
                traceparent TEXT NOT NULL, step BIGINT NOT NULL, due_at BIGINT,
                state TEXT NOT NULL, opened_at BIGINT NOT NULL, closed_at BIGINT,
                closed_by TEXT, note TEXT)
            """,
            """
            CREATE UNIQUE INDEX channels_incident_open
                ON channels_incident (organisation, policy, incident) WHERE state = 'open'
            """,
            "CREATE INDEX channels_incident_due ON channels_incident (due_at) WHERE state = 'open'",
            "CREATE INDEX channels_incident_log ON channels_incident (organisation, id)",
        ]
    )

    static let upkeep = Migration(
        "channels",
        4,
        "upkeep of the outbox",
        [
            """
            CREATE INDEX channels_outbox_incident ON channels_outbox (organisation, incident, created_at)
                WHERE incident IS NOT NULL
            """,
            """
            CREATE INDEX channels_outbox_finished ON channels_outbox (finished_at)
                WHERE finished_at IS NOT NULL
            """,
            """
            CREATE INDEX channels_outbox_sms ON channels_outbox (organisation, created_at)
                WHERE channel = 'sms'
            """,
            """
            CREATE INDEX channels_incident_closed ON channels_incident (closed_at)
                WHERE closed_at IS NOT NULL
            """,
        ]
    )

    static let persons = Migration(
        "channels",
        5,
        "whom messages are about",
        [
            "ALTER TABLE channels_outbox ADD COLUMN person TEXT",
            """
            CREATE INDEX channels_outbox_person ON channels_outbox (organisation, person)
                WHERE person IS NOT NULL
            """,
        ]
    )
}
