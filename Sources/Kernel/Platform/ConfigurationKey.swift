public import Core

/// One thing that can be configured.
public struct ConfigurationKey: Sendable {
    /// What sort of value it takes.
    public enum Kind: Sendable {
        /// Text.
        case text
        /// A whole number within a range.
        case integer(ClosedRange<Int>)
        /// A number within a range.
        case number(ClosedRange<Double>)
        /// true or false.
        case flag
        /// One of a few words.
        case choice([String])
    }

    /// The name in `weft.json`, for instance `server.port`.
    public var name: String
    /// What sort of value it takes.
    public var kind: Kind
    /// The value when nothing is configured; nil for none.
    public var fallback: JSON?
    /// The unit of a number, for instance `seconds`.
    public var unit: String?
    /// Whether its value is never shown.
    public var isSecret: Bool
    /// What it is for.
    public var meaning: String

    /// A key.
    public init(
        _ name: String,
        _ kind: Kind,
        _ fallback: JSON?,
        unit: String? = nil,
        isSecret: Bool = false,
        _ meaning: String
    ) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.unit = unit
        self.isSecret = isSecret
        self.meaning = meaning
    }

    /// The environment variable: `WEFT_` and the name in capitals, `SERVER_PORT` for `server.port`.
    public var variable: String {
        "WEFT_" + name.map { $0 == "." || $0 == "-" ? "_" : $0.uppercased() }.joined()
    }

    /// The sort of value and its range, for people.
    public var form: String {
        let unit = unit.map { " \($0)" } ?? ""
        switch kind {
        case .text: return "text"
        case .integer(let range):
            return "whole number, \(range.lowerBound) to \(range.upperBound)\(unit)"
        case .number(let range): return "number, \(range.lowerBound) to \(range.upperBound)\(unit)"
        case .flag: return "true or false"
        case .choice(let words): return "one of \(words.joined(separator: ", "))"
        }
    }

    /// Checks a value from the file or the environment; text is read as the kind asks.
    func value(_ raw: JSON, from place: String) throws(GeneralFault) -> JSON {
        let value: JSON? =
            switch kind {
            case .text: raw.string.map { .string($0) }
            case .integer(let range):
                (raw.int ?? raw.string.flatMap { Int($0) }).flatMap {
                    range.contains($0) ? .int($0) : nil
                }
            case .number(let range):
                (raw.double ?? raw.string.flatMap { Double($0) }).flatMap {
                    range.contains($0) ? .double($0) : nil
                }
            case .flag:
                raw.bool.map { .bool($0) }
                    ?? (raw.string == "true" ? true : raw.string == "false" ? false : nil)
            case .choice(let words): raw.string.flatMap { words.contains($0) ? .string($0) : nil }
            }
        guard let value else {
            let shown = isSecret ? "a secret" : raw.text()
            throw GeneralFault(
                .invalid,
                code: "invalid-configuration",
                "\(name) (\(place)): expected \(form), found \(shown)"
            )
        }
        return value
    }
}
