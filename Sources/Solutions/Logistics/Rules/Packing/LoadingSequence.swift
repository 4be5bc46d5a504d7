/// The order in which boxes are loaded.
///
/// Three relations between two boxes make it, each naming which should come first:
/// - one *carries* the other: its top and the other's base touch. This one is never given up, and it
///   always can be kept, since what carries stands lower.
/// - one lies *below* the other with a gap: their outlines from above overlap.
/// - one lies *behind* the other as seen from the door: their outlines from the door overlap.
///
/// An order that keeps all three exists exactly when following them leads round in no circle; then it
/// is found, and every box is pushed in straight along the vehicle to where it stands. Boxes can
/// interlock so that no such order exists. Then the box is taken next that costs the least: that
/// leaves the fewest boxes behind it that cannot be lifted over it, then the fewest that can, then
/// the fewest that must be slid in under it. ``LoadingStep/access`` says of each box what it came to.
///
/// What is unloaded last goes in first: strictly, unless a box of a later stop stands on or before
/// one of an earlier stop, which ``Violation/Rule/stop`` forbids.
public enum LoadingSequence {
    /// The most boxes that are put in order, as many as an order may have; more stay as they are: as
    /// the packer gave them, lower boxes first.
    public static let mostOrdered = 20_000

    /// The boxes of `problem` in loading order, what is unloaded last first.
    public static func ordered(_ boxes: [PackedBox], in problem: LoadProblem) -> [PackedBox] {
        guard boxes.count <= mostOrdered else { return boxes }
        let order = order(
            of: boxes,
            stops: boxes.map { problem.items[$0.item].stop },
            roof: problem.space.height
        )
        return order.map { boxes[$0] }
    }

    /// The indices of `boxes` in loading order.
    ///
    /// Among boxes that could come next the one with the latest stop is taken, then the one farthest
    /// from the door, then the lowest, then the leftmost.
    ///
    /// - Parameters:
    ///   - boxes: the boxes, none of which overlap.
    ///   - stops: where each is unloaded; none means all at one.
    ///   - roof: the height of the space in mm; nil takes the highest top.
    /// - Returns: each index once.
    public static func order(
        of boxes: [PackedBox],
        stops: [Int] = [],
        roof: Int? = nil
    ) -> [Int] {
        let stop = { (index: Int) in stops.isEmpty ? 1 : stops[index] }
        // Ranks by preference, so that ties need no further comparison.
        let preferred = boxes.indices.sorted {
            let a = boxes[$0]
            let b = boxes[$1]
            return (stop($1), a.x, a.z, a.y, $0) < (stop($0), b.x, b.z, b.y, $1)
        }
        var course = Course(
            preferred.map { boxes[$0] },
            stops: preferred.map(stop),
            roof: roof ?? boxes.reduce(0) { max($0, $1.z + $1.height) }
        )
        return course.run().map { preferred[$0] }
    }

    /// How one of two boxes comes before the other.
    enum Relation: UInt8 {
        /// It carries the other.
        case carries
        /// It lies below the other with a gap.
        case below
        /// It lies behind the other as seen from the door.
        case behind
    }

    /// Calls `body` with (earlier, later, relation) for every two related boxes.
    ///
    /// Two that stand on one another are never also behind one another, so that each pair comes once.
    static func forEachRelation(_ boxes: [PackedBox], _ body: (Int, Int, Relation) -> Void) {
        guard boxes.count > 1 else { return }
        func relate(_ lower: Int, _ upper: Int) {
            let gap = boxes[upper].z - (boxes[lower].z + boxes[lower].height)
            if gap >= 0 { body(lower, upper, gap == 0 ? .carries : .below) }
        }
        OutlineGrid.fromAbove(boxes).forEachPair { first, second in
            if boxes[first].z <= boxes[second].z {
                relate(first, second)
            } else {
                relate(second, first)
            }
        }
        OutlineGrid.fromTheDoor(boxes).forEachPair { first, second in
            let a = boxes[first]
            let b = boxes[second]
            if a.x + a.length <= b.x {
                body(first, second, .behind)
            } else if b.x + b.length <= a.x {
                body(second, first, .behind)
            }
        }
    }
}

extension LoadingSequence {
    /// Puts boxes that are sorted by preference in order.
    private struct Course {
        /// How many boxes of each sort are still to come before a box.
        private struct Waiting {
            var carriers: Int32 = 0
            var below: Int32 = 0
            /// Behind it, and there is room under the roof to lift them over it.
            var liftable: Int32 = 0
            /// Behind it, and there is none.
            var shutIn: Int32 = 0

