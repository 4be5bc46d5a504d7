/// Everything about a problem that the search reads and never changes.
///
/// The buffers are written once in the initialiser and freed with the model, so any number of
/// threads may read them at the same time.
final class PackingModel {
    /// A limit beyond every real load, so that "unlimited" needs no branch.
    static let unlimited = Int64.max / 4

    let problem: LoadProblem
    let blocks: PackingBlocks
    let length: Int32
    let width: Int32
    let height: Int32
    let blockCount: Int
    let shapes: UnsafeMutablePointer<BlockShape>
    let bodies: UnsafeMutablePointer<BlockBody>
    let parts: UnsafeMutablePointer<BlockPart>
    let scores: UnsafeMutablePointer<BlockScore>
    let index: PackingIndex
    /// The value of the best block in each word of the index.
    let wordValues: UnsafeMutablePointer<Float>
    /// The blocks that are placed one group after the other.
    let groups: [Range<Int>]

    let kindWeight: UnsafeMutablePointer<Int64>
    let kindMaxLoad: UnsafeMutablePointer<Double>
    let kindFragile: UnsafeMutablePointer<Bool>

    /// `reachHorizontal[g]`: the most of a gap `g` that some row of boxes can fill.
    let reachHorizontal: UnsafeMutablePointer<Float>
    let reachVertical: UnsafeMutablePointer<Float>
    let leastHorizontal: Int32
    let leastVertical: Int32

    let maxWeight: Int64
    let checksWeight: Bool
    let checksAxles: Bool
    let checksStops: Bool
    let checksApart: Bool
    let checksParts: Bool
    let checksLoads: Bool
    let leastSupport: Double
    let fullSupport: Bool
    /// What the layouts are worth.
    let levels: PriorityLevels
    /// The volume that no layout can exceed.
    let volumeBound: Int64

    // Axle limits in the moment's unit: twice grams times millimetres.
    let axleFront: Int64
    let axleRear: Int64
    let frontLimit: Int64
    let rearLimit: Int64

    /// How two classes are kept apart: the gap, or more than any space when they may not meet.
    let gaps: [Int32]

    init(_ problem: LoadProblem, order: PackingOrder, settings: PackingBlocks.Settings) {
        self.problem = problem
        blocks = PackingBlocks(problem, order: order, settings: settings)
        levels = PriorityLevels(problem)
        let space = problem.space
        length = Int32(space.length)
        width = Int32(space.width)
        height = Int32(space.height)
        blockCount = blocks.shapes.count
        shapes = UnsafeMutablePointer.copy(of: blocks.shapes)
        bodies = UnsafeMutablePointer.copy(of: blocks.bodies)
        parts = UnsafeMutablePointer.copy(of: blocks.parts)
        groups = blocks.groups
        scores = UnsafeMutablePointer.copy(of: blocks.shapes.map { Self.score($0) })
        index = PackingIndex(blocks.shapes, kinds: problem.items.count, in: space)
        wordValues = UnsafeMutablePointer.copy(
            of:
                stride(from: 0, to: blocks.shapes.count, by: 64).map { [blocks] first in
                    blocks.shapes[first...].prefix(64).map(\.value).max() ?? 0
                }
        )

        kindWeight = UnsafeMutablePointer.copy(of: problem.items.map { Int64($0.weightGrams) })
        kindMaxLoad = UnsafeMutablePointer.copy(
            of:
                problem.items.map { $0.maxLoadGrams.map(Double.init) ?? .infinity }
        )
        kindFragile = UnsafeMutablePointer.copy(of: problem.items.map(\.isFragile))

        var horizontal: Set<Int32> = []
        var vertical: Set<Int32> = []
        var total: Int64 = 0
        for item in problem.items {
            let orientations = PackingBlocks.orientations(of: item, in: space)
            if !orientations.isEmpty { total += Int64(item.volume) * Int64(item.quantity) }
            for size in orientations {
                horizontal.insert(size.x)
                horizontal.insert(size.y)
                vertical.insert(size.z)
            }
        }
        volumeBound = min(total, Int64(space.volume))
        leastHorizontal = horizontal.min() ?? 1
        leastVertical = vertical.min() ?? 1
        reachHorizontal = Self.reach(horizontal, upTo: max(space.length, space.width))
        reachVertical = Self.reach(vertical, upTo: space.height)

        let weights = problem.items.reduce(Int64(0)) {
            $0 + Int64($1.weightGrams) * Int64($1.quantity)
        }
        maxWeight = space.maxWeightGrams.map(Int64.init) ?? Self.unlimited
        checksWeight = weights > maxWeight
        checksStops = Set(problem.items.map(\.stop)).count > 1
        gaps = problem.keepApart.map { Int32($0.distance ?? 2 * CargoSpace.longestSide) }
        checksApart = blocks.bodies.contains { $0.firstClass | $0.secondClass != 0 }
        checksParts = blocks.keepsParts
        checksLoads = problem.items.contains { $0.maxLoadGrams != nil || $0.isFragile }
        leastSupport = problem.support.share
        fullSupport = problem.support == .full || problem.support.share >= 1
        if let axles = space.axles {
            checksAxles = axles.frontLimitGrams != nil || axles.rearLimitGrams != nil
            axleFront = Int64(axles.frontPosition)
            axleRear = Int64(axles.rearPosition)
            let span = 2 * Int64(axles.rearPosition - axles.frontPosition)
            frontLimit = axles.frontLimitGrams.map { Int64($0) * span } ?? Self.unlimited
            rearLimit = axles.rearLimitGrams.map { Int64($0) * span } ?? Self.unlimited
        } else {
            checksAxles = false
            axleFront = 0
            axleRear = 0
            frontLimit = Self.unlimited
            rearLimit = Self.unlimited
        }
    }

