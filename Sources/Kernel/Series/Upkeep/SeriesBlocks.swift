import Core
import Store

/// One row of blocks: points of a series within a day, or its roll-ups within a partition.
struct StoredBlock: Sendable, Hashable {
    var start: Int64
    var end: Int64
    var points: Int
    var body: [UInt8]
}

/// The rows of blocks of one series.
struct SeriesBlocks {
    let series: Int64

    /// The blocks that have something from `from` to before `until`, in order of time.
    func rows(
        _ resolution: Resolution,
        from: Int64,
        until: Int64,
        in reader: any Reader
    ) throws -> [StoredBlock] {
        guard from < until else { return [] }
        // No block reaches over the end of its partition, so none that began in an earlier one is asked.
        return try reader.query(
            """
            SELECT start_at, end_at, points, body FROM series_block
            WHERE series = ? AND resolution = ? AND start_at >= ? AND start_at < ? AND end_at >= ?
            ORDER BY start_at
            """,
            [
                .int(series), .int(resolution.key), .int(from.floored(to: resolution.partition)),
                .int(until), .int(from),
            ],
            Self.block
        )
    }

    /// The last block, or the last one that begins before a moment and from another on.
    func last(
        _ resolution: Resolution,
        from: Int64 = Int64.min,
        before: Int64 = Int64.max,
        in reader: any Reader
    ) throws -> StoredBlock? {
        try reader.first(
            """
            SELECT start_at, end_at, points, body FROM series_block
            WHERE series = ? AND resolution = ? AND start_at >= ? AND start_at < ?
            ORDER BY start_at DESC LIMIT 1
            """,
            [.int(series), .int(resolution.key), .int(from), .int(before)],
            Self.block
        )
    }

    /// The first block that begins at a moment or later.
    func next(
        _ resolution: Resolution,
        from: Int64,
        in reader: any Reader
    ) throws -> StoredBlock? {
        try reader.first(
            """
            SELECT start_at, end_at, points, body FROM series_block
            WHERE series = ? AND resolution = ? AND start_at >= ? ORDER BY start_at LIMIT 1
            """,
            [.int(series), .int(resolution.key), .int(from)],
            Self.block
        )
    }

    func points(from: Int64, until: Int64, in reader: any Reader) throws -> [SeriesPoint] {
        var points: [SeriesPoint] = []
        for block in try rows(.raw, from: from, until: until, in: reader) {
            let all = try PointBlock.points(of: block.body)
            if block.start >= from, block.end < until {
                points += all
            } else {
                points += all.filter { from <= $0.at.microseconds && $0.at.microseconds < until }
            }
        }
        return points
    }

    func rollUps(
        _ resolution: Resolution,
        from: Int64,
        until: Int64,
        in reader: any Reader
    ) throws -> [RollUp] {
        try rows(resolution, from: from, until: until, in: reader).flatMap { block in
            try RollUpBlock.rollUps(of: block.body).filter {
                from <= $0.start.microseconds && $0.start.microseconds < until
            }
        }
    }

    private static func block(_ row: any Row) throws -> StoredBlock {
        StoredBlock(
            start: try row.int(0),
            end: try row.int(1),
            points: Int(try row.int(2)),
            body: try row.blob(3)
        )
    }

    // MARK: Writing

    func write(
        _ resolution: Resolution,
        _ block: StoredBlock,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO series_block (series, resolution, start_at, end_at, points, body)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (series, resolution, start_at) DO UPDATE SET
                end_at = excluded.end_at, points = excluded.points, body = excluded.body
            """,
            [
                .int(series), .int(resolution.key), .int(block.start), .int(block.end),
                .int(block.points), .blob(block.body),
            ]
        )
    }

    func delete(
        _ resolution: Resolution,
        start: Int64,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM series_block WHERE series = ? AND resolution = ? AND start_at = ?",
            [.int(series), .int(resolution.key), .int(start)]
        )
    }
}
