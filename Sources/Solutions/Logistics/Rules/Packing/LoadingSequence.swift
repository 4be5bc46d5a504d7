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

    /// The most boxes that are put in order; the work grows with the square of their number.
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
                let choices = (0..<count).filter { !done[$0] && below[$0] == 0 }
                next = choices.min { (behind[$0], $0) < (behind[$1], $1) } ?? 0
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
    /// directly carries the other, or touches or faces it from behind.
    private static func forEachConstraint(
        _ boxes: [PackedBox],
        _ body: (Int, Int, Bool) -> Void
    ) {
        for first in boxes.indices {
            let a = boxes[first]
            for second in boxes.indices[(first + 1)...] {
                let b = boxes[second]
                guard a.y < b.y + b.width, b.y < a.y + a.width else { continue }
                if b.x < a.x + a.length {
                    if a.z + a.height <= b.z {
                        body(first, second, true)
                    } else {
                        body(second, first, true)
                    }
                } else if a.z < b.z + b.height, b.z < a.z + a.height {
                    body(first, second, false)
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
