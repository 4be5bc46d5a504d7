import Core

/// A picture of a whole number, as XPath's format-integer has it (F&O 3.1 section 4.6).
struct IntegerPicture {
    enum Form {
        case decimal, letters, roman, words
        /// A numbering sequence that is not supported, by its first token.
        case sequence(String)
    }

    enum Case {
        case upper, lower, title
    }

    /// A sign between digits, so many digits from the right.
    struct Separator {
        let position: Int
        let character: String
    }

    private(set) var form = Form.decimal
    private(set) var letterCase = Case.lower
    private(set) var isOrdinal = false
    private(set) var zero: UInt32 = 0x30
    var mandatoryDigits = 0
    private(set) var optionalDigits = 0
    private(set) var separators: [Separator] = []
    /// The interval of separators that are regular and alike; 0 when they are not.
    private(set) var regularGrouping = 0
    /// How many digits are read where another number follows at once.
    var parseWidth: Int?

    /// The zeros of the decimal digit families in the basic multilingual plane.
    private static let zeros: [UInt32] = [
        0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66,
        0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946,
        0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0,
        0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    ]

    /// Whether it is written in digits.
    var isDecimal: Bool {
        if case .decimal = form { return true }
        return false
    }

    /// Reads a picture.
    init(_ picture: String) throws(Failure) {
        var primary = picture
        if let at = picture.lastIndex(of: ";") {
            primary = String(picture[..<at])
            isOrdinal = picture[picture.index(after: at)...].hasPrefix("o")
        }
        switch primary {
        case "A": (form, letterCase) = (.letters, .upper)
        case "a": form = .letters
        case "I": (form, letterCase) = (.roman, .upper)
        case "i": form = .roman
        case "W": (form, letterCase) = (.words, .upper)
        case "Ww": (form, letterCase) = (.words, .title)
        case "w": form = .words
        default: try readDigits(primary)
        }
    }

    private mutating func readDigits(_ picture: String) throws(Failure) {
        var family: UInt32?
        var position = 0
        for scalar in picture.unicodeScalars.reversed() {
            if let zero = Self.zeros.first(where: { $0...($0 + 9) ~= scalar.value }) {
                if let family, family != zero { throw Failure("D3131") }
                family = zero
                mandatoryDigits += 1
                position += 1
            } else if scalar == "#" {
                optionalDigits += 1
                position += 1
            } else {
                separators.append(Separator(position: position, character: String(scalar)))
            }
        }
        guard let family else {
            form = .sequence(picture)
            return
        }
        zero = family
        if let first = separators.first,
            separators.allSatisfy({ $0.character == first.character })
        {
            regularGrouping = DecimalPicture.regular(separators.map(\.position))
        }
    }

    /// The number as the picture shows it.
    func text(of value: Double) throws(Failure) -> String {
        let magnitude = abs(value)
        let text: String
        switch form {
        case .letters: text = NumberWords.letters(magnitude, isUpper: letterCase == .upper)
        case .roman:
            let roman = NumberWords.roman(magnitude)
            text = letterCase == .upper ? roman.uppercased() : roman
        case .words:
            let words = NumberWords.words(magnitude, isOrdinal: isOrdinal)
            switch letterCase {
            case .upper: text = words.uppercased()
            case .lower: text = words.lowercased()
            case .title: text = words
            }
        case .decimal: text = decimal(magnitude)
        case .sequence(let token):
            throw Failure("D3130", value: .string(Text.exported(token)))
        }
        return value < 0 ? "-" + text : text
    }

    private func decimal(_ magnitude: Double) -> String {
        let plain = NumberText.string(magnitude)
        var digits = Array(plain)
        let missing = mandatoryDigits - digits.count
        if missing > 0 { digits.insert(contentsOf: repeatElement("0", count: missing), at: 0) }
        if zero != 0x30 {
            digits = digits.map { digit in
                let code = (digit.unicodeScalars.first?.value ?? 0) + zero - 0x30
                return Character(Unicode.Scalar(code) ?? "0")
            }
        }
        var marks: [Int: String] = [:]
        if regularGrouping > 0, let mark = separators.first?.character {
            for at in stride(from: regularGrouping, to: digits.count, by: regularGrouping) {
                marks[digits.count - at] = mark
            }
        } else {
            for separator in separators.reversed() {
                let at = digits.count - separator.position
                // JavaScript's substr puts what would be before the start at the end.
                if at >= 0 { marks[at, default: ""] += separator.character }
            }
        }
        var text = ""
        for (at, digit) in digits.enumerated() {
            text += marks[at] ?? ""
            text.append(digit)
        }
        text += marks[digits.count] ?? ""
        return isOrdinal ? text + Self.ordinalSuffix(text) : text
    }

    private static func ordinalSuffix(_ text: String) -> String {
        if text.dropLast().last == "1" { return "th" }
        switch text.last {
        case "1": return "st"
        case "2": return "nd"
        case "3": return "rd"
        default: return "th"
        }
    }

    /// The number that a text in this picture stands for; NaN when it stands for none.
    func number(_ text: String) throws(Failure) -> Double {
        switch form {
        case .letters: return NumberWords.number(letters: text, isUpper: letterCase == .upper)
        case .roman: return NumberWords.number(roman: text.uppercased())
        case .words: return NumberWords.number(words: text.lowercased())
        case .decimal: return decimalNumber(text)
        case .sequence(let token):
            throw Failure("D3130", value: .string(Text.exported(token)))
        }
    }

    private func decimalNumber(_ text: String) -> Double {
        var text = isOrdinal ? String(text.dropLast(2)) : text
        if regularGrouping > 0 {
            // As in the reference: a regular separator is a comma.
            text.removeAll { $0 == "," }
        } else {
            for separator in separators { text.removeAll { String($0) == separator.character } }
        }
        var digits = ""
        for scalar in text.unicodeScalars {
            let code = Int(scalar.value) - Int(zero) + 0x30
            guard (0x30...0x39).contains(code), let digit = Unicode.Scalar(UInt32(code)) else {
                if digits.isEmpty, scalar == "-" || scalar == " " {
                    digits.unicodeScalars.append(scalar)
                    continue
                }
                break
            }
            digits.unicodeScalars.append(digit)
        }
        return Double(digits.filter { $0 != " " }) ?? .nan
    }

    /// A regular expression for what `number(_:)` reads.
    var regex: String {
        get throws(Failure) {
            switch form {
            case .letters: return letterCase == .upper ? "[A-Z]+" : "[a-z]+"
            case .roman: return letterCase == .upper ? "[MDCLXVI]+" : "[mdclxvi]+"
            case .words: return NumberWords.regex
            case .decimal:
                return "[0-9]" + (parseWidth.map { "{\($0)}" } ?? "+")
                    + (isOrdinal ? "(?:th|st|nd|rd)" : "")
            case .sequence(let token):
                throw Failure("D3130", value: .string(Text.exported(token)))
            }
        }
    }
}
