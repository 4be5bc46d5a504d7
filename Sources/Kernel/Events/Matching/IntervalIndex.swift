/// Which of many ranges of numbers contain a number.
///
/// The ends of all ranges divide the numbers into pieces. From piece to piece few slots change, so whole
/// sets are kept only now and then, with the changes between them: a look-up is a binary search, a copy,
/// and a bounded number of changes.
struct IntervalIndex: Sendable {
    private let ends: [Double]
    /// The changes in the order of their pieces.
    private let changes: [UInt32]
    /// For each piece, how many changes lie at its start or before.
    private let changesUpTo: [UInt32]
    /// Every `interval` changes, the set that holds there.
    private let snapshots: [UInt64]
    private let interval: Int
    private let words: Int

    /// An index of ranges.
    ///
    /// - Parameters:
    ///   - ranges: each slot's ranges; slots count from the first of the path.
    ///   - words: how many words a set has.
    init(_ ranges: [(slot: Int, ranges: [NumberRange])], words: Int) {
        ends = Set(ranges.flatMap { $0.ranges.flatMap { [$0.lower, $0.upper] } }).sorted()
        self.words = words
        interval = max(32, words / 4)
        var order: [Double: Int] = [:]
        for (index, end) in ends.enumerated() { order[end] = index }
        // Piece 2i + 1 is the end i itself, piece 2i what lies before it.
        var flips: [(piece: Int, slot: UInt32)] = []
        for (slot, ranges) in ranges {
            let pieces = ranges.map { range -> Range<Int> in
                let lower = 2 * (order[range.lower] ?? 0) + (range.includesLower ? 1 : 2)
                let upper = 2 * (order[range.upper] ?? 0) + (range.includesUpper ? 2 : 1)
                return lower..<max(lower, upper)
            }
            for range in Self.union(pieces) where !range.isEmpty {
                flips.append((range.lowerBound, UInt32(slot)))
                flips.append((range.upperBound, UInt32(slot)))
            }
        }
        flips.sort { $0.piece < $1.piece }
        changes = flips.map(\.slot)
        var changesUpTo = [UInt32](repeating: 0, count: 2 * ends.count + 1)
        var snapshots = [UInt64](repeating: 0, count: words)
        var bits = snapshots
        var next = 0
        for piece in changesUpTo.indices {
            while next < flips.count, flips[next].piece <= piece {
                let slot = Int(flips[next].slot)
                bits[slot >> 6] ^= 1 << UInt64(slot & 63)
                next += 1
                if next % interval == 0 { snapshots += bits }
            }
            changesUpTo[piece] = UInt32(next)
        }
        self.changesUpTo = changesUpTo
        self.snapshots = snapshots
    }

    private static func union(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var joined: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] =
                    last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    /// Puts the slots whose ranges contain the number into the accumulator.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - accumulator: the path's first word.
    ///   - replacing: whether they replace what is there, or are added to it.
    ///   - scratch: as many words, for adding.
    @inline(__always)
    func put(
        _ number: Double,
        into accumulator: UnsafeMutablePointer<UInt64>,
        replacing: Bool,
        scratch: UnsafeMutablePointer<UInt64>
    ) {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) >> 1
            if ends[middle] < number { low = middle + 1 } else { high = middle }
        }
        let isEnd = low < ends.count && ends[low] == number
        let upTo = Int(changesUpTo[2 * low + (isEnd ? 1 : 0)])
        let snapshot = upTo / interval
        let target = replacing ? accumulator : scratch
        snapshots.withUnsafeBufferPointer { snapshots in
            guard let base = snapshots.baseAddress else { return }
            target.update(from: base + snapshot * words, count: words)
        }
        for index in snapshot * interval..<upTo {
            let slot = Int(changes[index])
            target[slot >> 6] ^= 1 << UInt64(slot & 63)
        }
        if replacing { return }
        for index in 0..<words { accumulator[index] |= scratch[index] }
    }
}
