extension JSON {
    /// How a value is written.
    public enum Style: Sendable {
        /// No white space, members in their order.
        case compact
        /// Two-space indentation, members in their order.
        case pretty
        /// RFC 8785: members sorted by UTF-16 code units, numbers as ECMAScript writes them.
        case canonical
    }

    /// The JSON text as UTF-8 bytes.
    public func bytes(_ style: Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.write(self, indent: 0)
        return writer.out
    }

    /// The JSON text.
    public func text(_ style: Style = .compact) -> String {
        String(decoding: bytes(style), as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    /// The compact JSON text.
    public var description: String { text() }
}

struct JSONWriter {
    let style: JSON.Style
    var out: [UInt8] = []

    init(style: JSON.Style) {
        self.style = style
        out.reserveCapacity(256)
    }

    mutating func write(_ value: JSON, indent: Int) {
        switch value {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let number):
            let text = style == .canonical ? Self.ecmaScript(number.double) : number.text
            out.append(contentsOf: text.utf8)
        case .string(let text): write(string: text)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for index in elements.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                breakLine(indent + 1)
                write(elements[index], indent: indent + 1)
            }
            if !elements.isEmpty { breakLine(indent) }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            if style == .canonical {
                let sorted = object.sorted {
                    $0.key.utf16.lexicographicallyPrecedes($1.key.utf16)
                }
                for (index, member) in sorted.enumerated() {
                    write(member, at: index, indent: indent + 1)
                }
            } else {
                for index in object.indices {
                    write(object[index], at: index, indent: indent + 1)
                }
            }
            if !object.isEmpty { breakLine(indent) }
            out.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(_ member: JSONObject.Member, at index: Int, indent: Int) {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        breakLine(indent)
        write(string: member.key)
        out.append(UInt8(ascii: ":"))
        if style == .pretty { out.append(UInt8(ascii: " ")) }
        write(member.value, indent: indent)
    }

    private mutating func breakLine(_ indent: Int) {
        guard style == .pretty else { return }
        out.append(0x0A)
        out.append(contentsOf: repeatElement(0x20, count: indent * 2))
    }

    mutating func write(string: String) {
        var string = string
        string.withUTF8 { write(string: $0.span) }
    }

    mutating func write(string: Span<UInt8>) {
        out.append(UInt8(ascii: "\""))
        string.withUnsafeBufferPointer { bytes in
            var run = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                out.append(contentsOf: bytes[run..<index])
                run = index + 1
                writeEscape(byte)
            }
            out.append(contentsOf: bytes[run...])
        }
        out.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        switch byte {
        case 0x22: out.append(contentsOf: "\\\"".utf8)
        case 0x5C: out.append(contentsOf: "\\\\".utf8)
        case 0x08: out.append(contentsOf: "\\b".utf8)
        case 0x0C: out.append(contentsOf: "\\f".utf8)
        case 0x0A: out.append(contentsOf: "\\n".utf8)
        case 0x0D: out.append(contentsOf: "\\r".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out.append(contentsOf: "\\u00".utf8)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
    }

    /// ECMA-262 Number::toString in radix 10, as RFC 8785 section 3.2.2.3 asks.
    static func ecmaScript(_ value: Double) -> String {
        if value == 0 { return "0" }
        let form = DecimalForm(value.description)
        let digits = form.digits.map { Character(Unicode.Scalar($0 + 0x30)) }
        let count = digits.count
        let point = form.point
        let sign = form.negative ? "-" : ""
        if count <= point, point <= 21 {
            return sign + String(digits) + String(repeating: "0", count: point - count)
        }
        if 0 < point, point <= 21 {
            return sign + String(digits[..<point]) + "." + String(digits[point...])
        }
        if -6 < point, point <= 0 {
            return sign + "0." + String(repeating: "0", count: -point) + String(digits)
        }
        let exponent = point - 1
        let tail = count > 1 ? "." + String(digits[1...]) : ""
        return sign + String(digits[0]) + tail + "e" + (exponent < 0 ? "-" : "+")
            + String(abs(exponent))
    }
}
