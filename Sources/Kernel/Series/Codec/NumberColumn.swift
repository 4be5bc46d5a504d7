/// Whole numbers that mostly grow by the same, for instance times: differences of differences, runs of
/// none counted.
enum SteadyColumn {
    static func write(_ values: some Sequence<Int64>, to sink: inout ByteSink) {
        var before: Int64 = 0
        var step: Int64 = 0
        var runs = RunWriter()
        for value in values {
            let next = value &- before
            runs.write(ByteSink.folded(next &- step), to: &sink)
            before = value
            step = next
        }
        runs.end(&sink)
    }

    static func read(_ count: Int, from source: inout ByteSource) throws(SeriesError) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        var before: Int64 = 0
        var step: Int64 = 0
        var runs = RunReader()
        for _ in 0..<count {
            step = step &+ ByteSource.unfolded(try runs.read(from: &source))
            before = before &+ step
            values.append(before)
        }
        try runs.end()
        return values
    }
}

/// Numbers of which most are 0: a 0 is followed by how many more there are.
struct RunWriter {
    private var zeros = 0

    mutating func write(_ value: UInt64, to sink: inout ByteSink) {
        guard value != 0 else {
            zeros += 1
            return
        }
        end(&sink)
        sink.count(value)
    }

    mutating func end(_ sink: inout ByteSink) {
        guard zeros > 0 else { return }
        sink.byte(0)
        sink.count(zeros - 1)
        zeros = 0
    }
}

/// Reads what a ``RunWriter`` wrote.
struct RunReader {
    private var zeros: UInt64 = 0

    mutating func read(from source: inout ByteSource) throws(SeriesError) -> UInt64 {
        if zeros > 0 {
            zeros -= 1
            return 0
        }
        let value = try source.count()
        if value == 0 { zeros = try source.count() }
        return value
    }

    /// A run must not reach over the end of its column.
    func end() throws(SeriesError) {
        guard zeros == 0 else { throw ByteSource.damaged("a run is too long") }
    }
}
