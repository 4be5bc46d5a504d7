/// Reads what a ``ByteSink`` wrote, and refuses what it cannot have written.
struct ByteSource {
    private let bytes: [UInt8]
    private var at: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { at == end }

    mutating func byte() throws(SeriesError) -> UInt8 {
        guard at < end else { throw Self.cut }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func count() throws(SeriesError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw Self.damaged("a number of over 64 bits") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// A number of things, of which there are at most so many.
    mutating func count(atMost limit: Int) throws(SeriesError) -> Int {
        let value = try count()
        guard value <= UInt64(limit) else {
            throw Self.damaged("a count of \(value), over \(limit)")
        }
        return Int(value)
    }

    mutating func signed() throws(SeriesError) -> Int64 { Self.unfolded(try count()) }

    mutating func low(bytes count: Int) throws(SeriesError) -> UInt64 {
        guard end - at >= count else { throw Self.cut }
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(bytes[at + offset]) << UInt64(8 * offset) }
        at += count
        return value
    }

    /// The next bytes as a source of their own.
    mutating func part(_ count: Int) throws(SeriesError) -> ByteSource {
        guard count >= 0, end - at >= count else { throw Self.cut }
        defer { at += count }
        return ByteSource(bytes, at..<at + count)
    }

    static func unfolded(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    static func damaged(_ what: String) -> SeriesError {
        SeriesError(.corrupt, "stored points are damaged: \(what)")
    }

    private static let cut = damaged("they end too early")
}
