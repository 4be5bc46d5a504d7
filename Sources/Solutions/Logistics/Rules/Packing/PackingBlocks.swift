import Glibc

/// What the search reads of a block in its inner loop: 32 bytes, so that two share a cache line.
struct BlockShape: BitwiseCopyable {
    var length: Int32
    var width: Int32
    var height: Int32
    /// Volume, less for many boxes; the upper bound of any score the block can have.
    var value: Float
    /// Up to four kinds of box in it; unused slots ask for 0 of kind 0.
    var kinds: SIMD4<UInt16>
    var amounts: SIMD4<UInt16>
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

/// The blocks the search may place, sorted by stop from the last to the first, then by value.
///
/// A block is a solid group of boxes placed as one: grids of one kind and guillotine pairs of
/// smaller blocks that waste little (Fanslau & Bortfeldt, INFORMS J. Comput. 22, 2010; Zhu & Lim,
/// EJOR 221, 2012; Araya & Riff, C&OR 43, 2014). All boxes of a block have one stop.
struct PackingBlocks {
    struct Settings {
        /// Pairs fill at least this share of their hull (Araya & Riff use 0.98).
        var leastFill = 0.98
        /// The most blocks made.
        var limit = 10_000
        /// The most grids of one kind.
        var gridsPerKind = 1_500
        /// The exponent by which a block's value falls with its number of boxes
        /// (Araya, Guerrero & Nuñez, C&OR 82, 2017: 0.2).
        var boxPenalty = 0.2
        /// Varies every block's value by up to 2.5 % either way; 0 leaves them alone.
        var seed: UInt64 = 0
    }

    private(set) var shapes: [BlockShape] = []
    private(set) var bodies: [BlockBody] = []
    private(set) var parts: [BlockPart] = []
    /// For each stop, from the last to the first, the blocks that belong to it.
    private(set) var stops: [Range<Int>] = []
    let keepsParts: Bool

    private let problem: LoadProblem
    private let settings: Settings
    private var seen: Set<Key> = []

    private struct Key: Hashable {
        var size: SIMD3<Int32>
        var kinds: SIMD4<UInt16>
        var amounts: SIMD4<UInt16>
    }

    init(_ problem: LoadProblem, settings: Settings = Settings()) {
        self.problem = problem
        self.settings = settings
        let loads = problem.items.contains { $0.maxLoadGrams != nil || $0.isFragile }
        var fractional = false
        if case .fraction = problem.support { fractional = true }
        keepsParts = loads || fractional
        for kind in problem.items.indices {
            addGrids(of: kind)
        }
        addPairs()
        order()
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

    private mutating func addGrids(of kind: Int) {
        let item = problem.items[kind]
        let orientations = Self.orientations(of: item, in: problem.space)
        guard !orientations.isEmpty, item.quantity > 0 else { return }
        let most = min(item.quantity, keepsParts ? 200 : 60_000)
        let each = max(1, settings.gridsPerKind / orientations.count)
        for size in orientations {
            let fitX = min(most, problem.space.length / Int(size.x))
            let fitY = min(most, problem.space.width / Int(size.y))
            let fitZ = min(most, problem.space.height / Int(size.z), highestStack(item))
            let choices = Self.counts(fitX, fitY, fitZ, most: most, atMost: each)
            for (x, y, z) in choices {
                addGrid(kind, item, size, x, y, z)
            }
        }
    }

    /// How many boxes of one kind may stand on each other.
    private func highestStack(_ item: CargoItem) -> Int {
        guard let limit = item.maxLoadGrams, item.weightGrams > 0 else { return Int.max }
        return limit / item.weightGrams + 1
    }

    /// The grids to make: all of them when they are few, else only round or greatest counts.
    private static func counts(_ fitX: Int, _ fitY: Int, _ fitZ: Int, most: Int, atMost: Int)
        -> [(Int, Int, Int)]
    {
        var thinning = 1_000
        while true {
            var found: [(Int, Int, Int)] = []
            func keep(_ n: Int, _ fit: Int) -> Bool {
                n <= thinning || n == fit || n % thinning == 0
            }
            scan: for x in 1...fitX where keep(x, fitX) {
                for y in 1...fitY where x * y <= most && keep(y, fitY) {
                    for z in 1...fitZ where x * y * z <= most && keep(z, fitZ) {
                        found.append((x, y, z))
                        if found.count > atMost, thinning > 1 { break scan }
                    }
                }
            }
            if found.count <= atMost || thinning == 1 { return Array(found.suffix(atMost)) }
            thinning = thinning > 16 ? 16 : thinning - 1
        }
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
                kinds: SIMD4(UInt16(kind), 0, 0, 0),
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
                boxCount: Int32(count)
            )
        )
    }

