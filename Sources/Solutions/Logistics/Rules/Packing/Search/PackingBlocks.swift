import Glibc

/// A block as the search looks it up when it is placed.
struct BlockShape: BitwiseCopyable {
    var length: Int32
    var width: Int32
    var height: Int32
    /// Volume, less for many boxes; the upper bound of any score the block can have.
    var value: Float
    /// Up to four kinds of box in it; unused slots ask for 0 of kind 0.
    var kinds: SIMD4<UInt32>
    var amounts: SIMD4<UInt16>
}

/// What is needed to score a block in a space.
struct BlockScore: BitwiseCopyable {
    /// The extents along x, y and z; the fourth is 0.
    var size: SIMD4<Int32>
    /// The greatest gap along each axis at which the face still counts as touching.
    var slack: SIMD4<Int32>
    /// Half of each face's share of the block's surface.
    var faces: SIMD4<Float>
    /// As in `BlockShape`.
    var value: Float
}

/// The rest of what is known about a block.
struct BlockBody: BitwiseCopyable {
    enum Make: UInt8 {
        /// A grid of one kind in one orientation.
        case grid
        /// Two blocks beside or on each other.
        case alongX, alongY, alongZ
    }

    var make: Make
    /// For a grid the kind, the three counts; for a pair the two blocks.
    var first: Int32
    var second: Int32
    var countX: Int32 = 1
    var countY: Int32 = 1
    var countZ: Int32 = 1
    /// The rectangle on top, from the block's corner, on which something can stand fully supported.
    var topLength: Int32
    var topWidth: Int32
    var volume: Int64
    var weight: Int64
    /// Twice the sum of mass times its centre's distance along x from the block's corner.
    var moment: Int64
    var stop: Int32
    /// Blocks of one group are placed before those of the next; a block's boxes are of one group.
    var group: Int32
    /// The rules, by bit, of which the block holds goods of the first class, and of the second.
    var firstClass: UInt64 = 0
    var secondClass: UInt64 = 0
    var boxCount: Int32
    /// Where the block's boxes begin in the list of parts, when that list is kept.
    var parts: Int32 = 0
}

/// One box within a block, relative to the block's corner.
struct BlockPart: BitwiseCopyable {
    var kind: Int32
    var x: Int32
    var y: Int32
    var z: Int32
    var length: Int32
    var width: Int32
    var height: Int32
}

/// In what order groups of boxes are placed.
enum PackingOrder {
    /// The last stop first, since it is farthest from the door.
    case stops
    /// The highest priority first, whatever its stop; within a priority the last stop first.
    case priorities
}

/// The blocks the search may place, sorted by group, then by value.
///
/// A block is a solid group of boxes placed as one: grids of one kind and guillotine pairs of
/// smaller blocks that waste little (Fanslau & Bortfeldt, INFORMS J. Comput. 22, 2010; Zhu & Lim,
/// EJOR 221, 2012; Araya & Riff, C&OR 43, 2014). All boxes of a block have one stop, and no two
/// of them are kept apart.
struct PackingBlocks {
    struct Settings {
        /// Pairs fill at least this share of their hull (Araya & Riff use 0.98).
        var leastFill = 0.98
        /// The most blocks made.
        var limit = 10_000
        /// The most grids of one kind, and about how many of all kinds; each orientation has one.
        var gridsPerKind = 1_500
        var grids = 30_000
        /// The exponent by which a block's value falls with its number of boxes
        /// (Araya, Guerrero & Nuñez, C&OR 82, 2017: 0.2).
        var boxPenalty = 0.2
        /// Varies every block's value by up to 2.5 % either way; 0 leaves them alone.
        var seed: UInt64 = 0
    }

    private(set) var shapes: [BlockShape] = []
    private(set) var bodies: [BlockBody] = []
    private(set) var parts: [BlockPart] = []
    /// For each group, in the order of placing, the blocks that belong to it.
    private(set) var groups: [Range<Int>] = []
    let keepsParts: Bool

    let problem: LoadProblem
    let settings: Settings
    let stock: PackingStock
    /// The group of each kind of box.
    private let groupOf: [Int32]
    /// The rules of which each kind is the first class, and the second.
    private let classesOf: [(first: UInt64, second: UInt64)]
    private var seen: Set<Key> = []

    private struct Key: Hashable {
        var size: SIMD3<Int32>
        var kinds: SIMD4<UInt32>
        var amounts: SIMD4<UInt16>
    }

