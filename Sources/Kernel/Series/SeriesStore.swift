public import Core
public import Store
import Synchronization

/// Writes time series: a batch becomes a row for each shard that it touches, in the caller's
/// transaction, and ``SeriesUpkeep`` makes blocks of these rows later.
public final class SeriesStore: Sendable {
    /// What is accepted.
    public let limits: SeriesLimits
    /// How long it is kept.
    public let rules: SeriesRetentionRules
    let catalogue = SeriesCatalogue()

    /// A store of series.
    public init(limits: SeriesLimits = .init(), rules: SeriesRetentionRules) {
        self.limits = limits
        self.rules = rules
    }

    /// A batch that was looked at and may be written.
    public struct Prepared: Sendable {
        let organisation: ID<Organisation>
        let now: Timestamp
        let entries: [SeriesBatch.Entry]
        let points: Int
        /// The rows, when all series were known before; good as long as the catalogue's epoch is.
        let rows: (epoch: Int64, rows: [Row])?
    }

    /// A row that is to be written.
    struct Row: Sendable {
        var shard: Int64
        var points: Int
        var body: [UInt8]
    }

    /// What a batch changed.
    public struct Receipt: Sendable, Hashable {
        /// How many points it had; of several at one time of a series, all count.
        public var points: Int
        /// How many series.
        public var series: Int
        /// How many of these are new.
        public var created: Int
    }

    /// Looks at a batch, outside of any transaction.
    ///
    /// - Throws: `SeriesError` that says which series or point is refused; nothing of the batch is
    ///   written then.
    public func prepare(
        _ batch: SeriesBatch,
        organisation: ID<Organisation>,
        now: Timestamp
    ) throws(SeriesError) -> Prepared {
        guard batch.count <= limits.pointsPerBatch, batch.entries.count <= limits.seriesPerBatch
        else {
            throw SeriesError(
                .batchTooLarge,
                "a batch has at most \(limits.pointsPerBatch) points of \(limits.seriesPerBatch) "
                    + "series, found \(batch.count) of \(batch.entries.count); send it in parts"
            )
        }
        for entry in batch.entries { try check(entry, organisation, now) }
        let known = catalogue.known(batch.entries, of: organisation)
        let rows = known.map { (epoch: $0.epoch, rows: Self.rows(batch.entries, $0.ids)) }
        return Prepared(
            organisation: organisation,
            now: now,
            entries: batch.entries,
            points: batch.count,
            rows: rows
        )
    }

    /// Writes a prepared batch; it counts when the transaction is committed.
    ///
    /// - Throws: `SeriesError` of code `differs` or `tooManySeries`; `StoreError`.
    @discardableResult
    public func write(_ batch: Prepared, in transaction: any Transaction) throws -> Receipt {
        let epoch = try catalogue.epoch(of: batch.organisation, in: transaction)
        var rows = batch.rows?.epoch == epoch ? batch.rows?.rows : nil
        var created = 0
        if rows == nil {
            let resolved = try catalogue.resolve(
                batch.entries,
                of: batch.organisation,
                epoch: epoch,
                now: batch.now,
                most: limits.seriesPerOrganisation,
                in: transaction
            )
            created = resolved.created
            rows = Self.rows(batch.entries, resolved.ids)
        }
        for row in rows ?? [] {
            try transaction.execute(
                "INSERT INTO series_batch (shard, points, at, body) VALUES (?, ?, ?, ?)",
                [.int(row.shard), .int(row.points), .time(batch.now), .blob(row.body)]
            )
        }
        return Receipt(points: batch.points, series: batch.entries.count, created: created)
    }

    private func check(
        _ entry: SeriesBatch.Entry,
        _ organisation: ID<Organisation>,
        _ now: Timestamp
    ) throws(SeriesError) {
        if let unit = entry.unit {
            guard unit.unicodeScalars.count <= 32,
                unit.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw SeriesError(
                    .invalidName,
                    "a unit has at most 32 characters and no control characters",
                    pointer: entry.place
                )
            }
        }
        let window = window(of: entry.name.name, in: organisation, now: now)
        for point in entry.points {
            if let refusal = window.refusal(of: point) {
                throw SeriesError(refusal.reason, refusal.message, pointer: entry.place)
            }
        }
    }

    /// From when to when points of a name are accepted: never from before points are kept.
    public func window(
        of name: String,
        in organisation: ID<Organisation>,
        now: Timestamp
    ) -> SeriesWindow {
        let kept = Duration.seconds(rules.retention(of: name, in: organisation).raw * 86_400)
        let late = Swift.min(limits.late, kept)
        return SeriesWindow(
            first: Timestamp(microseconds: now.microseconds - late.microseconds),
            last: now + limits.early
        )
    }

    private static func rows(_ entries: [SeriesBatch.Entry], _ ids: [Int64]) -> [Row] {
        var shards: [Int64: [(series: Int64, points: [SeriesPoint])]] = [:]
        for (entry, id) in zip(entries, ids) where !entry.points.isEmpty {
            shards[BatchBody.shard(of: id), default: []].append((id, entry.points))
        }
        return shards.sorted { $0.key < $1.key }.map { shard, entries in
            Row(
                shard: shard,
                points: entries.reduce(0) { $0 + $1.points.count },
                body: BatchBody.bytes(of: entries)
            )
        }
    }

    /// Removes series; they are gone at once, the room that they took later.
    ///
    /// - Parameters:
    ///   - selection: which; at most as many as a question may read.
    ///   - transaction: the caller's.
    /// - Returns: those that were removed.
    /// - Throws: `SeriesError` of code `queryTooLarge`; `StoreError`.
    public func remove(
        _ selection: SeriesSelection,
        in transaction: any Transaction
    ) throws -> [SeriesRecord] {
        let series = try selection.series(atMost: limits.seriesPerQuery, in: transaction)
        try catalogue.remove(series, of: selection.organisation, in: transaction)
        return series
    }
}
