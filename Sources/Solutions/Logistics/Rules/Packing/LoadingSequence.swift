/// The order in which boxes are loaded.
public enum LoadingSequence {
    /// The boxes so that each is supported when it is placed and can be brought straight from the
    /// door: whatever lies under a box, or behind it as seen from the door, comes before it.
    ///
    /// Among the boxes that could come next, the one farthest from the door, then lowest, then
    /// leftmost is taken. Long boxes can interlock so that no such order exists; then the boxes
    /// below still come first and the way from the door is given up for the fewest boxes. Beyond
    /// `mostOrdered` boxes their order is left as it is: the packer's own, lower boxes first.
    public static func ordered(_ boxes: [PackedBox]) -> [PackedBox] {
        boxes.count > mostOrdered ? boxes : order(of: boxes).map { boxes[$0] }
    }

    /// The most boxes that are put in order, as many as an order may have.
    public static let mostOrdered = 20_000

    /// The indices of `boxes` in loading order.
    public static func order(of boxes: [PackedBox]) -> [Int] {
        let count = boxes.count
        // Ranks by preference, so that ties need no further comparison.
        let preferred = boxes.indices.sorted {
            let a = boxes[$0]
            let b = boxes[$1]
            return (a.x, a.z, a.y, $0) < (b.x, b.z, b.y, $1)
        }
        let sorted = preferred.map { boxes[$0] }
        var below = [Int32](repeating: 0, count: count)
        var behind = [Int32](repeating: 0, count: count)
        forEachConstraint(sorted) { earlier, later, isBelow in
            if isBelow { below[later] += 1 } else { behind[later] += 1 }
        }
        // What must come later, per box, in one flat list.
        var start = [Int](repeating: 0, count: count + 1)
        forEachConstraint(sorted) { earlier, _, _ in start[earlier + 1] += 1 }
        for index in 0..<count {
            start[index + 1] += start[index]
        }
        var fill = start
        var later = [(box: Int32, isBelow: Bool)](repeating: (0, false), count: start[count])
        forEachConstraint(sorted) { from, to, isBelow in
            later[fill[from]] = (Int32(to), isBelow)
            fill[from] += 1
        }
        var ready = MinHeap()
        for index in 0..<count where below[index] == 0 && behind[index] == 0 {
            ready.insert(index)
        }
        var done = [Bool](repeating: false, count: count)
        var order: [Int] = []
        while order.count < count {
            let next: Int
            if let first = ready.removeFirst() {
                next = first
            } else {
                // Interlocked: of the supported boxes take the one with the fewest in its way.
                var best = -1
                for box in 0..<count where !done[box] && below[box] == 0 {
                    if best < 0 || behind[box] < behind[best] { best = box }
                }
                next = max(best, 0)
            }
            done[next] = true
            order.append(preferred[next])
            for at in start[next]..<start[next + 1] {
                let box = Int(later[at].box)
                if later[at].isBelow { below[box] -= 1 } else { behind[box] -= 1 }
                if below[box] == 0, behind[box] == 0, !done[box] { ready.insert(box) }
            }
        }
        return order
    }

    /// Calls `body` with (earlier, later, is below) for each pair of boxes sorted by x of which one
    /// carries the other, directly or through others, or faces it from behind.
    ///
    /// Only boxes that share a cell of a grid across the vehicle are compared, so that the work grows
    /// with the number of such pairs rather than with the square of the number of boxes.
    private static func forEachConstraint(
        _ boxes: [PackedBox],
        _ body: (Int, Int, Bool) -> Void
    ) {
        guard boxes.count > 1 else { return }
        // Whatever shares x and y is ordered by height, whatever shares y and z by x.
        let columns = Grid(boxes, along: (\.x, \.length), and: (\.y, \.width))
        columns.forEachPair { first, second in
            let a = boxes[first]
            let b = boxes[second]
            if a.z + a.height <= b.z {
                body(first, second, true)
            } else {
                body(second, first, true)
            }
        }
        let rows = Grid(boxes, along: (\.y, \.width), and: (\.z, \.height))
        rows.forEachPair { first, second in
            if boxes[second].x >= boxes[first].x + boxes[first].length {
                body(first, second, false)
            }
        }
    }

    /// Boxes by the cells that their outline on one plane touches.
    private struct Grid {
        private typealias Outline = (low0: Int, high0: Int, low1: Int, high1: Int)

        private let outlines: [Outline]
        private let side: (Int, Int)
        private let across: Int
        private var cells: [[Int32]]

        init(
            _ boxes: [PackedBox],
            along first: (start: (PackedBox) -> Int, extent: (PackedBox) -> Int),
            and second: (start: (PackedBox) -> Int, extent: (PackedBox) -> Int)
        ) {
            let outlines: [Outline] = boxes.map { box in
                let low0 = first.start(box)
                let low1 = second.start(box)
                return (low0, low0 + first.extent(box), low1, low1 + second.extent(box))
            }
            // A cell about as large as a box: few boxes touch many, and few cells hold many. At most
            // 256 cells a side, whatever the boxes.
            let count = outlines.count
            let end0 = outlines.reduce(0) { max($0, $1.high0) }
            let end1 = outlines.reduce(0) { max($0, $1.high1) }
            let side0 = max(1, end0 / 255, outlines.reduce(0) { $0 + $1.high0 - $1.low0 } / count)
            let side1 = max(1, end1 / 255, outlines.reduce(0) { $0 + $1.high1 - $1.low1 } / count)
            let wide = end0 / side0 + 1
            let high = end1 / side1 + 1
            var cells = [[Int32]](repeating: [], count: wide * high)
            for (index, outline) in outlines.enumerated() {
                for row in (outline.low1 / side1)...((outline.high1 - 1) / side1) {
                    for column in (outline.low0 / side0)...((outline.high0 - 1) / side0) {
                        cells[row * wide + column].append(Int32(index))
                    }
                }
            }
            self.outlines = outlines
            self.cells = cells
            side = (side0, side1)
            across = wide
        }

        /// Calls `body` once for each two boxes whose outlines overlap, the one sorted first first.
        func forEachPair(_ body: (Int, Int) -> Void) {
            for (cell, members) in cells.enumerated() where members.count > 1 {
                for at in members.indices {
                    let first = Int(members[at])
                    let a = outlines[first]
                    for second in members[(at + 1)...] {
                        let b = outlines[Int(second)]
                        guard a.low0 < b.high0, b.low0 < a.high0, a.low1 < b.high1,
                            b.low1 < a.high1
                        else { continue }
                        // Two may share several cells: the one where their overlap begins counts.
                        let home =
                            max(a.low1, b.low1) / side.1 * across + max(a.low0, b.low0) / side.0
                        if home == cell { body(first, Int(second)) }
                    }
                }
            }
        }
    }

    /// A binary heap of integers, least first.
    private struct MinHeap {
        private var items: [Int] = []

        mutating func insert(_ value: Int) {
            items.append(value)
            var child = items.count - 1
            while child > 0, items[(child - 1) / 2] > items[child] {
                items.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func removeFirst() -> Int? {
            guard let first = items.first else { return nil }
            let last = items.removeLast()
            guard !items.isEmpty else { return first }
            items[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < items.count && items[child] < items[least] {
                    least = child
                }
                if least == parent { return first }
                items.swapAt(parent, least)
                parent = least
            }
        }
    }
}
