public import Core

/// A vehicle with the orders that share it: where it goes, what stands where, and who pays what.
public struct SharedTrip: Sendable {
    /// A stop on the way.
    public struct Stop: Sendable, Hashable {
        /// The order's number in the problem.
        public var order: Int
        /// Which of the order's own stops it is, by place in its list.
        public var stop: Int
        /// From the place before, in metres.
        public var meters: Int
        /// When the vehicle is there, and any window has begun.
        public var arrival: Timestamp
    }

    /// An order's part of the trip.
    public struct Share: Sendable, Hashable {
        /// The order's number in the problem.
        public var order: Int
        /// What it costs alone.
        public var separate: SeparateTrip
        /// What it pays for its part.
        public var price: Money
        /// The shipment's greenhouse gases by tonne-kilometres, as for any order.
        public var co2Grams: Int
        /// When its last stop is reached.
        public var arrival: Timestamp
    }

    /// The vehicle's number in the problem.
    public var vehicle: Int
    /// When it leaves where it stands.
    public var departure: Timestamp
    /// How far it drives empty to the depot; 0 when it stands there.
    public var emptyMeters: Int
    /// The stops in order.
    public var stops: [Stop]
    /// How far it drives in all.
    public var meters: Int
    /// What the whole trip costs.
    public var price: PriceQuote
    /// What the vehicle emits, averagely laden.
    public var co2Grams: Int
    /// What was packed; box `n`'s stop is the position among `stops`, from 1.
    public var load: LoadProblem
    /// Where every box stands.
    public var layout: Layout
    /// The orders' parts, by number.
    public var shares: [Share]

    /// What its orders cost, drive and emit alone.
    public var separate: SeparateTrip {
        shares.reduce(SeparateTrip(cost: 0, meters: 0, co2Grams: 0)) { $0 + $1.separate }
    }

    /// What the trip costs, drives and emits.
    public var shared: SeparateTrip {
        SeparateTrip(cost: price.total.minorUnits, meters: meters, co2Grams: co2Grams)
    }
}

/// Cost, distance and emission of driving, of one order or of several together.
public struct SeparateTrip: Sendable, Hashable {
    /// In minor units of the currency.
    public var cost: Int64
    /// In metres, empty ones included.
    public var meters: Int
    /// The vehicles' own emission, grams of CO2 equivalent, well to wheel.
    public var co2Grams: Int

    /// These figures.
    public init(cost: Int64, meters: Int, co2Grams: Int) {
        self.cost = cost
        self.meters = meters
        self.co2Grams = co2Grams
    }

    /// The sums.
    public static func + (one: SeparateTrip, other: SeparateTrip) -> SeparateTrip {
        SeparateTrip(
            cost: one.cost + other.cost,
            meters: one.meters + other.meters,
            co2Grams: one.co2Grams + other.co2Grams
        )
    }

    /// The differences.
    public static func - (one: SeparateTrip, other: SeparateTrip) -> SeparateTrip {
        SeparateTrip(
            cost: one.cost - other.cost,
            meters: one.meters - other.meters,
            co2Grams: one.co2Grams - other.co2Grams
        )
    }
}

/// How the cost of a trip is divided among its orders.
public enum CostSharing {
    /// Parts of `total` in proportion to `weights`, by largest remainders: they add up exactly.
    ///
    /// The weights are what the orders cost alone, so that each saves the same share of its own cost (the
    /// proportional method of cost allocation; H. P. Young, "Cost Allocation: Methods, Principles,
    /// Applications", 1985). Without any weight the parts are equal.
    public static func parts(of total: Int64, by weights: [Int64]) -> [Int64] {
        guard !weights.isEmpty else { return [] }
        let sum = weights.reduce(Int128(0)) { $0 + Int128(max(0, $1)) }
        let effective =
            sum > 0 ? weights.map { Int128(max(0, $0)) } : weights.map { _ in Int128(1) }
        let divisor = effective.reduce(0, +)
        let exact = effective.map { (Int128(total) * $0).quotientAndRemainder(dividingBy: divisor) }
        var parts = exact.map { Int64($0.quotient) }
        let rest = Int(total - parts.reduce(0, +))
        let order = exact.indices.sorted {
            (exact[$1].remainder, $0) < (exact[$0].remainder, $1)
        }
        for index in order.prefix(max(0, rest)) { parts[index] += 1 }
        return parts
    }
}