    deinit {
        shapes.deallocate()
        bodies.deallocate()
        parts.deallocate()
        scores.deallocate()
        wordValues.deallocate()
        index.free()
        kindWeight.deallocate()
        kindMaxLoad.deallocate()
        kindFragile.deallocate()
        reachHorizontal.deallocate()
        reachVertical.deallocate()
    }

    /// A face counts as touching when the gap is at most this share of the block's extent.
    ///
    /// Araya, Guerrero & Nuñez, "VCS: A new heuristic function for selecting boxes in the single
    /// container loading problem" (C&OR 82, 2017).
    private static let touchSlack: Float = 0.04

    private static func score(_ shape: BlockShape) -> BlockScore {
        let size = SIMD4<Int32>(shape.length, shape.width, shape.height, 0)
        let extents = SIMD4<Float>(size)
        let faces = SIMD4<Float>(
            extents.y * extents.z,
            extents.x * extents.z,
            extents.x * extents.y,
            0
        )
        return BlockScore(
            size: size,
            slack: SIMD4<Int32>(extents * touchSlack),
            faces: faces / (2 * faces.sum()),
            value: shape.value
        )
    }

    /// For every gap up to `limit`, the greatest sum of the given sizes that does not exceed it.
    private static func reach(_ sizes: Set<Int32>, upTo limit: Int) -> UnsafeMutablePointer<Float> {
        let table = UnsafeMutablePointer<Float>.allocate(capacity: limit + 1)
        table.initialize(repeating: 0, count: limit + 1)
        var reachable = [Bool](repeating: false, count: limit + 1)
        reachable[0] = true
        // Beyond this much work the table would cost more than it helps; then every gap counts full.
        let sorted = sizes.sorted()
        guard sorted.count * limit <= 20_000_000 else {
            let least = sorted.first ?? 1
            for gap in 0...limit {
                table[gap] = gap < Int(least) ? 0 : Float(gap)
            }
            return table
        }
        for size in sorted where Int(size) <= limit {
            for gap in Int(size)...limit where reachable[gap - Int(size)] {
                reachable[gap] = true
            }
        }
        var last: Int32 = 0
        for gap in 0...limit {
            if reachable[gap] { last = Int32(gap) }
            table[gap] = Float(last)
        }
        return table
    }
}
