/// Boxes by the cells that their outline on one plane touches.
///
/// Only boxes that share a cell are compared, so that finding every two that overlap takes work in
/// proportion to their number rather than to the square of the number of boxes.
struct OutlineGrid {
    private typealias Outline = (low0: Int, high0: Int, low1: Int, high1: Int)

    private let outlines: [Outline]
    private let side: (Int, Int)
    private let across: Int
    private let cells: [[Int32]]

    /// The outlines of boxes seen from above: length and width.
    static func fromAbove(_ boxes: [PackedBox]) -> OutlineGrid {
        OutlineGrid(boxes, along: (\.x, \.length), and: (\.y, \.width))
    }

    /// The outlines of boxes seen from the door: width and height.
    static func fromTheDoor(_ boxes: [PackedBox]) -> OutlineGrid {
        OutlineGrid(boxes, along: (\.y, \.width), and: (\.z, \.height))
    }

    private init(
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
        let count = max(1, outlines.count)
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

    /// Calls `body` once for each two boxes whose outlines overlap, the one that is listed first first.
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
