#if canImport(Glibc)
    import Glibc
#endif

/// Whole numbers in English words, Roman numerals and letters, both ways.
enum NumberWords {
    private static let few = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen",
        "Nineteen",
    ]
    private static let ordinals = [
        "Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth",
        "Ninth", "Tenth", "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth",
        "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth",
    ]
    private static let tens = [
        "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety",
    ]
    private static let magnitudes = ["Thousand", "Million", "Billion", "Trillion"]

    // MARK: words

    static func words(_ value: Double, isOrdinal: Bool) -> String {
        guard value.isFinite else { return NumberText.string(value) }
        return words(value, follows: false, isOrdinal)
    }

    private static func words(_ value: Double, follows: Bool, _ isOrdinal: Bool) -> String {
        if value < 20 {
            let word = isOrdinal ? ordinals[Int(value)] : few[Int(value)]
            return (follows ? " and " : "") + word
        }
        if value < 100 {
            let (ten, rest) = (tens[Int(value) / 10 - 2], Int(value) % 10)
            let lead = (follows ? " and " : "")
            if rest > 0 { return lead + ten + "-" + words(Double(rest), follows: false, isOrdinal) }
            return lead + (isOrdinal ? ten.dropLast() + "ieth" : ten)
        }
        let lead = follows ? ", " : ""
        if value < 1_000 {
            let (hundreds, rest) = (Int(value) / 100, Int(value) % 100)
            let head = lead + few[hundreds] + " Hundred"
            if rest > 0 { return head + words(Double(rest), follows: true, isOrdinal) }
            return head + (isOrdinal ? "th" : "")
        }
        let magnitude = min(Int(log10(value) / 3), magnitudes.count)
        let factor = NumberText.powerOfTen(magnitude * 3)
        let mantissa = (value / factor).rounded(.down)
        let rest = value - mantissa * factor
        let head = lead + words(mantissa, follows: false, false) + " " + magnitudes[magnitude - 1]
        if rest > 0 { return head + words(rest, follows: true, isOrdinal) }
        return head + (isOrdinal ? "th" : "")
    }

    /// The values of words in lower case.
    private static let values: [String: Double] = {
        var values: [String: Double] = [:]
        for (at, word) in few.enumerated() { values[word.lowercased()] = Double(at) }
        for (at, word) in ordinals.enumerated() { values[word.lowercased()] = Double(at) }
        for (at, word) in tens.enumerated() {
            let value = Double((at + 2) * 10)
            values[word.lowercased()] = value
            values[word.lowercased().dropLast() + "ieth"] = value
        }
        values["hundred"] = 100
        values["hundredth"] = 100
        for (at, word) in magnitudes.enumerated() {
            let value = NumberText.powerOfTen((at + 1) * 3)
            values[word.lowercased()] = value
            values[word.lowercased() + "th"] = value
        }
        return values
    }()

    /// A regular expression for words; longer ones come first, so that `sixty` is not taken for `six`.
    static let regex: String = {
        let words = values.keys.sorted { ($1.count, $0) < ($0.count, $1) } + ["and", "[\\-, ]"]
        return "(?:" + words.joined(separator: "|") + ")+"
    }()

    static func number(words text: String) -> Double {
        var segments: [Double] = [0]
        for word in split(text) {
            guard let value = values[word] else { return .nan }
            if value < 100 {
                var top = segments.removeLast()
                if top >= 1_000 {
                    segments.append(top)
                    top = 0
                }
                segments.append(top + value)
            } else {
                segments.append(segments.removeLast() * value)
            }
        }
        return segments.reduce(0, +)
    }

    /// The words between commas, `and`, spaces and hyphens.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var current = ""
        var rest = text[...]
        while let character = rest.first {
            if character == ",", rest.dropFirst().first?.isWhitespace == true {
                rest = rest.dropFirst(2)
            } else if character.isWhitespace, rest.dropFirst().hasPrefix("and"),
                rest.dropFirst(4).first?.isWhitespace == true
            {
                rest = rest.dropFirst(5)
            } else if character.isWhitespace || character == "-" || character == "\\" {
                rest = rest.dropFirst()
            } else {
                current.append(character)
                rest = rest.dropFirst()
                continue
            }
            parts.append(current)
            current = ""
        }
        return parts + [current]
    }

    // MARK: Roman numerals

    private static let numerals: [(value: Double, text: String)] = [
        (1_000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ]

    static func roman(_ value: Double) -> String {
        // A number of a million has a thousand letters; beyond, a numeral is of no use.
        guard value < 10_000_000 else { return NumberText.string(value) }
        var text = ""
        var rest = value
        for numeral in numerals {
            while rest >= numeral.value {
                text += numeral.text
                rest -= numeral.value
            }
        }
        return text
    }

    static func number(roman text: String) -> Double {
        let values: [Character: Double] = [
            "M": 1_000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1,
        ]
        var total = 0.0
        var most = 1.0
        for character in text.reversed() {
            guard let value = values[character] else { return .nan }
            if value < most {
                total -= value
            } else {
                most = value
                total += value
            }
        }
        return total
    }

    // MARK: letters

    static func letters(_ value: Double, isUpper: Bool) -> String {
        var rest = value
        var letters: [UInt8] = []
        while rest > 0, rest.isFinite {
            let digit = fmod(rest - 1, 26)
            letters.append((isUpper ? 0x41 : 0x61) + UInt8(digit))
            rest = ((rest - 1) / 26).rounded(.down)
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func number(letters text: String, isUpper: Bool) -> Double {
        var total = 0.0
        for unit in text.utf16 { total = total * 26 + Double(unit) - (isUpper ? 0x41 : 0x61) + 1 }
        return total
    }
}
