public import Core
public import Store
import Synchronization

/// Points of every series in the store: for each minute, and rolled up for each hour.
public final class MetricStore: Sendable {
    /// One minute and one hour, in seconds.
    public static let minute = 60
    /// One hour, in seconds.
    public static let hour = 3_600

    private let known = Mutex<[SeriesKey: Int64]>([:])

    /// A store that knows no series yet.
    public init() {}

    /// Writes points of one resolution; a point that is there already takes the new one in.
    func write(
        _ points: [SeriesKey: MetricPoint],
        resolution: Int,
        in transaction: any Transaction
    ) throws {
        for (key, point) in points {
            let series = try id(of: key, in: transaction)
            try transaction.execute(
                """
                INSERT INTO metric_point
                    (series, resolution, at, count, sum, minimum, maximum, buckets)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (series, resolution, at) DO UPDATE SET
                    count = metric_point.count + excluded.count,
                    sum = metric_point.sum + excluded.sum,
                    minimum = CASE WHEN excluded.minimum < metric_point.minimum
                        THEN excluded.minimum ELSE metric_point.minimum END,
                    maximum = CASE WHEN excluded.maximum > metric_point.maximum
                        THEN excluded.maximum ELSE metric_point.maximum END,
                    buckets = excluded.buckets
                """,
                [
                    .int(series), .int(resolution), .time(point.at), .double(point.count),
                    .double(point.sum), .double(point.minimum), .double(point.maximum),
                    .json(point.distribution?.json),
                ]
            )
        }
    }

    private func id(of key: SeriesKey, in transaction: any Transaction) throws -> Int64 {
        if let id = known.withLock({ $0[key] }) { return id }
        let labels = SQLValue.json(.array(key.labels.map { .string($0) }))
        let parameters: [SQLValue] = [.id(key.organisation), .text(key.name), labels]
        try transaction.execute(
            """
            INSERT INTO metric_series (organisation, name, labels) VALUES (?, ?, ?)
            ON CONFLICT (organisation, name, labels) DO NOTHING
            """,
            parameters
        )
        let found = try transaction.first(
            "SELECT id FROM metric_series WHERE organisation = ? AND name = ? AND labels = ?",
            parameters
        ) { try $0.int(0) }
        guard let found else { throw StoreError(.corrupt, "a metric's series is not there") }
        // Only once it is committed is the id good: the transaction may yet be undone.
        transaction.afterCommit { [self] in known.withLock { $0[key] = found } }
        return found
    }

    /// The points of the series that a selector picks.
    ///
    /// - Parameters:
    ///   - selector: which series.
    ///   - names: the metric's label names.
    ///   - resolution: ``minute`` or ``hour``.
    ///   - from: the first moment.
    ///   - until: the first moment that is left out.
    ///   - reader: what to read.
    /// - Returns: the points of each series in order of time.
    /// - Throws: `StoreError`.
    public func series(
        _ selector: MetricSelector,
        names: [String],
        resolution: Int,
        from: Timestamp,
        until: Timestamp,
        in reader: any Reader
    ) throws -> [SeriesKey: [MetricPoint]] {
        let series = try reader.query(
            """
            SELECT id, organisation, labels FROM metric_series
            WHERE name = ? AND organisation IN (?, ?)
            """,
            [.text(selector.name)] + selector.viewer.organisations.map { .id($0) }
        ) { row in
            (
                id: try row.int(0),
                key: SeriesKey(
                    try row.id(1),
                    selector.name,
                    (try row.json(2).array ?? []).compactMap(\.string)
                )
            )
        }
        var found: [SeriesKey: [MetricPoint]] = [:]
        for (id, key) in series where selector.picks(key, names: names) {
            let points = try reader.query(
                """
                SELECT at, count, sum, minimum, maximum, buckets FROM metric_point
                WHERE series = ? AND resolution = ? AND at >= ? AND at < ? ORDER BY at
                """,
                [.int(id), .int(resolution), .time(from), .time(until)],
                Self.point
            )
            if !points.isEmpty { found[key] = points }
        }
        return found
    }

    private static func point(_ row: any Row) throws -> MetricPoint {
        MetricPoint(
            at: try row.timestamp(0),
            count: try row.double(1),
            sum: try row.double(2),
            minimum: try row.double(3),
            maximum: try row.double(4),
            distribution: row.isNull(5) ? nil : Distribution(json: try row.json(5))
        )
    }

    /// Makes the hour's points of those of its minutes.
    func rollUp(hour: Timestamp, in transaction: any Transaction) throws {
        let until = hour + .seconds(Self.hour)
        let rows = try transaction.query(
            """
            SELECT s.organisation, s.name, s.labels, p.at, p.count, p.sum, p.minimum, p.maximum,
                p.buckets
            FROM metric_point p JOIN metric_series s ON s.id = p.series
            WHERE p.resolution = ? AND p.at >= ? AND p.at < ?
            """,
            [.int(Self.minute), .time(hour), .time(until)]
        ) { row in
            (
                key: SeriesKey(
                    try row.id(0),
                    try row.text(1),
                    (try row.json(2).array ?? []).compactMap(\.string)
                ),
                point: MetricPoint(
                    at: hour,
                    count: try row.double(4),
                    sum: try row.double(5),
                    minimum: try row.double(6),
                    maximum: try row.double(7),
                    distribution: row.isNull(8) ? nil : Distribution(json: try row.json(8))
                )
            )
        }
        var merged: [SeriesKey: MetricPoint] = [:]
        for (key, point) in rows {
            if merged[key] == nil { merged[key] = point } else { merged[key]?.merge(point) }
        }
        try transaction.execute(
            "DELETE FROM metric_point WHERE resolution = ? AND at = ?",
            [.int(Self.hour), .time(hour)]
        )
        try write(merged, resolution: Self.hour, in: transaction)
    }

    /// Forgets points of one resolution from before `limit`, at most an hour's worth at once.
    ///
    /// - Returns: whether there may be more.
    func forget(
        resolution: Int,
        before limit: Timestamp,
        in transaction: any Transaction
    ) throws -> Bool {
        let oldest = try transaction.first(
            "SELECT min(at) FROM metric_point WHERE resolution = ?",
            [.int(resolution)]
        ) { try $0.optionalTimestamp(0) }
        guard let oldest = oldest ?? nil, oldest < limit else { return false }
        let cut = min(limit, oldest + .seconds(max(Self.hour, resolution)))
        try transaction.execute(
            "DELETE FROM metric_point WHERE resolution = ? AND at < ?",
            [.int(resolution), .time(cut)]
        )
        return cut < limit
    }
}

extension Distribution {
    /// `[[bounds],[counts],sum]`.
    var json: JSON {
        [
            .array(bounds.map { .double($0) }), .array(counts.map { .int($0) }), .double(sum),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else.
    init?(json: JSON) {
        guard let bounds = json[0]?.array?.compactMap(\.double),
            let counts = json[1]?.array?.compactMap(\.int), let sum = json[2]?.double,
            counts.count == bounds.count + 1, counts.allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(bounds: bounds, counts: counts.map { UInt64($0) }, sum: sum)
    }
}
