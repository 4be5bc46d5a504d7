/// A trie over bytes: walks from the start or the end of a text and tells what ends on the way.
struct ByteTrie: Sendable {
    /// From the root, for every first byte; 0 where there is none.
    private let first: [UInt32]
    /// From other nodes: node and byte in the high half, the next node in the low one.
    private let edges: [UInt64]
    private let mask: Int
    /// What ends at each node: one more than its number, 0 for nothing.
    private let ends: [UInt32]

    /// Whether nothing is in it.
    let isEmpty: Bool

    /// How many nodes it has.
    var count: Int { ends.count }

    /// A trie of the given texts, each with its number.
    ///
    /// - Parameters:
    ///   - values: the texts.
    ///   - reversed: whether they are entered from their ends, for finding suffixes.
    init(_ values: [[UInt8]: Int], reversed: Bool) {
        isEmpty = values.isEmpty
        var next: [UInt64: UInt32] = [:]
        var ends: [UInt32] = [0]
        for (text, value) in values {
            var node: UInt32 = 0
            for byte in reversed ? text.reversed() : text {
                let key = UInt64(node) << 8 | UInt64(byte)
                if let known = next[key] {
                    node = known
                } else {
                    let fresh = UInt32(ends.count)
                    ends.append(0)
                    next[key] = fresh
                    node = fresh
                }
            }
            ends[Int(node)] = UInt32(value + 1)
        }
        var size = 4
        while size < next.count * 4 { size *= 2 }
        var edges = [UInt64](repeating: 0, count: size)
        var first = [UInt32](repeating: 0, count: 256)
        mask = size - 1
        for (key, node) in next {
            if key < 256 {
                first[Int(key)] = node
                continue
            }
            var at = Self.place(key) & mask
            while edges[at] != 0 { at = (at + 1) & mask }
            edges[at] = key << 32 | UInt64(node)
        }
        self.first = first
        self.edges = edges
        self.ends = ends
    }

    /// The node that is reached from `node` with `byte`; 0 when there is none.
    @inline(__always)
    func step(_ node: UInt32, _ byte: UInt8) -> UInt32 {
        if node == 0 { return first[Int(byte)] }
        let key = UInt64(node) << 8 | UInt64(byte)
        var at = Self.place(key) & mask
        while true {
            let edge = edges[at]
            if edge == 0 { return 0 }
            if edge >> 32 == key { return UInt32(truncatingIfNeeded: edge) }
            at = (at + 1) & mask
        }
    }

    /// The number of what ends at the node, nil when nothing does.
    @inline(__always)
    func end(at node: UInt32) -> Int? {
        let end = ends[Int(node)]
        return end == 0 ? nil : Int(end) - 1
    }

    @inline(__always)
    private static func place(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 33)
    }
}
