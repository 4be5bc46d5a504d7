public import Core

/// Orders of a day in shared vehicles, where that is better than a vehicle each.
///
/// Routes grow by savings (G. Clarke and J. W. Wright, "Scheduling of Vehicles from a Central Depot to a
/// Number of Delivery Points", Operations Research 12, 1964): every order begins with a trip of its own,
/// and two routes become one where that saves most. What is saved is the price that ``PriceQuote`` gives,
/// so routes are as long as it counts them: from where the vehicle stands over the depot to the last stop,
/// without a way back. Then stops change places within a route (2-opt: G. A. Croes, Operations Research
/// 6, 1958; or-opt: I. Or, 1976) and orders move from one route to another.
///
/// A change is made only when the vehicle provably takes everything, packed so that each stop's goods can
/// be reached, when all arrive on the day and within their windows, when nobody travels or waits longer
/// than the limits allow, and when it costs less and neither drives nor emits more. So the result is never
/// worse than separate trips. Which orders make a region comes from the savings.
public struct Consolidation: Sendable {
    /// Two routes that could have become one.
    public struct Merge: Sendable, Hashable {
        /// The orders, by number.
        public var orders: [Int]
        /// What it saves; of one that was refused, what it would have saved at best.
        public var saved: SeparateTrip
        /// Why it was not done; nil when it was.
        public var refusal: String?
    }

    /// An order that goes on alone.
    public struct Alone: Sendable, Hashable {
        /// The order's number.
        public var order: Int
        /// What it costs so.
        public var separate: SeparateTrip
        /// Why.
        public var reason: String
    }

    /// The shared trips, those that save most first.
    public var trips: [SharedTrip]
    /// The orders in none of them, by number.
    public var alone: [Alone]
    /// What was weighed: what was done in its order, then what was refused, best first.
    public var merges: [Merge]
    /// All orders on trips of their own.
    public var before: SeparateTrip
    /// As proposed.
    public var after: SeparateTrip
    /// How many loads were packed.
    public var packings: Int

    /// At most this many refused merges are told.
    static let mostRefusals = 40

    /// Consolidates the orders that have vehicles of their own.
    ///
    /// - Throws: a fault of code `too-many-orders`; what prices, emissions and packing throw for impossible
    ///   input.
    public init(
        _ problem: ConsolidationProblem,
        emissions: EmissionFactors,
        packer: Packer = Packer()
    ) throws {
        guard problem.orders.count <= ConsolidationProblem.mostOrders else {
            throw GeneralFault(
                .invalid,
                code: "too-many-orders",
                "at most \(ConsolidationProblem.mostOrders) orders are looked at together, "
                    + "not \(problem.orders.count); choose a smaller region"
            )
        }
        var search = try ConsolidationSearch(problem, emissions: emissions, packer: packer)
        try search.merge()
        try search.improve()
        before = search.separate.values.reduce(SeparateTrip(cost: 0, meters: 0, co2Grams: 0), +)
        trips = try search.groups.values.filter(\.isShared).sorted { $0.id < $1.id }.map {
            try search.trip($0, separate: search.separate)
        }.sorted {
            let (one, other) = ($0.separate - $0.shared, $1.separate - $1.shared)
            return (other.cost, $0.vehicle) < (one.cost, $1.vehicle)
        }
        alone = search.groups.values.filter { !$0.isShared }
            .compactMap { group in
                group.course.route.first.map { visit in
                    Alone(
                        order: visit.order,
                        separate: search.separate[visit.order]
                            ?? .init(cost: 0, meters: 0, co2Grams: 0),
                        reason: search.reason(for: visit.order)
                    )
                }
            }
            .sorted { $0.order < $1.order }
        merges = search.merges
        let shared = trips.map(\.shared) + alone.map(\.separate)
        after = shared.reduce(SeparateTrip(cost: 0, meters: 0, co2Grams: 0), +)
        packings = search.packing.count
    }

    /// All orders of the problem in one vehicle, the cheapest way; nil with the reason when there is none.
    ///
    /// For a trip that people agreed to and from which an order leaves, or whose orders are late: it is not
    /// weighed against separate trips again.
    ///
    /// - Parameters:
    ///   - problem: the orders, which need no vehicles of their own.
    ///   - separate: what each order cost alone, by number.
    ///   - emissions: what vehicles emit.
    ///   - packer: packs the load.
    /// - Returns: the trip, or why there is none.
    /// - Throws: what prices, emissions and packing throw for impossible input.
    public static func together(
        _ problem: ConsolidationProblem,
        separate: [SeparateTrip],
        emissions: EmissionFactors,
        packer: Packer = Packer()
    ) throws -> (trip: SharedTrip?, refusal: String?) {
        var search = try ConsolidationSearch(problem, emissions: emissions, packer: packer)
        let all = problem.orders.indices.flatMap { problem.visits(of: $0) }
        var refusal: String?
        let found = try search.best(
            of: search.sequences(from: [all]),
            below: nil,
            refusal: &refusal
        )
        guard let found else { return (nil, refusal) }
        let known = Dictionary(uniqueKeysWithValues: separate.enumerated().map { ($0, $1) })
        let group = ConsolidationSearch.Group(id: 0, course: found.course, load: found.load)
        return (try search.trip(search.improved(group), separate: known), nil)
    }
}
