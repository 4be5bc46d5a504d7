/// What is to be loaded, into what, and under which support rule.
///
/// Lengths are whole millimetres (or whatever unit a benchmark uses, as long as it is one), masses
/// whole grams. `x` runs along the space's length towards the door, `y` across, `z` up; the origin
/// is the floor corner farthest from the door.
public struct LoadProblem: Sendable, Hashable {
    /// The space to be filled.
    public var space: CargoSpace
    /// The kinds of box, each with its quantity.
    public var items: [CargoItem]
    /// How much of a box's base must rest on the floor or on other boxes.
    public var support: SupportRule
    /// Which goods may not stand near each other; pairs that are not named may.
    public var keepApart: [KeepApart]

    /// A problem of these parts; support defaults to full, and all goods may stand together.
    public init(
        space: CargoSpace,
        items: [CargoItem],
        support: SupportRule = .full,
        keepApart: [KeepApart] = []
    ) {
        self.space = space
        self.items = items
        self.support = support
        self.keepApart = keepApart
    }
}

/// Two classes of goods that are kept apart, such as food and chemicals.
public struct KeepApart: Sendable, Hashable {
    /// One class, as `CargoItem.goodsClass` names it.
    public var first: String
    /// The other class.
    public var second: String
    /// The least gap in mm between their outlines as seen from above, along or across; nil keeps
    /// them out of one space altogether.
    public var distance: Int?

    /// A rule for two classes.
    public init(_ first: String, _ second: String, distance: Int?) {
        self.first = first
        self.second = second
        self.distance = distance
    }
}

extension [KeepApart] {
    /// The first rule by which some of `items` are never in one space; nil when there is none.
    func parting(_ items: [CargoItem]) -> KeepApart? {
        let classes = Set(items.compactMap(\.goodsClass))
        return first {
            $0.distance == nil && classes.contains($0.first) && classes.contains($0.second)
        }
    }
}

/// The inside of a container or of a vehicle's body.
public struct CargoSpace: Sendable, Hashable {
    /// The longest side of a space or box that is accepted, in millimetres.
    public static let longestSide = 100_000

    /// The name of the container or vehicle type.
    public var id: String
    /// Inner length in mm, from the front wall to the door.
    public var length: Int
    /// Inner width in mm.
    public var width: Int
    /// Inner height in mm.
    public var height: Int
    /// The payload in grams; nil is unlimited.
    public var maxWeightGrams: Int?
    /// Where the axles are and what they bear; nil when that is not asked.
    public var axles: Axles?

    /// A space of these inner sizes.
    public init(
        id: String = "",
        length: Int,
        width: Int,
        height: Int,
        maxWeightGrams: Int? = nil,
        axles: Axles? = nil
    ) {
        self.id = id
        self.length = length
        self.width = width
        self.height = height
        self.maxWeightGrams = maxWeightGrams
        self.axles = axles
    }

    /// The inner volume in cubic millimetres.
    public var volume: Int { length * width * height }
}

/// The two supports of a vehicle's load bed, seen as a beam.
///
/// Positions are `x` in the cargo space and may lie outside it; limits are what the payload may add
/// at that axle (permitted axle load less the empty vehicle's), in grams.
public struct Axles: Sendable, Hashable {
    /// Where the front axle, or the fifth wheel, is: `x` in mm.
    public var frontPosition: Int
    /// Where the rear axle, or the middle of the axle group, is: `x` in mm, more than `frontPosition`.
    public var rearPosition: Int
    /// The payload in grams that the front axle may take; nil is unlimited.
    public var frontLimitGrams: Int?
    /// The payload in grams that the rear axle may take; nil is unlimited.
    public var rearLimitGrams: Int?

    /// Axles at these places.
    public init(
        frontPosition: Int,
        rearPosition: Int,
        frontLimitGrams: Int? = nil,
        rearLimitGrams: Int? = nil
    ) {
        self.frontPosition = frontPosition
        self.rearPosition = rearPosition
        self.frontLimitGrams = frontLimitGrams
        self.rearLimitGrams = rearLimitGrams
    }
}

/// Which of a box's own dimensions may stand upright.
public struct UprightDimensions: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// The set with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The box's length may be vertical.
    public static let length = UprightDimensions(rawValue: 1)
    /// The box's width may be vertical.
    public static let width = UprightDimensions(rawValue: 2)
    /// The box's height may be vertical.
    public static let height = UprightDimensions(rawValue: 4)
    /// The box may be turned any way.
    public static let any: UprightDimensions = [.length, .width, .height]
}

