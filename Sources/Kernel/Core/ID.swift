/// The id of one `Subject`: a UUID, version 7 when Weft made it, so that ids sort by creation time.
public struct ID<Subject>: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The upper 64 bits: 48 bits of Unix milliseconds, the version, 12 random bits.
    public let high: UInt64
    /// The lower 64 bits: the variant and 62 random bits.
    public let low: UInt64

    /// An id of the given bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, any case; nil when the text is anything else.
    public init?(_ text: some StringProtocol) {
        let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
        guard let bits = parsed ?? Array(text.utf8).withUnsafeBufferPointer({ Self.parse($0) })
        else { return nil }
        self.init(high: bits.high, low: bits.low)
    }

    private static func parse(_ text: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard text.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        var position = 0
        for byte in text {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = digit(byte) else { return nil }
                if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
                digits += 1
            }
            position += 1
        }
        return (high, low)
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The canonical lower-case text.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            write(to: buffer)
            return 36
        }
    }

    /// Writes the canonical text into the first 36 bytes of `buffer`.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count >= 36, "an id's text has 36 bytes")
        let hex: StaticString = "0123456789abcdef"
        var position = 0
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                buffer[position] = UInt8(ascii: "-")
                position += 1
            }
            let word = nibble < 16 ? high : low
            let value = Int(word >> UInt64((15 - nibble % 16) * 4) & 15)
            buffer[position] = hex.utf8Start[value]
            position += 1
        }
    }

    /// The same bits as the id of another subject.
    public func retyped<Other>(_: Other.Type = Other.self) -> ID<Other> {
        ID<Other>(high: high, low: low)
    }

    /// The id as a JSON string.
    public var json: JSON { .string(description) }

    /// Orders by creation time, then by the random bits.
    public static func < (lhs: ID, rhs: ID) -> Bool { (lhs.high, lhs.low) < (rhs.high, rhs.low) }
}

/// Makes ids from an injected clock and source of randomness.
public struct IDGenerator: Sendable {
    private let clock: any WallClock
    private let random: any RandomSource

    /// A generator over the given clock and randomness.
    public init(clock: any WallClock, random: any RandomSource) {
        self.clock = clock
        self.random = random
    }

    /// A new UUIDv7 (RFC 9562 section 5.7).
    public func next<Subject>(_: Subject.Type = Subject.self) -> ID<Subject> {
        let milliseconds = UInt64(max(0, clock.now().microseconds / 1_000))
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.next() & 0x3FFF_FFFF_FFFF_FFFF
        return ID(high: high, low: low)
    }
}
