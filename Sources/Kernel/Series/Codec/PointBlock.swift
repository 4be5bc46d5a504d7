import Core

/// Points of one series in order of time, as bytes: the times, the values, the statuses.
///
/// Byte 0 is the form (1, or 3 with statuses), then the number of points. Some 2 to 4 bytes a point at
/// regular times with few decimals, at most some 20.
enum PointBlock {
    /// The most points that one block may say it has.
    static let limit = 1 << 20
    private static let plain: UInt8 = 1
    private static let withStatus: UInt8 = 3

    /// Writes points in the order given, their times relative to `base`, which the reader must know.
    static func write(
        _ points: some Collection<SeriesPoint>,
        base: Int64 = 0,
        to sink: inout ByteSink
    ) {
        let hasStatus = points.contains { $0.status != 0 }
        sink.byte(hasStatus ? withStatus : plain)
        sink.count(points.count)
        SteadyColumn.write(points.lazy.map { $0.at.microseconds &- base }, to: &sink)
        ValueColumn.write(points.map(\.value), to: &sink)
        guard hasStatus else { return }
        SteadyColumn.write(points.lazy.map { Int64($0.status) }, to: &sink)
    }

    static func bytes(of points: some Collection<SeriesPoint>) -> [UInt8] {
        var sink = ByteSink()
        write(points, to: &sink)
        return sink.bytes
    }

    static func points(of bytes: [UInt8]) throws(SeriesError) -> [SeriesPoint] {
        var source = ByteSource(bytes)
        return try read(from: &source)
    }

    static func read(
        base: Int64 = 0,
        from source: inout ByteSource
    ) throws(SeriesError) -> [SeriesPoint] {
        let form = try source.byte()
        guard form == plain || form == withStatus else {
            throw ByteSource.damaged("points of form \(form)")
        }
        let count = try source.count(atMost: limit)
        let times = try SteadyColumn.read(count, from: &source)
        let values = try ValueColumn.read(count, from: &source)
        let statuses =
            form == withStatus ? try SteadyColumn.read(count, from: &source) : []
        guard source.isAtEnd else { throw ByteSource.damaged("bytes after the end") }
        var points: [SeriesPoint] = []
        points.reserveCapacity(count)
        for index in 0..<count {
            let status = statuses.isEmpty ? 0 : statuses[index]
            guard let status = UInt32(exactly: status) else {
                throw ByteSource.damaged("a status of \(status)")
            }
            points.append(
                SeriesPoint(
                    at: Timestamp(microseconds: times[index] &+ base),
                    value: values[index],
                    status: status
                )
            )
        }
        return points
    }
}
