public import Store

/// The tables of the channels.
public enum ChannelsTables {
    /// Every step, in order.
    public static let migrations: [Migration] = [
        Migration(
            "channels",
            1,
            "outbox and inbox",
            [
                """
                CREATE TABLE channels_outbox (
                    id TEXT NOT NULL PRIMARY KEY,
                    organisation TEXT NOT NULL,
                    effect_key TEXT NOT NULL,
                    channel TEXT NOT NULL,
                    address TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    body TEXT NOT NULL,
                    link TEXT,
                    severity TEXT NOT NULL,
                    traceparent TEXT NOT NULL,
                    status TEXT NOT NULL,
                    reason TEXT,
                    attempts BIGINT NOT NULL,
                    due_at BIGINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    finished_at BIGINT,
                    UNIQUE (organisation, effect_key)
                )
                """,
                """
                CREATE INDEX channels_outbox_due ON channels_outbox (channel, due_at)
                    WHERE status = 'pending'
                """,
                """
                CREATE TABLE channels_inbox (
                    id TEXT NOT NULL PRIMARY KEY,
                    organisation TEXT NOT NULL,
                    account TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    body TEXT NOT NULL,
                    link TEXT,
                    severity TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    read_at BIGINT
                )
                """,
                """
                CREATE INDEX channels_inbox_recipient
                    ON channels_inbox (organisation, account, id)
                """,
                """
                CREATE INDEX channels_inbox_unread ON channels_inbox (organisation, account)
                    WHERE read_at IS NULL
                """,
            ]
        ),
        WebhookTables.migration, NoticeTables.migration, NoticeTables.upkeep,
        NoticeTables.persons,
    ]
}
