public import Core

/// A natural person whose data is kept, for instance `customer:018f…`.
public struct DataSubject: Sendable, Hashable, CustomStringConvertible {
    /// What the person is here, for instance `customer`: lower-case letters and hyphens, 1 to 32.
    public let kind: String
    /// The id of the person's record.
    public let id: String

    /// The person with that record.
    ///
    /// - Parameters:
    ///   - kind: lower-case letters and hyphens, 1 to 32 of them.
    ///   - id: the record's id.
    public init<Subject>(_ kind: String, _ id: ID<Subject>) {
        precondition(Self.isKind(kind), "a kind has 1 to 32 lower-case letters and hyphens")
        self.kind = kind
        self.id = id.description
    }

    /// Reads `kind:id`, the id a UUID; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(kind: String(parts[0]), id: parts[1])
    }

    init?(kind: String, id: some StringProtocol) {
        guard Self.isKind(kind), let id = ID<Self>(id) else { return nil }
        self.kind = kind
        self.id = id.description
    }

    private static func isKind(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// `kind:id`.
    public var description: String { "\(kind):\(id)" }
}
