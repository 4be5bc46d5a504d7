/// The share of a space's volume that no layout of a problem can exceed, and why.
///
/// It is the least of four bounds. Each leaves out all rules but the one it is made of, and so holds
/// for every layout that keeps them all:
/// - *goods*: the volume of all boxes that go into the empty space in some allowed orientation, and
///   alone weigh no more than the payload. No other box can be in a layout.
/// - *payload*: of those boxes the greatest volume that weighs no more than the payload, when boxes
///   may be cut. Filling up in the order of volume for weight is the optimum of that linear program
///   (Dantzig, "Discrete-variable extremum problems", Operations Research 5, 1957), and whole boxes
///   are one of its solutions.
/// - *sides*: push every box of a layout as far as it goes towards the front wall, the left wall and
///   the floor, again and again. Sums of whole millimetres that only fall come to an end, and then
///   each box touches another, or the wall, on each of the three sides. Follow what it touches: its
///   far side lies at a sum of sides of different boxes, which is at most the length (width, height)
///   (Herz, "Recursive computational procedure for two-dimensional stock cutting", IBM J. Res. Dev.
///   16, 1972; Christofides and Whitlock, Operations Research 25, 1977). So all boxes lie within the
///   product of the three greatest such sums. Along the length, width and height, a box counts with
///   the sides that it may show there, and with one of them at most.
/// - *space*: its own volume.
public struct VolumeBound: Sendable, Hashable {
    /// What the bound is made of.
    public enum Limit: String, Sendable, CaseIterable {
        /// There is no more that goes in.
        case goods
        /// The payload is used up.
        case payload
        /// The boxes' sides do not add up to those of the space.
        case sides
        /// The space is full.
        case space
    }

    /// The greatest share of the volume that could be filled, 0…1.
    public var share: Double
    /// What it is made of.
    public var limit: Limit
    /// Why, in plain words with the figures.
    public var reason: String

    /// How many steps finding sums of sides may take, about a tenth of a second; beyond it, the side
    /// of the space itself is taken, which is a bound too.
    private static let mostSteps = 50_000_000

    /// The bound for `problem`, whose values must have passed `LoadProblem.check()`.
    public init(_ problem: LoadProblem) {
        let space = problem.space
        let goods = problem.items.compactMap { Goods($0, in: space) }
        let all = goods.reduce(0) { Self.sum($0, Self.product($1.volume, $1.count)) }
        let payload = space.maxWeightGrams.map { Self.volume(of: goods, upTo: $0) }
        var steps = Self.mostSteps
        let sums = [space.length, space.width, space.height].enumerated().map { axis, side in
            Self.greatestSum(upTo: side, of: goods.map { ($0.sides[axis], $0.count) }, &steps)
        }
        let candidates: [(limit: Limit, volume: Int)] = [
            (.goods, all), (.space, space.volume), (.payload, payload ?? .max),
            (.sides, sums[0] * sums[1] * sums[2]),
        ]
        let least = candidates.dropFirst().reduce(candidates[0]) {
            $1.volume < $0.volume ? $1 : $0
        }
        share = Double(min(least.volume, space.volume)) / Double(space.volume)
        limit = least.limit
        reason = Self.words(limit, share, sums, problem, isEmpty: goods.isEmpty)
    }

    private static func words(
        _ limit: Limit,
        _ share: Double,
        _ sums: [Int],
        _ problem: LoadProblem,
        isEmpty: Bool
    ) -> String {
        let space = problem.space
        let share = "\((share * 1_000).rounded() / 10) % of the volume"
        switch limit {
        case .goods where isEmpty: return "none of the goods goes in"
        case .goods: return "all goods that go in fill \(share)"
        case .space: return "nothing but the space itself"
        case .payload:
            let payload = LoadingInstruction.kilograms(space.maxWeightGrams ?? 0)
            return "goods of \(payload) kg, the payload, fill \(share) at best"
        case .sides:
            return "the goods' sides add up to at most \(sums[0]) of \(space.length) mm along, "
                + "\(sums[1]) of \(space.width) mm across and \(sums[2]) of \(space.height) mm "
                + "up: \(share)"
        }
    }