    private mutating func add(_ shape: BlockShape, _ body: BlockBody) {
        let key = Key(
            size: SIMD3(shape.length, shape.width, shape.height),
            kinds: shape.kinds,
            amounts: shape.amounts
        )
        guard seen.insert(key).inserted else { return }
        shapes.append(shape)
        bodies.append(body)
    }

    // MARK: Pairs

    private mutating func addPairs() {
        var from = 0
        // Each round pairs what the last one made with everything made so far.
        while from < shapes.count, shapes.count < settings.limit {
            let until = shapes.count
            pair(from..<until, with: 0..<until)
            from = until
        }
    }

    private mutating func pair(_ fresh: Range<Int>, with all: Range<Int>) {
        var byHeight: [Int32: [Int]] = [:]
        for index in all {
            byHeight[shapes[index].height, default: []].append(index)
        }
        let byFootprint = all.sorted {
            (shapes[$0].length, $0) < (shapes[$1].length, $1)
        }
        let lengths = byFootprint.map { shapes[$0].length }
        // A bound on the work, not on time: the same blocks arise on every machine.
        var attempts = 8_000_000
        for i in fresh {
            for j in byHeight[shapes[i].height] ?? [] {
                attempts -= 1
                if bodies[i].stop != bodies[j].stop { continue }
                // Pairs within the fresh range come up twice; once is enough.
                if j >= fresh.lowerBound, j < i { continue }
                if shapes.count >= settings.limit || attempts < 0 { return }
                joinAlongX(i, j)
                joinAlongY(i, j)
            }
            let longest = shapes[i].length
            let least = Int32(Double(longest) * 0.9)
            var at = Self.firstIndex(in: lengths, notBelow: least)
            while at < lengths.count, lengths[at] <= longest {
                let j = byFootprint[at]
                at += 1
                attempts -= 1
                if bodies[i].stop != bodies[j].stop { continue }
                if shapes.count >= settings.limit || attempts < 0 { return }
                joinAlongZ(i, j)
                if i != j, j < fresh.lowerBound { joinAlongZ(j, i) }
            }
        }
    }

    private static func firstIndex(in sorted: [Int32], notBelow value: Int32) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func joinAlongX(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let length = a.length + b.length
        let width = max(a.width, b.width)
        guard Int(length) <= problem.space.length,
            fills(i, j, Int64(length) * Int64(width) * Int64(a.height))
        else { return }
        let wholeTop = bodies[i].topLength == a.length
        join(
            i,
            j,
            .alongX,
            SIMD3(length, width, a.height),
            top: wholeTop
                ? SIMD2(
                    a.length + bodies[j].topLength,
                    min(bodies[i].topWidth, bodies[j].topWidth)
                ) : SIMD2(bodies[i].topLength, bodies[i].topWidth),
            shift: Int64(a.length)
        )
    }

    private mutating func joinAlongY(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let length = max(a.length, b.length)
        let width = a.width + b.width
        guard Int(width) <= problem.space.width,
            fills(i, j, Int64(length) * Int64(width) * Int64(a.height))
        else { return }
        let wholeTop = bodies[i].topWidth == a.width
        join(
            i,
            j,
            .alongY,
            SIMD3(length, width, a.height),
            top: wholeTop
                ? SIMD2(
                    min(bodies[i].topLength, bodies[j].topLength),
                    a.width + bodies[j].topWidth
                ) : SIMD2(bodies[i].topLength, bodies[i].topWidth),
            shift: 0
        )
    }

    /// `j` on top of `i`.
    private mutating func joinAlongZ(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let height = a.height + b.height
        guard Int(height) <= problem.space.height, b.length <= bodies[i].topLength,
            b.width <= bodies[i].topWidth,
            fills(i, j, Int64(a.length) * Int64(a.width) * Int64(height))
        else { return }
        join(
            i,
            j,
            .alongZ,
            SIMD3(a.length, a.width, height),
            top: SIMD2(bodies[j].topLength, bodies[j].topWidth),
            shift: 0
        )
    }

