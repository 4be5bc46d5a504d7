import Core
import Glibc

/// Makes and changes tables on PostgreSQL, on a connection of its own, which is waited for as long as it
/// takes.
///
/// Each step looks again, under the writers' lock, whether it was applied meanwhile: so several processes
/// may begin at once, and a step whose commit was not answered is not made twice.
struct PostgresMigrator {
    private let address: PostgresAddress
    private let schema: String
    private let configuration: PostgresConfiguration

    init(_ address: PostgresAddress, schema: String, _ configuration: PostgresConfiguration) {
        self.address = address
        self.schema = schema
        self.configuration = configuration
    }

    /// What was applied, in no order.
    func applied() throws(StoreError) -> [AppliedMigration] {
        try retrying { (connection) throws(PostgresFailure) in
            try isFounded(connection) ? try list(connection) : []
        }
    }

    /// Applies what was not applied yet.
    func migrate(_ migrations: [Migration]) throws(StoreError) {
        try retrying { (connection) throws(PostgresFailure) in
            guard try !isFounded(connection) else { return }
            for statement in foundation { try connection.send(statement) }
            try connection.settle(nil)
        }
        for step in try Migration.pending(migrations, applied: applied()) {
            let late = try retrying { (connection) throws(PostgresFailure) in
                try apply(step, on: connection)
            }
            // Somebody else was quicker: with the same step, if all is well.
            if let late { _ = try Migration.pending(migrations, applied: late) }
        }
    }

    /// - Returns: what was applied, when the step is among it already.
    private func apply(
        _ step: Migration,
        on connection: PostgresConnection
    ) throws(PostgresFailure) -> [AppliedMigration]? {
        try connection.send("BEGIN")
        try connection.send("SET LOCAL statement_timeout = 0")
        try connection.send("SET LOCAL idle_in_transaction_session_timeout = 0")
        try connection.send("LOCK TABLE weft_lock IN EXCLUSIVE MODE")
        try connection.settle(nil)
        let applied = try list(connection)
        if applied.contains(where: { $0.module == step.module && $0.version == step.version }) {
            try connection.send("ROLLBACK")
            try connection.settle(nil)
            return applied
        }
        for statement in step.statements.flatMap(Self.statements) {
            do throws(PostgresFailure) {
                try connection.send(statement)
                try connection.settle(nil)
            } catch {
                var error = error
                error.message +=
                    " (in step \(step.version) of \(step.module), \(step.name): \(statement))"
                throw error
            }
        }
        try connection.send(
            "INSERT INTO weft_migration (module, version, name, checksum) VALUES (?, ?, ?, ?)",
            [.text(step.module), .int(step.version), .text(step.name), .int(step.checksum)]
        )
        try connection.send("COMMIT")
        try connection.settle(nil)
        return nil
    }

    private func isFounded(_ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        try connection.send(
            """
            SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n
                ON n.oid = c.relnamespace
            WHERE c.relname = 'weft_migration' AND n.nspname = current_schema()
            """
        )
        return try connection.settle(nil)?.count == 1
    }

    private func list(
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [AppliedMigration] {
        try connection.send("SELECT module, version, name, checksum FROM weft_migration")
        guard let result = try connection.settle(nil) else { return [] }
        var applied: [AppliedMigration] = []
        do {
            try result.forEach { applied.append(try AppliedMigration(row: $0)) }
        } catch {
            throw PostgresFailure(state: "XX001", message: "\(error)", isLost: false)
        }
        return applied
    }

    /// Does something on a new connection, again when it is lost or somebody is in the way.
    private func retrying<Value>(
        _ body: (PostgresConnection) throws(PostgresFailure) -> Value
    ) throws(StoreError) -> Value {
        let deadline = ContinuousClock.now + configuration.writeTimeout
        while true {
            do throws(PostgresFailure) {
                return try body(try PostgresConnection.open(address, for: .writing))
            } catch {
                guard error.isPassing, ContinuousClock.now < deadline else {
                    throw error.storeError
                }
                usleep(100_000)
            }
        }
    }

    /// What the writers need: the lock, their marks, the list of migrations, and the function that keeps
    /// numbers in order; made in one transaction, under a lock of the schema's own.
    private var foundation: [String] {
        let quoted = PostgresSQL.quoted(schema)
        return [
            "BEGIN",
            "SELECT pg_advisory_xact_lock(\(fnv1a64("weft \(schema)".utf8) >> 1))",
            "CREATE TABLE IF NOT EXISTS weft_lock (nothing BIGINT)",
            """
            CREATE TABLE IF NOT EXISTS weft_writer (
                name TEXT PRIMARY KEY, mark BIGINT NOT NULL, at BIGINT NOT NULL)
            """,
            """
            CREATE OR REPLACE FUNCTION weft_in_order() RETURNS trigger LANGUAGE plpgsql AS $weft$
            BEGIN
                LOCK TABLE \(quoted).weft_lock IN EXCLUSIVE MODE;
                RETURN NULL;
            END $weft$
            """,
            """
            CREATE TABLE IF NOT EXISTS weft_migration (
                module TEXT COLLATE "C" NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL,
                checksum BIGINT NOT NULL, PRIMARY KEY (module, version))
            """,
            "COMMIT",
        ]
    }

    /// A migration's statement in PostgreSQL's words, with what belongs to it.
    ///
    /// Numbers of an `IDENTITY` are given out before a row can be seen; so whoever adds rows to such a
    /// table, with whatever program, takes the writers' lock first, and numbers become visible in order.
    static func statements(_ statement: String) -> [String] {
        let definition = PostgresSQL.definition(statement)
        guard let table = PostgresSQL.numberedTable(statement) else { return [definition] }
        return [
            definition,
            """
            CREATE TRIGGER weft_in_order BEFORE INSERT ON \(table)
                FOR EACH STATEMENT EXECUTE FUNCTION weft_in_order()
            """,
        ]
    }
}
