/// What all patterns ask of one field, compiled: a value is looked up once for all of them.
final class FieldIndex: Sendable {
    /// What is to be done with a list of slots when its text was found.
    struct Finding: Sendable {
        /// The list in ``FieldIndex/sets`` whose slots are satisfied.
        var sets: Int?
        /// The list whose slots are not, because the text is excluded.
        var clears: Int?
        /// Whether each slot's condition has to be asked again, as forms of a text are only alike.
        var isLikely = false
        /// Wildcards to try now that their beginning or their end was found, in ``FieldIndex/led``.
        var globs: Range<Int32> = 0..<0
    }

    /// A wildcard and what follows from it.
    struct Glob: Sendable {
        var wildcard: Wildcard
        var finding: Int
    }

    /// The accumulator's words of this field.
    let words: Range<Int>
    /// Whether the field must be looked at in every event, because patterns accept its absence.
    let absent: [UInt64]
    /// The slots that any value satisfies unless it is excluded; empty where there are none.
    let base: [UInt64]
    /// Whether only few slots are ever satisfied by a value, so that they are noted one by one.
    let isSparse: Bool
    /// Whether occurrences have to be noted, for comparing their places in arrays.
    let isRecorded: Bool
    /// The field's node in the tree of names.
    let node: Int
    let conditions: [UInt32: Condition]

    private let sets: SlotSets
    private let findings: [Finding]
    private let exact: ByteTable
    private let exactFolded: ByteTable
    private let prefixes: ByteTrie
    private let suffixes: ByteTrie
    private let prefixesFolded: ByteTrie
    private let suffixesFolded: ByteTrie
    private let globs: [Glob]
    private let looseGlobs: [Int]
    private let led: [Int]
    private let numbers: [UInt64: Int]
    private let numberTexts: ByteTable
    private let intervals: IntervalIndex?
    private let addresses: [AddressRange: Int]
    private let addressLengths: [(length: UInt8, prefix: UInt8)]
    private let yes: Int?
    private let no: Int?
    private let null: Int?
    private let asked: [UInt32]
    private let asksNumbers: Bool

    /// An index of one field's conditions.
    ///
    /// - Parameters:
    ///   - conditions: by slot.
    ///   - words: the accumulator's words of these slots.
    ///   - node: the field's node.
    ///   - isRecorded: whether occurrences are noted.
    init(_ conditions: [UInt32: Condition], words: Range<Int>, node: Int, isRecorded: Bool) {
        var draft = FieldIndexDraft(words: words)
        for slot in conditions.keys.sorted() {
            if let condition = conditions[slot] { draft.add(condition, slot) }
        }
        self.conditions = conditions
        self.words = words
        self.node = node
        self.isRecorded = isRecorded
        absent = draft.absent
        base = draft.base.contains { $0 != 0 } ? draft.base : []
        let compiled = draft.compile()
        sets = compiled.sets
        findings = compiled.findings
        exact = compiled.exact
        exactFolded = compiled.exactFolded
        prefixes = compiled.prefixes
        suffixes = compiled.suffixes
        prefixesFolded = compiled.prefixesFolded
        suffixesFolded = compiled.suffixesFolded
        globs = compiled.globs
        looseGlobs = compiled.looseGlobs
        led = compiled.led
        numbers = compiled.numbers
        numberTexts = compiled.numberTexts
        intervals =
            draft.ranges.isEmpty
            ? nil : IntervalIndex(draft.ranges, words: words.count)
        addresses = compiled.addresses
        var lengths: Set<[UInt8]> = []
        for range in compiled.addresses.keys {
            lengths.insert([range.base.length, range.prefixLength])
        }
        addressLengths = lengths.map { ($0[0], $0[1]) }
        (yes, no, null) = (compiled.yes, compiled.no, compiled.null)
        asked = draft.asked
        asksNumbers = intervals != nil || !numbers.isEmpty
        isSparse =
            base.isEmpty && draft.ranges.isEmpty && !draft.absent.contains { $0 != 0 }
            && !sets.hasBits
    }

    /// How much work a value may make beyond look-ups: segments of wildcards and conditions asked singly.
    var work: Int { globs.reduce(asked.count) { $0 + $1.wildcard.segments.count } }

    /// How many states the automata have.
    var states: Int {
        prefixes.count + suffixes.count + prefixesFolded.count + suffixesFolded.count
    }

    /// Satisfies the slots whose conditions accept the value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - accumulator: the field's first word; what is there already stays, unless this is the first.
    ///   - isFirst: whether the field had no value in this event yet; a sparse field's words are zero then.
    ///   - scratch: two times as many words.
    ///   - hits: for a sparse field, gets the slots.
    @inline(__always)
    func evaluate(
        _ value: Scalar,
        into accumulator: UnsafeMutablePointer<UInt64>,
        isFirst: Bool,
        scratch: UnsafeMutablePointer<UInt64>,
        hits: inout [UInt32]
    ) {
        let number = asksNumbers ? value.number : nil
        if isSparse {
            find(value, number, accumulator, &hits)
            return
        }
        let count = words.count
        if isFirst {
            fill(number, accumulator, scratch + count)
            find(value, number, accumulator, &hits)
            return
        }
        fill(number, scratch, scratch + count)
        find(value, number, scratch, &hits)
        for index in 0..<count { accumulator[index] |= scratch[index] }
    }

