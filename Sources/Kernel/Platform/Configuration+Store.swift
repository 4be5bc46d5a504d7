import Core

extension Configuration {
    /// Where records are kept, when not in the data folder.
    static let store: [ConfigurationKey] = [
        .init(
            "store.url",
            .text,
            nil,
            isSecret: true,
            "A PostgreSQL database for the records, for instance "
                + "postgres://weft@db1,db2/weft?sslmode=verify-full; without it SQLite in the data folder."
        ),
        .init(
            "store.replica",
            .text,
            nil,
            isSecret: true,
            "A replica of it for reads that may be a little old."
        ),
        .init(
            "store.connections",
            .integer(1...200),
            8,
            "Connections for reads of several queries; with store.pipelines and three more these are "
                + "all that a process has."
        ),
        .init(
            "store.pipelines",
            .integer(1...16),
            2,
            "Connections that single queries share."
        ),
        .init(
            "store.read-timeout",
            .number(0.1...600),
            10.0,
            unit: "seconds",
            "How long a read waits for a connection, or for a database that is away."
        ),
        .init(
            "store.write-timeout",
            .number(0.1...600),
            30.0,
            unit: "seconds",
            "How long a write waits for a database that is away, or for another to take over."
        ),
        .init(
            "store.statement-timeout",
            .number(0.1...3_600),
            30.0,
            unit: "seconds",
            "How long one statement may take, long scans and migrations aside."
        ),
        .init(
            "store.lock-timeout",
            .number(0.1...600),
            10.0,
            unit: "seconds",
            "How long a statement waits for somebody else's lock before it is tried again."
        ),
    ]
}