    private func fills(_ i: Int, _ j: Int, _ hull: Int64) -> Bool {
        Double(bodies[i].volume + bodies[j].volume) >= settings.leastFill * Double(hull)
    }

    private mutating func join(
        _ i: Int,
        _ j: Int,
        _ make: BlockBody.Make,
        _ size: SIMD3<Int32>,
        top: SIMD2<Int32>,
        shift: Int64
    ) {
        let a = bodies[i]
        let b = bodies[j]
        if keepsParts, a.boxCount + b.boxCount > 200 { return }
        var kinds = shapes[i].kinds
        var amounts = shapes[i].amounts
        merging: for slot in 0..<4 {
            let extra = shapes[j].amounts[slot]
            if extra == 0 { break }
            let kind = shapes[j].kinds[slot]
            for place in 0..<4 {
                if amounts[place] == 0 {
                    kinds[place] = kind
                    amounts[place] = extra
                } else if kinds[place] == kind {
                    let (sum, over) = amounts[place].addingReportingOverflow(extra)
                    if over { return }
                    amounts[place] = sum
                } else {
                    if place == 3 { return }
                    continue
                }
                if Int(amounts[place]) > problem.items[Int(kind)].quantity { return }
                continue merging
            }
        }
        let body = BlockBody(
            make: make,
            first: Int32(i),
            second: Int32(j),
            topLength: top.x,
            topWidth: top.y,
            volume: a.volume + b.volume,
            weight: a.weight + b.weight,
            moment: a.moment + b.moment + 2 * shift * b.weight,
            stop: a.stop,
            boxCount: a.boxCount + b.boxCount
        )
        if keepsParts, make == .alongZ, !bears(i, j) { return }
        let (sortedKinds, sortedAmounts) = Self.sorted(kinds, amounts)
        add(
            BlockShape(
                length: size.x,
                width: size.y,
                height: size.z,
                value: 0,
                kinds: sortedKinds,
                amounts: sortedAmounts
            ),
            body
        )
    }

    /// A quick test that `j` may stand on `i` as far as that can be said without the exact flow of
    /// forces; the search makes the exact test when it places the block.
    private func bears(_ i: Int, _ j: Int) -> Bool {
        func kinds(_ index: Int) -> [Int] {
            (0..<4).filter { shapes[index].amounts[$0] > 0 }.map { Int(shapes[index].kinds[$0]) }
        }
        let above = kinds(j).map { problem.items[$0] }
        return kinds(i).allSatisfy { lower in
            let item = problem.items[lower]
            if item.maxLoadGrams == 0, above.contains(where: { $0.weightGrams > 0 }) {
                return false
            }
            return !item.isFragile
                || above.allSatisfy { $0.isFragile && $0.weightGrams <= item.weightGrams }
        }
    }

    private static func sorted(_ kinds: SIMD4<UInt16>, _ amounts: SIMD4<UInt16>)
        -> (SIMD4<UInt16>, SIMD4<UInt16>)
    {
        var kinds = kinds
        var amounts = amounts
        var used = 0
        while used < 4, amounts[used] > 0 { used += 1 }
        for end in stride(from: used - 1, to: 0, by: -1) {
            for at in 0..<end where kinds[at] > kinds[at + 1] {
                (kinds[at], kinds[at + 1]) = (kinds[at + 1], kinds[at])
                (amounts[at], amounts[at + 1]) = (amounts[at + 1], amounts[at])
            }
        }
        return (kinds, amounts)
    }

    // MARK: Order and parts

    private mutating func order() {
        seen = []
        var noise = SplitMix(state: settings.seed)
        for index in shapes.indices {
            let count = Double(bodies[index].boxCount)
            let weight = count == 1 ? 1 : pow(count, -settings.boxPenalty)
            let varied = settings.seed == 0 ? 1 : 0.975 + 0.05 * noise.unit()
            shapes[index].value = Float(Double(bodies[index].volume) * weight * varied)
        }
        let sorted = shapes.indices.sorted {
            if bodies[$0].stop != bodies[$1].stop { return bodies[$0].stop > bodies[$1].stop }
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
        where index + 1 == bodies.count || bodies[index + 1].stop != bodies[index].stop {
            stops.append(start..<(index + 1))
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
