import Core

/// Roll-ups of one series and resolution as bytes, a column for each figure.
enum RollUpBlock {
    private static let form: UInt8 = 1
    /// The longest partition has 60.
    private static let limit = 4_096

    static func bytes(of rollUps: [RollUp]) -> [UInt8] {
        var sink = ByteSink()
        sink.byte(form)
        sink.count(rollUps.count)
        SteadyColumn.write(rollUps.lazy.map { $0.start.microseconds }, to: &sink)
        SteadyColumn.write(rollUps.lazy.map { Int64($0.count) }, to: &sink)
        SteadyColumn.write(
            rollUps.lazy.map { $0.firstAt.microseconds &- $0.start.microseconds },
            to: &sink
        )
        SteadyColumn.write(
            rollUps.lazy.map { $0.lastAt.microseconds &- $0.start.microseconds },
            to: &sink
        )
        ValueColumn.write(rollUps.map(\.sum), to: &sink)
        ValueColumn.write(rollUps.map(\.minimum), to: &sink)
        ValueColumn.write(rollUps.map(\.maximum), to: &sink)
        ValueColumn.write(rollUps.map(\.first), to: &sink)
        ValueColumn.write(rollUps.map(\.last), to: &sink)
        ValueColumn.write(rollUps.map(\.increase), to: &sink)
        return sink.bytes
    }

    static func rollUps(of bytes: [UInt8]) throws(SeriesError) -> [RollUp] {
        var source = ByteSource(bytes)
        guard try source.byte() == form else { throw ByteSource.damaged("roll-ups of a new form") }
        let count = try source.count(atMost: limit)
        let starts = try SteadyColumn.read(count, from: &source)
        let counts = try SteadyColumn.read(count, from: &source)
        let firsts = try SteadyColumn.read(count, from: &source)
        let lasts = try SteadyColumn.read(count, from: &source)
        var figures: [[Double]] = []
        for _ in 0..<6 { figures.append(try ValueColumn.read(count, from: &source)) }
        guard source.isAtEnd else { throw ByteSource.damaged("bytes after the end") }
        return (0..<count).map { index in
            RollUp(
                start: Timestamp(microseconds: starts[index]),
                count: Int(counts[index]),
                sum: figures[0][index],
                minimum: figures[1][index],
                maximum: figures[2][index],
                first: figures[3][index],
                firstAt: Timestamp(microseconds: starts[index] &+ firsts[index]),
                last: figures[4][index],
                lastAt: Timestamp(microseconds: starts[index] &+ lasts[index]),
                increase: figures[5][index]
            )
        }
    }
}
