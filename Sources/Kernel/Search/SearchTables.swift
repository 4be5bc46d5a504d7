public import Store

/// The tables of indexes: documents, postings, fields and vectors.
public enum SearchTables {
    /// The tables.
    public static let migrations: [Migration] = [
        Migration(
            "search",
            1,
            "documents, postings, fields, vectors",
            [
                """
                CREATE TABLE search_index (
                    id IDENTITY, organisation TEXT NOT NULL, collection TEXT NOT NULL,
                    analyser BIGINT NOT NULL, embedder TEXT NOT NULL, dimensions BIGINT NOT NULL,
                    generation BIGINT NOT NULL, documents BIGINT NOT NULL, terms BIGINT NOT NULL,
                    next_number BIGINT NOT NULL, version BIGINT NOT NULL, removals BIGINT NOT NULL,
                    UNIQUE (organisation, collection))
                """,
                """
                CREATE TABLE search_document (
                    index_id BIGINT NOT NULL, number BIGINT NOT NULL, id TEXT NOT NULL,
                    title TEXT NOT NULL, body TEXT NOT NULL, length BIGINT NOT NULL,
                    fields TEXT NOT NULL, person TEXT NOT NULL, version BIGINT NOT NULL,
                    has_vector BIGINT NOT NULL,
                    PRIMARY KEY (index_id, number), UNIQUE (index_id, id))
                """,
                """
                CREATE INDEX search_document_by_person ON search_document (person, index_id)
                    WHERE person <> ''
                """,
                """
                CREATE INDEX search_document_waiting ON search_document (index_id, number)
                    WHERE has_vector = 0
                """,
                """
                CREATE TABLE search_posting (
                    index_id BIGINT NOT NULL, term TEXT NOT NULL, shard BIGINT NOT NULL,
                    postings BLOB NOT NULL, PRIMARY KEY (index_id, term, shard))
                """,
                """
                CREATE TABLE search_field (
                    index_id BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
                    number BIGINT NOT NULL, amount REAL,
                    PRIMARY KEY (index_id, name, value, number))
                """,
                "CREATE INDEX search_field_by_amount ON search_field (index_id, name, amount, number)",
                "CREATE INDEX search_field_by_document ON search_field (index_id, number)",
                """
                CREATE TABLE search_vector (
                    index_id BIGINT NOT NULL, number BIGINT NOT NULL, version BIGINT NOT NULL,
                    vector BLOB NOT NULL, PRIMARY KEY (index_id, number))
                """,
                "CREATE INDEX search_vector_by_version ON search_vector (index_id, version)",
                """
                CREATE TABLE search_pending (
                    seq IDENTITY, organisation TEXT NOT NULL, collection TEXT NOT NULL,
                    id TEXT NOT NULL)
                """,
                """
                CREATE INDEX search_pending_by_document
                    ON search_pending (organisation, collection, id, seq)
                """,
            ]
        ),
        Migration(
            "search",
            2,
            "records that could not be read",
            [
                "ALTER TABLE search_pending ADD COLUMN tries BIGINT NOT NULL DEFAULT 0",
                "ALTER TABLE search_pending ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0",
            ]
        ),
    ]
}
