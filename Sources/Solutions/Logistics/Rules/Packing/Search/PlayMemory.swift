/// What came of plays, by the key of the layout they began with: a flat table of bounded size.
///
/// Two layouts may share a key by chance, once in some 10^19 pairs; then one counts for the other, and
/// only the search's preferences suffer.
struct PlayMemory {
    private struct Slot {
        var key: UInt64
        var score: PackingScore
    }

    /// 64 MiB at most.
    private static let most = 1 << 21

    private var slots = [Slot](repeating: Slot(key: 0, score: .none), count: 1 << 10)
    private var count = 0

    /// What came of the layout with this key; setting nil does nothing, nor does
    /// anything once the table is full.
    subscript(key: UInt64) -> PackingScore? {
        get {
            let slot = slots[place(of: key)]
            return slot.score > .none ? slot.score : nil
        }
        set {
            guard let newValue else { return }
            if count * 2 >= slots.count {
                guard slots.count < Self.most else { return }
                grow()
            }
            let place = place(of: key)
            if slots[place].score == .none { count += 1 }
            slots[place] = Slot(key: key, score: newValue)
        }
    }

    /// Where a key is, or would be.
    private func place(of key: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: key) & mask
        while slots[place].score > .none, slots[place].key != key { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(key: 0, score: .none), count: old.count * 2)
        for slot in old where slot.score > .none {
            slots[place(of: slot.key)] = slot
        }
    }
}
