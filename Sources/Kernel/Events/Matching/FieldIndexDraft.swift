/// Collects one field's conditions by what they look for, before they are compiled.
struct FieldIndexDraft {
    /// What is known of one text, number or range so far.
    private struct Entry {
        var sets: Set<UInt32> = []
        var clears: Set<UInt32> = []
        var isLikely = false
        var globs: Set<Wildcard> = []
    }

    /// The tables of a ``FieldIndex``.
    struct Compiled {
        var sets: SlotSets
        var findings: [FieldIndex.Finding] = []
        var exact = ByteTable([:])
        var exactFolded = ByteTable([:])
        var prefixes = ByteTrie([:], reversed: false)
        var suffixes = ByteTrie([:], reversed: true)
        var prefixesFolded = ByteTrie([:], reversed: false)
        var suffixesFolded = ByteTrie([:], reversed: true)
        var globs: [FieldIndex.Glob] = []
        var looseGlobs: [Int] = []
        var led: [Int] = []
        var numbers: [UInt64: Int] = [:]
        var numberTexts = ByteTable([:])
        var addresses: [AddressRange: Int] = [:]
        var yes: Int?
        var no: Int?
        var null: Int?
    }

    let words: Range<Int>
    private(set) var absent: [UInt64]
    private(set) var base: [UInt64]
    private(set) var ranges: [(slot: Int, ranges: [NumberRange])] = []
    private(set) var asked: [UInt32] = []

    private var exact: [[UInt8]: Entry] = [:]
    private var exactFolded: [[UInt8]: Entry] = [:]
    private var prefixes: [[UInt8]: Entry] = [:]
    private var suffixes: [[UInt8]: Entry] = [:]
    private var prefixesFolded: [[UInt8]: Entry] = [:]
    private var suffixesFolded: [[UInt8]: Entry] = [:]
    private var globs: [Wildcard: Entry] = [:]
    private var numbers: [UInt64: Entry] = [:]
    private var numberTexts: [[UInt8]: Entry] = [:]
    private var addresses: [AddressRange: Entry] = [:]
    private var literals = [Entry](repeating: Entry(), count: 3)

    init(words: Range<Int>) {
        self.words = words
        absent = [UInt64](repeating: 0, count: words.count)
        base = absent
    }

    mutating func add(_ condition: Condition, _ slot: UInt32) {
        let bit = Int(slot) - words.lowerBound << 6
        let mask: UInt64 = 1 << UInt64(bit & 63)
        if condition.acceptsAbsence { absent[bit >> 6] |= mask }
        let alternatives = Set(condition.alternatives).subtracting([.absent])
        if alternatives.contains(.exists) {
            base[bit >> 6] |= mask
            return
        }
        let excludes = alternatives.contains {
            if case .anythingBut = $0 { true } else { false }
        }
        if excludes {
            // What one alternative excludes another may accept: such a condition is asked singly.
            guard alternatives.count == 1, case .anythingBut(let exclusion) = alternatives.first
            else {
                asked.append(slot)
                return
            }
            base[bit >> 6] |= mask
            exclude(exclusion, slot)
            return
        }
        var ranges: [NumberRange] = []
        for alternative in alternatives {
            if case .range(let range) = alternative {
                ranges.append(range)
            } else {
                accept(alternative, slot)
            }
        }
        if !ranges.isEmpty { self.ranges.append((bit, ranges)) }
    }

    private mutating func accept(_ alternative: Alternative, _ slot: UInt32) {
        switch alternative {
        case .string(let text): exact[text, default: Entry()].sets.insert(slot)
        case .number(.value(let number)):
            numbers[number.bitPattern, default: Entry()].sets.insert(slot)
        case .number(.text(let text)): numberTexts[text, default: Entry()].sets.insert(slot)
        case .yes: literals[0].sets.insert(slot)
        case .no: literals[1].sets.insert(slot)
        case .null: literals[2].sets.insert(slot)
        case .prefix(let text): prefixes[text, default: Entry()].sets.insert(slot)
        case .suffix(let text): suffixes[text, default: Entry()].sets.insert(slot)
        case .prefixFolded(let text):
            prefixesFolded[text.folded, default: Entry()].sets.insert(slot)
            prefixesFolded[text.folded]?.isLikely = true
        case .suffixFolded(let text):
            suffixesFolded[text.folded, default: Entry()].sets.insert(slot)
            suffixesFolded[text.folded]?.isLikely = true
        case .equalsFolded(let text):
            exactFolded[text.folded, default: Entry()].sets.insert(slot)
            exactFolded[text.folded]?.isLikely = true
        case .wildcard(let wildcard): glob(wildcard) { $0.sets.insert(slot) }
        case .address(let range): addresses[range, default: Entry()].sets.insert(slot)
        case .range, .exists, .absent, .anythingBut: break
        }
    }

