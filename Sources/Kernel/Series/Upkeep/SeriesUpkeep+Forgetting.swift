import Core
import Store

extension SeriesUpkeep {
    /// Forgets blocks that are older than their series' rule says, and what is left of removed series.
    ///
    /// Only whole blocks go: points stay up to a day longer, roll-ups up to a block's length.
    ///
    /// - Throws: `StoreError`.
    public func forget() async throws {
        let now = clock.now()
        var after: Int64 = 0
        while !Task.isCancelled {
            let from = after
            let part = try await database.scan { reader in
                try reader.query(
                    """
                    SELECT id, organisation, name FROM series WHERE id > ? ORDER BY id LIMIT ?
                    """,
                    [.int(from), .int(Self.seriesAtOnce)]
                ) { row in
                    (
                        series: try row.int(0), organisation: try row.id(1, Organisation.self),
                        name: try row.text(2)
                    )
                }
            }
            guard let last = part.last else { break }
            after = last.series
            let aged = try await database.scan { [store] reader in
                try part.flatMap { series, organisation, name in
                    let rule = store.rules.retention(of: name, in: organisation)
                    return try Resolution.allCases.compactMap { resolution in
                        let limit = rule.limit(resolution, now: now).microseconds
                            .floored(to: resolution.partition)
                        let isAged = try reader.exists(
                            """
                            SELECT 1 FROM series_block
                            WHERE series = ? AND resolution = ? AND start_at < ? LIMIT 1
                            """,
                            [.int(series), .int(resolution.key), .int(limit)]
                        )
                        return isAged ? (series, resolution, limit) : nil
                    }
                }
            }
            for start in stride(from: 0, to: aged.count, by: Self.seriesAtOnce) {
                let some = aged[start..<Swift.min(aged.count, start + Self.seriesAtOnce)]
                try await database.transaction { transaction in
                    for shard in Set(some.map { BatchBody.shard(of: $0.0) }).sorted() {
                        try ShardVersion.advance(shard, in: transaction)
                    }
                    for (series, resolution, limit) in some {
                        // What is not rolled up yet stays until it is.
                        try transaction.execute(
                            """
                            DELETE FROM series_block
                            WHERE series = ? AND resolution = ? AND start_at < ?
                                AND NOT EXISTS (SELECT 1 FROM series_stale
                                    WHERE series_stale.series = series_block.series
                                        AND hour_at < ?)
                            """,
                            [.int(series), .int(resolution.key), .int(limit), .int(limit)]
                        )
                    }
                }
            }
        }
        try await forgetEmpty()
        try await forgetRemoved()
    }

    /// Forgets series that nothing is left of, so that they do not count for ever.
    private func forgetEmpty() async throws {
        let now = clock.now()
        var after: Int64 = 0
        while !Task.isCancelled {
            let from = after
            let empty = try await database.scan { reader in
                try reader.query(
                    """
                    SELECT id, name, labels, unit, kind, created_at, organisation FROM series
                    WHERE id > ? AND NOT EXISTS (
                        SELECT 1 FROM series_block WHERE series_block.series = series.id)
                    ORDER BY id LIMIT ?
                    """,
                    [.int(from), .int(Self.seriesAtOnce)]
                ) { row in
                    (
                        record: try SeriesSelection.record(row),
                        organisation: try row.id(6, Organisation.self)
                    )
                }
            }
            guard let last = empty.last else { return }
            after = last.record.id
            for (record, organisation) in empty {
                let kept = store.rules.retention(of: record.name.name, in: organisation)
                guard record.createdAt < kept.limit(.raw, now: now) else { continue }
                let catalogue = store.catalogue
                try await database.transaction { transaction in
                    // A batch that came meanwhile may be of it; one that comes later makes it anew.
                    let isWanted = try transaction.exists(
                        """
                        SELECT 1 FROM series_batch WHERE shard = ?
                        UNION ALL SELECT 1 FROM series_block WHERE series = ?
                        UNION ALL SELECT 1 FROM series_removed WHERE series = ? LIMIT 1
                        """,
                        [
                            .int(BatchBody.shard(of: record.id)), .int(record.id), .int(record.id),
                        ]
                    )
                    guard !isWanted else { return }
                    try catalogue.remove([record], of: organisation, in: transaction)
                }
            }
        }
    }

    private func forgetRemoved() async throws {
        while !Task.isCancelled {
            let series = try await database.query(
                "SELECT series FROM series_removed ORDER BY series LIMIT 1",
                []
            ) { try $0.int(0) }.first
            guard let series else { return }
            try await database.transaction { transaction in
                try ShardVersion.advance(BatchBody.shard(of: series), in: transaction)
                let starts = try transaction.query(
                    """
                    SELECT resolution, start_at FROM series_block WHERE series = ?
                    ORDER BY resolution, start_at LIMIT 500
                    """,
                    [.int(series)]
                ) { (resolution: try $0.int(0), start: try $0.int(1)) }
                for (resolution, start) in starts {
                    try transaction.execute(
                        "DELETE FROM series_block WHERE series = ? AND resolution = ? AND start_at = ?",
                        [.int(series), .int(resolution), .int(start)]
                    )
                }
                guard starts.isEmpty else { return }
                for table in ["series_stale", "series_removed"] {
                    try transaction.execute("DELETE FROM \(table) WHERE series = ?", [.int(series)])
                }
            }
        }
    }
}
