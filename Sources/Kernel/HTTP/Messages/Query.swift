public import Core

/// The members of a query, decoded, in their order.
public struct Query: Sendable {
    /// Names and values as they came.
    public private(set) var list: [(name: String, value: String)] = []

    /// No members.
    public init() {}

    /// Reads `name=value&…` (WHATWG URL section 5.1, but strict about percent encoding and UTF-8).
    init(_ bytes: ArraySlice<UInt8>) throws(HTTPFault) {
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            list.append(
                (
                    try Self.text(pair[..<(equals ?? pair.endIndex)]),
                    try equals.map { (at) throws(HTTPFault) in try Self.text(pair[(at + 1)...]) }
                        ?? ""
                )
            )
        }
    }

    private static func text(_ part: ArraySlice<UInt8>) throws(HTTPFault) -> String {
        let isPlain = part.allSatisfy { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") }
        if isPlain { return String(decoding: part, as: UTF8.self) }
        let bytes = try PercentCoding.decode(part, plusIsSpace: true)
        guard !bytes.contains(0) else { throw PercentCoding.fault("a query must not hold %00") }
        return try PercentCoding.text(bytes[...])
    }

    /// The first value of `name`, nil when absent.
    public subscript(name: String) -> String? { list.first { $0.name == name }?.value }

    /// All values of `name`.
    public func all(_ name: String) -> [String] { list.filter { $0.name == name }.map(\.value) }

    /// The whole number `name`, nil when absent.
    ///
    /// - Throws: `invalid` when it is no whole number or lies outside `range`.
    public func int(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max)
        throws(GeneralFault) -> Int?
    {
        guard let text = self[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw Self.fault(
                name,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// The truth value `name`: `true` or `false`; nil when absent.
    public func bool(_ name: String) throws(GeneralFault) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true", "": return true
        case "false": return false
        default: throw Self.fault(name, "must be true or false")
        }
    }

    /// The id `name`, nil when absent.
    public func id<Subject>(_ name: String, _: Subject.Type = Subject.self) throws(GeneralFault)
        -> ID<Subject>?
    {
        guard let text = self[name] else { return nil }
        guard let id = ID<Subject>(text) else { throw Self.fault(name, "must be a UUID") }
        return id
    }

    /// One of the cases of a string enumeration, nil when absent.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _: Choice.Type = Choice.self
    ) throws(GeneralFault) -> Choice? where Choice.RawValue == String {
        guard let text = self[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.fault(name, "must be one of \(names)")
        }
        return choice
    }

    private static func fault(_ name: String, _ message: String) -> GeneralFault {
        GeneralFault(
            .invalid,
            code: "invalid-query",
            "query parameter \"\(name)\" \(message)",
            details: JSONObject([("parameter", .string(name))])
        )
    }
}
