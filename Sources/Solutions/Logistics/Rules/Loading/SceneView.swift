/// What is seen of a load by somebody who stands at the door on the right and looks down on it.
///
/// The projection is isometric (ISO 5456-3): all three axes are foreshortened alike and 120° apart.
/// In units of the boxes, `u` runs to the right and `w` down: `u = (y − x)·√3/2`,
/// `w = (x + y)/2 − z`. A grid of cells keeps which box is in front at each place, so that what is
/// hidden is not drawn, and labels stand where their box is seen.
struct SceneView {
    /// A place in the projection, in millimetres of the load.
    struct Place: Sendable, Hashable {
        var u: Double
        var w: Double
    }

    /// The three sides of a box that are seen.
    enum Face: Int, CaseIterable {
        /// Towards the door.
        case door
        /// Towards the right wall.
        case right
        /// The upper one.
        case top
    }

    private static let slope = 0.75.squareRoot()
    /// About how many cells the grid has.
    private static let cellCount = 250_000.0

    private let left: Double
    private let upper: Double
    private let columns: Int
    private let rows: Int
    /// The side of a cell.
    let cell: Double
    /// The box in front at each cell, and its face: four times the one and the other; −1 for none.
    private var front: [Int32]
    /// How near it is.
    private var nearness: [Double]

    /// An empty space.
    init(_ space: CargoSpace) {
        let wide = Double(space.length + space.width) * Self.slope
        let high = Double(space.length + space.width) / 2 + Double(space.height)
        cell = max(1, (wide * high / Self.cellCount).squareRoot())
        left = -Double(space.length) * Self.slope
        upper = -Double(space.height)
        columns = Int(wide / cell) + 1
        rows = Int(high / cell) + 1
        front = Array(repeating: -1, count: columns * rows)
        nearness = Array(repeating: -.infinity, count: columns * rows)
    }

    /// Where a point of the space is seen.
    static func place(_ x: Int, _ y: Int, _ z: Int) -> Place {
        Place(u: Double(y - x) * slope, w: Double(x + y) / 2 - Double(z))
    }

    /// The corners of a side of a box.
    static func corners(of box: PackedBox, _ face: Face) -> [Place] {
        let (x, y, z) = (box.x + box.length, box.y + box.width, box.z + box.height)
        switch face {
        case .door:
            return [
                place(x, box.y, box.z), place(x, y, box.z), place(x, y, z), place(x, box.y, z),
            ]
        case .right:
            return [
                place(box.x, y, box.z), place(x, y, box.z), place(x, y, z), place(box.x, y, z),
            ]
        case .top:
            return [
                place(box.x, box.y, z), place(x, box.y, z), place(x, y, z), place(box.x, y, z),
            ]
        }
    }

    /// Calls `body` with each cell that shows the box when nothing hides it: its index, how near the
    /// box is there, and which side is seen.
    private func forEachCell(of box: PackedBox, _ body: (Int, Double, Face) -> Void) {
        let (x1, y1, z1) = (Double(box.x), Double(box.y), Double(box.z))
        let (x2, y2) = (x1 + Double(box.length), y1 + Double(box.width))
        let z2 = z1 + Double(box.height)
        let low = ((y1 - x2) * Self.slope - left) / cell
        let high = ((y2 - x1) * Self.slope - left) / cell
        let above = ((x1 + y1) / 2 - z2 - upper) / cell
        let below = ((x2 + y2) / 2 - z1 - upper) / cell
        guard low < Double(columns), above < Double(rows), high > 0, below > 0 else { return }
        let across = max(0, Int(low))...min(columns - 1, Int(high))
        for row in max(0, Int(above))...min(rows - 1, Int(below)) {
            // Along the line of sight all three coordinates grow alike; z is where on it.
            let sum = 2 * (upper + (Double(row) + 0.5) * cell)
            for column in across {
                let difference = (left + (Double(column) + 0.5) * cell) / Self.slope
                let x = (sum - difference) / 2
                let y = (sum + difference) / 2
                let from = max(x1 - x, y1 - y, z1)
                let to = min(x2 - x, y2 - y, z2)
                guard from < to else { continue }
                let face: Face = to == z2 ? .top : to == x2 - x ? .door : .right
                body(row * columns + column, to, face)
            }
        }
    }

    /// How many cells would show the box, and how many of each box that is there it would hide.
    func look(at box: PackedBox) -> (seen: Int, hides: [Int: Int]) {
        var seen = 0
        var hides: [Int: Int] = [:]
        forEachCell(of: box) { at, near, _ in
            guard near > nearness[at] else { return }
            seen += 1
            if front[at] >= 0 { hides[Int(front[at] >> 2), default: 0] += 1 }
        }
        return (seen, hides)
    }

