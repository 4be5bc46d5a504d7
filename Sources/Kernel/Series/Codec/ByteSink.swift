/// Takes numbers as bytes: small ones in few.
struct ByteSink {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func append(_ other: [UInt8]) { bytes += other }

    /// Seven bits to a byte, the lowest first (LEB128).
    mutating func count(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func count(_ value: Int) { count(UInt64(value)) }

    /// The sign in the lowest bit, so that small negative numbers are short too.
    mutating func signed(_ value: Int64) { count(Self.folded(value)) }

    /// The lowest bytes of a number, the lowest first.
    mutating func low(_ value: UInt64, bytes count: Int) {
        var rest = value
        for _ in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    static func folded(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }
}
