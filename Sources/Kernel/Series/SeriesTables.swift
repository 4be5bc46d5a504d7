public import Store

/// The tables of time series.
public enum SeriesTables {
    /// Every step of the tables.
    public static let migrations: [Migration] = [
        Migration(
            "series",
            1,
            "series, batches and blocks",
            [
                """
                CREATE TABLE series (
                    id IDENTITY, organisation TEXT NOT NULL, name TEXT NOT NULL,
                    labels TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
                    created_at BIGINT NOT NULL, UNIQUE (organisation, name, labels))
                """,
                """
                CREATE TABLE series_catalog (
                    organisation TEXT PRIMARY KEY, epoch BIGINT NOT NULL, members BIGINT NOT NULL)
                """,
                """
                CREATE TABLE series_batch (
                    seq IDENTITY, shard BIGINT NOT NULL, points BIGINT NOT NULL,
                    at BIGINT NOT NULL, body BLOB NOT NULL)
                """,
                "CREATE INDEX series_batch_by_shard ON series_batch (shard, seq, points, at)",
                """
                CREATE TABLE series_block (
                    series BIGINT NOT NULL, resolution BIGINT NOT NULL, start_at BIGINT NOT NULL,
                    end_at BIGINT NOT NULL, points BIGINT NOT NULL, body BLOB NOT NULL,
                    PRIMARY KEY (series, resolution, start_at))
                """,
                """
                CREATE TABLE series_stale (
                    series BIGINT NOT NULL, hour_at BIGINT NOT NULL, PRIMARY KEY (series, hour_at))
                """,
                "CREATE TABLE series_shard (shard BIGINT PRIMARY KEY, version BIGINT NOT NULL)",
                "CREATE TABLE series_removed (series BIGINT PRIMARY KEY)",
            ]
        )
    ]
}
