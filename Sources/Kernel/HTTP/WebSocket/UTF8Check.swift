/// Checks that a stream of bytes is UTF-8 (RFC 3629), at any split.
struct UTF8Check: Sendable {
    /// Continuation bytes that are still to come.
    private var missing = 0
    /// What the next one must lie in: it excludes overlong forms, surrogates and more than U+10FFFF.
    private var range: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether what was taken so far ends with a whole character.
    var isComplete: Bool { missing == 0 }

    /// Takes more bytes; false when they cannot be UTF-8, whatever follows.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in bytes {
            if missing > 0 {
                guard range.contains(byte) else { return false }
                missing -= 1
                range = 0x80...0xBF
            } else if byte >= 0x80 {
                guard begin(byte) else { return false }
            }
        }
        return true
    }

    /// The table of RFC 3629 section 4.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, range) = (2, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: missing = 2
        case 0xED: (missing, range) = (2, 0x80...0x9F)
        case 0xF0: (missing, range) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, range) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }

    /// Whether `bytes` are UTF-8 as a whole.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        var check = UTF8Check()
        return bytes.withUnsafeBufferPointer { check.take($0) } && check.isComplete
    }
}
