/// What becomes of a letter beyond ASCII in a term.
enum LetterFolding {
    enum Result {
        /// It adds nothing, as a combining accent.
        case nothing
        /// It separates words.
        case boundary
        /// It is these letters.
        case letters(String)
        /// It is a word by itself.
        case word(String)
    }

    /// The bases of U+00C0 to U+00FF; `_` stands for those that are more than one letter, `.` for signs.
    private static let latin1 = Array(
        "aaaaaa_ceeeeiiiidnooooo.ouuuuy__aaaaaa_ceeeeiiiidnooooo.ouuuuy_y".utf8
    )

    /// The bases of U+0100 to U+017F.
    private static let extendedA: [UInt8] = [
        ("a", 6), ("c", 8), ("d", 4), ("e", 10), ("g", 8), ("h", 4), ("i", 10), ("_", 2), ("j", 2),
        ("k", 3), ("l", 10), ("n", 9), ("o", 6), ("_", 2), ("r", 6), ("s", 8), ("t", 6), ("u", 12),
        ("w", 2), ("y", 3), ("z", 6), ("s", 1),
    ].flatMap { letter, count in Array(repeating: Array(letter.utf8)[0], count: count) }

    private static let pairs: [UInt32: String] = [
        0xC6: "ae", 0xE6: "ae", 0xDE: "th", 0xFE: "th", 0xDF: "ss", 0x132: "ij", 0x133: "ij",
        0x152: "oe", 0x153: "oe", 0x1E9E: "ss",
    ]

    static func fold(_ scalar: Unicode.Scalar) -> Result {
        let value = scalar.value
        if let pair = pairs[value] { return .letters(pair) }
        if (0xC0...0x17F).contains(value) {
            let base = value < 0x100 ? latin1[Int(value - 0xC0)] : extendedA[Int(value - 0x100)]
            if base == UInt8(ascii: ".") { return .boundary }
            return .letters(String(decoding: [base], as: UTF8.self))
        }
        if let bases = LetterDecompositions.bases(of: scalar) {
            guard bases.count > 1 else { return bases.first.map(fold) ?? .nothing }
            return .letters(
                bases.reduce(into: "") { letters, base in
                    if case .letters(let folded) = fold(base) { letters += folded }
                }
            )
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return .nothing
        case .uppercaseLetter, .titlecaseLetter: return .letters(properties.lowercaseMapping)
        case .lowercaseLetter, .modifierLetter, .decimalNumber, .letterNumber, .otherNumber,
            .spacingMark:
            return .letters(String(scalar))
        case .otherLetter:
            let isKana = (0x3040...0x30FF).contains(value)
            return properties.isIdeographic || isKana
                ? .word(String(scalar)) : .letters(String(scalar))
        default: return .boundary
        }
    }
}
