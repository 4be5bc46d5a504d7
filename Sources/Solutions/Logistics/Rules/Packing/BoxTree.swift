/// Finds the boxes that reach into a region, for the validator.
///
/// A balanced binary tree of bounding boxes over the boxes along a space-filling curve (Morton's), as
/// in Lauterbach et al., "Fast BVH construction on GPUs", Computer Graphics Forum 28, 2009. Whether a
/// pair of boxes breaks a rule is decided by the caller; the tree only leaves out those that cannot.
struct BoxTree {
    /// A region or a bounding box, in mm; `upper` bounds are not part of it.
    struct Bounds {
        var x: Range<Int>
        var y: Range<Int>
        var z: Range<Int>

        /// Where a box is; a box whose extents make no sense is where its corners are.
        init(_ box: PackedBox) {
            x = min(box.x, box.x + box.length)..<max(box.x, box.x + box.length)
            y = min(box.y, box.y + box.width)..<max(box.y, box.y + box.width)
            z = min(box.z, box.z + box.height)..<max(box.z, box.z + box.height)
        }

        init(x: Range<Int>, y: Range<Int>, z: Range<Int>) {
            (self.x, self.y, self.z) = (x, y, z)
        }

        /// Whether they share more than a side.
        func meets(_ other: Bounds) -> Bool {
            x.lowerBound < other.x.upperBound && other.x.lowerBound < x.upperBound
                && y.lowerBound < other.y.upperBound && other.y.lowerBound < y.upperBound
                && z.lowerBound < other.z.upperBound && other.z.lowerBound < z.upperBound
        }

        mutating func include(_ other: Bounds) {
            x = min(x.lowerBound, other.x.lowerBound)..<max(x.upperBound, other.x.upperBound)
            y = min(y.lowerBound, other.y.lowerBound)..<max(y.upperBound, other.y.upperBound)
            z = min(z.lowerBound, other.z.lowerBound)..<max(z.upperBound, other.z.upperBound)
        }
    }

    private struct Node {
        var bounds: Bounds
        var latestStop: Int
        /// The part of `order` under this node.
        var part: Range<Int>
        /// Its second child, 0 for a leaf; the first one follows the node itself.
        var second = 0
    }

    /// Beyond every place that a layout may name.
    static let everywhere = Int.min / 4..<Int.max / 4
    private static let leaf = 8

    private var nodes: [Node] = []
    private var order: [Int]
    private let bounds: [Bounds]
    private let stops: [Int]

    /// A tree of `members`, by default all of the boxes; `stops` has one for each box, or is empty.
    init(_ boxes: [PackedBox], of members: [Int]? = nil, stops: [Int] = []) {
        bounds = boxes.map(Bounds.init)
        self.stops = stops
        let members = members ?? Array(boxes.indices)
        order = Self.alongCurve(members, boxes)
        guard !order.isEmpty else { return }
        nodes.reserveCapacity(2 * (order.count / (Self.leaf / 2) + 1))
        _ = build(order.indices)
    }

    private mutating func build(_ part: Range<Int>) -> Int {
        let first = order[part.lowerBound]
        let number = nodes.count
        nodes.append(
            Node(bounds: bounds[first], latestStop: stops.isEmpty ? 0 : stops[first], part: part)
        )
        if part.count <= Self.leaf {
            for member in order[part] {
                nodes[number].bounds.include(bounds[member])
                guard !stops.isEmpty else { continue }
                nodes[number].latestStop = max(nodes[number].latestStop, stops[member])
            }
            return number
        }
        let middle = part.lowerBound + part.count / 2
        let children = [build(part.lowerBound..<middle), build(middle..<part.upperBound)]
        nodes[number].second = children[1]
        for child in children {
            nodes[number].bounds.include(nodes[child].bounds)
            nodes[number].latestStop = max(nodes[number].latestStop, nodes[child].latestStop)
        }
        return number
    }

    /// Sorted by the interleaved bits of the boxes' centres.
    private static func alongCurve(_ members: [Int], _ boxes: [PackedBox]) -> [Int] {
        func centre(_ box: PackedBox) -> [Int] {
            [2 * box.x + box.length, 2 * box.y + box.width, 2 * box.z + box.height]
        }
        var least = [Int.max, Int.max, Int.max]
        var most = [Int.min, Int.min, Int.min]
        let centres = members.map { centre(boxes[$0]) }
        for centre in centres {
            for axis in 0..<3 {
                least[axis] = min(least[axis], centre[axis])
                most[axis] = max(most[axis], centre[axis])
            }
        }
        let reach = (0..<3).map { members.isEmpty ? 0 : most[$0] - least[$0] }.max() ?? 0
        // 21 bits of each axis make 63.
        var shift = 0
        while reach >> shift >= 1 << 21 { shift += 1 }
        let keyed = zip(members, centres).map { member, centre in
            (
                key: (0..<3).reduce(UInt64(0)) {
                    $0 | spread(UInt64((centre[$1] - least[$1]) >> shift)) << UInt64($1)
                }, member: member
            )
        }
        return keyed.sorted { ($0.key, $0.member) < ($1.key, $1.member) }.map(\.member)
    }

    /// The lowest 21 bits with two zeros between each.
    private static func spread(_ value: UInt64) -> UInt64 {
        var bits = value & 0x1F_FFFF
        bits = (bits | bits << 32) & 0x001F_0000_0000_FFFF
        bits = (bits | bits << 16) & 0x001F_0000_FF00_00FF
        bits = (bits | bits << 8) & 0x100F_00F0_0F00_F00F
        bits = (bits | bits << 4) & 0x10C3_0C30_C30C_30C3
        return (bits | bits << 2) & 0x1249_2492_4924_9249
    }

    /// Calls `visit` with the boxes that reach into the region and are for a stop after `stop`, in no
    /// certain order, until it answers false.
    func visit(_ region: Bounds, after stop: Int = .min, _ visit: (Int) -> Bool) {
        guard !nodes.isEmpty else { return }
        var pending = [0]
        while let number = pending.popLast() {
            let node = nodes[number]
            guard stops.isEmpty || node.latestStop > stop, node.bounds.meets(region) else {
                continue
            }
            if node.second != 0 {
                pending.append(node.second)
                pending.append(number + 1)
                continue
            }
            for member in order[node.part]
            where (stops.isEmpty || stops[member] > stop) && bounds[member].meets(region) {
                if !visit(member) { return }
            }
        }
    }
}