    private mutating func exclude(_ exclusion: Exclusion, _ slot: UInt32) {
        switch exclusion {
        case .strings(let texts):
            for text in texts { exact[text, default: Entry()].clears.insert(slot) }
        case .numbers(let values):
            for value in values { numbers[value.bitPattern, default: Entry()].clears.insert(slot) }
        case .prefixes(let texts):
            for text in texts { prefixes[text, default: Entry()].clears.insert(slot) }
        case .suffixes(let texts):
            for text in texts { suffixes[text, default: Entry()].clears.insert(slot) }
        case .folded(let texts):
            for text in texts {
                exactFolded[text.folded, default: Entry()].clears.insert(slot)
                exactFolded[text.folded]?.isLikely = true
            }
        case .wildcards(let wildcards):
            for wildcard in wildcards { glob(wildcard) { $0.clears.insert(slot) } }
        }
    }

    /// Files a wildcard where its first or last letters lead to it.
    private mutating func glob(_ wildcard: Wildcard, _ change: (inout Entry) -> Void) {
        switch (wildcard.stars, wildcard.prefix.isEmpty, wildcard.suffix.isEmpty) {
        case (0, _, _): change(&exact[wildcard.prefix, default: Entry()])
        case (1, _, true): change(&prefixes[wildcard.prefix, default: Entry()])
        case (1, true, false): change(&suffixes[wildcard.suffix, default: Entry()])
        default:
            change(&globs[wildcard, default: Entry()])
            if !wildcard.prefix.isEmpty {
                prefixes[wildcard.prefix, default: Entry()].globs.insert(wildcard)
            } else if !wildcard.suffix.isEmpty {
                suffixes[wildcard.suffix, default: Entry()].globs.insert(wildcard)
            }
        }
    }

    func compile() -> Compiled {
        var compiled = Compiled(sets: SlotSets(words: words))
        var numbersOfGlobs: [Wildcard: Int] = [:]
        for (wildcard, entry) in globs {
            numbersOfGlobs[wildcard] = compiled.globs.count
            if wildcard.prefix.isEmpty, wildcard.suffix.isEmpty {
                compiled.looseGlobs.append(compiled.globs.count)
            }
            let finding = Self.file(entry, [:], &compiled)
            compiled.globs.append(FieldIndex.Glob(wildcard: wildcard, finding: finding))
        }
        func file<Key: Hashable>(_ entries: [Key: Entry]) -> [Key: Int] {
            entries.mapValues { Self.file($0, numbersOfGlobs, &compiled) }
        }
        compiled.exact = ByteTable(file(exact))
        compiled.exactFolded = ByteTable(file(exactFolded))
        compiled.prefixes = ByteTrie(file(prefixes), reversed: false)
        compiled.suffixes = ByteTrie(file(suffixes), reversed: true)
        compiled.prefixesFolded = ByteTrie(file(prefixesFolded), reversed: false)
        compiled.suffixesFolded = ByteTrie(file(suffixesFolded), reversed: true)
        compiled.numbers = file(numbers)
        compiled.numberTexts = ByteTable(file(numberTexts))
        compiled.addresses = file(addresses)
        if !literals[0].sets.isEmpty { compiled.yes = Self.file(literals[0], [:], &compiled) }
        if !literals[1].sets.isEmpty { compiled.no = Self.file(literals[1], [:], &compiled) }
        if !literals[2].sets.isEmpty { compiled.null = Self.file(literals[2], [:], &compiled) }
        return compiled
    }

    private static func file(
        _ entry: Entry,
        _ globs: [Wildcard: Int],
        _ compiled: inout Compiled
    ) -> Int {
        var finding = FieldIndex.Finding()
        if !entry.sets.isEmpty { finding.sets = compiled.sets.add(entry.sets.sorted()) }
        if !entry.clears.isEmpty { finding.clears = compiled.sets.add(entry.clears.sorted()) }
        finding.isLikely = entry.isLikely
        let first = Int32(compiled.led.count)
        compiled.led += entry.globs.compactMap { globs[$0] }
        finding.globs = first..<Int32(compiled.led.count)
        compiled.findings.append(finding)
        return compiled.findings.count - 1
    }
}
