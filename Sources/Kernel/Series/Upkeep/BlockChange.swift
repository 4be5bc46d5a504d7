import Core

/// How the blocks of one series and day change when points come: which go, which are written.
struct BlockChange: Sendable {
    /// The most points of a block.
    static let full = 1_024

    /// The beginnings of blocks that are no more.
    private(set) var deleted: [Int64] = []
    private(set) var written: [StoredBlock] = []

    /// The change that points make, which are in order, at least one, and all of one day.
    ///
    /// `blocks` are those that the points fall into or between, in order; with none of these, a
    /// neighbour.
    init(_ points: [SeriesPoint], into blocks: [StoredBlock]) throws(SeriesError) {
        let count = blocks.reduce(0) { $0 + $1.points }
        let isAfter = blocks.count == 1 && blocks[0].end < points[0].at.microseconds
        if isAfter, count + points.count > Self.full, count >= Self.full / 2 {
            // The one before is full enough: it stays as it is.
            write(points, partsOf: Self.full)
            return
        }
        var older: [SeriesPoint] = []
        for block in blocks { older += try PointBlock.points(of: block.body) }
        let merged = SeriesPoint.merged(older, points)
        // Points in between split a block in halves, which have room for more of them.
        let parts = (merged.count + Self.full - 1) / Self.full
        write(merged, partsOf: isAfter ? Self.full : (merged.count + parts - 1) / parts)
        let kept = Set(written.map(\.start))
        deleted = blocks.map(\.start).filter { !kept.contains($0) }
    }

    private mutating func write(_ points: [SeriesPoint], partsOf size: Int) {
        var rest = points[...]
        while let first = rest.first {
            let part = rest.prefix(size)
            rest = rest.dropFirst(part.count)
            written.append(
                StoredBlock(
                    start: first.at.microseconds,
                    end: part.last?.at.microseconds ?? first.at.microseconds,
                    points: part.count,
                    body: PointBlock.bytes(of: part)
                )
            )
        }
    }
}