    /// Puts the box in.
    mutating func add(_ box: PackedBox, _ index: Int) {
        var cells: [(Int, Double, Face)] = []
        forEachCell(of: box) { at, near, face in
            if near > nearness[at] { cells.append((at, near, face)) }
        }
        for (at, near, face) in cells {
            front[at] = Int32(index) << 2 | Int32(face.rawValue)
            nearness[at] = near
        }
    }

    /// The boxes of which anything is seen, with the faces of which it is.
    func seen() -> [Int: Set<Face>] {
        var found: Set<Int32> = []
        var last: Int32 = -1
        for one in front where one != last {
            found.insert(one)
            last = one
        }
        found.remove(-1)
        return found.reduce(into: [:]) { seen, one in
            guard let face = Face(rawValue: Int(one & 3)) else { return }
            seen[Int(one >> 2), default: []].insert(face)
        }
    }

    /// Where to write a box's number: in the middle of what is seen of the side that is seen best, and
    /// how large that is in square millimetres; nil when nothing is seen.
    func label(of box: PackedBox, _ index: Int) -> (place: Place, area: Double)? {
        var count = [0, 0, 0]
        var sums = Array(repeating: Place(u: 0, w: 0), count: Face.allCases.count)
        var cells: [(at: Int, face: Int)] = []
        forEachCell(of: box) { at, _, face in
            guard front[at] >> 2 == Int32(index) else { return }
            cells.append((at, face.rawValue))
            count[face.rawValue] += 1
            sums[face.rawValue].u += Double(at % columns)
            sums[face.rawValue].w += Double(at / columns)
        }
        guard let best = count.indices.max(by: { count[$0] < count[$1] }), count[best] > 0 else {
            return nil
        }
        let middle = (
            u: sums[best].u / Double(count[best]), w: sums[best].w / Double(count[best])
        )
        // What is seen may be bent around what hides the rest: the nearest cell of it.
        func distance(_ at: Int) -> Double {
            let (u, w) = (Double(at % columns) - middle.u, Double(at / columns) - middle.w)
            return u * u + w * w
        }
        let own = cells.filter { $0.face == best }
        guard let at = own.min(by: { distance($0.at) < distance($1.at) })?.at else { return nil }
        return (
            Place(
                u: left + (Double(at % columns) + 0.5) * cell,
                w: upper + (Double(at / columns) + 0.5) * cell
            ), Double(count[best]) * cell * cell
        )
    }
}

extension SceneView {
    /// The indices of `boxes` so that what hides another comes after it.
    ///
    /// Of two boxes that no line of sight meets both the order does not matter. Of others, whichever
    /// plane parts them says which is nearer, and all such planes say the same: a line of sight goes
    /// through them in one order.
    static func drawingOrder(_ boxes: [PackedBox]) -> [Int] {
        func isBehind(_ a: PackedBox, _ b: PackedBox) -> Bool {
            a.x + a.length <= b.x || a.y + a.width <= b.y || a.z + a.height <= b.z
        }
        let frames = boxes.map { box in
            let (x, y) = (box.x + box.length, box.y + box.width)
            return (
                left: place(x, box.y, 0).u, right: place(box.x, y, 0).u,
                upper: place(box.x, box.y, box.z + box.height).w, lower: place(x, y, box.z).w
            )
        }
        var later = [[Int]](repeating: [], count: boxes.count)
        var waiting = [Int](repeating: 0, count: boxes.count)
        for a in boxes.indices {
            for b in boxes.indices where b > a {
                guard frames[a].left < frames[b].right, frames[b].left < frames[a].right,
                    frames[a].upper < frames[b].lower, frames[b].upper < frames[a].lower
                else { continue }
                let (aFirst, bFirst) = (isBehind(boxes[a], boxes[b]), isBehind(boxes[b], boxes[a]))
                guard aFirst != bFirst else { continue }
                later[aFirst ? a : b].append(aFirst ? b : a)
                waiting[aFirst ? b : a] += 1
            }
        }
        func depth(_ index: Int) -> Int {
            let box = boxes[index]
            return 2 * (box.x + box.y + box.z) + box.length + box.width + box.height
        }
        let byDepth = boxes.indices.sorted { depth($0) < depth($1) }
        var ready = byDepth.filter { waiting[$0] == 0 }
        var done = [Bool](repeating: false, count: boxes.count)
        var order: [Int] = []
        var nextAnyway = 0
        while order.count < boxes.count {
            let next: Int
            if let one = ready.popLast() {
                next = one
            } else {
                // Three boxes can hide one another in a circle.
                while done[byDepth[nextAnyway]] { nextAnyway += 1 }
                next = byDepth[nextAnyway]
            }
            guard !done[next] else { continue }
            done[next] = true
            order.append(next)
            for other in later[next] {
                waiting[other] -= 1
                if waiting[other] == 0, !done[other] { ready.append(other) }
            }
        }
        return order
    }
}
