import Core

/// A `Database` on a PostgreSQL server: one writer with group commit under a lock that all processes
/// share, pipelined reads, and a pool for reads of several statements.
///
/// What it guarantees, and what it needs of the server, is in `docs/store.md`.
public final class PostgresDatabase: Database {
    private let configuration: PostgresConfiguration
    private let address: PostgresAddress
    private let writer: PostgresWriter
    private let reactor: PostgresReactor
    private let readers: PostgresReaders
    private let replica: PostgresReplica?
    private let migrator = WorkerThread()
    private let counter = PostgresCounter()
    /// The schema that holds the tables.
    public let schema: String

    /// Connects; blocks until that is done.
    ///
    /// - Parameter configuration: see ``PostgresConfiguration``.
    /// - Throws: `StoreError` of code `cannotOpen` or `unavailable`.
    public init(_ configuration: PostgresConfiguration) throws(StoreError) {
        self.configuration = configuration
        address = try PostgresAddress(configuration.url, configuration, counter)
        let connection: PostgresConnection
        let schema: String
        do throws(PostgresFailure) {
            connection = try PostgresConnection.open(address, for: .writing)
            schema = try Self.check(connection)
        } catch {
            throw StoreError(
                error.isLost ? .unavailable : error.storeError.reason,
                "the database cannot be opened: \(error.message)",
                sqlState: error.state.isEmpty ? nil : error.state
            )
        }
        self.schema = schema
        // The server cuts names of channels off at 63 bytes.
        let channel = String(decoding: "weft_\(schema)".utf8.prefix(63), as: UTF8.self)
        writer = PostgresWriter(address, configuration, channel: channel)
        let readers = PostgresReaders(address, for: .reading, configuration)
        self.readers = readers
        reactor = try PostgresReactor(
            address,
            for: .reading,
            configuration,
            channel: channel,
            own: writer.name
        ) {
            readers.refuseTheLate()
            return readers.isWaitedFor
        }
        if let url = configuration.replica {
            replica = try PostgresReplica(
                PostgresAddress(url, configuration, counter),
                configuration,
                primary: reactor
            )
        } else {
            replica = nil
        }
        try writer.start(on: connection)
        try reactor.start()
        try replica?.start()
    }

    /// PostgreSQL.
    public var dialect: SQLDialect { .postgres }

    /// None: what the server refuses now it may take later.
    public var failure: StoreError? { nil }

    /// How many connections are open: the writer's, those for reads, and the one that listens.
    public var connections: Int { counter.count }

    /// Commits what was submitted and refuses what comes later; blocks until that is done.
    public func close() {
        writer.close()
        readers.close()
        reactor.close()
        replica?.close()
        migrator.close()
    }

    /// See ``Database/query(_:_:consistency:_:)``.
    public func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        consistency: ReadConsistency,
        _ map: (any Row) throws -> Value
    ) async throws -> [Value] {
        let reactor = replica?.reactor(for: consistency) ?? reactor
        let deadline = ContinuousClock.now + configuration.readTimeout
        let result = try await withCheckedThrowingContinuation { continuation in
            reactor.submit(
                PostgresRequest(sql, parameters, deadline: deadline) {
                    continuation.resume(with: $0)
                }
            )
        }
        var values: [Value] = []
        values.reserveCapacity(result.count)
        try result.forEach { values.append(try map($0)) }
        return values
    }

    /// See ``Database/read(consistency:_:)``; the body is run again when the connection was lost.
    public func read<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await snapshot(consistency, isScan: false, body)
    }

    /// See ``Database/scan(consistency:_:)``; at most half of the connections scan at a time.
    public func scan<Value: Sendable>(
        consistency: ReadConsistency,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        try await snapshot(consistency, isScan: true, body)
    }

    private func snapshot<Value: Sendable>(
        _ consistency: ReadConsistency,
        isScan: Bool,
        _ body: @escaping @Sendable (any Reader) throws -> Value
    ) async throws -> Value {
        let readers = replica?.readers(for: consistency) ?? readers
        let deadline = ContinuousClock.now + configuration.readTimeout
        return try await withCheckedThrowingContinuation { continuation in
            readers.submit(
                SnapshotJob(
                    isScan: isScan,
                    deadline: deadline,
                    body: body,
                    continuation: continuation
                )
            )
            if readers.isWaitedFor { reactor.ring() }
        }
    }

    /// See ``Database/transaction(_:)``.
    @discardableResult
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            writer.submit(TransactionJob(body: body, continuation: continuation))
        }
    }

    /// See ``Database/onAnnouncement(of:_:)``; heard through `LISTEN`, on a connection of its own.
    public func onAnnouncement(of topic: String, _ action: @escaping @Sendable () -> Void) {
        reactor.listen(to: topic, action)
    }

    /// Refused: PostgreSQL has better tools.
    ///
    /// - Throws: `StoreError` of code `unsupported`.
    public func backup(to path: String) async throws {
        throw StoreError(
            .unsupported,
            "a PostgreSQL database is backed up with its own tools: pg_dump, pg_basebackup, or the "
                + "provider's snapshots with point-in-time recovery"
        )
    }

    /// See ``Database/appliedMigrations()``.
    public func appliedMigrations() async throws -> [AppliedMigration] {
        try await migrator.value { [address, schema, configuration] in
            try PostgresMigrator(address, schema: schema, configuration).applied()
        }
    }

    /// See ``Database/migrate(_:)``; several processes may do so at once.
    public func migrate(_ migrations: [Migration]) async throws {
        try await migrator.value { [address, schema, configuration] in
            try PostgresMigrator(address, schema: schema, configuration).migrate(migrations)
        }
    }

    /// Refuses servers that Weft cannot work on, and sees to it that commits are durable.
    ///
    /// - Returns: the schema.
    private static func check(
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> String {
        func refuse(_ message: String) -> PostgresFailure {
            PostgresFailure(state: "3D000", message: message, isLost: false)
        }
        guard connection.version >= 130_000 else {
            throw refuse("the server is older than PostgreSQL 13")
        }
        try connection.send(
            """
            SELECT current_setting('server_encoding'), coalesce(current_schema(), ''),
                CASE WHEN current_setting('synchronous_commit') = 'off'
                    THEN set_config('synchronous_commit', 'on', false) END
            """
        )
        guard let result = try connection.settle(.seconds(30)), result.count == 1 else {
            throw refuse("the server answers nothing")
        }
        let row = PostgresRow(result: result, index: 0)
        do throws(StoreError) {
            guard try row.text(0) == "UTF8" else {
                throw StoreError(.cannotOpen, "the database's encoding is not UTF8")
            }
            let schema = try row.text(1)
            guard !schema.isEmpty else {
                throw StoreError(.cannotOpen, "the search path names no schema that exists")
            }
            return schema
        } catch {
            throw refuse(error.message)
        }
    }
}
