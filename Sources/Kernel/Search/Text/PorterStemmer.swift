/// Takes English endings off words.
///
/// Porter, "An algorithm for suffix stripping", Program 14(3), 1980.
///
/// Words that are not all of `a` to `z`, and words of one or two letters, stay as they are.
public enum PorterStemmer {
    /// The stem of a word in lower case.
    public static func stem(_ word: String) -> String {
        var letters = Array(word.utf8)
        guard letters.count > 2, letters.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            return word
        }
        var stem = Stem(letters: letters)
        stem.run()
        letters = stem.letters
        return String(decoding: letters, as: UTF8.self)
    }

    private struct Stem {
        var letters: [UInt8]

        mutating func run() {
            plurals()
            pastAndProgressive()
            finalY()
            replace(Self.second, ifMeasureOver: 0)
            replace(Self.third, ifMeasureOver: 0)
            removeLong()
            removeFinalE()
        }

        // MARK: What the rules ask

        private func isConsonant(_ index: Int) -> Bool {
            switch letters[index] {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
                UInt8(ascii: "u"):
                false
            case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
            default: true
            }
        }

        /// The measure m of the first `count` letters: how often a consonant follows a vowel in [C](VC)^m[V].
        private func measure(_ count: Int) -> Int {
            var measure = 0
            var afterVowel = false
            for index in 0..<count {
                let consonant = isConsonant(index)
                if consonant, afterVowel { measure += 1 }
                afterVowel = !consonant
            }
            return measure
        }

        private func hasVowel(_ count: Int) -> Bool { (0..<count).contains { !isConsonant($0) } }

        private var endsInDoubleConsonant: Bool {
            let count = letters.count
            return count >= 2 && letters[count - 1] == letters[count - 2] && isConsonant(count - 1)
        }

        /// Whether the first `count` letters end consonant, vowel, consonant, the last not w, x or y.
        private func endsInShortSyllable(_ count: Int) -> Bool {
            guard count >= 3, isConsonant(count - 1), !isConsonant(count - 2),
                isConsonant(count - 3)
            else { return false }
            switch letters[count - 1] {
            case UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "y"): return false
            default: return true
            }
        }

        private func ends(_ suffix: String) -> Bool {
            let suffix = suffix.utf8
            return letters.count >= suffix.count
                && letters.suffix(suffix.count).elementsEqual(suffix)
        }

        private mutating func cut(_ count: Int, _ add: String = "") {
            letters.removeLast(count)
            letters += Array(add.utf8)
        }

        // MARK: Steps

        private mutating func plurals() {
            if ends("sses") || ends("ies") {
                cut(2)
            } else if ends("s"), !ends("ss") {
                cut(1)
            }
        }

        private mutating func pastAndProgressive() {
            if ends("eed") {
                if measure(letters.count - 3) > 0 { cut(1) }
                return
            }
            if ends("ed"), hasVowel(letters.count - 2) {
                cut(2)
            } else if ends("ing"), hasVowel(letters.count - 3) {
                cut(3)
            } else {
                return
            }
            if ends("at") || ends("bl") || ends("iz") {
                cut(0, "e")
            } else if endsInDoubleConsonant, !ends("l"), !ends("s"), !ends("z") {
                cut(1)
            } else if measure(letters.count) == 1, endsInShortSyllable(letters.count) {
                cut(0, "e")
            }
        }

        private mutating func finalY() {
            if ends("y"), hasVowel(letters.count - 1) { cut(1, "i") }
        }

        private static let second: [(String, String)] = [
            ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"),
            ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
            ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"),
            ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
            ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
        ]

        private static let third: [(String, String)] = [
            ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"),
            ("ful", ""), ("ness", ""),
        ]

        /// Replaces the longest suffix that the word ends in, when what is left is long enough.
        private mutating func replace(_ rules: [(String, String)], ifMeasureOver least: Int) {
            guard
                let rule = rules.filter({ ends($0.0) }).max(by: {
                    $0.0.utf8.count < $1.0.utf8.count
                })
            else { return }
            let count = rule.0.utf8.count
            if measure(letters.count - count) > least { cut(count, rule.1) }
        }

        private static let fourth = [
            "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion",
            "ou", "ism", "ate", "iti", "ous", "ive", "ize",
        ]

        private mutating func removeLong() {
            guard
                let suffix = Self.fourth.filter({ ends($0) }).max(by: {
                    $0.utf8.count < $1.utf8.count
                })
            else { return }
            let rest = letters.count - suffix.utf8.count
            guard measure(rest) > 1 else { return }
            if suffix == "ion" {
                guard rest > 0,
                    letters[rest - 1] == UInt8(ascii: "s")
                        || letters[rest - 1] == UInt8(ascii: "t")
                else { return }
            }
            cut(suffix.utf8.count)
        }

        private mutating func removeFinalE() {
            if ends("e") {
                let rest = letters.count - 1
                let measure = measure(rest)
                if measure > 1 || measure == 1 && !endsInShortSyllable(rest) { cut(1) }
            }
            if measure(letters.count) > 1, endsInDoubleConsonant, ends("l") { cut(1) }
        }
    }
}
