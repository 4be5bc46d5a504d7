/// Lists of slots, each kept once, and as bits where it is long.
///
/// A slot is a bit of the matcher's accumulator: one condition of one branch of one pattern.
struct SlotSets: Sendable {
    /// From this length on a list is also kept as bits, which are faster to set.
    private static let bitsFrom = 64

    private struct Entry: Sendable {
        var start: UInt32
        var count: UInt32
        /// Where its bits begin, nil where it has none.
        var bits: Int?
    }

    private var entries: [Entry] = []
    private var slots: [UInt32] = []
    private var bits: [UInt64] = []
    /// The accumulator's words that the lists may lie in.
    private let words: Range<Int>

    init(words: Range<Int>) { self.words = words }

    /// Whether any list is kept as bits.
    var hasBits: Bool { !bits.isEmpty }

    /// Keeps a list.
    ///
    /// - Returns: its number.
    mutating func add(_ list: [UInt32]) -> Int {
        var entry = Entry(start: UInt32(slots.count), count: UInt32(list.count), bits: nil)
        if list.count >= Self.bitsFrom {
            entry.bits = bits.count
            var mask = [UInt64](repeating: 0, count: words.count)
            for slot in list {
                mask[Int(slot >> 6) - words.lowerBound] |= 1 << UInt64(slot & 63)
            }
            bits += mask
        }
        slots += list
        entries.append(entry)
        return entries.count - 1
    }

    /// The slots of a list.
    func list(_ number: Int) -> ArraySlice<UInt32> {
        let entry = entries[number]
        return slots[Int(entry.start)..<Int(entry.start + entry.count)]
    }

    /// Sets the slots of a list.
    @inline(__always)
    func set(_ number: Int, in accumulator: UnsafeMutablePointer<UInt64>) {
        let entry = entries[number]
        if let start = entry.bits {
            bits.withUnsafeBufferPointer { bits in
                guard let base = bits.baseAddress else { return }
                for index in 0..<words.count { accumulator[index] |= base[start + index] }
            }
            return
        }
        for index in Int(entry.start)..<Int(entry.start + entry.count) {
            let slot = Int(slots[index]) - words.lowerBound << 6
            accumulator[slot >> 6] |= 1 << UInt64(slot & 63)
        }
    }

    /// Clears the slots of a list.
    @inline(__always)
    func clear(_ number: Int, in accumulator: UnsafeMutablePointer<UInt64>) {
        let entry = entries[number]
        if let start = entry.bits {
            bits.withUnsafeBufferPointer { bits in
                guard let base = bits.baseAddress else { return }
                for index in 0..<words.count { accumulator[index] &= ~base[start + index] }
            }
            return
        }
        for index in Int(entry.start)..<Int(entry.start + entry.count) {
            let slot = Int(slots[index]) - words.lowerBound << 6
            accumulator[slot >> 6] &= ~(1 << UInt64(slot & 63))
        }
    }

    /// Calls `body` with each slot of a list.
    @inline(__always)
    func forEach(_ number: Int, _ body: (UInt32) -> Void) {
        let entry = entries[number]
        for index in Int(entry.start)..<Int(entry.start + entry.count) { body(slots[index]) }
    }
}