            var isOver: Bool { carriers == 0 && below == 0 && liftable == 0 && shutIn == 0 }
        }

        private let boxes: [PackedBox]
        private let roof: Int
        /// Where the boxes of each stop end; one end for all when a box of an earlier stop must come
        /// before one of a later stop.
        private var ends: [Int] = []
        private var waiting: [Waiting]
        /// What comes after each box, in one list of which each has the part between two starts.
        private var start: [Int]
        private var later: [(box: Int32, relation: Relation)]
        private var done: [Bool]
        private var ready = MinHeap()

        init(_ boxes: [PackedBox], stops: [Int], roof: Int) {
            self.boxes = boxes
            self.roof = roof
            let count = boxes.count
            waiting = Array(repeating: Waiting(), count: count)
            start = Array(repeating: 0, count: count + 1)
            done = Array(repeating: false, count: count)
            var isStrict = true
            var counts = [Int](repeating: 0, count: count + 1)
            LoadingSequence.forEachRelation(boxes) { earlier, later, _ in
                counts[earlier + 1] += 1
                if stops[earlier] < stops[later] { isStrict = false }
            }
            for index in 0..<count { counts[index + 1] += counts[index] }
            start = counts
            var list = [(box: Int32, relation: Relation)](
                repeating: (0, .carries),
                count: counts[count]
            )
            LoadingSequence.forEachRelation(boxes) { earlier, later, relation in
                list[counts[earlier]] = (Int32(later), relation)
                counts[earlier] += 1
            }
            later = list
            for index in 0..<count {
                for at in start[index]..<start[index + 1] {
                    tally(later[at], after: index, by: 1)
                }
            }
            for index in 0..<count where waiting[index].isOver { ready.insert(index) }
            ends = boxes.indices.dropLast().filter { isStrict && stops[$0] != stops[$0 + 1] }
                .map { $0 + 1 }
            ends.append(count)
        }

        private mutating func tally(
            _ next: (box: Int32, relation: Relation),
            after earlier: Int,
            by change: Int32
        ) {
            let box = Int(next.box)
            switch next.relation {
            case .carries: waiting[box].carriers += change
            case .below: waiting[box].below += change
            case .behind:
                if boxes[box].z + boxes[box].height + boxes[earlier].height <= roof {
                    waiting[box].liftable += change
                } else {
                    waiting[box].shutIn += change
                }
            }
        }

        mutating func run() -> [Int] {
            var order: [Int] = []
            order.reserveCapacity(boxes.count)
            var begin = 0
            for end in ends {
                while order.count < end {
                    let next: Int
                    if let first = ready.first, first < end {
                        ready.removeFirst()
                        next = first
                    } else {
                        next = cheapest(begin..<end)
                    }
                    done[next] = true
                    order.append(next)
                    for at in start[next]..<start[next + 1] {
                        tally(later[at], after: next, by: -1)
                        let box = Int(later[at].box)
                        if waiting[box].isOver, !done[box] { ready.insert(box) }
                    }
                }
                begin = end
            }
            return order
        }

        /// Interlocked: of the boxes whose carriers are all there the one that costs the least.
        private func cheapest(_ range: Range<Int>) -> Int {
            var best = -1
            for box in range where !done[box] && waiting[box].carriers == 0 {
                guard best >= 0 else {
                    best = box
                    continue
                }
                let a = waiting[box]
                let b = waiting[best]
                if (a.shutIn, a.liftable, a.below) < (b.shutIn, b.liftable, b.below) { best = box }
            }
            precondition(best >= 0, "what carries stands lower, so the lowest box waits for none")
            return best
        }
    }

    /// A binary heap of integers, least first.
    private struct MinHeap {
        private var items: [Int] = []

        var first: Int? { items.first }

        mutating func insert(_ value: Int) {
            items.append(value)
            var child = items.count - 1
            while child > 0, items[(child - 1) / 2] > items[child] {
                items.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func removeFirst() {
            let last = items.removeLast()
            guard !items.isEmpty else { return }
            items[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < items.count && items[child] < items[least] {
                    least = child
                }
                if least == parent { return }
                items.swapAt(parent, least)
                parent = least
            }
        }
    }
}