    init(_ problem: LoadProblem, order: PackingOrder, settings: Settings = Settings()) {
        self.problem = problem
        self.settings = settings
        stock = PackingStock(problem)
        // Falling, so that what is greater comes first.
        let places = problem.items.map { item in
            SIMD2(order == .priorities ? item.priority : 0, item.stop)
        }
        let groups = Set(places).sorted { ($0.x, $0.y) > ($1.x, $1.y) }
        let ranks = Dictionary(uniqueKeysWithValues: zip(groups, Int32(0)...))
        groupOf = places.map { ranks[$0] ?? 0 }
        classesOf = problem.items.map { item in
            var classes: (first: UInt64, second: UInt64) = (0, 0)
            for (bit, rule) in problem.keepApart.enumerated() {
                if rule.first == item.goodsClass { classes.first |= 1 << UInt64(bit) }
                if rule.second == item.goodsClass { classes.second |= 1 << UInt64(bit) }
            }
            return classes
        }
        let loads = problem.items.contains { $0.maxLoadGrams != nil || $0.isFragile }
        var fractional = false
        if case .fraction = problem.support { fractional = true }
        keepsParts = loads || fractional
        let kinds = stock.quantities.count { $0 > 0 }
        let each = min(settings.gridsPerKind, settings.grids / max(kinds, 1))
        for kind in problem.items.indices {
            addGrids(of: kind, atMost: each)
        }
        addPairs()
        sort()
        if keepsParts { listParts() }
    }

    /// The orientations of an item that fit the space, each extent triple once.
    static func orientations(of item: CargoItem, in space: CargoSpace) -> [SIMD3<Int32>] {
        let length = Int32(item.length)
        let width = Int32(item.width)
        let height = Int32(item.height)
        var found: [SIMD3<Int32>] = []
        func add(_ a: Int32, _ b: Int32, upright: Int32) {
            for size in [SIMD3(a, b, upright), SIMD3(b, a, upright)]
            where Int(size.x) <= space.length && Int(size.y) <= space.width
                && Int(size.z) <= space.height && !found.contains(size)
            {
                found.append(size)
            }
        }
        if item.upright.contains(.height) { add(length, width, upright: height) }
        if item.upright.contains(.width) { add(length, height, upright: width) }
        if item.upright.contains(.length) { add(width, height, upright: length) }
        return found
    }

    private mutating func addGrids(of kind: Int, atMost limit: Int) {
        let item = problem.items[kind]
        let quantity = stock.quantities[kind]
        guard quantity > 0 else { return }
        let orientations = Self.orientations(of: item, in: problem.space)
        let most = min(quantity, keepsParts ? Self.mostParts : 60_000)
        let each = limit / max(orientations.count, 1)
        // Of very many kinds each has its first orientations only.
        for size in orientations.prefix(max(limit, 1)) {
            let fitX = min(most, problem.space.length / Int(size.x))
            let fitY = min(most, problem.space.width / Int(size.y))
            let fitZ = min(most, problem.space.height / Int(size.z), highestStack(item))
            for count in Self.counts(SIMD3(fitX, fitY, fitZ), most: most, atMost: each) {
                addGrid(kind, item, size, count.x, count.y, count.z)
            }
        }
    }

    /// The most boxes in a block when each box is looked at on its own.
    static let mostParts = 200

    /// How many boxes of one kind may stand on each other.
    private func highestStack(_ item: CargoItem) -> Int {
        guard let limit = item.maxLoadGrams, item.weightGrams > 0 else { return Int.max }
        return limit / item.weightGrams + 1
    }

    /// The grids to make: all of them when they are few, else fewer and fewer of the counts between
    /// one and the greatest; in any case a single box.
    private static func counts(_ fit: SIMD3<Int>, most: Int, atMost limit: Int) -> [SIMD3<Int>] {
        // Both ends of three axes make eight.
        var ratio = limit < 8 ? 1_000 : 1.0
        while ratio < 1_000 {
            let (x, y, z) = (steps(fit.x, ratio), steps(fit.y, ratio), steps(fit.z, ratio))
            var found: [SIMD3<Int>] = []
            scan: for x in x {
                for y in y where x * y <= most {
                    for z in z where x * y * z <= most {
                        found.append(SIMD3(x, y, z))
                        if found.count > limit { break scan }
                    }
                }
            }
            if found.count <= limit { return found }
            ratio *= 1.2
        }
        return [SIMD3(1, 1, 1)]
    }

    /// From 1 to `fit`, each at least `ratio` times the one before; always both ends.
    private static func steps(_ fit: Int, _ ratio: Double) -> [Int] {
        var steps: [Int] = []
        var next = 1
        while next < fit {
            steps.append(next)
            next = max(next + 1, Int((Double(next) * ratio).rounded()))
        }
        return fit > 0 ? steps + [fit] : []
    }

