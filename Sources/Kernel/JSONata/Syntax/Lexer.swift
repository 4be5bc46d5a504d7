import Core

/// Splits an expression into tokens.
struct Lexer {
    private let source: [UInt16]
    private var at = 0

    init(_ source: [UInt16]) { self.source = source }

    private static let single = Set(".[]{}(),@#;:?+-*/%|=<>^&!~".utf16)
    private static let double: [[UInt16]] = [
        "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??",
    ].map { Array($0.utf16) }
    private static let space = Set(" \t\n\r\u{0B}".utf16)

    private static func unit(_ scalar: Unicode.Scalar) -> UInt16 { UInt16(scalar.value) }

    private func unit(_ index: Int) -> UInt16? {
        source.indices.contains(index) ? source[index] : nil
    }

    private func isAt(_ index: Int, _ scalar: Unicode.Scalar) -> Bool {
        unit(index) == UInt16(scalar.value)
    }

    /// The next token; after an operand `/` divides, elsewhere it begins a regular expression.
    mutating func next(afterOperand: Bool) throws(Failure) -> Token {
        try skipSpaceAndComments()
        guard let current = unit(at) else { return Token(kind: .end, position: source.count) }
        if !afterOperand, current == Self.unit("/") {
            at += 1
            return try regex()
        }
        if let next = unit(at + 1), Self.double.contains([current, next]) {
            at += 2
            return operation(Text.string([current, next]))
        }
        if Self.single.contains(current) {
            at += 1
            return operation(Text.string([current]))
        }
        if current == Self.unit("\"") || current == Self.unit("'") { return try string(current) }
        if (Self.unit("0")...Self.unit("9")).contains(current) { return try number() }
        if current == Self.unit("`") { return try quotedName() }
        return name()
    }

    /// An operator's position is past it, as the reference has it.
    private func operation(_ text: String) -> Token {
        Token(kind: .operation, text: text, position: at)
    }

    private mutating func skipSpaceAndComments() throws(Failure) {
        while let current = unit(at) {
            if Self.space.contains(current) {
                at += 1
            } else if current == Self.unit("/"), isAt(at + 1, "*") {
                let start = at
                at += 2
                while !(isAt(at, "*") && isAt(at + 1, "/")) {
                    at += 1
                    if at >= source.count { throw Failure("S0106", position: start) }
                }
                at += 2
            } else {
                return
            }
        }
    }

    private mutating func name() -> Token {
        let start = at
        while let current = unit(at), !Self.space.contains(current), !Self.single.contains(current)
        {
            at += 1
        }
        if isAt(start, "$") {
            return Token(kind: .variable, text: Text.string(source[(start + 1)..<at]), position: at)
        }
        let text = Text.string(source[start..<at])
        switch text {
        case "or", "in", "and": return operation(text)
        case "true": return Token(kind: .value, literal: true, position: at)
        case "false": return Token(kind: .value, literal: false, position: at)
        case "null": return Token(kind: .value, literal: .null, position: at)
        default: return Token(kind: .name, text: text, position: at)
        }
    }

    private mutating func quotedName() throws(Failure) -> Token {
        at += 1
        guard let end = source[at...].firstIndex(of: Self.unit("`")) else {
            at = source.count
            throw Failure("S0105", position: at)
        }
        let text = Text.string(source[at..<end])
        at = end + 1
        return Token(kind: .name, text: text, position: at)
    }

    private mutating func number() throws(Failure) -> Token {
        let start = at
        if isAt(at, "0") { at += 1 } else { skipDigits() }
        if isAt(at, "."), isDigit(at + 1) {
            at += 1
            skipDigits()
        }
        if isAt(at, "e") || isAt(at, "E") {
            let signed = isAt(at + 1, "+") || isAt(at + 1, "-")
            if isDigit(at + (signed ? 2 : 1)) {
                at += signed ? 2 : 1
                skipDigits()
            }
        }
        let text = Text.string(source[start..<at])
        guard let value = Double(text), value.isFinite else {
            throw Failure("S0102", position: start, token: .string(text))
        }
        return Token(kind: .number, literal: .double(value), position: at)
    }

    private func isDigit(_ index: Int) -> Bool {
        unit(index).map { (Self.unit("0")...Self.unit("9")).contains($0) } ?? false
    }

    private mutating func skipDigits() {
        while isDigit(at) { at += 1 }
    }

    private mutating func string(_ quote: UInt16) throws(Failure) -> Token {
        at += 1
        var units: [UInt16] = []
        while let current = unit(at) {
            if current == quote {
                at += 1
                return Token(kind: .string, text: Text.string(units), position: at)
            }
            if current == Self.unit("\\") {
                at += 1
                units.append(try escape())
            } else {
                units.append(current)
            }
            at += 1
        }
        throw Failure("S0101", position: at)
    }

    /// The unit that an escape sequence stands for; the place is left at its last unit.
    private mutating func escape() throws(Failure) -> UInt16 {
        switch unit(at).flatMap({ Unicode.Scalar($0) }) {
        case "\"": return Self.unit("\"")
        case "\\": return Self.unit("\\")
        case "/": return Self.unit("/")
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "u":
            let digits = source[(at + 1)...].prefix(4)
            let isHex =
                !digits.isEmpty
                && digits.allSatisfy {
                    Unicode.Scalar($0)?.properties.isASCIIHexDigit ?? false
                }
            guard isHex, let value = UInt16(Text.string(digits), radix: 16) else {
                throw Failure("S0104", position: at)
            }
            at += 4
            return value
        default:
            throw Failure(
                "S0103",
                position: at,
                token: .string(Text.exported(Text.string(source[at...].prefix(1))))
            )
        }
    }

    /// Looks for the closing slash, which is not within brackets and not escaped.
    private mutating func regex() throws(Failure) -> Token {
        let start = at
        var depth = 0
        while let current = unit(at) {
            if current == Self.unit("/"), depth == 0, !isEscaped(at) {
                return try regex(from: start)
            }
            if let scalar = Unicode.Scalar(current), !isAt(at - 1, "\\") {
                if "([{".unicodeScalars.contains(scalar) { depth += 1 }
                if ")]}".unicodeScalars.contains(scalar) { depth -= 1 }
            }
            at += 1
        }
        throw Failure("S0302", position: at)
    }

    private func isEscaped(_ index: Int) -> Bool {
        var count = 0
        while isAt(index - count - 1, "\\") { count += 1 }
        return count % 2 == 1
    }

    private mutating func regex(from start: Int) throws(Failure) -> Token {
        guard at > start else { throw Failure("S0301", position: at) }
        let text = Text.string(source[start..<at])
        at += 1
        var ignoresCase = false
        var isMultiline = false
        while isAt(at, "i") || isAt(at, "m") {
            if isAt(at, "i") { ignoresCase = true } else { isMultiline = true }
            at += 1
        }
        do throws(Pattern.Problem) {
            let pattern = try Pattern(text, ignoresCase: ignoresCase, isMultiline: isMultiline)
            return Token(kind: .regex, text: text, pattern: pattern, position: at)
        } catch {
            throw Failure("S0303", position: start, inserts: ["reason": .string(error.message)])
        }
    }
}
