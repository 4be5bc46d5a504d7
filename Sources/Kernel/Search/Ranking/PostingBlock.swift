/// Which documents of a run of 1,024 numbers have a term: how often, and how long they are.
///
/// As bytes: the count of documents (2 bytes, little-endian), then for each, in ascending order, its slot
/// less the one before, how often the term stands in it, and its length, each as LEB128.
struct PostingBlock {
    struct Entry: Equatable {
        /// The document's number within the run, 0…1023.
        var slot: Int
        var count: Int
        var length: Int
    }

    /// How many numbers a run has.
    static let size: Int64 = 1_024

    static func shard(of number: Int64) -> Int64 { number / size }
    static func slot(of number: Int64) -> Int { Int(number % size) }

    var entries: [Entry]

    init(_ entries: [Entry] = []) { self.entries = entries }

    init(bytes: [UInt8]) {
        entries = []
        entries.reserveCapacity(Self.count(in: bytes))
        Self.forEach(in: bytes) { slot, count, length in
            entries.append(Entry(slot: slot, count: count, length: length))
        }
    }

    /// The entries with some removed and some added.
    func changed(removing: Set<Int>, adding: [Entry]) -> PostingBlock {
        let kept = removing.isEmpty ? entries : entries.filter { !removing.contains($0.slot) }
        // New documents come last, so nearly always there is nothing to sort.
        if let last = kept.last?.slot, let first = adding.first?.slot, last > first {
            return PostingBlock((kept + adding).sorted { $0.slot < $1.slot })
        }
        return PostingBlock(kept + adding)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = [UInt8(entries.count & 0xFF), UInt8(entries.count >> 8)]
        bytes.reserveCapacity(2 + entries.count * 4)
        var before = 0
        for entry in entries {
            Self.append(entry.slot - before, to: &bytes)
            Self.append(entry.count, to: &bytes)
            Self.append(entry.length, to: &bytes)
            before = entry.slot
        }
        return bytes
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = UInt(bitPattern: value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// How many documents a block is of.
    static func count(in bytes: [UInt8]) -> Int {
        bytes.count < 2 ? 0 : Int(bytes[0]) | Int(bytes[1]) << 8
    }

    /// Reads a block without building anything; one that is cut off ends early.
    static func forEach(in bytes: [UInt8], _ body: (Int, Int, Int) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 2
            let end = bytes.count
            func next() -> Int {
                var value = 0
                var shift = 0
                while index < end, shift < 56 {
                    let byte = Int(bytes[index])
                    index += 1
                    value |= (byte & 0x7F) << shift
                    if byte < 0x80 { break }
                    shift += 7
                }
                return value
            }
            var slot = 0
            while index < end {
                slot += next()
                let count = next()
                let length = next()
                guard slot < Int(size) else { return }
                body(slot, count, length)
            }
        }
    }
}
