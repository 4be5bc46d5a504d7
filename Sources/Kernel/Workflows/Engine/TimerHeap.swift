import Core

/// Moments at which something is to be looked at again, the earliest first.
struct TimerHeap: Sendable {
    enum Purpose: Sendable, Hashable {
        /// A step of an execution in hand.
        case step(ID<Execution>, Int)
        /// The deadline of an execution in hand.
        case deadline(ID<Execution>)
        /// A turn of an execution that could not be written is tried again.
        case retry(ID<Execution>)
        /// Executions wait in the store.
        case claim
    }

    struct Entry: Sendable {
        var due: Timestamp
        var purpose: Purpose
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }

    /// The earliest moment.
    var next: Timestamp? { entries.first?.due }

    mutating func add(_ due: Timestamp, _ purpose: Purpose) {
        entries.append(Entry(due: due, purpose: purpose))
        var at = entries.count - 1
        while at > 0, entries[at].due < entries[(at - 1) / 2].due {
            entries.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    /// Takes the earliest whose moment has come.
    mutating func take(at now: Timestamp) -> Entry? {
        guard let first = entries.first, first.due <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink(0)
        }
        return first
    }

    private mutating func sink(_ start: Int) {
        var at = start
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2]
            where child < entries.count && entries[child].due < entries[least].due {
                least = child
            }
            if least == at { return }
            entries.swapAt(at, least)
            at = least
        }
    }

    /// Drops what is not wanted any more.
    mutating func keep(where isWanted: (Entry) -> Bool) {
        entries = entries.filter(isWanted)
        // Sorted ascending is a heap.
        entries.sort { $0.due < $1.due }
    }
}
