/// Many patterns compiled into one automaton, which finds all that match an event in one pass over it.
///
/// The event's text is read once, as UTF-8, and checked while it is; what no pattern names is skipped.
/// Each value that is named is looked up once for all patterns. The time for an event hardly depends on
/// the number of patterns, and grows with the event's length, not with the ways to choose among the
/// elements of its arrays.
public struct PatternMachine: Sendable {
    /// The name of a member, as the automaton follows it: a node and a word of the path lead to a node.
    struct Child: Sendable {
        /// The first and the last eight bytes of the name; those of a shorter one filled with zeros.
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var count: UInt32 = 0
        var parent: UInt32 = 0
        /// Where the name stands in `names`.
        var start: UInt32 = 0
        /// The node it leads to; 0 where the entry is free.
        var node: UInt32 = 0
    }

    /// A place in the tree of names.
    struct Node: Sendable {
        /// The field that ends here, -1 for none.
        var field: Int32 = -1
        var parent: Int32 = -1
        var hasChildren = false
    }

    /// Branches of patterns that name the same fields; they lie side by side in each field's words.
    struct Group: Sendable {
        /// Its fields in ``Tables/members``, the one to begin with first.
        var members: Range<Int>
        var words: Int
        /// The first of the group's branches; there are 64 for each word, of which the last may be void.
        var firstBranch: Int
        /// Whether values must come from the same elements of arrays, or absence is asked for.
        var isConsistent: Bool
    }

    /// A field of a group.
    struct Member: Sendable {
        var field: Int
        /// The group's first word in the accumulator.
        var start: Int
    }

    /// One branch of a pattern.
    struct Branch: Sendable {
        /// The number of its pattern, -1 for a void one.
        var pattern: Int32
        /// Its fields and what they must be, in the order of their paths.
        var leaves: [(field: Int, condition: Condition)]
    }

    /// Everything the automaton has, shared by all who match with it.
    final class Tables: Sendable {
        let nodes: [Node]
        let children: [Child]
        let childMask: Int
        let names: [UInt8]
        let fields: [FieldIndex]
        let groups: [Group]
        let members: [Member]
        let branches: [Branch]
        /// For each branch, its pattern.
        let patternOf: [Int32]
        /// For each field, the groups that begin with it.
        let groupsOf: [[Int]]
        /// For each word of the accumulator, the group it belongs to, and whether its field leads it.
        let groupOfWord: [(group: Int32, isLead: Bool)]
        /// Fields that must be looked at though the event has no value for them.
        let absentFields: [Int]
        let words: Int
        /// The words of all groups together.
        let joinedWords: Int
        /// Whether elements of arrays must be told apart.
        let tracksElements: Bool
        /// Whether a pattern has several branches, so that it may be found more than once.
        let hasSeveralBranches: Bool

        init(_ compiler: consuming PatternCompiler) {
            nodes = compiler.nodes
            (children, childMask) = compiler.childTable()
            names = compiler.names
            fields = compiler.fields
            groups = compiler.groups
            members = compiler.members
            branches = compiler.branches
            patternOf = compiler.branches.map(\.pattern)
            groupsOf = compiler.groupsOf
            groupOfWord = compiler.groupOfWord
            words = compiler.words
            joinedWords = compiler.groups.reduce(0) { $0 + $1.words }
            absentFields = compiler.fields.indices.filter { index in
                compiler.fields[index].absent.contains { $0 != 0 }
            }
            tracksElements = compiler.groups.contains(where: \.isConsistent)
            hasSeveralBranches = compiler.hasSeveralBranches
        }
    }

    let tables: Tables

    /// How many patterns were compiled.
    public let count: Int

    /// Compiles patterns; they are known by their places in the list.
    public init(_ patterns: [Pattern]) {
        count = patterns.count
        tables = Tables(PatternCompiler(patterns))
    }

    /// What the automaton costs, to be compared with a budget before it is used.
    public var complexity: PatternComplexity {
        PatternComplexity(
            states: tables.nodes.count + tables.fields.reduce(0) { $0 + $1.states },
            branches: tables.branches.count { $0.pattern >= 0 },
            work: tables.fields.map(\.work).max() ?? 0
        )
    }

    /// The patterns that match an event, in order.
    ///
    /// For many events, keep a ``PatternMatcher``.
    ///
    /// - Parameter event: JSON text, an object.
    /// - Returns: their places in the list that was compiled.
    /// - Throws: `EventSyntaxError` when it is not.
    public func rules(matching event: [UInt8]) throws(EventSyntaxError) -> [Int] {
        let matcher = PatternMatcher(self)
        let result = event.withUnsafeBytes { bytes in
            Result { () throws(EventSyntaxError) in try matcher.match(bytes) }
        }
        try result.get()
        return matcher.rules
    }
}

/// What matching with an automaton may cost.
public struct PatternComplexity: Sendable, Equatable {
    /// States of all automata.
    public var states: Int
    /// Branches of all patterns.
    public var branches: Int
    /// Segments of wildcards, and conditions without an index, that one value may have to be compared with.
    public var work: Int
}
