import Core

/// The points of one batch that belong to one shard, as bytes.
///
/// A shard is 256 series whose ids follow one another. A batch is kept as one row for each shard that
/// it touches, so that few rows are written, and a reader opens only those of the shards it asks for.
enum BatchBody {
    /// The shard that a series belongs to.
    static func shard(of series: Int64) -> Int64 { series >> 8 }

    /// The ids of the series in a shard.
    static func series(in shard: Int64) -> Range<Int64> { shard << 8..<(shard + 1) << 8 }

    /// The bytes of series of one shard with their points, in any order.
    static func bytes(of entries: [(series: Int64, points: [SeriesPoint])]) -> [UInt8] {
        let base = entries.first?.points.first?.at.microseconds ?? 0
        var sink = ByteSink()
        sink.signed(base)
        sink.count(entries.count)
        for (series, points) in entries {
            var block = ByteSink()
            PointBlock.write(points, base: base, to: &block)
            sink.byte(UInt8(truncatingIfNeeded: series))
            sink.count(block.bytes.count)
            sink.append(block.bytes)
        }
        return sink.bytes
    }

    /// The points of those series that are wanted, in the order of the batch.
    static func read(
        _ bytes: [UInt8],
        shard: Int64,
        wanted: (Int64) -> Bool = { _ in true }
    ) throws(SeriesError) -> [(series: Int64, points: [SeriesPoint])] {
        var source = ByteSource(bytes)
        let base = try source.signed()
        let count = try source.count(atMost: bytes.count)
        var entries: [(series: Int64, points: [SeriesPoint])] = []
        for _ in 0..<count {
            let series = shard << 8 | Int64(try source.byte())
            let length = try source.count(atMost: bytes.count)
            var block = try source.part(length)
            guard wanted(series) else { continue }
            entries.append((series, try PointBlock.read(base: base, from: &block)))
        }
        guard source.isAtEnd else { throw ByteSource.damaged("bytes after the last series") }
        return entries
    }
}
