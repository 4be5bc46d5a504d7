public import Store

/// The tables of the models.
public enum ModelTables {
    /// Every step, in order.
    public static let migrations: [Migration] = [
        Migration(
            "models",
            1,
            "providers, models, budgets and accounts",
            [
                """
                CREATE TABLE models_policy (
                    organisation TEXT NOT NULL PRIMARY KEY, currency TEXT NOT NULL,
                    home_region TEXT, restricted_abroad BIGINT NOT NULL)
                """,
                """
                CREATE TABLE models_provider (
                    id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    kind TEXT NOT NULL, url TEXT, region TEXT, sensitivity TEXT NOT NULL,
                    secret TEXT NOT NULL, hint TEXT, enabled BIGINT NOT NULL,
                    created_at BIGINT NOT NULL, UNIQUE (organisation, name))
                """,
                """
                CREATE TABLE models_model (
                    id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL,
                    provider TEXT NOT NULL, name TEXT NOT NULL, model TEXT NOT NULL,
                    purpose TEXT NOT NULL, input_price BIGINT NOT NULL,
                    output_price BIGINT NOT NULL, cache_read_price BIGINT NOT NULL,
                    cache_write_price BIGINT NOT NULL, settings TEXT NOT NULL,
                    enabled BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    UNIQUE (organisation, name))
                """,
                "CREATE INDEX models_model_provider ON models_model (provider)",
                """
                CREATE TABLE models_budget (
                    id TEXT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, agent TEXT NOT NULL,
                    period TEXT NOT NULL, cost BIGINT, tokens BIGINT, told_from TEXT,
                    told_level BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    UNIQUE (organisation, agent, period))
                """,
                """
                CREATE TABLE models_usage (
                    organisation TEXT NOT NULL, day TEXT NOT NULL, agent TEXT NOT NULL,
                    model TEXT NOT NULL, calls BIGINT NOT NULL, input BIGINT NOT NULL,
                    output BIGINT NOT NULL, cache_read BIGINT NOT NULL,
                    cache_write BIGINT NOT NULL, cost BIGINT NOT NULL,
                    PRIMARY KEY (organisation, day, agent, model))
                """,
            ]
        )
    ]
}
