import Core
import Store

/// Makes blocks of the batches of one shard.
///
/// All that takes time is done on a snapshot; the transaction afterwards only writes, and not at all
/// when somebody else changed the shard meanwhile.
struct Compaction: Sendable {
    /// The most points that are compacted at once.
    private static let mostPoints = 200_000
    /// The most batches, so that a statement can name them all.
    private static let mostBatches = 500

    let shard: Int64
    private var version: Int64 = 0
    private var batches: [Int64] = []
    private var changes: [(series: Int64, change: BlockChange)] = []
    private var stale: [(series: Int64, hour: Int64)] = []

    /// How many batches are made into blocks.
    var count: Int { batches.count }

    init(of shard: Int64, in reader: any Reader) throws {
        self.shard = shard
        version = try ShardVersion.of(shard, in: reader)
        var points: [Int64: [SeriesPoint]] = [:]
        for (series, new) in try takeBatches(in: reader) { points[series, default: []] += new }
        let living = Set(
            try reader.query(
                "SELECT id FROM series WHERE id >= ? AND id < ?",
                [
                    .int(BatchBody.series(in: shard).lowerBound),
                    .int(BatchBody.series(in: shard).upperBound),
                ]
            ) { try $0.int(0) }
        )
        // What came for a series just before it was removed goes with it.
        for (series, new) in points.sorted(by: { $0.key < $1.key }) where living.contains(series) {
            try add(SeriesPoint.ordered(new), to: series, in: reader)
        }
    }

    private mutating func takeBatches(
        in reader: any Reader
    ) throws -> [(series: Int64, points: [SeriesPoint])] {
        var seqs: [Int64] = []
        var total = 0
        let known = try reader.query(
            "SELECT seq, points FROM series_batch WHERE shard = ? ORDER BY seq LIMIT ?",
            [.int(shard), .int(Self.mostBatches)]
        ) { (seq: try $0.int(0), points: Int(try $0.int(1))) }
        for (seq, points) in known {
            guard seqs.isEmpty || total + points <= Self.mostPoints else { break }
            seqs.append(seq)
            total += points
        }
        guard let last = seqs.last else { return [] }
        batches = seqs
        let bodies = try reader.query(
            "SELECT body FROM series_batch WHERE shard = ? AND seq <= ? ORDER BY seq",
            [.int(shard), .int(last)]
        ) { try $0.blob(0) }
        let shard = shard
        return try bodies.flatMap { try BatchBody.read($0, shard: shard) }
    }

    private mutating func add(
        _ points: [SeriesPoint],
        to series: Int64,
        in reader: any Reader
    ) throws {
        var rest = points[...]
        while let first = rest.first {
            let day = first.at.microseconds.floored(to: Resolution.dayMicros)
            let part = Array(rest.prefix { $0.at.microseconds - day < Resolution.dayMicros })
            rest = rest.dropFirst(part.count)
            try add(part, to: series, day: day, in: reader)
        }
        var hour: Int64?
        for point in points {
            let its = point.at.microseconds.floored(to: Resolution.hourMicros)
            if its != hour { stale.append((series, its)) }
            hour = its
        }
    }

    private mutating func add(
        _ points: [SeriesPoint],
        to series: Int64,
        day: Int64,
        in reader: any Reader
    ) throws {
        let blocks = SeriesBlocks(series: series)
        let first = points[0].at.microseconds
        let last = points[points.count - 1].at.microseconds
        var touched: [StoredBlock] = []
        let latest = try blocks.last(
            .raw,
            from: day,
            before: day + Resolution.dayMicros,
            in: reader
        )
        if let latest, latest.end >= first {
            touched = try blocks.rows(.raw, from: first, until: last + 1, in: reader)
            if touched.isEmpty {
                let neighbour =
                    try blocks.last(.raw, from: day, before: first, in: reader)
                    ?? blocks.next(.raw, from: last + 1, in: reader)
                touched = neighbour.map { [$0] } ?? []
            }
        } else if let latest {
            touched = [latest]
        }
        changes.append((series, try BlockChange(points, into: touched)))
    }

    /// Writes the blocks and deletes the batches.
    ///
    /// - Returns: false when the shard was changed since the snapshot; then nothing is written.
    func commit(in transaction: any Transaction) throws -> Bool {
        guard try ShardVersion.advance(shard, from: version, in: transaction) else { return false }
        for (series, change) in changes {
            let blocks = SeriesBlocks(series: series)
            for start in change.deleted { try blocks.delete(.raw, start: start, in: transaction) }
            for block in change.written { try blocks.write(.raw, block, in: transaction) }
        }
        for (series, hour) in stale {
            try transaction.execute(
                """
                INSERT INTO series_stale (series, hour_at) VALUES (?, ?)
                ON CONFLICT (series, hour_at) DO NOTHING
                """,
                [.int(series), .int(hour)]
            )
        }
        // One by one: a batch that was committed late may have a lower number than these.
        for seq in batches {
            try transaction.execute("DELETE FROM series_batch WHERE seq = ?", [.int(seq)])
        }
        return true
    }
}