    /// Begins a set: what any value satisfies, and what the number does.
    @inline(__always)
    private func fill(
        _ number: Double?,
        _ target: UnsafeMutablePointer<UInt64>,
        _ scratch: UnsafeMutablePointer<UInt64>
    ) {
        if base.isEmpty {
            if let intervals, let number {
                intervals.put(number, into: target, replacing: true, scratch: scratch)
            } else {
                target.update(repeating: 0, count: words.count)
            }
            return
        }
        base.withUnsafeBufferPointer { base in
            if let base = base.baseAddress { target.update(from: base, count: words.count) }
        }
        if let intervals, let number {
            intervals.put(number, into: target, replacing: false, scratch: scratch)
        }
    }

    private func find(
        _ value: Scalar,
        _ number: Double?,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        switch value.kind {
        case .string: find(text: value, target, &hits)
        case .number: find(number, value, target, &hits)
        case .yes: apply(yes, value, target, &hits)
        case .no: apply(no, value, target, &hits)
        case .null: apply(null, value, target, &hits)
        }
        for slot in asked where conditions[slot]?.accepts(value) == true {
            set(slot, target, &hits)
        }
    }

    private func find(
        _ number: Double?,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        if let number, !numbers.isEmpty {
            apply(numbers[number.bitPattern], value, target, &hits)
        }
        apply(numberTexts.find(value.bytes), value, target, &hits)
    }

    private func find(
        text value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        let text = value.bytes
        apply(exact.find(text), value, target, &hits)
        if !prefixes.isEmpty { walk(prefixes, text, fromEnd: false, value, target, &hits) }
        if !suffixes.isEmpty { walk(suffixes, text, fromEnd: true, value, target, &hits) }
        if !(exactFolded.isEmpty && prefixesFolded.isEmpty && suffixesFolded.isEmpty) {
            let folded = FoldedText.fold(text)
            folded.withUnsafeBufferPointer { folded in
                apply(exactFolded.find(folded), value, target, &hits)
                walk(prefixesFolded, folded, fromEnd: false, value, target, &hits)
                walk(suffixesFolded, folded, fromEnd: true, value, target, &hits)
            }
        }
        for glob in looseGlobs { attempt(glob, value, target, &hits) }
        if !addresses.isEmpty, let address = NetworkAddress(text) {
            var range = AddressRange(address)
            for (length, prefix) in addressLengths where length == address.length {
                range.prefixLength = prefix
                range.base.bits = AddressRange.masked(address.bits, length: length, to: prefix)
                apply(addresses[range], value, target, &hits)
            }
        }
    }

    private func walk(
        _ trie: ByteTrie,
        _ text: UnsafeBufferPointer<UInt8>,
        fromEnd: Bool,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        if trie.isEmpty { return }
        apply(trie.end(at: 0), value, target, &hits)
        var node: UInt32 = 0
        for index in 0..<text.count {
            node = trie.step(node, text[fromEnd ? text.count - 1 - index : index])
            if node == 0 { return }
            apply(trie.end(at: node), value, target, &hits)
        }
    }

    private func attempt(
        _ number: Int,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        guard globs[number].wildcard.matches(value.bytes) else { return }
        apply(globs[number].finding, value, target, &hits)
    }

    @inline(__always)
    private func apply(
        _ number: Int?,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        guard let number else { return }
        follow(findings[number], value, target, &hits)
    }

    private func follow(
        _ finding: Finding,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        if finding.isLikely {
            ask(finding, value, target, &hits)
            return
        }
        if let list = finding.clears { sets.clear(list, in: target) }
        if let list = finding.sets {
            if isSparse {
                for slot in sets.list(list) { set(slot, target, &hits) }
            } else {
                sets.set(list, in: target)
            }
        }
        for glob in finding.globs { attempt(led[Int(glob)], value, target, &hits) }
    }

    /// As ``follow(_:_:_:_:)``, but each condition says for itself whether it accepts the value.
    private func ask(
        _ finding: Finding,
        _ value: Scalar,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        for list in [finding.clears, finding.sets] {
            guard let list else { continue }
            for slot in sets.list(list) {
                if conditions[slot]?.accepts(value) == true {
                    set(slot, target, &hits)
                } else if finding.clears == list {
                    let bit = Int(slot) - words.lowerBound << 6
                    target[bit >> 6] &= ~(1 << UInt64(bit & 63))
                }
            }
        }
    }

    @inline(__always)
    private func set(
        _ slot: UInt32,
        _ target: UnsafeMutablePointer<UInt64>,
        _ hits: inout [UInt32]
    ) {
        let bit = Int(slot) - words.lowerBound << 6
        let mask: UInt64 = 1 << UInt64(bit & 63)
        if isSparse {
            if target[bit >> 6] & mask != 0 { return }
            hits.append(slot)
        }
        target[bit >> 6] |= mask
    }
}
