import Store

/// What guards a shard's blocks: they are made from a snapshot and written in a transaction later, and
/// whoever changes them in between is noticed.
enum ShardVersion {
    static func of(_ shard: Int64, in reader: any Reader) throws -> Int64 {
        try reader.first(
            "SELECT version FROM series_shard WHERE shard = ?",
            [.int(shard)]
        ) { try $0.int(0) } ?? 0
    }

    /// Moves the version on.
    ///
    /// - Returns: false when it was not `version` any more; then nothing may be written.
    static func advance(
        _ shard: Int64,
        from version: Int64,
        in transaction: any Transaction
    ) throws -> Bool {
        if version == 0 {
            let isNew = try transaction.executeCounting(
                "INSERT INTO series_shard (shard, version) VALUES (?, 1) ON CONFLICT (shard) DO NOTHING",
                [.int(shard)]
            )
            return isNew == 1
        }
        return try transaction.executeCounting(
            "UPDATE series_shard SET version = version + 1 WHERE shard = ? AND version = ?",
            [.int(shard), .int(version)]
        ) == 1
    }

    /// Moves the version on, whatever it is.
    static func advance(_ shard: Int64, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO series_shard (shard, version) VALUES (?, 1)
            ON CONFLICT (shard) DO UPDATE SET version = series_shard.version + 1
            """,
            [.int(shard)]
        )
    }
}
