import Core

/// Cuts a predicate's text into words, numbers, texts in quotes and signs.
struct PredicateLexer {
    enum Token: Hashable {
        case word(String)
        case number(Double)
        /// Of seconds.
        case duration(Int)
        case text(String)
        case sign(String)
        case end

        /// What it is, for faults.
        var shown: String {
            switch self {
            case .word(let word): "\"\(word.prefix(60))\""
            case .number(let number): "the number \(JSON.double(number).text())"
            case .duration(let seconds): "the duration \(Measure.text(of: seconds))"
            case .text(let text): PredicateLexer.quoted(String(text.prefix(60)))
            case .sign(let sign): "\"\(sign)\""
            case .end: "the end"
            }
        }
    }

    struct Placed {
        var token: Token
        /// Of its first character, from 1, in code points.
        var column: Int
    }

    /// Longer ones are refused before they are looked at.
    static let longest = 1_000

    private let scalars: [Unicode.Scalar]
    private var at = 0
    private let pointer: String

    /// Reads all of `text`.
    ///
    /// - Throws: a fault of code `invalid-predicate` that names the column.
    static func tokens(_ text: String, pointer: String) throws(GeneralFault) -> [Placed] {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= longest else {
            throw PredicateFault.fault(
                "a predicate has at most \(longest) characters, found \(scalars.count)",
                column: longest + 1,
                pointer: pointer
            )
        }
        var lexer = PredicateLexer(scalars: scalars, pointer: pointer)
        var tokens: [Placed] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.token != .end
        return tokens
    }

    private init(scalars: [Unicode.Scalar], pointer: String) {
        self.scalars = scalars
        self.pointer = pointer
    }

    private var current: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func next() throws(GeneralFault) -> Placed {
        while let scalar = current, scalar.properties.isWhitespace { at += 1 }
        let column = at + 1
        guard let scalar = current else { return Placed(token: .end, column: column) }
        if Self.beginsWord(scalar) { return Placed(token: .word(word()), column: column) }
        if Self.isDigit(scalar) || scalar == "-" || scalar == "+" || scalar == "." {
            return Placed(token: try number(column), column: column)
        }
        if scalar == "\"" || scalar == "'" {
            return Placed(token: .text(try quotedText(scalar, column)), column: column)
        }
        for sign in [">=", "<=", "!=", ">", "<", "=", "(", ")", ","] {
            let signScalars = Array(sign.unicodeScalars)
            if scalars[at...].starts(with: signScalars) {
                at += signScalars.count
                return Placed(token: .sign(sign), column: column)
            }
        }
        throw PredicateFault.fault(
            "\"\(scalar)\" means nothing here",
            column: column,
            pointer: pointer
        )
    }

    private mutating func word() -> String {
        let start = at
        while let scalar = current, Self.continuesWord(scalar) { at += 1 }
        // What ends a sentence is no part of a name.
        while at > start + 1, [".", ":", "-", "/"].contains(scalars[at - 1]) { at -= 1 }
        return String(String.UnicodeScalarView(scalars[start..<at]))
    }

    private mutating func number(_ column: Int) throws(GeneralFault) -> Token {
        let start = at
        if current == "-" || current == "+" { at += 1 }
        digits()
        if current == "." {
            at += 1
            digits()
        }
        if current == "e" || current == "E" {
            let mark = at
            at += 1
            if current == "-" || current == "+" { at += 1 }
            let exponent = at
            digits()
            if at == exponent { at = mark }
        }
        let text = String(String.UnicodeScalarView(scalars[start..<at]))
        guard let value = Double(text), value.isFinite else {
            throw PredicateFault.fault(
                "\"\(text.prefix(40))\" is no number",
                column: column,
                pointer: pointer
            )
        }
        if current == "%" {
            at += 1
            return .number(value / 100)
        }
        let unitStart = at
        while let scalar = current, Self.continuesWord(scalar) { at += 1 }
        guard at > unitStart else { return .number(value) }
        let unit = String(String.UnicodeScalarView(scalars[unitStart..<at]))
        let units = ["s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let seconds = units[unit] else {
            throw PredicateFault.fault(
                "\"\(unit.prefix(20))\" is no unit of time; expected s, m, h, d or w",
                column: unitStart + 1,
                pointer: pointer
            )
        }
        let length = value * Double(seconds)
        guard length == length.rounded(), length >= 0, length < 1e12 else {
            throw PredicateFault.fault(
                "a duration is a whole number of seconds",
                column: column,
                pointer: pointer
            )
        }
        return .duration(Int(length))
    }

    private mutating func digits() {
        while let scalar = current, Self.isDigit(scalar) { at += 1 }
    }

    private mutating func quotedText(
        _ quote: Unicode.Scalar,
        _ column: Int
    ) throws(GeneralFault) -> String {
        at += 1
        var text = String.UnicodeScalarView()
        while let scalar = current {
            at += 1
            if scalar == quote { return String(text) }
            if scalar == "\\", let escaped = current, escaped == quote || escaped == "\\" {
                at += 1
                text.append(escaped)
                continue
            }
            text.append(scalar)
        }
        throw PredicateFault.fault(
            "the text that begins here has no closing \(quote)",
            column: column,
            pointer: pointer
        )
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func beginsWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private static func continuesWord(_ scalar: Unicode.Scalar) -> Bool {
        beginsWord(scalar) || isDigit(scalar) || [".", ":", "/", "-"].contains(scalar)
    }

    /// Whether a text can stand without quotes, and is read as itself.
    static func isWord(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, beginsWord(first),
            scalars.allSatisfy(continuesWord), scalars.count == 1 || continuesWord(last),
            ![".", ":", "-", "/"].contains(last)
        else { return false }
        return !["true", "false", "where", "and", "in", "over"].contains(text)
    }

    /// A text in quotes.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}

/// What is wrong with a predicate, and where.
enum PredicateFault {
    /// A fault that names a column of the text; nil where there is no text.
    static func fault(
        _ message: String,
        code: String = "invalid-predicate",
        column: Int?,
        pointer: String,
        nearest: [String] = []
    ) -> GeneralFault {
        var details = JSONObject()
        if let column { details["column"] = .int(column) }
        if !nearest.isEmpty { details["nearest"] = .array(nearest.map { .string($0) }) }
        return GeneralFault(
            .invalid,
            code: code,
            column.map { "column \($0): \(message)" } ?? message,
            pointer: pointer,
            details: details
        )
    }
}
