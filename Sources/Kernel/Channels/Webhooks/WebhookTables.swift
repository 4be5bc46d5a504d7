import Store

/// The tables of webhooks.
enum WebhookTables {
    static let migration = Migration(
        "channels",
        2,
        "webhooks",
        [
            """
            CREATE TABLE channels_webhook (
                id TEXT NOT NULL PRIMARY KEY,
                organisation TEXT NOT NULL,
                name TEXT NOT NULL,
                url TEXT NOT NULL,
                events TEXT NOT NULL,
                secret TEXT NOT NULL,
                old_secret TEXT,
                old_secret_until BIGINT,
                enabled BIGINT NOT NULL,
                disabled_reason TEXT,
                failing_since BIGINT,
                tried_at BIGINT,
                created_at BIGINT NOT NULL
            )
            """,
            """
            CREATE INDEX channels_webhook_organisation ON channels_webhook (organisation, id)
            """,
            """
            CREATE TABLE channels_webhook_delivery (
                id TEXT NOT NULL PRIMARY KEY,
                organisation TEXT NOT NULL,
                webhook TEXT NOT NULL,
                event_id TEXT NOT NULL,
                type TEXT NOT NULL,
                body TEXT NOT NULL,
                status TEXT NOT NULL,
                attempts BIGINT NOT NULL,
                due_at BIGINT NOT NULL,
                response_status BIGINT,
                last_error TEXT,
                created_at BIGINT NOT NULL,
                finished_at BIGINT,
                UNIQUE (webhook, event_id)
            )
            """,
            """
            CREATE INDEX channels_webhook_delivery_due
                ON channels_webhook_delivery (webhook, due_at) WHERE status = 'pending'
            """,
            """
            CREATE INDEX channels_webhook_delivery_log ON channels_webhook_delivery (webhook, id)
            """,
            """
            CREATE INDEX channels_webhook_delivery_finished
                ON channels_webhook_delivery (finished_at)
            """,
        ]
    )
}
