public import Core
public import Store

/// Reads points and roll-ups of some series in one snapshot: blocks, and the batches that are not
/// blocks yet.
///
/// An hour whose roll-ups are not made, or were made before its last point came, is read from its
/// points; so an answer is what all points written so far give, whatever the upkeep has done.
public struct SeriesReading {
    private let reader: any Reader
    /// Points in batches, of series that are read; in order.
    private let waiting: [Int64: [SeriesPoint]]
    private let mostPoints: Int
    private var read = 0

    /// - Parameters:
    ///   - series: all that will be read.
    ///   - limits: how much may be read.
    ///   - reader: one snapshot.
    /// - Throws: `SeriesError`, `StoreError`.
    public init(
        of series: [SeriesRecord],
        limits: SeriesLimits,
        in reader: any Reader
    ) throws {
        self.reader = reader
        mostPoints = limits.read
        let wanted = Set(series.map(\.id))
        var waiting: [Int64: [SeriesPoint]] = [:]
        for shard in Set(wanted.map(BatchBody.shard)).sorted() {
            try reader.forEach(
                "SELECT body FROM series_batch WHERE shard = ? ORDER BY seq",
                [.int(shard)]
            ) { row in
                let entries = try BatchBody.read(row.blob(0), shard: shard) { wanted.contains($0) }
                for (series, points) in entries { waiting[series, default: []] += points }
            }
        }
        self.waiting = waiting.mapValues(SeriesPoint.ordered)
    }

    /// The points from `from` to before `until`, in order of time.
    ///
    /// - Throws: `SeriesError` of code `queryTooLarge`; `StoreError`.
    public mutating func points(
        of series: Int64,
        from: Timestamp,
        until: Timestamp
    ) throws -> [SeriesPoint] {
        try points(series, from.microseconds, until.microseconds)
    }

    /// The latest point; nil when there is none.
    public func latest(of series: Int64) throws -> SeriesPoint? {
        let stored = try SeriesBlocks(series: series).last(.raw, in: reader).flatMap {
            try PointBlock.points(of: $0.body).last
        }
        guard let waiting = waiting[series]?.last else { return stored }
        guard let stored, stored.at > waiting.at else { return waiting }
        return stored
    }

    /// Roll-ups of steps from `from` to before `until`, both multiples of the step; empty ones left out.
    ///
    /// They are made of roll-ups of `resolution`, whose unit divides the step. All are microseconds.
    mutating func steps(
        of series: Int64,
        from: Int64,
        until: Int64,
        step: Int64,
        resolution: Resolution
    ) throws -> [RollUp] {
        guard resolution > .raw else {
            return RollUp.of(try points(series, from, until), unit: step)
        }
        let stale = try staleHours(series, from, until)
        let unit = Swift.min(resolution.unit, Resolution.hourMicros)
        var parts: [RollUp] = []
        // Hours that cannot be trusted, next ones together, by their points.
        var hours = stale.sorted()[...]
        while let first = hours.first {
            var end = first
            while hours.first == end {
                hours = hours.dropFirst()
                end += Resolution.hourMicros
            }
            parts += RollUp.of(
                try points(series, Swift.max(from, first), Swift.min(until, end)),
                unit: unit
            )
        }
        parts += try trusted(series, from, until, resolution, stale: stale)
        parts.sort { $0.start < $1.start }
        return RollUp.joined(parts, unit: step)
    }

    /// Roll-ups as they are stored, but for stale hours; days that have one by their other hours.
    private mutating func trusted(
        _ series: Int64,
        _ from: Int64,
        _ until: Int64,
        _ resolution: Resolution,
        stale: Set<Int64>
    ) throws -> [RollUp] {
        let blocks = SeriesBlocks(series: series)
        guard resolution == .day else {
            let rollUps = try blocks.rollUps(resolution, from: from, until: until, in: reader)
            try count(rollUps.count)
            return rollUps.filter {
                !stale.contains($0.start.microseconds.floored(to: Resolution.hourMicros))
            }
        }
        let days = Set(stale.map { $0.floored(to: Resolution.dayMicros) })
        var parts = try blocks.rollUps(.day, from: from, until: until, in: reader).filter {
            !days.contains($0.start.microseconds)
        }
        for day in days {
            parts += try blocks.rollUps(
                .hour,
                from: day,
                until: day + Resolution.dayMicros,
                in: reader
            ).filter { !stale.contains($0.start.microseconds) }
        }
        try count(parts.count)
        return parts
    }

    private func staleHours(_ series: Int64, _ from: Int64, _ until: Int64) throws -> Set<Int64> {
        let first = from.floored(to: Resolution.hourMicros)
        var hours = Set(
            try reader.query(
                "SELECT hour_at FROM series_stale WHERE series = ? AND hour_at >= ? AND hour_at < ?",
                [.int(series), .int(first), .int(until)]
            ) { try $0.int(0) }
        )
        for point in waiting[series] ?? [] {
            let at = point.at.microseconds
            if from <= at, at < until { hours.insert(at.floored(to: Resolution.hourMicros)) }
        }
        return hours
    }

    private mutating func points(
        _ series: Int64,
        _ from: Int64,
        _ until: Int64
    ) throws -> [SeriesPoint] {
        guard from < until else { return [] }
        let stored =
            try reader.first(
                """
                SELECT CAST(coalesce(sum(points), 0) AS BIGINT) FROM series_block
                WHERE series = ? AND resolution = 0 AND start_at >= ? AND start_at < ? AND end_at >= ?
                """,
                [
                    .int(series), .int(from.floored(to: Resolution.raw.partition)), .int(until),
                    .int(from),
                ]
            ) { Int(try $0.int(0)) } ?? 0
        try count(stored)
        let points = try SeriesBlocks(series: series).points(from: from, until: until, in: reader)
        let new = (waiting[series] ?? []).filter {
            from <= $0.at.microseconds && $0.at.microseconds < until
        }
        return SeriesPoint.merged(points, new)
    }

    private mutating func count(_ more: Int) throws(SeriesError) {
        read += more
        guard read <= mostPoints else {
            throw SeriesError(
                .queryTooLarge,
                "the question would read more than \(mostPoints) points; ask for a shorter time, "
                    + "fewer series, or a step of whole minutes, hours or days",
                pointer: "/step"
            )
        }
    }
}
