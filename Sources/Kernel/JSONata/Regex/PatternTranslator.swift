/// Writes a JavaScript regular expression in PCRE2's syntax.
///
/// What only PCRE2 knows (recursion, verbs, options within the pattern, possessive quantifiers) is refused as
/// JavaScript refuses it, and letters that only PCRE2 gives a meaning stand for themselves.
struct PatternTranslator {
    private let source: [Unicode.Scalar]
    private let isMultiline: Bool
    private var at = 0
    private var out = ""
    private var groups = 0
    private var hasNames = false

    /// `\s` of ECMAScript: WhiteSpace and LineTerminator.
    static let space =
        "\\x09-\\x0d\\x20\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
        + "\\x{3000}\\x{feff}"
    private static let notSpace =
        "\\x00-\\x08\\x0e-\\x1f\\x21-\\x9f\\xa1-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
        + "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{d7ff}"
        + "\\x{e000}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
    private static let lineEnds = "\\n\\r\\x{2028}\\x{2029}"

    init(_ source: String, isMultiline: Bool) {
        self.source = Array(source.unicodeScalars)
        self.isMultiline = isMultiline
        countGroups()
    }

    private func scalar(_ index: Int) -> Unicode.Scalar? {
        source.indices.contains(index) ? source[index] : nil
    }

    private mutating func countGroups() {
        var inClass = false
        var index = 0
        while let current = scalar(index) {
            switch current {
            case "\\": index += 1
            case "[": inClass = true
            case "]": inClass = false
            case "(" where !inClass:
                if scalar(index + 1) != "?" {
                    groups += 1
                } else if scalar(index + 2) == "<", scalar(index + 3) != "=",
                    scalar(index + 3) != "!"
                {
                    groups += 1
                    hasNames = true
                }
            default: break
            }
            index += 1
        }
    }

    /// The pattern for PCRE2.
    mutating func translated() throws(Pattern.Problem) -> String {
        var mayRepeat = false
        while let current = scalar(at) {
            at += 1
            var repeats = true
            switch current {
            case "\\": try escape(inClass: false)
            case "[": try characterClass()
            case "(": repeats = try group()
            case ".": out += "[^" + Self.lineEnds + "]"
            case "^":
                out += isMultiline ? "(?<![^" + Self.lineEnds + "])" : "^"
                repeats = false
            case "$":
                out += isMultiline ? "(?![^" + Self.lineEnds + "])" : "$"
                repeats = false
            case "|":
                out += "|"
                repeats = false
            case "*", "+", "?":
                guard mayRepeat else { throw Pattern.Problem("nothing to repeat") }
                quantifier(String(current))
                repeats = false
            case "{":
                if let counts = braces() {
                    guard mayRepeat else { throw Pattern.Problem("nothing to repeat") }
                    quantifier(counts)
                    repeats = false
                } else {
                    out += "\\{"
                }
            case "}", "]": out += "\\" + String(current)
            case "#", " ": out += "\\" + String(current)
            default: out.unicodeScalars.append(current)
            }
            mayRepeat = repeats
        }
        return out
    }

    private mutating func quantifier(_ text: String) {
        out += text
        if scalar(at) == "?" {
            out += "?"
            at += 1
        }
    }

    /// The counts in braces when these are a quantifier; the opening brace has been passed.
    private mutating func braces() -> String? {
        var index = at
        var text = "{"
        var digits = 0
        var commas = 0
        while let current = scalar(index) {
            index += 1
            switch current {
            case "0"..."9":
                if commas == 0 { digits += 1 }
            case "," where commas == 0 && digits > 0: commas += 1
            case "}" where digits > 0:
                at = index
                return text + "}"
            default: return nil
            }
            text.unicodeScalars.append(current)
        }
        return nil
    }

