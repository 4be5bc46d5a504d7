/// Makes terms of text, the same for documents and questions, on every driver.
///
/// 1. Letters and digits make words; everything else separates them. An ideograph or a kana is a word
///    by itself. The ending `'s` is dropped.
/// 2. Words are in lower case, without accents and other marks (`Müller` is `muller`, `București` is
///    `bucuresti`, `Straße` is `strasse`), however these are written, and cut after 64 letters. Voiced
///    kana and Hangul syllables are letters by themselves.
/// 3. Words of the stop list (``StopWords``) are left out.
/// 4. English endings are taken off (``PorterStemmer``).
public struct Analyser: Sendable {
    /// Raised with every change of the terms: an index that an older one made is made anew.
    public static let version = 2

    /// The most letters of a word that count.
    static let longestWord = 64

    /// The analyser.
    public init() {}

    /// The terms of a text, in its order, repeated as they are there.
    public func terms(_ text: String) -> [String] {
        var terms: [String] = []
        forEachWord(of: text) { word in
            if !StopWords.contains(word) { terms.append(PorterStemmer.stem(word)) }
        }
        return terms
    }

    /// The words of a text in lower case without accents, stop words left out, with their endings.
    public func words(_ text: String) -> [String] {
        var words: [String] = []
        forEachWord(of: text) { word in
            if !StopWords.contains(word) { words.append(word) }
        }
        return words
    }

    private func forEachWord(of text: String, _ body: (String) -> Void) {
        var word: [UInt8] = []
        word.reserveCapacity(Self.longestWord)
        var letters = 0
        var followsApostrophe = false
        func add(_ byte: UInt8) {
            if letters < Self.longestWord { word.append(byte) }
            letters += 1
        }
        func end() {
            let isPossessive = followsApostrophe && letters == 1 && word[0] == UInt8(ascii: "s")
            followsApostrophe = false
            if letters > 0, !isPossessive { body(String(decoding: word, as: UTF8.self)) }
            word.removeAll(keepingCapacity: true)
            letters = 0
        }
        func take(_ scalar: Unicode.Scalar) {
            let value = scalar.value
            if value < 0x80 {
                let byte = UInt8(truncatingIfNeeded: value)
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    add(byte)
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): add(byte | 0x20)
                default:
                    let hadLetters = letters > 0
                    end()
                    followsApostrophe = hadLetters && byte == UInt8(ascii: "'")
                }
                return
            }
            switch LetterFolding.fold(scalar) {
            case .nothing: return
            case .boundary:
                let hadLetters = letters > 0
                end()
                followsApostrophe = hadLetters && value == 0x2019
            case .letters(let folded): for byte in folded.utf8 { add(byte) }
            case .word(let folded):
                end()
                body(folded)
            }
        }
        // What may be the first part of a letter waits for the second.
        var held: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if let first = held {
                held = LetterComposition.join(first, scalar)
                if held != nil { continue }
                take(first)
            }
            if LetterComposition.mayJoin(scalar) { held = scalar } else { take(scalar) }
        }
        if let held { take(held) }
        end()
    }
}
