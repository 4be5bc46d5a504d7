import Core

/// Reads patterns from JSON and keeps within ``PatternLimits``.
struct PatternReader {
    static let operators: Set<String> = [
        "exactly", "prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists",
        "cidr", "wildcard",
    ]

    /// Names that event-ruler keeps for itself within `$or`.
    private static let reserved: Set<String> = operators.union([
        "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
        "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
        "ip-address-in-range", "ip-address-not-in-range",
    ])

    /// A branch under way: leaves by path; a path that comes again replaces the earlier leaf.
    private typealias Branch = [[String]: Pattern.Leaf]

    private var alternatives = 0
    private var bytes = 0
    var stars = 0

    mutating func read(_ json: JSON) throws(GeneralFault) -> [[Pattern.Leaf]] {
        var branches: [Branch] = [[:]]
        try object(JSONReader(json), at: [], isWithinOr: false, into: &branches)
        return branches.map { branch in
            branch.values
                .map { (key: $0.path.joined(separator: "."), leaf: $0) }
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map(\.leaf)
        }
    }

    private mutating func object(
        _ reader: JSONReader,
        at path: [String],
        isWithinOr: Bool,
        into branches: inout [Branch]
    ) throws(GeneralFault) {
        guard case .object(let object) = reader.value else {
            throw Self.invalid(reader, "expected an object, found \(reader.value.kind)")
        }
        guard !object.isEmpty else {
            throw Self.invalid(reader, "an empty object matches nothing")
        }
        for member in object {
            let child = JSONReader(
                member.value,
                pointer: reader.pointer + "/" + JSON.pointerToken(member.key)
            )
            if member.key == "$or" {
                try either(child, at: path, into: &branches)
                continue
            }
            if isWithinOr, Self.reserved.contains(member.key) {
                throw Self.invalid(
                    child,
                    "\"\(member.key)\" is an operator, not a field's name; within $or stand patterns"
                )
            }
            let names = member.key.split(separator: ".", omittingEmptySubsequences: false)
            let place = path + names.map(String.init)
            guard place.count <= PatternLimits.depth else {
                throw Self.tooComplex(
                    child,
                    "fields deeper than \(PatternLimits.depth) names are not matched"
                )
            }
            switch member.value {
            case .object:
                try self.object(child, at: place, isWithinOr: isWithinOr, into: &branches)
            case .array:
                let leaf = Pattern.Leaf(
                    path: place,
                    condition: try condition(child),
                    pointer: child.pointer,
                    wanted: child.value
                )
                for index in branches.indices { branches[index][place] = leaf }
                guard branches.reduce(0, { $0 + $1.count }) <= PatternLimits.leaves else {
                    throw Self.tooComplex(
                        child,
                        "the branches of $or have more than \(PatternLimits.leaves) leaves together"
                    )
                }
            default:
                throw Self.invalid(child, "expected an object or an array of alternatives")
            }
        }
    }

    private mutating func either(
        _ reader: JSONReader,
        at path: [String],
        into branches: inout [Branch]
    ) throws(GeneralFault) {
        guard let options = reader.value.array, options.count >= 2 else {
            throw Self.invalid(reader, "$or takes an array of at least two patterns")
        }
        guard branches.count * options.count <= PatternLimits.branches else {
            throw Self.tooComplex(
                reader,
                "the combinations of $or are more than \(PatternLimits.branches)"
            )
        }
        let before = branches
        var after: [Branch] = []
        for (index, option) in options.enumerated() {
            var copies = before
            try object(
                JSONReader(option, pointer: "\(reader.pointer)/\(index)"),
                at: path,
                isWithinOr: true,
                into: &copies
            )
            after += copies
            guard after.count <= PatternLimits.branches else {
                throw Self.tooComplex(
                    reader,
                    "the combinations of $or are more than \(PatternLimits.branches)"
                )
            }
        }
        branches = after
    }

    private mutating func condition(_ reader: JSONReader) throws(GeneralFault) -> Condition {
        let elements = try reader.array()
        guard !elements.isEmpty else {
            throw Self.invalid(reader, "an empty list of alternatives matches nothing")
        }
        var alternatives: [Alternative] = []
        for element in elements {
            switch element.value {
            case .null: alternatives.append(.null)
            case .bool(let flag): alternatives.append(flag ? .yes : .no)
            case .number(let number):
                try count(1, number.text.utf8.count, element)
                alternatives.append(.number(NumberKey(number.text)))
            case .string(let text):
                let bytes = Array(text.utf8)
                try count(1, bytes.count, element)
                // An address is the same address however it is written.
                let address = bytes.withUnsafeBufferPointer { NetworkAddress($0) }
                alternatives.append(address.map { .address(AddressRange($0)) } ?? .string(bytes))
            case .array:
                throw Self.invalid(element, "an alternative may not be an array")
            case .object(let object):
                guard object.count == 1, let only = object.first else {
                    throw Self.invalid(element, "expected exactly one operator")
                }
                alternatives += try self.operator(only.key, only.value, element)
            }
        }
        return Condition(alternatives: alternatives)
    }

    mutating func count(_ more: Int, _ bytes: Int, _ reader: JSONReader)
        throws(GeneralFault)
    {
        alternatives += more
        self.bytes += bytes
        guard alternatives <= PatternLimits.alternatives else {
            throw Self.tooComplex(
                reader,
                "a pattern has at most \(PatternLimits.alternatives) alternatives"
            )
        }
        guard self.bytes <= PatternLimits.bytes else {
            throw Self.tooComplex(
                reader,
                "the values of a pattern have at most \(PatternLimits.bytes) bytes together"
            )
        }
    }

    static func invalid(_ reader: JSONReader, _ message: String) -> GeneralFault {
        reader.fault(message, code: "invalid-pattern")
    }

    static func tooComplex(_ reader: JSONReader, _ message: String) -> GeneralFault {
        reader.fault(message, code: "pattern-too-complex")
    }
}