/// One kind of box and how many of it there are.
public struct CargoItem: Sendable, Hashable {
    /// The item's name, unique in its problem.
    public var id: String
    /// The box's own length in mm.
    public var length: Int
    /// The box's own width in mm.
    public var width: Int
    /// The box's own height in mm.
    public var height: Int
    /// The dimensions that may stand upright; about the vertical axis a box may always be turned.
    public var upright: UprightDimensions
    /// How many such boxes there are.
    public var quantity: Int
    /// The mass of one box in grams.
    public var weightGrams: Int
    /// The mass in grams that may rest on one box, through the whole stack above; nil is unlimited.
    public var maxLoadGrams: Int?
    /// On a fragile box only fragile boxes that are not heavier than it may rest.
    public var isFragile: Bool
    /// The stop at which it is unloaded, from 1; earlier stops must be reachable first.
    public var stop: Int
    /// What the goods are, for `LoadProblem.keepApart`; nil goes with everything.
    public var goodsClass: String?
    /// When not everything fits, boxes of higher priority are taken first; 0…9, by default 0.
    public var priority: Int

    /// Boxes of these properties; by default upright on their height, weightless and sturdy.
    public init(
        id: String,
        length: Int,
        width: Int,
        height: Int,
        upright: UprightDimensions = .height,
        quantity: Int = 1,
        weightGrams: Int = 0,
        maxLoadGrams: Int? = nil,
        isFragile: Bool = false,
        stop: Int = 1,
        goodsClass: String? = nil,
        priority: Int = 0
    ) {
        self.id = id
        self.length = length
        self.width = width
        self.height = height
        self.upright = upright
        self.quantity = quantity
        self.weightGrams = weightGrams
        self.maxLoadGrams = maxLoadGrams
        self.isFragile = isFragile
        self.stop = stop
        self.goodsClass = goodsClass
        self.priority = priority
    }

    /// The volume of one box in cubic millimetres.
    public var volume: Int { length * width * height }
}

/// How much of a box's base must rest on something.
public enum SupportRule: Sendable, Hashable {
    /// All of it: the base lies wholly on the floor or on boxes of one height.
    case full
    /// None is asked: boxes may float, as in much of the literature.
    case none
    /// At least this share, between 0 and 1.
    case fraction(Double)

    /// The least share of the base that must be supported.
    public var share: Double {
        switch self {
        case .full: 1
        case .none: 0
        case .fraction(let share): share
        }
    }
}

extension CargoItem {
    /// Why not even one such box could be loaded into the empty `space`; nil when one could.
    public func reasonNotToFit(_ space: CargoSpace) -> String? {
        guard fits(space) else {
            return "\(length) × \(width) × \(height) mm goes into \(space.length) × "
                + "\(space.width) × \(space.height) mm in no allowed orientation: \(misfit(space))"
        }
        if let limit = space.maxWeightGrams, weightGrams > limit {
            return "one weighs \(Double(weightGrams) / 1_000) kg, the payload is "
                + "\(Double(limit) / 1_000) kg"
        }
        return nil
    }

    private static let flags: [UprightDimensions] = [.length, .width, .height]

    private func fits(_ space: CargoSpace) -> Bool {
        let own = [length, width, height]
        return own.indices.contains { up in
            let flat = own.indices.filter { $0 != up }.map { own[$0] }.sorted()
            let floor = [space.length, space.width].sorted()
            return upright.contains(Self.flags[up]) && own[up] <= space.height
                && flat[0] <= floor[0] && flat[1] <= floor[1]
        }
    }

    /// The first dimension that is too long for every direction it may have; else they are so together.
    private func misfit(_ space: CargoSpace) -> String {
        let own = [("length", length), ("width", width), ("height", height)]
        let floor = max(space.length, space.width)
        for (index, (name, extent)) in own.enumerated() {
            let mayStand = upright.contains(Self.flags[index])
            let mayLie = !upright.subtracting(Self.flags[index]).isEmpty
            if mayStand, !mayLie, extent > space.height {
                return "its \(name) of \(extent) mm must stand upright, the space is "
                    + "\(space.height) mm high"
            }
            if mayLie, !mayStand, extent > floor {
                return "its \(name) of \(extent) mm must lie along the floor, which is at most "
                    + "\(floor) mm long"
            }
            if mayLie, mayStand, extent > max(floor, space.height) {
                return "its \(name) of \(extent) mm is longer than any side of the space"
            }
        }
        return "each of its dimensions would go in, not all three at once"
    }
}
