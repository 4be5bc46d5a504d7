/// A hash table from the bits of numbers to places.
struct NumberTable: Sendable {
    private struct Entry: Sendable {
        var key: UInt64 = 0
        /// One more than the value; 0 where the entry is free.
        var value = 0
    }

    private let entries: [Entry]
    private let mask: Int

    /// Whether nothing is in it.
    let isEmpty: Bool

    init(_ values: [UInt64: Int]) {
        isEmpty = values.isEmpty
        var size = 4
        while size < values.count * 3 { size *= 2 }
        var entries = [Entry](repeating: Entry(), count: size)
        mask = size - 1
        for (key, value) in values {
            var at = Self.place(key) & mask
            while entries[at].value != 0 { at = (at + 1) & mask }
            entries[at] = Entry(key: key, value: value + 1)
        }
        self.entries = entries
    }

    /// What was entered for the number; nil when nothing was.
    @inline(__always)
    func find(_ key: UInt64) -> Int? {
        var at = Self.place(key) & mask
        while true {
            let entry = entries[at]
            if entry.value == 0 { return nil }
            if entry.key == key { return entry.value - 1 }
            at = (at + 1) & mask
        }
    }

    @inline(__always)
    private static func place(_ key: UInt64) -> Int {
        // Whole numbers have nothing but zeros in their lower halves.
        let folded = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (folded ^ folded >> 32) & 0x3FFF_FFFF)
    }
}
