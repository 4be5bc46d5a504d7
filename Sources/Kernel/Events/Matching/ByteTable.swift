import Glibc

/// A hash table from texts to numbers that is asked with bytes in place.
struct ByteTable: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32 = 0
        var start: UInt32 = 0
        var count: UInt32 = 0
        /// One more than the value; 0 where the entry is free.
        var value: UInt32 = 0
    }

    private let entries: [Entry]
    private let text: [UInt8]
    private let mask: Int

    /// Whether nothing is in it.
    let isEmpty: Bool

    /// A table of the given texts, each with its number.
    init(_ values: [[UInt8]: Int]) {
        isEmpty = values.isEmpty
        var size = 4
        while size < values.count * 4 { size *= 2 }
        var entries = [Entry](repeating: Entry(), count: size)
        var text: [UInt8] = []
        mask = size - 1
        for (key, value) in values {
            let hash = key.withUnsafeBufferPointer { Self.hash($0) }
            var at = Int(hash) & mask
            while entries[at].value != 0 { at = (at + 1) & mask }
            entries[at] = Entry(
                hash: hash,
                start: UInt32(text.count),
                count: UInt32(key.count),
                value: UInt32(value + 1)
            )
            text += key
        }
        self.entries = entries
        self.text = text
    }

    /// The number of the text; nil when it is not in the table.
    @inline(__always)
    func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
        if isEmpty { return nil }
        let hash = Self.hash(key)
        var at = Int(hash) & mask
        while true {
            let entry = entries[at]
            if entry.value == 0 { return nil }
            if entry.hash == hash, Int(entry.count) == key.count, equals(entry.start, key) {
                return Int(entry.value) - 1
            }
            at = (at + 1) & mask
        }
    }

    @inline(__always)
    private func equals(_ start: UInt32, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let other = key.baseAddress, key.count > 0 else { return true }
        return text.withUnsafeBufferPointer { text in
            text.baseAddress.map { memcmp($0 + Int(start), other, key.count) == 0 } ?? false
        }
    }

    /// A hash of the bytes, taken eight at a time.
    @inline(__always)
    static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var hash = UInt64(key.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        let raw = UnsafeRawPointer(key.baseAddress)
        guard let raw else { return UInt32(truncatingIfNeeded: hash >> 32) }
        while at + 8 <= key.count {
            hash =
                (hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                &* 0xD6E8_FEB8_6659_FD93
            hash ^= hash >> 32
            at += 8
        }
        var rest: UInt64 = 0
        while at < key.count {
            rest = rest << 8 | UInt64(key[at])
            at += 1
        }
        hash = (hash ^ rest) &* 0xD6E8_FEB8_6659_FD93
        return UInt32(truncatingIfNeeded: hash >> 32)
    }
}
