/// Why a text is not JSON: what, and where.
public struct JSONSyntaxError: Error, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    public var message: String
    /// The line, from 1.
    public var line: Int
    /// The column in bytes, from 1.
    public var column: Int

    /// Whether the text nests deeper than was allowed.
    public var isTooDeep: Bool { message.hasPrefix("nested deeper") }

    /// One sentence with the place.
    public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSON {
    /// What a parser accepts.
    public struct Limits: Sendable {
        /// How deep arrays and objects may nest; default 64.
        public var depth: Int
        /// Whether a key that is repeated within one object is an error (default) or the last one wins.
        public var allowsRepeatedKeys: Bool

        /// The defaults: 64 levels, repeated keys refused.
        public init(depth: Int = 64, allowsRepeatedKeys: Bool = false) {
            self.depth = depth
            self.allowsRepeatedKeys = allowsRepeatedKeys
        }
    }

    /// Parses one JSON text (RFC 8259, UTF-8, no byte-order mark).
    public init(parsing bytes: some Collection<UInt8>, limits: Limits = Limits())
        throws(JSONSyntaxError)
    {
        let parsed = bytes.withContiguousStorageIfAvailable { buffer in
            Result<JSON, JSONSyntaxError> { () throws(JSONSyntaxError) in
                var parser = JSONParser(bytes: buffer, limits: limits)
                return try parser.parseDocument()
            }
        }
        if let parsed {
            self = try parsed.get()
        } else {
            self = try JSON(parsing: Array(bytes), limits: limits)
        }
    }

    /// Parses one JSON text.
    public init(parsing text: String, limits: Limits = Limits()) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// A recursive-descent parser over a byte buffer that it does not own.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSON.Limits
    var at = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, limits: JSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseDocument() throws(JSONSyntaxError) -> JSON {
        skipSpace()
        let value = try parseValue()
        skipSpace()
        guard at == bytes.count else {
            throw failure("expected the end of the text, found \(found())")
        }
        return value
    }

    private mutating func parseValue() throws(JSONSyntaxError) -> JSON {
        guard at < bytes.count else { throw failure("expected a value, found the end of the text") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try parseNumber())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: throw failure("expected a value, found \(found())")
        }
    }

    private mutating func parseObject() throws(JSONSyntaxError) -> JSON {
        try enter()
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object(object)
        }
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
                throw failure("expected a member name in double quotes, found \(found())")
            }
            let keyAt = at
            let key = try parseString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("expected ':', found \(found())") }
            skipSpace()
            let value = try parseValue()
            if !object.insertNew(key, value) {
                guard limits.allowsRepeatedKeys else {
                    at = keyAt
                    throw failure("the name \"\(key)\" is repeated in this object")
                }
                object[key] = value
            }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else {
                throw failure("expected ',' or '}', found \(found())")
            }
            depth -= 1
            return .object(object)
        }
    }

    private mutating func parseArray() throws(JSONSyntaxError) -> JSON {
        try enter()
        var array: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array(array)
        }
        while true {
            skipSpace()
            array.append(try parseValue())
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else {
                throw failure("expected ',' or ']', found \(found())")
            }
            depth -= 1
            return .array(array)
        }
    }

    private mutating func enter() throws(JSONSyntaxError) {
        guard depth < limits.depth else {
            throw failure("nested deeper than \(limits.depth) levels")
        }
        depth += 1
        at += 1
    }

    private mutating func parseNumber() throws(JSONSyntaxError) -> JSONNumber {
        let start = at
        _ = take(UInt8(ascii: "-"))
        let firstDigit = at
        skipDigits()
        guard at > firstDigit else { throw failure("expected a digit, found \(found())") }
        if bytes[firstDigit] == UInt8(ascii: "0"), at > firstDigit + 1 {
            at = firstDigit
            throw failure("a number may not begin with a zero")
        }
        var whole = true
        if take(UInt8(ascii: ".")) {
            whole = false
            let fraction = at
            skipDigits()
            guard at > fraction else {
                throw failure("expected a digit after '.', found \(found())")
            }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            whole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = at
            skipDigits()
            guard at > exponent else {
                throw failure("expected a digit in the exponent, found \(found())")
            }
            guard at - exponent <= 6 else { throw failure("the exponent is too large") }
        }
        guard at - start <= 1_000 else {
            throw failure("a number may have at most 1,000 characters")
        }
        if whole, at - firstDigit <= 18 {
            var value: Int64 = 0
            for index in firstDigit..<at {
                value = value &* 10 &+ Int64(bytes[index] &- UInt8(ascii: "0"))
            }
            let negative = firstDigit > start
            if !(negative && value == 0) { return JSONNumber(negative ? -value : value) }
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
        if whole, text != "-0", let value = Int64(text) { return JSONNumber(value) }
        return JSONNumber(validated: text)
    }

    private mutating func parseString() throws(JSONSyntaxError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let text = try decode(start..<at)
                at += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            if byte < 0x20 { throw failure("a control character in a string must be escaped") }
            at += 1
        }
        throw failure("the string has no closing quote")
    }

    private mutating func parseEscapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = try decode(start..<at)
        var run = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                text += try decode(run..<at)
                at += 1
                return text
            }
            if byte < 0x20 { throw failure("a control character in a string must be escaped") }
            guard byte == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            text += try decode(run..<at)
            at += 1
            text.unicodeScalars.append(try parseEscape())
            run = at
        }
        throw failure("the string has no closing quote")
    }

    private mutating func parseEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard at < bytes.count else { throw failure("the string has no closing quote") }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try parseHex()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw failure("a surrogate without its other half")
            }
            let low = try parseHex()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw failure("a surrogate without its other half") }
            return scalar
        default:
            at -= 1
            throw failure("unknown escape '\\\(Character(Unicode.Scalar(byte)))'")
        }
    }

    private mutating func parseHex() throws(JSONSyntaxError) -> UInt32 {
        guard at + 4 <= bytes.count else { throw failure("expected four hexadecimal digits") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
                throw failure("expected a hexadecimal digit, found \(found())")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private func decode(_ range: Range<Int>) throws(JSONSyntaxError) -> String {
        let text = UnsafeBufferPointer(rebasing: bytes[range])
        // Nearly all is ASCII, where the standard library decodes much faster than it validates.
        if text.allSatisfy({ $0 < 0x80 }) { return String(decoding: text, as: UTF8.self) }
        guard let valid = String(validating: text, as: UTF8.self) else {
            throw failure("the string is not valid UTF-8")
        }
        return valid
    }

    private mutating func expect(_ word: StaticString) throws(JSONSyntaxError) {
        let length = word.utf8CodeUnitCount
        guard at + length <= bytes.count,
            (0..<length).allSatisfy({ bytes[at + $0] == word.utf8Start[$0] })
        else { throw failure("expected \(word)") }
        at += length
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipDigits() {
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 {
            at += 1
        }
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private func found() -> String {
        guard at < bytes.count else { return "the end of the text" }
        let byte = bytes[at]
        return (0x21..<0x7F).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    private func failure(_ message: String) -> JSONSyntaxError {
        var line = 1
        var column = 1
        for byte in bytes.prefix(at) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return JSONSyntaxError(message: message, line: line, column: column)
    }
}
