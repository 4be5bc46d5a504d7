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
    private struct Found {
        var firstBranch: Int
        var words: UnsafePointer<UInt64>
        var count: Int
    }

    let tables: PatternMachine.Tables
    private let accumulator: UnsafeMutablePointer<UInt64>
    private let scratch: UnsafeMutablePointer<UInt64>
    /// Where the words of groups of several fields are joined.
    private let joined: UnsafeMutablePointer<UInt64>
    private var joinedCount = 0
    /// Words that hold one hit of a sparse field each.
    private var single: [(firstBranch: Int, bits: UInt64)] = []
    private var turn: UInt32 = 0
    /// For each field, the last turn in which it had a value.
    private var seen: [UInt32]
    private var seenFields: [Int] = []
    private var hits: [UInt32] = []
    private var found: [Found] = []
    private var decoded: [UInt8] = []
    private var isNested = false
    private(set) var elements: [Element] = []
    private(set) var arrays: [Array] = []
    private(set) var values: [Value] = []
    private(set) var scanner: JSONScanner
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

    // MARK: The pass over the text

    private func object(_ node: Int, _ element: Int32) throws(JSONScanner.Malformed) {
        try scanner.enter()
        if scanner.next() == UInt8(ascii: "}") {
            scanner.at += 1
        } else {
            repeat {
                guard scanner.next() == UInt8(ascii: "\"") else {
                    throw scanner.malformed("a member's name")
                }
                let name = try scanner.string()
                try scanner.colon()
                let child = child(of: node, name)
                if child > 0 {
                    try value(child, element, isInArray: false)
                } else {
                    try scanner.skip()
                }
            } while try scanner.goesOn(until: UInt8(ascii: "}"))
        }
        scanner.depth -= 1
    }

    private func array(_ node: Int, _ element: Int32) throws(JSONScanner.Malformed) {
        try scanner.enter()
        let number = Int32(truncatingIfNeeded: arrays.count)
        let isTracked = tables.tracksElements && tables.nodes[node].hasChildren
        if isTracked {
            arrays.append(
                Array(first: Int32(elements.count), node: Int32(node), valuesEnd: 0)
            )
        }
        if scanner.next() == UInt8(ascii: "]") {
            scanner.at += 1
        } else {
            repeat {
                let byte = scanner.next()
                guard isTracked, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
                    try value(node, element, isInArray: true)
                    continue
                }
                let index = elements.count
                let start = Int32(values.count)
                elements.append(
                    Element(parent: element, array: number, end: 0, values: start..<start)
                )
                try value(node, Int32(index), isInArray: true)
                elements[index].end = Int32(elements.count)
                elements[index].values = start..<Int32(values.count)
            } while try scanner.goesOn(until: UInt8(ascii: "]"))
        }
        if isTracked { arrays[Int(number)].valuesEnd = Int32(values.count) }
        scanner.depth -= 1
    }

    @inline(__always)
    private func value(_ node: Int, _ element: Int32, isInArray: Bool)
        throws(JSONScanner.Malformed)
    {
        let field = Int(tables.nodes[node].field)
        guard scanner.at < scanner.end else { throw scanner.malformed("a value") }
        let start = scanner.at
        switch scanner.bytes[start] {
        case UInt8(ascii: "{"):
            if tables.nodes[node].hasChildren {
                try object(node, element)
            } else {
                try scanner.skip()
            }
        case UInt8(ascii: "["):
            try array(node, element)
        case UInt8(ascii: "\""):
            let text = try scanner.string()
            if field >= 0 { see(text, field, element) }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanner.number()
            if field >= 0 { see(.number, start, field, element) }
        case let byte:
            try scanner.literal()
            if field >= 0 {
                let kind: Scalar.Kind =
                    byte == UInt8(ascii: "t") ? .yes : byte == UInt8(ascii: "f") ? .no : .null
                see(kind, start, field, element)
            }
        }
    }

    private func see(_ text: JSONScanner.Text, _ field: Int, _ element: Int32) {
        note(
            Value(
                field: Int32(field),
                element: element,
                kind: .string,
                hasEscapes: text.hasEscapes,
                start: text.start,
                end: text.end
            )
        )
        if !text.hasEscapes {
            evaluate(Scalar(kind: .string, bytes: slice(text.start, text.end)), field)
            return
        }
        decoded.removeAll(keepingCapacity: true)
        scanner.decode(text, into: &decoded)
        let bytes = decoded
        bytes.withUnsafeBufferPointer { evaluate(Scalar(kind: .string, bytes: $0), field) }
    }

    @inline(__always)
    private func see(_ kind: Scalar.Kind, _ start: Int, _ field: Int, _ element: Int32) {
        note(
            Value(
                field: Int32(field),
                element: element,
                kind: kind,
                hasEscapes: false,
                start: start,
                end: scanner.at
            )
        )
        evaluate(Scalar(kind: kind, bytes: slice(start, scanner.at)), field)
    }

    @inline(__always)
    private func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: scanner.bytes + start, count: end - start)
    }

    @inline(__always)
    private func note(_ value: Value) {
        guard tables.fields[Int(value.field)].isRecorded else { return }
        if value.element > 0 { isNested = true }
        values.append(value)
    }

    @inline(__always)
    private func evaluate(_ value: Scalar, _ field: Int) {
        let index = tables.fields[field]
        let isFirst = seen[field] != turn
        if isFirst {
            seen[field] = turn
            seenFields.append(field)
        }
        index.evaluate(
            value,
            into: accumulator + index.words.lowerBound,
            isFirst: isFirst,
            scratch: scratch,
            hits: &hits
        )
    }

    /// Calls `body` with the value as it was met.
    func withScalar<Answer>(_ value: Value, _ body: (Scalar) -> Answer) -> Answer {
        guard value.hasEscapes else {
            return body(Scalar(kind: value.kind, bytes: slice(value.start, value.end)))
        }
        var bytes: [UInt8] = []
        scanner.decode(
            JSONScanner.Text(
                start: value.start,
                end: value.end,
                hasEscapes: true,
                isASCII: false
            ),
            into: &bytes
        )
        return bytes.withUnsafeBufferPointer { body(Scalar(kind: value.kind, bytes: $0)) }
    }

    // MARK: Names

    /// The node that a member's name leads to from a node; 0 when no pattern names it.
    @inline(__always)
    private func child(of node: Int, _ name: JSONScanner.Text) -> Int {
        let count = name.end - name.start
        guard count <= 8, name.start + 8 <= scanner.end, !name.hasEscapes else {
            return longChild(of: node, name)
        }
        let word = scanner.word(name.start)
        let head = count == 8 ? word : word & (1 << UInt64(8 * count) - 1)
        let found = find(node, head, 0, count, nil)
        if found != 0 { return found }
        // A dot within a name separates names, as it does in event-ruler.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let dots = head ^ (ones &* 0x2E)
        guard (dots &- ones) & ~dots & (ones &* 0x80) != 0 else { return 0 }
        return longChild(of: node, name)
    }

    private func longChild(of node: Int, _ name: JSONScanner.Text) -> Int {
        if !name.hasEscapes { return descend(from: node, slice(name.start, name.end)) }
        var bytes: [UInt8] = []
        scanner.decode(name, into: &bytes)
        return bytes.withUnsafeBufferPointer { descend(from: node, $0) }
    }

    private func descend(from node: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int {
        var node = node
        var start = 0
        while true {
            var end = start
            while end < name.count, name[end] != UInt8(ascii: ".") { end += 1 }
            node = find(node, UnsafeBufferPointer(rebasing: name[start..<end]))
            if node == 0 || end == name.count { return node }
            start = end + 1
        }
    }

    private func find(_ node: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        for index in 0..<min(8, name.count) { head |= UInt64(name[index]) << UInt64(8 * index) }
        if name.count > 8 {
            for index in 0..<8 {
                tail |= UInt64(name[name.count - 8 + index]) << UInt64(8 * index)
            }
        }
        return find(node, head, tail, name.count, name.count > 16 ? name : nil)
    }

    @inline(__always)
    private func find(
        _ node: Int,
        _ head: UInt64,
        _ tail: UInt64,
        _ count: Int,
        _ whole: UnsafeBufferPointer<UInt8>?
    ) -> Int {
        var at = PatternMachine.place(head, tail, count, node) & tables.childMask
        while true {
            let entry = tables.children[at]
            if entry.node == 0 { return 0 }
            if entry.head == head, entry.tail == tail, Int(entry.count) == count,
                Int(entry.parent) == node,
                whole?.elementsEqual(tables.names[Int(entry.start)..<Int(entry.start) + count])
                    ?? true
            {
                return Int(entry.node)
            }
            at = (at + 1) & tables.childMask
        }
    }

    // MARK: What follows from the values

    private func conclude() {
        if tables.tracksElements {
            elements[0].end = Int32(elements.count)
            elements[0].values = 0..<Int32(values.count)
        }
        for field in tables.absentFields { missing(field) }
        for slot in hits {
            let word = Int(slot >> 6)
            let owner = tables.groupOfWord[word]
            guard owner.isLead else { continue }
            let group = tables.groups[Int(owner.group)]
            check(slot, group, word - tables.members[group.members.lowerBound].start)
        }
        for field in seenFields where !tables.fields[field].isSparse {
            for group in tables.groupsOf[field] { join(tables.groups[group]) }
        }
    }

    /// Satisfies the conditions that accept absence when the field has no value in the event.
    private func missing(_ field: Int) {
        let index = tables.fields[field]
        let base = accumulator + index.words.lowerBound
        if seen[field] == turn {
            // It has one, but perhaps not where a branch found its other values: that is compared later.
            guard isNested else { return }
            for word in 0..<index.words.count { base[word] |= index.absent[word] }
            return
        }
        seen[field] = turn
        seenFields.append(field)
        for word in 0..<index.words.count { base[word] = index.absent[word] }
    }

    /// Keeps a hit when the other fields of its group are satisfied too.
    @inline(__always)
    private func check(_ slot: UInt32, _ group: PatternMachine.Group, _ word: Int) {
        var bits: UInt64 = 1 << UInt64(slot & 63)
        for member in group.members.dropFirst() {
            let member = tables.members[member]
            guard seen[member.field] == turn else { return }
            bits &= accumulator[member.start + word]
            if bits == 0 { return }
        }
        let first = group.firstBranch + word * 64
        if isNested, group.isConsistent { bits = consistent(bits, first) }
        if bits != 0 { single.append((first, bits)) }
    }

    /// Keeps of a group's branches those that all fields satisfy.
    private func join(_ group: PatternMachine.Group) {
        let first = tables.members[group.members.lowerBound].start
        let mustCompare = isNested && group.isConsistent
        if group.members.count == 1, !mustCompare {
            found.append(
                Found(
                    firstBranch: group.firstBranch,
                    words: UnsafePointer(accumulator + first),
                    count: group.words
                )
            )
            return
        }
        for member in group.members.dropFirst() {
            guard seen[tables.members[member].field] == turn else { return }
        }
        let words = joined + joinedCount
        words.update(from: accumulator + first, count: group.words)
        for member in group.members.dropFirst() {
            let other = accumulator + tables.members[member].start
            for index in 0..<group.words { words[index] &= other[index] }
        }
        if mustCompare {
            for index in 0..<group.words where words[index] != 0 {
                words[index] = consistent(words[index], group.firstBranch + index * 64)
            }
        }
        joinedCount += group.words
        found.append(
            Found(
                firstBranch: group.firstBranch,
                words: UnsafePointer(words),
                count: group.words
            )
        )
    }

    private func consistent(_ bits: UInt64, _ first: Int) -> UInt64 {
        var kept = bits
        var rest = bits
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest - 1
            if !isConsistent(tables.branches[first + place]) { kept &= ~(1 << UInt64(place)) }
        }
        return kept
    }
}
