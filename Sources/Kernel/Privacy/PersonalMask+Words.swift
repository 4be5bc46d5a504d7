public import Core
public import Store

/// Personal values that were read and may be said again, in documents that are kept.
extension PersonalMask {
    /// A text that says a value, or a part of it.
    private struct Word {
        var text: String
        var subject: DataSubject
        var field: String
    }

    /// Shorter texts say nothing of anybody.
    private static let shortest = 3
    /// The parts of longer texts are a language's words, and nobody's.
    private static let longestOfParts = 60

    /// The document with every text that says one of the values sealed, as it may be kept.
    ///
    /// A value is found as it is; of a short one (a name, a street) each word of three letters and more is
    /// found, too, for whoever reads "Ada Miller" writes of "Ms Miller". Opened it is the same document; so
    /// placeholders stay what they are. What is said in other words is not found.
    ///
    /// - Parameters:
    ///   - json: the document; texts with something sealed in them stay as they are.
    ///   - privacy: seals.
    ///   - organisation: whose it is.
    ///   - transaction: the one that stores it.
    /// - Returns: the document as it may be kept.
    /// - Throws: as `Privacy.seal`.
    public func sealWords(
        _ json: JSON,
        by privacy: Privacy,
        of organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> JSON {
        let words = words
        guard !words.isEmpty else { return json }
        return try Self.map(json) { text in
            try Self.cut(text, at: words) { word, found in
                try privacy.seal(
                    found,
                    as: word.field,
                    of: word.subject,
                    organisation,
                    in: transaction
                )
            }
        }
    }

    /// What says something of the values, the longest first.
    private var words: [Word] {
        var known: Set<String> = []
        var words: [Word] = []
        for value in values {
            for text in Self.texts(of: value.json) {
                var parts = [text]
                if text.count <= Self.longestOfParts {
                    parts += text.split { !$0.isLetter }.map(String.init)
                }
                for part in parts where part.count >= Self.shortest && known.insert(part).inserted {
                    words.append(Word(text: part, subject: value.subject, field: value.field))
                }
            }
        }
        return words.sorted { ($1.text.count, $0.text) < ($0.text.count, $1.text) }
    }

    private static func texts(of json: JSON) -> [String] {
        switch json {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(texts)
        case .object(let object): object.flatMap { texts(of: $0.value) }
        case .null, .bool, .number: []
        }
    }

    private static func map(_ json: JSON, _ body: (String) throws -> String) rethrows -> JSON {
        switch json {
        case .string(let text): .string(SealedText.isIn(text) ? text : try body(text))
        case .array(let elements): .array(try elements.map { try map($0, body) })
        case .object(let object):
            .object(JSONObject(try object.map { ($0.key, try map($0.value, body)) }))
        case .null, .bool, .number: json
        }
    }

    /// The text with another in the place of each word.
    private static func cut(
        _ text: String,
        at words: [Word],
        _ body: (Word, String) throws -> String
    ) rethrows -> String {
        guard let at = words.firstIndex(where: { text.contains($0.text) }) else { return text }
        let word = words[at]
        let rest = Array(words[(at + 1)...])
        var result = ""
        var start = text.startIndex
        for range in text.ranges(of: word.text) where isWhole(range, in: text) {
            result += try cut(String(text[start..<range.lowerBound]), at: rest, body)
            result += try body(word, String(text[range]))
            start = range.upperBound
        }
        return result + (try cut(String(text[start...]), at: rest, body))
    }

    /// Whether nothing before or after belongs to the same word.
    private static func isWhole(_ range: Range<String.Index>, in text: String) -> Bool {
        func joins(_ inside: Character, _ outside: Character) -> Bool {
            (inside.isLetter || inside.isNumber) && (outside.isLetter || outside.isNumber)
        }
        if range.lowerBound > text.startIndex,
            joins(text[range.lowerBound], text[text.index(before: range.lowerBound)])
        {
            return false
        }
        if range.upperBound < text.endIndex,
            joins(text[text.index(before: range.upperBound)], text[range.upperBound])
        {
            return false
        }
        return true
    }
}
