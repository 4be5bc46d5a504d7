import Core

/// Reading operators, such as `{"prefix": …}`.
extension PatternReader {
    mutating func `operator`(
        _ name: String,
        _ value: JSON,
        _ reader: JSONReader
    ) throws(GeneralFault) -> [Alternative] {
        switch name {
        case "exactly":
            return [.string(try text(value, name, reader))]
        case "prefix":
            if let folded = try folded(value, name, reader) { return [.prefixFolded(folded)] }
            return [.prefix(try text(value, name, reader))]
        case "suffix":
            if let folded = try folded(value, name, reader) { return [.suffixFolded(folded)] }
            return [.suffix(try text(value, name, reader))]
        case "equals-ignore-case":
            return [.equalsFolded(FoldedText(try one(value, name, reader)))]
        case "wildcard":
            return [.wildcard(try wildcard(try one(value, name, reader), reader))]
        case "exists":
            guard let flag = value.bool else {
                throw Self.invalid(reader, "\"exists\" takes true or false")
            }
            return [flag ? .exists : .absent]
        case "cidr":
            let text = try one(value, name, reader)
            guard let range = AddressRange(text) else {
                throw Self.invalid(
                    reader,
                    "\"cidr\" takes an address, \"/\" and the number of leading bits (0 to 31 for IPv4, "
                        + "0 to 127 for IPv6), such as \"10.0.0.0/24\""
                )
            }
            return [.address(range)]
        case "numeric":
            try count(1, 0, reader)
            return [try numeric(value, reader)]
        case "anything-but":
            return [.anythingBut(try exclusion(value, reader))]
        default:
            let near =
                nearest(to: name, among: Self.operators).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Self.invalid(reader, "unknown operator \"\(name)\"\(near)")
        }
    }

    private mutating func numeric(_ value: JSON, _ reader: JSONReader) throws(GeneralFault)
        -> Alternative
    {
        guard let terms = value.array, terms.count == 2 || terms.count == 4 else {
            throw Self.invalid(
                reader,
                "\"numeric\" takes an operator and a number, or two of each, such as [\">\", 0, \"<=\", 5]"
            )
        }
        var range = NumberRange()
        let number = try comparable(terms[1], reader)
        switch terms[0].string {
        case "=" where terms.count == 2: return .number(.value(number))
        case "<" where terms.count == 2: (range.upper, range.includesUpper) = (number, false)
        case "<=" where terms.count == 2: range.upper = number
        case ">": (range.lower, range.includesLower) = (number, false)
        case ">=": range.lower = number
        case "=", "<", "<=":
            throw Self.invalid(reader, "a range begins with its lower end, \">\" or \">=\"")
        default:
            throw Self.invalid(
                reader,
                "expected \"=\", \"<\", \"<=\", \">\" or \">=\" in \"numeric\""
            )
        }
        guard terms.count == 4 else { return .range(range) }
        range.upper = try comparable(terms[3], reader)
        switch terms[2].string {
        case "<": range.includesUpper = false
        case "<=": break
        default: throw Self.invalid(reader, "a range ends with \"<\" or \"<=\"")
        }
        guard range.lower < range.upper else {
            throw Self.invalid(reader, "the lower end of a range must be less than the upper one")
        }
        return .range(range)
    }

    private func comparable(_ value: JSON, _ reader: JSONReader) throws(GeneralFault) -> Double {
        guard case .number(let number) = value else {
            throw Self.invalid(reader, "expected a number, found \(value.kind)")
        }
        guard let double = ComparableNumber.value(number.text) else {
            throw Self.invalid(
                reader,
                "\(number.text) cannot be compared: it has more digits than a double holds"
            )
        }
        return double
    }

