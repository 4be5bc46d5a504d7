/// Joins what is one letter and may be written as two: a kana and its voicing, the parts of a Hangul
/// syllable.
///
/// Other marks are left out (``LetterFolding``); these make another letter.
enum LetterComposition {
    /// Whether a scalar may be the first part of a letter.
    static func mayJoin(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, leads: true
        case syllables: (scalar.value - 0xAC00) % 28 == 0
        default: false
        }
    }

    /// The letter of two parts; nil where they are two.
    static func join(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch (first.value, second.value) {
        case (leads, vowels):
            // The Unicode Standard, 3.12: conjoining jamo.
            Unicode.Scalar(
                0xAC00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28
            )
        case (syllables, 0x11A8...0x11C2) where (first.value - 0xAC00) % 28 == 0:
            Unicode.Scalar(first.value + second.value - 0x11A7)
        case (0x3040...0x30FF, 0x3099...0x309A):
            // Characters are the same when their decompositions are.
            voiced(first.value).compactMap(Unicode.Scalar.init).first {
                Character($0) == Character(String(first) + String(second))
            }
        default: nil
        }
    }

    private static let leads: ClosedRange<UInt32> = 0x1100...0x1112
    private static let vowels: ClosedRange<UInt32> = 0x1161...0x1175
    private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

    /// Where the voiced letters of a kana may stand: behind it, but for those that were added later.
    private static func voiced(_ kana: UInt32) -> [UInt32] {
        [kana + 1, kana + 2, kana + 8, 0x3094, 0x30F4]
    }
}
