/// Walks JSON text without building anything of it, and checks every byte that it passes.
///
/// What RFC 8259 refuses is refused, also in parts that are only skipped: structure, numbers, escapes,
/// control characters and UTF-8. The text must outlive the scanner.
struct JSONScanner {
    /// A string of the text, without its quotes.
    struct Text {
        var start: Int
        var end: Int
        var hasEscapes: Bool
        var isASCII: Bool
    }

    /// Where the text broke off from the grammar.
    struct Malformed: Error {
        var offset: Int
        var expected: StaticString
    }

    /// How deep arrays and objects may nest.
    static let maximumDepth = 512

    let bytes: UnsafePointer<UInt8>
    let end: Int
    var at = 0
    var depth = 0

    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        end = count
    }

    func malformed(_ expected: StaticString) -> Malformed {
        Malformed(offset: at, expected: expected)
    }

    /// Eight bytes, the first in the lowest place.
    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        UInt64(
            littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
        )
    }

    @inline(__always)
    mutating func skipSpace() {
        while at < end, bytes[at] <= 0x20 {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    /// The byte that comes next, after white space; 0 at the end.
    @inline(__always)
    mutating func next() -> UInt8 {
        skipSpace()
        return at < end ? bytes[at] : 0
    }

    @inline(__always)
    mutating func enter() throws(Malformed) {
        at += 1
        depth += 1
        guard depth <= Self.maximumDepth else { throw malformed("at most 512 levels") }
    }

    /// Passes a string whose opening quote is the present byte.
    @inline(__always)
    mutating func string() throws(Malformed) -> Text {
        at += 1
        var text = Text(start: at, end: at, hasEscapes: false, isASCII: true)
        while true {
            while at + 8 <= end {
                let found = Self.special(word(at))
                if found == 0 {
                    at += 8
                    continue
                }
                at += found.trailingZeroBitCount >> 3
                break
            }
            guard at < end else { throw malformed("a closing quote") }
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                text.end = at
                at += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text.hasEscapes = true
                try escape()
            } else if byte < 0x20 {
                throw malformed("no control character in a string")
            } else if byte >= 0x80 {
                text.isASCII = false
                try sequence()
            } else {
                at += 1
            }
        }
    }

    /// The high bits of the bytes that end a run of plain ones.
    ///
    /// They are quotes, backslashes, control characters and whatever is not ASCII. Above the lowest bit
    /// there may be false ones.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            | ((word &- ones &* 0x20) & ~word) | word
        return found & (ones &* 0x80)
    }

    private mutating func escape() throws(Malformed) {
        guard at + 1 < end else { throw malformed("a closing quote") }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            let unit = try hexadecimal(at + 2)
            if unit & 0xF800 == 0xD800 {
                guard unit < 0xDC00, at + 7 < end, bytes[at + 6] == UInt8(ascii: "\\"),
                    bytes[at + 7] == UInt8(ascii: "u"),
                    case let low = try hexadecimal(at + 8), low & 0xFC00 == 0xDC00
                else { throw malformed("both halves of a surrogate pair") }
                at += 12
            } else {
                at += 6
            }
        default:
            throw malformed("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
        }
    }

    func hexadecimal(_ index: Int) throws(Malformed) -> UInt32 {
        guard index + 4 <= end else { throw malformed("four hexadecimal digits") }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = hexadecimalDigit(bytes[index + offset]) else {
                throw malformed("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Passes one character of several bytes (RFC 3629).
    private mutating func sequence() throws(Malformed) {
        let lead = bytes[at]
        let count: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: count = 2
        case 0xE0: (count, low) = (3, 0xA0)
        case 0xED: (count, high) = (3, 0x9F)
        case 0xE1...0xEF: count = 3
        case 0xF0: (count, low) = (4, 0x90)
        case 0xF4: (count, high) = (4, 0x8F)
        case 0xF1...0xF3: count = 4
        default: throw malformed("UTF-8")
        }
        guard at + count <= end, bytes[at + 1] >= low, bytes[at + 1] <= high else {
            throw malformed("UTF-8")
        }
        for offset in 2..<max(count, 2) where bytes[at + offset] & 0xC0 != 0x80 {
            throw malformed("UTF-8")
        }
        at += count
    }

    @inline(__always)
    private mutating func digits() throws(Malformed) {
        guard at < end, bytes[at] &- UInt8(ascii: "0") < 10 else { throw malformed("a digit") }
        at += 1
        while at + 8 <= end {
            // The high bits of the bytes outside "0"…"9".
            let word = word(at)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let high = ones &* 0x80
            let above = (word & ~high) &+ ones &* 0x46
            let below = ~((word | high) &- ones &* 0x30)
            let other = (word | above | below) & high
            if other == 0 {
                at += 8
                continue
            }
            at += other.trailingZeroBitCount >> 3
            return
        }
        while at < end, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
    }

    /// Passes a number.
    @inline(__always)
    mutating func number() throws(Malformed) {
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        if at < end, bytes[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            try digits()
        }
        guard at < end else { return }
        if bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        guard at < end, bytes[at] | 0x20 == UInt8(ascii: "e") else { return }
        at += 1
        if at < end, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
        try digits()
    }

    /// Passes `true`, `false` or `null`, whose first byte is the present one.
    @inline(__always)
    mutating func literal() throws(Malformed) {
        let word: StaticString
        switch bytes[at] {
        case UInt8(ascii: "t"): word = "true"
        case UInt8(ascii: "f"): word = "false"
        case UInt8(ascii: "n"): word = "null"
        default: throw malformed("a value")
        }
        let count = word.utf8CodeUnitCount
        guard at + count <= end else { throw malformed("true, false or null") }
        for offset in 0..<count where bytes[at + offset] != word.utf8Start[offset] {
            throw malformed("true, false or null")
        }
        at += count
    }

    /// Passes a value of any kind, from its first byte on.
    mutating func skip() throws(Malformed) {
        guard at < end else { throw malformed("a value") }
        switch bytes[at] {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try number()
        case UInt8(ascii: "["):
            try enter()
            if next() == UInt8(ascii: "]") {
                at += 1
            } else {
                repeat {
                    skipSpace()
                    // Numbers first: long arrays are mostly theirs.
                    if at < end, bytes[at] &- UInt8(ascii: "0") < 10 || bytes[at] == 0x2D {
                        try number()
                    } else {
                        try skip()
                    }
                } while try goesOn(until: UInt8(ascii: "]"))
            }
            depth -= 1
        case UInt8(ascii: "{"):
            try enter()
            if next() == UInt8(ascii: "}") {
                at += 1
            } else {
                repeat {
                    guard next() == UInt8(ascii: "\"") else { throw malformed("a member's name") }
                    _ = try string()
                    try colon()
                    try skip()
                } while try goesOn(until: UInt8(ascii: "}"))
            }
            depth -= 1
        default:
            try literal()
        }
    }

    /// Passes the colon after a member's name, and the white space around it.
    @inline(__always)
    mutating func colon() throws(Malformed) {
        guard next() == UInt8(ascii: ":") else { throw malformed("':'") }
        at += 1
        skipSpace()
    }

    /// Passes what stands after an element: a comma, or the closing bracket.
    @inline(__always)
    mutating func goesOn(until close: UInt8) throws(Malformed) -> Bool {
        let byte = next()
        if byte == UInt8(ascii: ",") {
            at += 1
            return true
        }
        guard byte == close else { throw malformed("',' or the closing bracket") }
        at += 1
        return false
    }

    /// Appends the text of a string with its escapes resolved.
    func decode(_ text: Text, into output: inout [UInt8]) {
        var index = text.start
        while index < text.end {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                index += 1
                continue
            }
            index += 2
            switch bytes[index - 1] {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"):
                var code = scalar(index)
                index += 4
                if code & 0xF800 == 0xD800 {
                    code = 0x10000 + (code & 0x3FF) << 10 + scalar(index + 2) & 0x3FF
                    index += 6
                }
                output.append(utf8: code)
            case let plain: output.append(plain)
            }
        }
    }

    private func scalar(_ index: Int) -> UInt32 {
        var value: UInt32 = 0
        for offset in 0..<4 {
            value = value << 4 | UInt32(hexadecimalDigit(bytes[index + offset]) ?? 0)
        }
        return value
    }
}

/// The value of a hexadecimal digit, nil for any other byte.
@inline(__always)
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

extension [UInt8] {
    fileprivate mutating func append(utf8 code: UInt32) {
        switch code {
        case 0..<0x80: append(UInt8(code))
        case 0x80..<0x800:
            append(UInt8(0xC0 | code >> 6))
            append(UInt8(0x80 | code & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(0xE0 | code >> 12))
            append(UInt8(0x80 | code >> 6 & 0x3F))
            append(UInt8(0x80 | code & 0x3F))
        default:
            append(UInt8(0xF0 | code >> 18))
            append(UInt8(0x80 | code >> 12 & 0x3F))
            append(UInt8(0x80 | code >> 6 & 0x3F))
            append(UInt8(0x80 | code & 0x3F))
        }
    }
}
