public import Store

/// The tables of what is remembered.
public enum FactTables {
    /// The tables; they come after the journal's and the indexes', as the first step notes the decisions
    /// there are.
    public static let migrations: [Migration] = [
        Migration(
            "memory",
            1,
            "facts, receipts of erasures, documents of the decisions there are",
            [
                """
                CREATE TABLE memory_fact (
                    organisation TEXT NOT NULL, id TEXT NOT NULL, revision BIGINT NOT NULL,
                    subject TEXT NOT NULL, attribute TEXT NOT NULL, statement TEXT NOT NULL,
                    statement_key TEXT NOT NULL, confidence REAL NOT NULL,
                    valid_from BIGINT NOT NULL, valid_until BIGINT, recorded_at BIGINT NOT NULL,
                    recorded_until BIGINT, superseded_by TEXT, provenance TEXT NOT NULL,
                    PRIMARY KEY (organisation, id, revision))
                """,
                """
                CREATE UNIQUE INDEX memory_fact_present ON memory_fact (organisation, id)
                    WHERE recorded_until IS NULL
                """,
                """
                CREATE INDEX memory_fact_by_subject
                    ON memory_fact (organisation, subject, attribute, statement_key)
                """,
                "CREATE INDEX memory_fact_by_time ON memory_fact (organisation, recorded_at, id)",
                """
                CREATE TABLE memory_receipt (
                    organisation TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,
                    hash TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (organisation, id))
                """,
                "CREATE INDEX memory_receipt_by_time ON memory_receipt (organisation, at, id)",
                """
                INSERT INTO search_pending (organisation, collection, id)
                SELECT organisation, 'decisions', id FROM decision
                """,
            ]
        )
    ]
}
