/// Matches one event after another with a ``PatternMachine``; it holds the memory that this needs.
///
/// Make one for each thread.
public final class PatternMatcher {
    /// An element of an array, or the event itself (the first).
    struct Element {
        /// The element that the array lies in, -1 for the event.
        var parent: Int32
        /// The array, -1 for the event.
        var array: Int32
        /// The first element that is not within this one.
        var end: Int32
        /// The values within it.
        var values: Range<Int32>
    }

    /// An array whose elements are told apart.
    struct Array {
        /// Its first element, in the order of the text.
        var first: Int32
        /// Its node in the tree of names.
        var node: Int32
        /// The end of the values within it.
        var valuesEnd: Int32
    }

    /// A value of a field, kept until it is known whether places in arrays matter.
    struct Value {
        var field: Int32
        var element: Int32
        var kind: Scalar.Kind
        var hasEscapes: Bool
        var start: Int
        var end: Int
    }

    /// Branches that may match: those whose bits are set in a stretch of words.
    struct Found {
        var firstBranch: Int
        var words: UnsafePointer<UInt64>
        var count: Int
    }

    let tables: PatternMachine.Tables
    let accumulator: UnsafeMutablePointer<UInt64>
    let scratch: UnsafeMutablePointer<UInt64>
    /// Where the words of groups of several fields are joined.
    let joined: UnsafeMutablePointer<UInt64>
    var joinedCount = 0
    /// Words that hold one hit of a sparse field each.
    var single: [(firstBranch: Int, bits: UInt64)] = []
    var turn: UInt32 = 0
    /// For each field, the last turn in which it had a value.
    var seen: [UInt32]
    var seenFields: [Int] = []
    var hits: [UInt32] = []
    var found: [Found] = []
    var decoded: [UInt8] = []
    var isNested = false
    var elements: [Element] = []
    var arrays: [Array] = []
    var values: [Value] = []
    var scanner: JSONScanner
    /// For each field, its values in order; made when the first branch has to be compared.
    var valuesOf: [[Int32]]?

    /// A matcher for the machine's patterns.
    public init(_ machine: PatternMachine) {
        tables = machine.tables
        accumulator = .allocate(capacity: tables.words + 1)
        accumulator.initialize(repeating: 0, count: tables.words + 1)
        let widest = tables.fields.map(\.words.count).max() ?? 0
        scratch = .allocate(capacity: 2 * widest + 1)
        scratch.initialize(repeating: 0, count: 2 * widest + 1)
        joined = .allocate(capacity: tables.joinedWords + 1)
        joined.initialize(repeating: 0, count: tables.joinedWords + 1)
        seen = [UInt32](repeating: 0, count: tables.fields.count)
        let nothing = UnsafeRawPointer(accumulator).assumingMemoryBound(to: UInt8.self)
        scanner = JSONScanner(nothing, count: 0)
    }

    deinit {
        accumulator.deallocate()
        scratch.deallocate()
        joined.deallocate()
    }

    /// Matches an event; ``rules`` and ``count`` tell the outcome.
    ///
    /// - Parameter event: JSON text, an object.
    /// - Throws: `EventSyntaxError` when it is not.
    public func match(_ event: UnsafeRawBufferPointer) throws(EventSyntaxError) {
        begin()
        guard let base = event.baseAddress else {
            throw EventSyntaxError(message: "expected an object, found nothing", offset: 0)
        }
        scanner = JSONScanner(base.assumingMemoryBound(to: UInt8.self), count: event.count)
        do throws(JSONScanner.Malformed) {
            guard scanner.next() == UInt8(ascii: "{") else { throw scanner.malformed("an object") }
            try object(0, 0)
            if scanner.next() != 0 || scanner.at < scanner.end {
                throw scanner.malformed("the end of the text")
            }
        } catch {
            clear()
            throw EventSyntaxError(message: "expected \(error.expected)", offset: error.offset)
        }
        conclude()
        clear()
    }

    /// How many patterns the last event matched.
    public var count: Int {
        if tables.hasSeveralBranches { return rules.count }
        var count = single.count
        for found in found {
            for index in 0..<found.count { count += found.words[index].nonzeroBitCount }
        }
        return count
    }

    /// The patterns that the last event matched, in order.
    public var rules: [Int] {
        var rules: [Int] = []
        for (firstBranch, bits) in single { collect(bits, firstBranch, into: &rules) }
        for found in found {
            for index in 0..<found.count {
                collect(found.words[index], found.firstBranch + index * 64, into: &rules)
            }
        }
        rules.sort()
        guard tables.hasSeveralBranches else { return rules }
        var distinct: [Int] = []
        for rule in rules where rule != distinct.last { distinct.append(rule) }
        return distinct
    }

    @inline(__always)
    private func collect(_ bits: UInt64, _ firstBranch: Int, into rules: inout [Int]) {
        var bits = bits
        while bits != 0 {
            rules.append(Int(tables.patternOf[firstBranch + bits.trailingZeroBitCount]))
            bits &= bits - 1
        }
    }

    private func begin() {
        turn &+= 1
        if turn == 0 {
            turn = 1
            for field in seen.indices { seen[field] = 0 }
        }
        found.removeAll(keepingCapacity: true)
        single.removeAll(keepingCapacity: true)
        joinedCount = 0
        seenFields.removeAll(keepingCapacity: true)
        isNested = false
        if tables.tracksElements {
            values.removeAll(keepingCapacity: true)
            elements.removeAll(keepingCapacity: true)
            arrays.removeAll(keepingCapacity: true)
            elements.append(Element(parent: -1, array: -1, end: 1, values: 0..<0))
            valuesOf = nil
        }
    }

    /// Leaves the words of sparse fields zero, as ``FieldIndex`` expects them.
    private func clear() {
        for slot in hits { accumulator[Int(slot >> 6)] = 0 }
        hits.removeAll(keepingCapacity: true)
    }
}
