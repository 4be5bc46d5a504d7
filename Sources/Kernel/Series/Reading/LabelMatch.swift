import Core

/// Which labels a series must have, for instance `line=L1,device=press-*,shift!=night`.
public struct LabelMatch: Sendable, Hashable {
    private struct Condition: Sendable, Hashable {
        var key: String
        var value: String
        var isPrefix: Bool
        var isNegated: Bool
    }

    private var conditions: [Condition] = []

    /// Any labels.
    public init() {}

    /// Reads conditions separated by commas: `key=value`, `key!=value`, a value that ends in `*` for all
    /// that begin so; `\,`, `\*` and `\\` stand for the sign itself.
    ///
    /// A series without the label has the empty value: `key=` fits it, `key!=value` too.
    ///
    /// - Throws: `SeriesError` of code `invalidName` that says what cannot be read.
    public init(_ text: String) throws(SeriesError) {
        for part in Self.parts(text) {
            guard let sign = part.firstIndex(where: { $0.character == "=" && !$0.isEscaped }) else {
                throw SeriesError(
                    .invalidName,
                    "expected conditions like key=value or key!=value with commas, found "
                        + "\"\(text.prefix(80))\"",
                    pointer: "/match"
                )
            }
            var key = part[..<sign]
            let isNegated = key.last?.character == "!"
            if isNegated { key = key.dropLast() }
            var value = part[(sign + 1)...]
            let isPrefix = value.last.map { $0.character == "*" && !$0.isEscaped } ?? false
            if isPrefix { value = value.dropLast() }
            guard !key.isEmpty, conditions.count < 20 else {
                throw SeriesError(
                    .invalidName,
                    "a condition needs a key, and there may be 20 conditions",
                    pointer: "/match"
                )
            }
            conditions.append(
                Condition(
                    key: String(key.map(\.character)),
                    value: String(value.map(\.character)),
                    isPrefix: isPrefix,
                    isNegated: isNegated
                )
            )
        }
    }

    private typealias Part = [(character: Character, isEscaped: Bool)]

    private static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        var part: Part = []
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped, character == "," {
                parts.append(part)
                part = []
            } else {
                part.append((character, isEscaped))
            }
            isEscaped = false
        }
        return text.isEmpty ? [] : parts + [part]
    }

    /// Whether a series' labels fit.
    public func fits(_ name: SeriesName) -> Bool {
        conditions.allSatisfy { condition in
            let value = name[condition.key] ?? ""
            let fits =
                condition.isPrefix ? value.hasPrefix(condition.value) : value == condition.value
            return fits != condition.isNegated
        }
    }
}