    private mutating func addGrid(
        _ kind: Int,
        _ item: CargoItem,
        _ size: SIMD3<Int32>,
        _ x: Int,
        _ y: Int,
        _ z: Int
    ) {
        let count = x * y * z
        let length = Int32(x) * size.x
        let width = Int32(y) * size.y
        let height = Int32(z) * size.z
        let weight = Int64(item.weightGrams) * Int64(count)
        add(
            BlockShape(
                length: length,
                width: width,
                height: height,
                value: 0,
                kinds: SIMD4(UInt32(kind), 0, 0, 0),
                amounts: SIMD4(UInt16(count), 0, 0, 0)
            ),
            BlockBody(
                make: .grid,
                first: Int32(kind),
                second: -1,
                countX: Int32(x),
                countY: Int32(y),
                countZ: Int32(z),
                topLength: length,
                topWidth: width,
                volume: Int64(item.volume) * Int64(count),
                weight: weight,
                moment: weight * Int64(length),
                stop: Int32(item.stop),
                group: groupOf[kind],
                firstClass: classesOf[kind].first,
                secondClass: classesOf[kind].second,
                boxCount: Int32(count)
            )
        )
    }

    mutating func add(_ shape: BlockShape, _ body: BlockBody) {
        let key = Key(
            size: SIMD3(shape.length, shape.width, shape.height),
            kinds: shape.kinds,
            amounts: shape.amounts
        )
        guard seen.insert(key).inserted else { return }
        shapes.append(shape)
        bodies.append(body)
    }

    // MARK: Order and parts

    private mutating func sort() {
        seen = []
        var noise = SplitMix(state: settings.seed)
        for index in shapes.indices {
            let count = Double(bodies[index].boxCount)
            let weight = count == 1 ? 1 : pow(count, -settings.boxPenalty)
            let varied = settings.seed == 0 ? 1 : 0.975 + 0.05 * noise.unit()
            shapes[index].value = Float(Double(bodies[index].volume) * weight * varied)
        }
        let sorted = shapes.indices.sorted {
            if bodies[$0].group != bodies[$1].group { return bodies[$0].group < bodies[$1].group }
            if shapes[$0].value != shapes[$1].value { return shapes[$0].value > shapes[$1].value }
            return $0 < $1
        }
        var position = [Int32](repeating: 0, count: shapes.count)
        for (at, index) in sorted.enumerated() {
            position[index] = Int32(at)
        }
        shapes = sorted.map { shapes[$0] }
        bodies = sorted.map { bodies[$0] }
        for index in bodies.indices where bodies[index].make != .grid {
            bodies[index].first = position[Int(bodies[index].first)]
            bodies[index].second = position[Int(bodies[index].second)]
        }
        var start = 0
        for index in bodies.indices
        where index + 1 == bodies.count || bodies[index + 1].group != bodies[index].group {
            groups.append(start..<(index + 1))
            start = index + 1
        }
    }

    private mutating func listParts() {
        var own: [BlockPart] = []
        for index in shapes.indices {
            own.removeAll(keepingCapacity: true)
            appendParts(of: index, at: SIMD3(0, 0, 0), to: &own)
            // Lower boxes first, so that whatever carries a box is placed before it.
            own.sort { ($0.z, $0.x, $0.y) < ($1.z, $1.x, $1.y) }
            bodies[index].parts = Int32(parts.count)
            parts += own
        }
    }

    /// Adds the boxes of a block whose corner is at `corner`.
    func appendParts(of index: Int, at corner: SIMD3<Int32>, to list: inout [BlockPart]) {
        let body = bodies[index]
        let shape = shapes[index]
        switch body.make {
        case .grid:
            let length = shape.length / body.countX
            let width = shape.width / body.countY
            let height = shape.height / body.countZ
            for z in 0..<body.countZ {
                for x in 0..<body.countX {
                    for y in 0..<body.countY {
                        list.append(
                            BlockPart(
                                kind: body.first,
                                x: corner.x + x * length,
                                y: corner.y + y * width,
                                z: corner.z + z * height,
                                length: length,
                                width: width,
                                height: height
                            )
                        )
                    }
                }
            }
        case .alongX, .alongY, .alongZ:
            let first = shapes[Int(body.first)]
            var second = corner
            switch body.make {
            case .alongX: second.x += first.length
            case .alongY: second.y += first.width
            default: second.z += first.height
            }
            appendParts(of: Int(body.first), at: corner, to: &list)
            appendParts(of: Int(body.second), at: second, to: &list)
        }
    }
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): small, fast, and the same everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Evenly in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
