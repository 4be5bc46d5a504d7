public import Store

/// The tables of this room.
public enum ObjectTables {
    /// All steps, to be given to ``Database/migrate(_:)``.
    public static let migrations: [Migration] = [
        Migration(
            "objects",
            1,
            "versions of objects",
            [
                """
                CREATE TABLE object_version (
                    organisation TEXT NOT NULL,
                    name TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    sha256 TEXT,
                    size BIGINT NOT NULL,
                    content_type TEXT NOT NULL,
                    at BIGINT NOT NULL,
                    actor TEXT NOT NULL,
                    PRIMARY KEY (organisation, name, version)
                )
                """,
                "CREATE INDEX object_version_content ON object_version (sha256)",
            ]
        )
    ]
}
