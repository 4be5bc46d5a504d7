/// Strings as JavaScript sees them: sequences of UTF-16 code units.
///
/// A Swift string cannot hold half of a surrogate pair. Half a pair, which an expression can make with
/// `\uD800`, is held as the private code point U+10F800 and up that has the same low eleven bits, and is
/// written as U+FFFD when it leaves.
enum Text {
    private static let halves: UInt32 = 0x10_F800

    /// The string of the code units.
    static func string(_ units: some RandomAccessCollection<UInt16>) -> String {
        if units.allSatisfy({ $0 < 0xD800 || $0 > 0xDFFF }) {
            return String(decoding: units, as: UTF16.self)
        }
        var scalars = String.UnicodeScalarView()
        var rest = units[...]
        while let unit = rest.popFirst() {
            if unit & 0xFC00 == 0xD800, let low = rest.first, low & 0xFC00 == 0xDC00 {
                rest = rest.dropFirst()
                let code = 0x1_0000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF)
                if let scalar = Unicode.Scalar(code) { scalars.append(scalar) }
            } else if unit & 0xF800 == 0xD800 {
                scalars.append(half(unit))
            } else if let scalar = Unicode.Scalar(unit) {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// The code units of a string.
    static func units(_ text: String) -> [UInt16] {
        guard hasHalves(text) else { return Array(text.utf16) }
        var units: [UInt16] = []
        for scalar in text.unicodeScalars {
            if let half = half(of: scalar) {
                units.append(half)
            } else {
                units.append(contentsOf: UTF16.encode(scalar) ?? .init())
            }
        }
        return units
    }

    /// The code point that stands for half of a surrogate pair.
    private static func half(_ unit: UInt16) -> Unicode.Scalar {
        Unicode.Scalar(halves + UInt32(unit & 0x7FF)) ?? "\u{FFFD}"
    }

    /// The half of a surrogate pair that a code point stands for.
    static func half(of scalar: Unicode.Scalar) -> UInt16? {
        scalar.value >= halves ? UInt16(0xD800 + (scalar.value - halves)) : nil
    }

    /// Whether there is half of a surrogate pair: its first two bytes are F4 8F in UTF-8.
    static func hasHalves(_ text: String) -> Bool {
        guard text.utf8.contains(0xF4) else { return false }
        return text.unicodeScalars.contains { $0.value >= halves }
    }

    /// The two strings together; halves that meet become one code point.
    static func joined(_ first: String, _ second: String) -> String {
        if let last = first.unicodeScalars.last, last.value >= halves,
            let next = second.unicodeScalars.first, next.value >= halves
        {
            return string(units(first) + units(second))
        }
        return first + second
    }

    /// The text as it leaves, without halves of surrogate pairs.
    static func exported(_ text: String) -> String {
        guard hasHalves(text) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.value >= halves ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    /// Whether two strings are the same code points: Swift's `==` also takes canonical equivalents.
    @inline(__always)
    static func same(_ first: String, _ second: String) -> Bool {
        first == second && first.utf8.count == second.utf8.count
            && first.utf8.elementsEqual(second.utf8)
    }

    /// Whether the first string comes before the second by UTF-16 code units.
    static func precedes(_ first: String, _ second: String) -> Bool {
        var left = first.utf8.makeIterator()
        var right = second.utf8.makeIterator()
        while let theirs = right.next() {
            guard let ours = left.next() else { return true }
            if ours != theirs { return rank(ours) < rank(theirs) }
        }
        return false
    }

    /// UTF-8 sorts by code points; in UTF-16 those beyond U+FFFF come before U+E000 to U+FFFF.
    private static func rank(_ byte: UInt8) -> Int {
        switch byte {
        case 0xF0...0xFF: 0xEE0 + Int(byte & 0xF)
        case 0xEE, 0xEF: 0xF00 + Int(byte)
        default: Int(byte) << 4
        }
    }
}
