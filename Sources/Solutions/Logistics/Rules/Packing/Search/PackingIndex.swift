/// Sets of blocks as bits, so that one look at 64 blocks tells which fit a space and can still be made.
///
/// A search asks the same question millions of times a second: which blocks are no longer, wider or
/// higher than this space, and need no more boxes than are left? For every length, width, height
/// and number of boxes the answer is worked out once, as a row of bits; a search takes the
/// intersection. Rows of lengths may hold a few blocks too many, so that there are not too many rows;
/// whoever takes a block from the index compares its size once more.
///
/// Behind the words of a row there is one bit for each of them: whether it has any block at all.
struct PackingIndex {
    /// One set of blocks for each bound on an extent.
    struct Extents {
        /// The row for each extent of a space, in `UInt64` words from `rows`.
        let offsets: UnsafeMutablePointer<Int32>
        let rows: UnsafeMutablePointer<UInt64>

        /// The blocks that are at most so long; perhaps some that are a little longer.
        @inline(__always)
        func row(_ extent: Int32) -> UnsafeMutablePointer<UInt64> {
            rows + Int(offsets[Int(extent)])
        }

        /// At most this many rows, which bounds the memory.
        private static let mostRows = 384

        init(_ extents: [Int32], upTo limit: Int, words: Int, stride: Int) {
            let distinct = Set(extents).sorted()
            let count = min(distinct.count, Self.mostRows)
            // Each row adds a stretch of extents, one where there are few: its least and greatest.
            let starts = (0..<count).map { distinct[$0 * distinct.count / count] }
            let bounds = (0..<count).map { distinct[($0 + 1) * distinct.count / count - 1] }
            offsets = .allocate(capacity: limit + 1)
            rows = .allocate(capacity: (count + 1) * stride)
            rows.initialize(repeating: 0, count: (count + 1) * stride)
            // Row 0 is empty; row r + 1 has the blocks up to bound r.
            for (block, extent) in extents.enumerated() {
                var low = 0
                var high = count
                while low < high {
                    let middle = (low + high) / 2
                    if bounds[middle] < extent { low = middle + 1 } else { high = middle }
                }
                rows[(low + 1) * stride + block / 64] |= 1 << UInt64(block % 64)
            }
            for row in 0..<count {
                let (this, next) = (rows + row * stride, rows + (row + 1) * stride)
                for word in 0..<words {
                    next[word] |= this[word]
                    if next[word] != 0 { next[words + word / 64] |= 1 << UInt64(word % 64) }
                }
            }
            var row = 0
            for extent in 0...limit {
                while row < count, starts[row] <= extent { row += 1 }
                (offsets + extent).initialize(to: Int32(row * stride))
            }
        }

        func free() {
            offsets.deallocate()
            rows.deallocate()
        }
    }

    /// What is left of one word of the index when a kind runs low.
    struct Mask: BitwiseCopyable {
        var word: Int32
        var bits: UInt64
    }

    /// The words that hold the blocks of a row, and those with a bit for each word.
    let words: Int
    let summaries: Int
    let lengths: Extents
    let widths: Extents
    let heights: Extents
    /// For each kind where its bounds begin; a kind's bounds are the numbers of boxes its blocks need.
    private let firstBound: UnsafeMutablePointer<Int32>
    private let bounds: UnsafeMutablePointer<Int32>
    /// For each bound where its masks begin: those that leave blocks needing at most so many.
    private let firstMask: UnsafeMutablePointer<Int32>
    private let masks: UnsafeMutablePointer<Mask>

    init(_ shapes: [BlockShape], kinds: Int, in space: CargoSpace) {
        let words = (shapes.count + 63) / 64
        self.words = words
        summaries = (words + 63) / 64
        let stride = words + summaries
        func extents(_ own: [Int32], _ limit: Int) -> Extents {
            Extents(own, upTo: limit, words: words, stride: stride)
        }
        lengths = extents(shapes.map(\.length), space.length)
        widths = extents(shapes.map(\.width), space.width)
        heights = extents(shapes.map(\.height), space.height)

        var needs = [[(amount: Int32, block: Int32)]](repeating: [], count: kinds)
        for (block, shape) in shapes.enumerated() {
            for slot in 0..<4 where shape.amounts[slot] > 0 {
                needs[Int(shape.kinds[slot])].append((Int32(shape.amounts[slot]), Int32(block)))
            }
        }
        var firstBound: [Int32] = []
        var bounds: [Int32] = []
        var firstMask: [Int32] = []
        var masks: [Mask] = []
        for list in needs {
            firstBound.append(Int32(bounds.count))
            // From the greatest number down, each mask takes away what the one before took, and more.
            var gone: [Int32: UInt64] = [:]
            var at = 0
            let sorted = list.sorted { ($0.amount, $0.block) > ($1.amount, $1.block) }
            while at < sorted.count {
                let amount = sorted[at].amount
                while at < sorted.count, sorted[at].amount == amount {
                    gone[sorted[at].block / 64, default: 0] |= 1 << UInt64(sorted[at].block % 64)
                    at += 1
                }
                bounds.append(amount)
                firstMask.append(Int32(masks.count))
                for (word, bits) in gone.sorted(by: { $0.key < $1.key }) {
                    masks.append(Mask(word: word, bits: ~bits))
                }
            }
        }
        firstBound.append(Int32(bounds.count))
        firstMask.append(Int32(masks.count))
        self.firstBound = UnsafeMutablePointer.copy(of: firstBound)
        self.bounds = UnsafeMutablePointer.copy(of: bounds)
        self.firstMask = UnsafeMutablePointer.copy(of: firstMask)
        self.masks = UnsafeMutablePointer.copy(of: masks)
    }

    func free() {
        lengths.free()
        widths.free()
        heights.free()
        firstBound.deallocate()
        bounds.deallocate()
        firstMask.deallocate()
        masks.deallocate()
    }

    /// Takes from `alive` the blocks that need more than `left` boxes of `kind`.
    @inline(__always)
    func retain(_ alive: UnsafeMutablePointer<UInt64>, kind: Int, left: Int32) {
        // Bounds fall; the last one above what is left takes away all that is to go.
        var low = Int(firstBound[kind])
        let first = low
        var high = Int(firstBound[kind + 1])
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] > left { low = middle + 1 } else { high = middle }
        }
        guard low > first else { return }
        var mask = Int(firstMask[low - 1])
        let end = Int(firstMask[low])
        while mask < end {
            let word = Int(masks[mask].word)
            alive[word] &= masks[mask].bits
            if alive[word] == 0 { alive[words + word / 64] &= ~(1 << UInt64(word % 64)) }
            mask &+= 1
        }
    }

    /// Every block, as a row.
    func all(_ blocks: Int) -> [UInt64] {
        var row = [UInt64](repeating: 0, count: words + summaries)
        for block in 0..<blocks {
            row[block / 64] |= 1 << UInt64(block % 64)
            row[words + block / 4_096] |= 1 << UInt64(block / 64 % 64)
        }
        return row
    }
}
