/// What shows that a layout is sound: per box how well it is supported and how much it bears, and
/// for the whole the use of room and payload, the centre of gravity and the axle loads.
public struct LayoutProof: Sendable, Hashable {
    /// The proof of one box.
    public struct Box: Sendable, Hashable {
        /// The share of its base that rests on the floor or on other boxes, 0…1.
        public var supported: Double
        /// That area in square millimetres.
        public var supportedMm2: Int
        /// The boxes it rests on, with the area on each; none for one on the floor.
        public var carriers: [Carrier]
        /// The grams that rest on it, through the whole stack above.
        public var bearsGrams: Double
        /// The grams that may rest on it; nil is unlimited.
        public var maxLoadGrams: Int?
        /// The boxes of later stops that lie above it or between it and the door, so that they would
        /// have to be moved at its stop; ascending.
        public var inTheWay: [Int]
        /// What the goods are; nil goes with everything.
        public var goodsClass: String?
        /// How early it is taken when not everything fits, 0…9.
        public var priority: Int

        /// Whether it can be taken out at its stop without moving what stays.
        public var isReachable: Bool { inTheWay.isEmpty }
        /// The grams that may still be put on it, less than 0 when too much is; nil is unlimited.
        public var headroomGrams: Double? { maxLoadGrams.map { Double($0) - bearsGrams } }
    }

    /// A box that carries another.
    public struct Carrier: Sendable, Hashable {
        /// Its index in the layout.
        public var box: Int
        /// How much of the other's base rests on it, in square millimetres.
        public var areaMm2: Int

        /// A box with so much of another's base on it.
        public init(box: Int, areaMm2: Int) {
            self.box = box
            self.areaMm2 = areaMm2
        }
    }

    /// A point in the space, in mm.
    public struct Point: Sendable, Hashable {
        /// Along the length.
        public var x: Double
        /// Across.
        public var y: Double
        /// Above the floor.
        public var z: Double

        /// The point with these coordinates.
        public init(x: Double, y: Double, z: Double) {
            self.x = x
            self.y = y
            self.z = z
        }
    }

    /// The payload on each axle, in grams; negative where the load lifts it.
    public struct AxleLoads: Sendable, Hashable {
        /// On the front axle or the fifth wheel.
        public var frontGrams: Double
        /// On the rear axle or axle group.
        public var rearGrams: Double

        /// These loads.
        public init(frontGrams: Double, rearGrams: Double) {
            self.frontGrams = frontGrams
            self.rearGrams = rearGrams
        }
    }

    /// One entry per box, in the layout's order.
    public var boxes: [Box]
    /// The share of the space's volume that is filled, 0…1.
    public var volumeUtilisation: Double
    /// The payload's share of what the space may carry; nil when it has no limit.
    public var weightUtilisation: Double?
    /// The mass of all boxes in grams.
    public var weightGrams: Int
    /// The boxes' common centre of gravity, each box being of even density; nil when they weigh nothing.
    public var centreOfGravity: Point?
    /// The axle loads; nil when the space names no axles.
    public var axleLoads: AxleLoads?

