import Core
import Store

/// Makes the roll-ups of hours of one shard that changed, from their points.
struct RollingUp: Sendable {
    let shard: Int64
    private var version: Int64 = 0
    private let hours: [(series: Int64, hour: Int64)]
    private var written: [(series: Int64, resolution: Resolution, block: StoredBlock)] = []
    private var deleted: [(series: Int64, resolution: Resolution, start: Int64)] = []

    /// The roll-ups of series of the shard with hours that changed.
    init(
        of shard: Int64,
        _ hours: [(series: Int64, hour: Int64)],
        in reader: any Reader
    ) throws {
        self.shard = shard
        self.hours = hours
        version = try ShardVersion.of(shard, in: reader)
        for (series, group) in Dictionary(grouping: hours, by: \.series).sorted(by: {
            $0.key < $1.key
        }) {
            try rollUp(series, group.map(\.hour), in: reader)
        }
    }

    private mutating func rollUp(
        _ series: Int64,
        _ hours: [Int64],
        in reader: any Reader
    ) throws {
        let blocks = SeriesBlocks(series: series)
        var hourly: [Int64: [RollUp]] = [:]
        for hour in hours.sorted() {
            let points = try blocks.points(
                from: hour,
                until: hour + Resolution.hourMicros,
                in: reader
            )
            let minutes = RollUp.of(points, unit: Resolution.minute.unit)
            put(minutes, .minute, partition: hour, of: series)
            let day = hour.floored(to: Resolution.dayMicros)
            var ofDay =
                try hourly[day]
                ?? blocks.rollUps(
                    .hour,
                    from: day,
                    until: day + Resolution.dayMicros,
                    in: reader
                )
            Self.replace(
                &ofDay,
                at: hour,
                with: RollUp.joined(minutes, unit: Resolution.hourMicros).first
            )
            hourly[day] = ofDay
        }
        var daily: [Int64: [RollUp]] = [:]
        for (day, ofDay) in hourly.sorted(by: { $0.key < $1.key }) {
            put(ofDay, .hour, partition: day, of: series)
            let partition = day.floored(to: Resolution.day.partition)
            var all =
                try daily[partition]
                ?? blocks.rollUps(
                    .day,
                    from: partition,
                    until: partition + Resolution.day.partition,
                    in: reader
                )
            Self.replace(
                &all,
                at: day,
                with: RollUp.joined(ofDay, unit: Resolution.dayMicros).first
            )
            daily[partition] = all
        }
        for (partition, all) in daily { put(all, .day, partition: partition, of: series) }
    }

    private static func replace(_ rollUps: inout [RollUp], at start: Int64, with new: RollUp?) {
        let place = rollUps.firstIndex { $0.start.microseconds >= start } ?? rollUps.count
        if place < rollUps.count, rollUps[place].start.microseconds == start {
            rollUps.remove(at: place)
        }
        if let new { rollUps.insert(new, at: place) }
    }

    /// The row of a partition begins where the partition does, so that it is replaced by its key.
    private mutating func put(
        _ rollUps: [RollUp],
        _ resolution: Resolution,
        partition: Int64,
        of series: Int64
    ) {
        guard let last = rollUps.last else {
            deleted.append((series, resolution, partition))
            return
        }
        let block = StoredBlock(
            start: partition,
            end: last.start.microseconds + resolution.unit - 1,
            points: rollUps.count,
            body: RollUpBlock.bytes(of: rollUps)
        )
        written.append((series, resolution, block))
    }

    /// Writes the roll-ups.
    ///
    /// - Returns: false when the shard was changed since the snapshot; then nothing is written.
    func commit(in transaction: any Transaction) throws -> Bool {
        guard try ShardVersion.advance(shard, from: version, in: transaction) else { return false }
        for (series, resolution, start) in deleted {
            try SeriesBlocks(series: series).delete(resolution, start: start, in: transaction)
        }
        for (series, resolution, block) in written {
            try SeriesBlocks(series: series).write(resolution, block, in: transaction)
        }
        for (series, hour) in hours {
            try transaction.execute(
                "DELETE FROM series_stale WHERE series = ? AND hour_at = ?",
                [.int(series), .int(hour)]
            )
        }
        return true
    }
}
