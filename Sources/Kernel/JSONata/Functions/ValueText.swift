/// Values as `$string` writes them: JSON, fractions with 15 digits, functions as empty strings.
struct ValueText {
    private var out: [UInt8] = []
    private let isPretty: Bool
    private let evaluator: Evaluator

    /// The text of a value; nil of nothing.
    static func string(_ value: Value, evaluator: Evaluator, isPretty: Bool = false)
        throws(Failure) -> String?
    {
        switch value {
        case .undefined: return nil
        case .string(let text): return text
        case .function: return ""
        case .number(let number) where !number.isFinite: throw Failure("D3001", of: value)
        case .number(let number): return NumberText.string(NumberText.rounded(number))
        case .array(let array) where array.isOuterWrapper:
            return try string(
                array.element(0),
                evaluator: evaluator,
                isPretty: isPretty,
                inArray: true
            )
        default: return try string(value, evaluator: evaluator, isPretty: isPretty, inArray: true)
        }
    }

    private static func string(
        _ value: Value,
        evaluator: Evaluator,
        isPretty: Bool,
        inArray: Bool
    ) throws(Failure) -> String {
        var text = ValueText(isPretty: isPretty, evaluator: evaluator)
        try text.write(value, indent: 0)
        return String(decoding: text.out, as: UTF8.self)
    }

    private init(isPretty: Bool, evaluator: Evaluator) {
        self.isPretty = isPretty
        self.evaluator = evaluator
    }

    private mutating func breakLine(_ indent: Int) {
        guard isPretty else { return }
        out.append(0x0A)
        for _ in 0..<(indent * 2) { out.append(0x20) }
    }

    private mutating func write(_ value: Value, indent: Int) throws(Failure) {
        switch value {
        case .undefined, .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .number, .exact:
            guard try value.isNumeric(), let number = value.double else {
                out += "null".utf8
                return
            }
            out += NumberText.string(NumberText.rounded(number)).utf8
        case .string(let text):
            write(text)
            guard out.count <= evaluator.limits.text else {
                throw evaluator.tooMuch("A string is too long")
            }
        case .function: out += "\"\"".utf8
        case .tuple(let tuple): try write(tuple.context, indent: indent)
        case .array(let array): try write(array, indent: indent)
        case .object(let object): try write(object, indent: indent)
        }
    }

    private mutating func write(_ array: ArrayValue, indent: Int) throws(Failure) {
        guard out.count <= evaluator.limits.text else {
            throw evaluator.tooMuch("A string is too long")
        }
        out.append(UInt8(ascii: "["))
        for (at, item) in array.items.enumerated() {
            try evaluator.charge()
            if at > 0 { out.append(UInt8(ascii: ",")) }
            breakLine(indent + 1)
            try write(item, indent: indent + 1)
        }
        if array.count > 0 { breakLine(indent) }
        out.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: ObjectValue, indent: Int) throws(Failure) {
        guard out.count <= evaluator.limits.text else {
            throw evaluator.tooMuch("A string is too long")
        }
        out.append(UInt8(ascii: "{"))
        let values = object.items
        var isFirst = true
        for (at, key) in object.keys.enumerated() {
            try evaluator.charge()
            if values[at].isUndefined { continue }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(indent + 1)
            write(key)
            out.append(UInt8(ascii: ":"))
            if isPretty { out.append(0x20) }
            try write(values[at], indent: indent + 1)
        }
        if !isFirst { breakLine(indent) }
        out.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ text: String) {
        out.append(UInt8(ascii: "\""))
        if Text.hasHalves(text) {
            for scalar in text.unicodeScalars {
                if let half = Text.half(of: scalar) {
                    out += "\\u".utf8
                    out += String(half, radix: 16).utf8
                } else {
                    write(escaped: String(scalar).utf8)
                }
            }
        } else {
            write(escaped: text.utf8)
        }
        out.append(UInt8(ascii: "\""))
    }

    private mutating func write(escaped bytes: String.UTF8View) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case 8: out += "\\b".utf8
            case 9: out += "\\t".utf8
            case 10: out += "\\n".utf8
            case 12: out += "\\f".utf8
            case 13: out += "\\r".utf8
            case 0..<0x20:
                out += "\\u00".utf8
                if byte < 16 { out.append(UInt8(ascii: "0")) }
                out += String(byte, radix: 16).utf8
            default: out.append(byte)
            }
        }
    }
}
