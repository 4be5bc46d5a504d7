import Foundation
import Testing

@testable import Search

@Suite struct AnalyserTests {
    @Test(
        "Words lose case, accents and English endings; stop words are left out",
        arguments: [
            ("The Quick brown FOXES", ["quick", "brown", "fox"]),
            ("Müller, Straße 12b", ["muller", "strass", "12b"]),
            ("Łódź Ærø Þingvellir Œuvre", ["lodz", "aero", "thingvellir", "oeuvr"]),
            ("LO-000123/a", ["lo", "000123"]),
            ("Alzheimer's and dogs’ diseases", ["alzheim", "dog", "diseas"]),
            ("it's 5 o'clock", ["5", "o", "clock"]),
            ("e\u{301}tat", ["etat"]),
            ("東京タワー 12", ["東", "京", "タ", "ワ", "ー", "12"]),
            ("Москва", ["москва"]),
            ("the of and", []),
            ("", []),
        ] as [(String, [String])]
    )
    func terms(text: String, expected: [String]) {
        #expect(Analyser().terms(text) == expected)
    }

    @Test("A word counts up to its 64th letter")
    func longWords() {
        let words = Analyser().words(String(repeating: "ab1", count: 100))
        #expect(words == [String(String(repeating: "ab1", count: 100).prefix(64))])
    }

    /// Foundation takes accents off by Unicode's decompositions, and knows no `ł` or `ø`, which have none.
    @Test("Letters with accents become what Unicode's decompositions say")
    func folding() {
        for value in UInt32(0xC0)...0x17F {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let theirs = String(scalar).folding(
                options: [.diacriticInsensitive, .caseInsensitive],
                locale: nil
            )
            guard theirs.count == 1, theirs.utf8.count == 1 else { continue }
            guard case .letters(let ours) = LetterFolding.fold(scalar) else {
                Issue.record("\(scalar) is no letter")
                continue
            }
            #expect(ours == theirs, "\(scalar)")
        }
    }

    /// The examples of Porter's paper, each step's.
    @Test(
        "Endings are taken off as in Porter's paper",
        arguments: [
            ("caresses", "caress"), ("ponies", "poni"), ("ties", "ti"), ("caress", "caress"),
            ("cats", "cat"), ("feed", "feed"), ("agreed", "agre"), ("plastered", "plaster"),
            ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"), ("conflated", "conflat"),
            ("troubled", "troubl"), ("sized", "size"), ("hopping", "hop"), ("tanned", "tan"),
            ("falling", "fall"), ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"),
            ("filing", "file"), ("happy", "happi"), ("sky", "sky"), ("relational", "relat"),
            ("conditional", "condit"), ("rational", "ration"), ("digitizer", "digit"),
            ("operator", "oper"), ("feudalism", "feudal"), ("decisiveness", "decis"),
            ("hopefulness", "hope"), ("callousness", "callous"), ("formaliti", "formal"),
            ("sensitiviti", "sensit"), ("sensibiliti", "sensibl"), ("triplicate", "triplic"),
            ("formative", "form"), ("formalize", "formal"), ("electriciti", "electr"),
            ("electrical", "electr"), ("hopeful", "hope"), ("goodness", "good"),
            ("revival", "reviv"), ("allowance", "allow"), ("inference", "infer"),
            ("airliner", "airlin"), ("gyroscopic", "gyroscop"), ("adjustable", "adjust"),
            ("defensible", "defens"), ("irritant", "irrit"), ("replacement", "replac"),
            ("adjustment", "adjust"), ("dependent", "depend"), ("adoption", "adopt"),
            ("communism", "commun"), ("activate", "activ"), ("angulariti", "angular"),
            ("homologous", "homolog"), ("effective", "effect"), ("bowdlerize", "bowdler"),
            ("probate", "probat"), ("rate", "rate"), ("cease", "ceas"), ("controll", "control"),
            ("roll", "roll"), ("generalizations", "gener"), ("oscillators", "oscil"),
        ]
    )
    func stemming(word: String, stem: String) {
        #expect(PorterStemmer.stem(word) == stem)
    }

    @Test("Every stop word is one word of lower-case letters, and there are no others by chance")
    func stopWords() {
        #expect(StopWords.all.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } })
        #expect(StopWords.contains("the"))
        #expect(!StopWords.contains("order"))
    }

    @Test(
        "Marks are left out of all letters, in whichever of the two ways they are written",
        arguments: [
            ("București", "bucuresti"), ("Bucureşti", "bucuresti"), ("Iași", "iasi"),
            ("Việt", "viet"), ("Nguyễn", "nguyen"), ("Đà", "da"), ("Ḥalab", "halab"),
            ("ẛ", "s"), ("Ǽ", "ae"), ("ǿ", "o"), ("Ἀθῆναι", "αθηναι"), ("Киёв", "киев"),
            // Voiced kana and syllables stay what they are.
            ("ガ", "ガ"), ("パ", "パ"), ("ヴ", "ヴ"), ("한국", "한국"),
        ]
    )
    func marks(word: String, folded: String) {
        for text in [
            word.precomposedStringWithCanonicalMapping, word.decomposedStringWithCanonicalMapping,
        ] {
            #expect(
                Array(Analyser().words(text).joined().unicodeScalars)
                    == Array(folded.unicodeScalars)
            )
        }
    }

    @Test("Every letter comes to the same terms composed and decomposed")
    func normalForms() {
        var differing: [String] = []
        for value in UInt32(0xC0)..<0x3_0000 {
            // Compatibility ideographs stand for others in no text that is in a normal form.
            if (0xF900...0xFAFF).contains(value) || (0x2F800...0x2FA1F).contains(value) { continue }
            // Nor are notes of music letters.
            guard let scalar = Unicode.Scalar(value),
                scalar.properties.generalCategory != .otherSymbol
            else { continue }
            let word = "x\(scalar)y"
            let decomposed = word.decomposedStringWithCanonicalMapping
            let isSame =
                Analyser().terms(word).map { Array($0.utf8) }
                == Analyser().terms(decomposed).map { Array($0.utf8) }
            if !isSame { differing.append(String(value, radix: 16)) }
        }
        #expect(differing.isEmpty)
    }
}