    private mutating func exclusion(_ value: JSON, _ reader: JSONReader) throws(GeneralFault)
        -> Exclusion
    {
        switch value {
        case .string, .number:
            return try exclusion(.array([value]), reader)
        case .array(let values):
            guard let first = values.first else {
                throw Self.invalid(reader, "\"anything-but\" takes at least one value")
            }
            if case .number = first {
                var numbers: Set<Double> = []
                for value in values {
                    try count(1, 0, reader)
                    guard case .number = value else { throw Self.mixed(reader) }
                    numbers.insert(try comparable(value, reader))
                }
                return .numbers(numbers)
            }
            var strings: Set<[UInt8]> = []
            for value in values {
                guard case .string(let text) = value else { throw Self.mixed(reader) }
                try count(1, text.utf8.count, reader)
                strings.insert(Array(text.utf8))
            }
            return .strings(strings)
        case .object(let object):
            guard object.count == 1, let only = object.first else {
                throw Self.invalid(reader, "expected exactly one operator in \"anything-but\"")
            }
            return try exclusion(by: only.key, only.value, reader)
        default:
            throw Self.invalid(
                reader,
                "\"anything-but\" takes strings or numbers, or prefix, suffix, equals-ignore-case or "
                    + "wildcard"
            )
        }
    }

    private mutating func exclusion(
        by name: String,
        _ value: JSON,
        _ reader: JSONReader
    ) throws(GeneralFault) -> Exclusion {
        switch name {
        case "prefix", "suffix":
            let texts = try texts(value, name, reader)
            guard !texts.contains("") else {
                throw Self.invalid(reader, "an empty \(name) would exclude every string")
            }
            let bytes = Set(texts.map { Array($0.utf8) })
            return name == "prefix" ? .prefixes(bytes) : .suffixes(bytes)
        case "equals-ignore-case":
            return .folded(Set(try texts(value, name, reader).map(FoldedText.init)))
        case "wildcard":
            var wildcards: Set<Wildcard> = []
            for text in try texts(value, name, reader) {
                wildcards.insert(try wildcard(text, reader))
            }
            return .wildcards(wildcards)
        default:
            throw Self.invalid(
                reader,
                "\"anything-but\" takes prefix, suffix, equals-ignore-case or wildcard, not \"\(name)\""
            )
        }
    }

    private static func mixed(_ reader: JSONReader) -> GeneralFault {
        invalid(reader, "\"anything-but\" takes strings or numbers, not both nor anything else")
    }

    /// The text of `{"equals-ignore-case": …}`; nil when the value is no object.
    private mutating func folded(
        _ value: JSON,
        _ name: String,
        _ reader: JSONReader
    ) throws(GeneralFault) -> FoldedText? {
        guard case .object(let object) = value else { return nil }
        guard object.count == 1, let only = object.first, only.key == "equals-ignore-case" else {
            throw Self.invalid(reader, "\"\(name)\" takes a string or {\"equals-ignore-case\": …}")
        }
        return FoldedText(try one(only.value, only.key, reader))
    }

    private mutating func texts(_ value: JSON, _ name: String, _ reader: JSONReader)
        throws(GeneralFault) -> [String]
    {
        guard let values = value.array else { return [try one(value, name, reader)] }
        guard !values.isEmpty else {
            throw Self.invalid(reader, "\"\(name)\" takes at least one string")
        }
        var texts: [String] = []
        for value in values { texts.append(try one(value, name, reader)) }
        return texts
    }

    private mutating func text(_ value: JSON, _ name: String, _ reader: JSONReader)
        throws(GeneralFault) -> [UInt8]
    {
        Array(try one(value, name, reader).utf8)
    }

    private mutating func one(_ value: JSON, _ name: String, _ reader: JSONReader)
        throws(GeneralFault) -> String
    {
        guard let text = value.string else {
            let hint = value.array == nil ? "" : "; write an alternative for each"
            throw Self.invalid(reader, "\"\(name)\" takes a string, found \(value.kind)\(hint)")
        }
        try count(1, text.utf8.count, reader)
        return text
    }

    private mutating func wildcard(_ text: String, _ reader: JSONReader) throws(GeneralFault)
        -> Wildcard
    {
        let wildcard: Wildcard
        do {
            wildcard = try Wildcard(text)
        } catch {
            throw Self.invalid(reader, "\"wildcard\": \(error.message)")
        }
        stars += wildcard.stars
        guard wildcard.stars <= PatternLimits.stars, stars <= PatternLimits.totalStars else {
            throw Self.tooComplex(
                reader,
                "a wildcard has at most \(PatternLimits.stars) asterisks, and a pattern "
                    + "\(PatternLimits.totalStars)"
            )
        }
        return wildcard
    }
}
