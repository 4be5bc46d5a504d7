/// Doubles, bit for bit.
///
/// What sensors say has mostly few decimals, so a column whose values all are a whole number through
/// the same power of ten is written as differences of these numbers. Any other is written as Gorilla
/// does (Pelkonen et al., VLDB 2015), in bytes rather than bits: what differs from the value before.
enum ValueColumn {
    /// Powers of ten that are exact in a double and that decimals are looked for with.
    private static let powers: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
    /// 2^53: whole numbers up to here are exact.
    private static let exact: Double = 9_007_199_254_740_992

    /// Writes all the values; an empty column has no bytes.
    static func write(_ values: [Double], to sink: inout ByteSink) {
        guard !values.isEmpty else { return }
        for (decimals, power) in powers.enumerated() {
            guard let scaled = scaled(values, by: power) else { continue }
            sink.byte(UInt8(decimals + 1))
            var before: Int64 = 0
            var runs = RunWriter()
            for value in scaled {
                runs.write(ByteSink.folded(value - before), to: &sink)
                before = value
            }
            runs.end(&sink)
            return
        }
        sink.byte(0)
        writeBits(values, to: &sink)
    }

    private static func scaled(_ values: [Double], by power: Double) -> [Int64]? {
        var scaled: [Int64] = []
        for value in values {
            let whole = (value * power).rounded()
            // Through a whole number, which has no negative 0.
            guard abs(whole) < exact,
                (Double(Int64(whole)) / power).bitPattern == value.bitPattern
            else { return nil }
            if scaled.isEmpty { scaled.reserveCapacity(values.count) }
            scaled.append(Int64(whole))
        }
        return scaled
    }

    private static func writeBits(_ values: [Double], to sink: inout ByteSink) {
        var before: UInt64 = 0
        var same = 0
        func end(_ sink: inout ByteSink) {
            guard same > 0 else { return }
            sink.byte(0)
            sink.count(same - 1)
            same = 0
        }
        for value in values {
            let change = value.bitPattern ^ before
            before = value.bitPattern
            guard change != 0 else {
                same += 1
                continue
            }
            end(&sink)
            let low = change.trailingZeroBitCount / 8
            let count = 8 - change.leadingZeroBitCount / 8 - low
            sink.byte(UInt8(low << 4 | count))
            sink.low(change >> UInt64(8 * low), bytes: count)
        }
        end(&sink)
    }

    static func read(_ count: Int, from source: inout ByteSource) throws(SeriesError) -> [Double] {
        guard count > 0 else { return [] }
        let form = try source.byte()
        guard form > 0 else { return try readBits(count, from: &source) }
        guard form <= powers.count else { throw ByteSource.damaged("values of form \(form)") }
        let power = powers[Int(form) - 1]
        var values: [Double] = []
        values.reserveCapacity(count)
        var before: Int64 = 0
        var runs = RunReader()
        for _ in 0..<count {
            before = before &+ ByteSource.unfolded(try runs.read(from: &source))
            values.append(Double(before) / power)
        }
        try runs.end()
        return values
    }

    private static func readBits(
        _ count: Int,
        from source: inout ByteSource
    ) throws(SeriesError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(count)
        var before: UInt64 = 0
        var same: UInt64 = 0
        while values.count < count {
            if same > 0 {
                same -= 1
            } else {
                let control = try source.byte()
                if control == 0 {
                    same = try source.count()
                } else {
                    let low = Int(control >> 4)
                    let bytes = Int(control & 0x0F)
                    guard bytes > 0, low + bytes <= 8 else {
                        throw ByteSource.damaged("a change of \(bytes) bytes at \(low)")
                    }
                    before ^= try source.low(bytes: bytes) << UInt64(8 * low)
                }
            }
            values.append(Double(bitPattern: before))
        }
        guard same == 0 else { throw ByteSource.damaged("a run is too long") }
        return values
    }
}