    /// Works out the proof of `boxes`, which must be of kinds that `problem` has.
    ///
    /// Axle loads are those of a beam on two supports: with the payload `m` at `x`, the moments about
    /// the front support give `rear = m·(x − front)/(rear − front)`, and `front = m − rear` (statics;
    /// VDI 2700 Blatt 4 draws load distribution plans in this way). How weight runs down a stack:
    /// every box hands on its own and what it bears in proportion to the areas of contact.
    public init(_ boxes: [PackedBox], in problem: LoadProblem) {
        let contacts = Self.contacts(boxes)
        var bears = [Double](repeating: 0, count: boxes.count)
        for index in boxes.indices.sorted(by: { boxes[$0].z > boxes[$1].z }) {
            let total = bears[index] + Double(problem.items[boxes[index].item].weightGrams)
            let area = contacts[index].reduce(0.0) { $0 + $1.area }
            for contact in contacts[index] {
                bears[contact.lower] += total * contact.area / area
            }
        }
        let inTheWay = Self.inTheWay(boxes, stops: boxes.map { problem.items[$0.item].stop })
        self.boxes = boxes.indices.map { index in
            let box = boxes[index]
            let item = problem.items[box.item]
            let base = box.length * box.width
            let area =
                box.z == 0 ? base : contacts[index].reduce(0) { $0 + Int($1.area.rounded()) }
            return Box(
                supported: min(1, Double(area) / Double(base)),
                supportedMm2: min(area, base),
                carriers: contacts[index].sorted { $0.lower < $1.lower }.map {
                    Carrier(box: $0.lower, areaMm2: Int($0.area.rounded()))
                },
                bearsGrams: bears[index],
                maxLoadGrams: item.maxLoadGrams,
                inTheWay: inTheWay[index],
                goodsClass: item.goodsClass,
                priority: item.priority
            )
        }
        var weight = 0
        var volume = 0
        var moment = Point(x: 0, y: 0, z: 0)
        for box in boxes {
            let mass = problem.items[box.item].weightGrams
            weight += mass
            volume += box.length * box.width * box.height
            moment.x += Double(mass) * (Double(box.x) + Double(box.length) / 2)
            moment.y += Double(mass) * (Double(box.y) + Double(box.width) / 2)
            moment.z += Double(mass) * (Double(box.z) + Double(box.height) / 2)
        }
        weightGrams = weight
        volumeUtilisation = Double(volume) / Double(problem.space.volume)
        weightUtilisation = problem.space.maxWeightGrams.map {
            $0 == 0 ? 0 : Double(weight) / Double($0)
        }
        let mass = Double(weight)
        centreOfGravity =
            weight > 0 ? Point(x: moment.x / mass, y: moment.y / mass, z: moment.z / mass) : nil
        axleLoads = problem.space.axles.map { axles in
            let span = Double(axles.rearPosition - axles.frontPosition)
            let rear = (moment.x - mass * Double(axles.frontPosition)) / span
            return AxleLoads(frontGrams: mass - rear, rearGrams: rear)
        }
    }

    /// For each box the boxes of later stops that lie above it, with or without a gap, or between it
    /// and the door at its height and width.
    static func inTheWay(_ boxes: [PackedBox], stops: [Int]) -> [[Int]] {
        var inTheWay = [[Int]](repeating: [], count: boxes.count)
        guard Set(stops).count > 1 else { return inTheWay }
        LoadingSequence.forEachRelation(boxes) { first, second, _ in
            // Whatever comes first when loading is what the other shuts in.
            if stops[second] > stops[first] { inTheWay[first].append(second) }
        }
        return inTheWay.map { $0.sorted() }
    }

    /// What a box rests on.
    struct Contact {
        /// The index of the box below.
        var lower: Int
        /// How much of the base rests on it, in square millimetres.
        var area: Double
    }

    /// For each box what it rests on; nothing for one on the floor.
    static func contacts(_ boxes: [PackedBox]) -> [[Contact]] {
        var byTop: [Int: [Int]] = [:]
        for (index, box) in boxes.enumerated() {
            byTop[box.z + box.height, default: []].append(index)
        }
        // Per level a grid of cells as long as its longest box, so that few need a look.
        var cells: [Int: [Int: [Int]]] = [:]
        var cellLength: [Int: Int] = [:]
        for (top, members) in byTop {
            let length = members.reduce(1) { max($0, boxes[$1].length) }
            cellLength[top] = length
            cells[top] = Dictionary(grouping: members) { boxes[$0].x / length }
        }
        return boxes.map { box in
            guard box.z > 0, let length = cellLength[box.z], let level = cells[box.z] else {
                return []
            }
            let near = (box.x / length - 1)...((box.x + box.length) / length)
            return near.flatMap { level[$0] ?? [] }.compactMap { lower in
                let under = boxes[lower]
                let x = min(box.x + box.length, under.x + under.length) - max(box.x, under.x)
                let y = min(box.y + box.width, under.y + under.width) - max(box.y, under.y)
                return x > 0 && y > 0
                    ? Contact(lower: lower, area: Double(x) * Double(y)) : nil
            }
        }
    }
}
