public import Core

/// An EventBridge event pattern.
///
/// A pattern is an object whose leaves are arrays of alternatives; every leaf must be satisfied by a
/// value of the event, and where leaves lie within one array, by one and the same element of it. The
/// alternatives are exact values and the operators `prefix`, `suffix`, `equals-ignore-case`, `wildcard`,
/// `anything-but`, `numeric`, `cidr` and `exists`; `$or` joins patterns. What each accepts follows AWS's
/// event-ruler.
public struct Pattern: Sendable {
    /// One leaf of a pattern.
    struct Leaf: Sendable {
        /// The names on the way to the field, dots within names split.
        var path: [String]
        var condition: Condition
        /// Where the leaf stands in the pattern.
        var pointer: String
        /// The alternatives as they were written.
        var wanted: JSON
    }

    /// The branches of the pattern: it matches when all leaves of one of them do.
    ///
    /// There is one unless `$or` is used; leaves are in the order of their paths.
    let branches: [[Leaf]]

    /// The pattern as it was written.
    public let json: JSON

    /// Reads and checks a pattern.
    ///
    /// - Throws: a fault of code `invalid-pattern` with the pointer to what is wrong, or of code
    ///   `pattern-too-complex` when it is beyond ``PatternLimits``.
    public init(_ json: JSON) throws(GeneralFault) {
        var reader = PatternReader()
        branches = try reader.read(json)
        self.json = json
    }

    /// Whether the event matches; see ``Event/json`` for the members that a pattern can name.
    ///
    /// For many events or many patterns, make one ``PatternMachine`` of the patterns.
    public func matches(_ event: JSON) -> Bool {
        let rules = try? PatternMachine([self]).rules(matching: event.bytes())
        return rules?.isEmpty == false
    }
}