    /// Boxes of one kind that go into the empty space.
    private struct Goods {
        var volume: Int
        var weight: Int
        var count: Int
        /// The sides that may lie along the length, the width and the height.
        var sides: [[Int]]

        init?(_ item: CargoItem, in space: CargoSpace) {
            guard item.reasonNotToFit(space) == nil else { return nil }
            (volume, weight, count) = (item.volume, item.weightGrams, item.quantity)
            let own = [item.length, item.width, item.height]
            let flags: [UprightDimensions] = [.length, .width, .height]
            var sides: [Set<Int>] = [[], [], []]
            for up in own.indices where item.upright.contains(flags[up]) {
                let flat = own.indices.filter { $0 != up }.map { own[$0] }
                for (along, across) in [(flat[0], flat[1]), (flat[1], flat[0])]
                where along <= space.length && across <= space.width && own[up] <= space.height {
                    sides[0].insert(along)
                    sides[1].insert(across)
                    sides[2].insert(own[up])
                }
            }
            self.sides = sides.map { $0.sorted() }
        }
    }

    // MARK: Payload

    /// The greatest volume of parts of the goods that weighs no more than `payload`.
    private static func volume(of goods: [Goods], upTo payload: Int) -> Int {
        // The most volume for its weight first.
        let sorted = goods.sorted {
            $0.volume.multipliedFullWidth(by: $1.weight)
                > $1.volume.multipliedFullWidth(by: $0.weight)
        }
        var left = payload
        var volume = 0
        for kind in sorted {
            let whole = kind.weight == 0 ? kind.count : min(kind.count, left / kind.weight)
            volume = sum(volume, product(kind.volume, whole))
            left -= kind.weight * whole
            if whole < kind.count {
                // What is left is less than one box; volumes are whole, so that the floor is enough.
                let part = kind.volume.multipliedFullWidth(by: left)
                return sum(volume, kind.weight.dividingFullWidth(part).quotient)
            }
        }
        return volume
    }

    /// The sum, or the greatest number there is.
    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflows) = a.addingReportingOverflow(b)
        return overflows ? .max : sum
    }

    /// The product, or the greatest number there is.
    private static func product(_ a: Int, _ b: Int) -> Int {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows ? .max : product
    }

    // MARK: Sides

    /// The greatest sum of sides that is at most `side`, each box giving one of its sides or none.
    private static func greatestSum(
        upTo side: Int,
        of kinds: [(sides: [Int], count: Int)],
        _ steps: inout Int
    ) -> Int {
        var counts: [[Int]: Int] = [:]
        for kind in kinds { counts[kind.sides, default: 0] += kind.count }
        var isSum = [Bool](repeating: false, count: side + 1)
        isSum[0] = true
        // For every sum the fewest boxes of the present kind that reach it from sums without them.
        var fewest = [Int](repeating: 0, count: side + 1)
        // Kinds of which there are many reach far: the whole side is often found with the first ones.
        let order = counts.sorted { ($1.value, $0.key.first ?? 0) < ($0.value, $1.key.first ?? 0) }
        for (sides, count) in order {
            steps -= (side + 1) * (sides.count + 1)
            if isSum[side] || steps < 0 { return side }
            for sum in 0...side {
                guard !isSum[sum] else {
                    fewest[sum] = 0
                    continue
                }
                var least = Int.max
                for one in sides where one <= sum { least = min(least, fewest[sum - one]) }
                fewest[sum] = least < count ? least + 1 : .max
            }
            for sum in 0...side where fewest[sum] != .max { isSum[sum] = true }
        }
        return isSum.lastIndex(of: true) ?? 0
    }
}