    /// What follows an opening parenthesis; answers whether it may be repeated, which only its end may.
    private mutating func group() throws(Pattern.Problem) -> Bool {
        out += "("
        guard scalar(at) == "?" else {
            guard scalar(at) != "*" else { throw Pattern.Problem("nothing to repeat") }
            return false
        }
        let next = scalar(at + 1)
        switch next {
        case ":", "=", "!":
            out += "?" + String(next ?? ":")
            at += 2
        case "<" where scalar(at + 2) == "=" || scalar(at + 2) == "!":
            out += "?<" + String(scalar(at + 2) ?? "=")
            at += 3
        case "<": out += "?"; at += 1; name()
        default: throw Pattern.Problem("invalid group")
        }
        return false
    }

    /// A name in angle brackets, as it is.
    private mutating func name() {
        while let current = scalar(at) {
            at += 1
            out.unicodeScalars.append(current)
            if current == ">" { return }
        }
    }

    private mutating func characterClass() throws(Pattern.Problem) {
        out += "["
        if scalar(at) == "^" {
            out += "^"
            at += 1
        }
        while let current = scalar(at) {
            at += 1
            switch current {
            case "]":
                out += "]"
                return
            case "[": out += "\\["
            case "\\": try escape(inClass: true)
            default: out.unicodeScalars.append(current)
            }
        }
        throw Pattern.Problem("unterminated character class")
    }

    private mutating func code(_ value: UInt32) {
        out += "\\x{" + String(value, radix: 16) + "}"
    }

    private mutating func escape(inClass: Bool) throws(Pattern.Problem) {
        guard let current = scalar(at) else { throw Pattern.Problem("\\ at end of pattern") }
        at += 1
        switch current {
        case "d", "D", "w", "W", "f", "n", "r", "t": out += "\\" + String(current)
        case "s": out += inClass ? Self.space : "[" + Self.space + "]"
        case "S": out += inClass ? Self.notSpace : "[^" + Self.space + "]"
        case "b": out += "\\b"
        case "B": out += inClass ? "B" : "\\B"
        case "v": out += "\\x0b"
        case "c":
            if let letter = scalar(at), letter.isASCII, letter.properties.isAlphabetic {
                at += 1
                code(letter.value % 32)
            } else {
                out += "\\\\c"
            }
        case "x": if let value = hex(2) { code(value) } else { out += "x" }
        case "u": if let value = unicode() { code(value) } else { out += "u" }
        case "k":
            if hasNames, !inClass, scalar(at) == "<" { out += "\\k"; name() } else { out += "k" }
        case "0"..."9": number(current, inClass: inClass)
        default:
            if current.properties.isAlphabetic || current.value > 127 {
                out.unicodeScalars.append(current)
            } else {
                out += "\\" + String(current)
            }
        }
    }

    private mutating func hex(_ count: Int) -> UInt32? {
        guard at + count <= source.count else { return nil }
        let digits = String(String.UnicodeScalarView(source[at..<(at + count)]))
        guard digits.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else {
            return nil
        }
        at += count
        return UInt32(digits, radix: 16)
    }

    /// The code point of `\u` and four digits, or of a surrogate pair of them.
    private mutating func unicode() -> UInt32? {
        guard let first = hex(4) else { return nil }
        guard first & 0xF800 == 0xD800 else { return first }
        if first < 0xDC00, scalar(at) == "\\", scalar(at + 1) == "u" {
            let start = at
            at += 2
            if let second = hex(4), second & 0xFC00 == 0xDC00 {
                return 0x1_0000 + (first & 0x3FF) << 10 + second & 0x3FF
            }
            at = start
        }
        return Text.string([UInt16(first)]).unicodeScalars.first?.value
    }

    /// A back reference when there is such a group, else an octal code or the digit itself.
    private mutating func number(_ first: Unicode.Scalar, inClass: Bool) {
        var digits = String(first)
        var index = at
        while let next = scalar(index), ("0"..."9").contains(next), digits.utf8.count < 4 {
            digits.unicodeScalars.append(next)
            index += 1
        }
        if !inClass, first != "0", let reference = Int(digits), reference <= groups {
            at = index
            out += "\\g{\(reference)}"
            return
        }
        let octal = digits.prefix { $0 < "8" }.prefix(first > "3" ? 2 : 3)
        guard let value = UInt32(octal, radix: 8) else {
            out += String(first)
            return
        }
        at += octal.utf8.count - 1
        code(value)
    }
}
