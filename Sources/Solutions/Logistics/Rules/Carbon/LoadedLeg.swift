/// A stretch of a route and what is on board while it is driven.
public struct LoadedLeg: Sendable, Hashable {
    /// How long it is, in metres.
    public var meters: Int
    /// The mass of the goods on board, in grams.
    public var grams: Int

    /// A leg.
    public init(meters: Int, grams: Int) {
        self.meters = meters
        self.grams = grams
    }

    /// The legs of a route on which goods leave the vehicle stop by stop.
    ///
    /// Leg `n` leads to stop `n`; it carries what is unloaded there and at all later stops.
    ///
    /// - Parameters:
    ///   - meters: The lengths of the legs.
    ///   - unloadedGrams: What is unloaded at the end of each leg; as many as legs.
    /// - Returns: The legs, in order.
    public static func legs(meters: [Int], unloadedGrams: [Int]) -> [LoadedLeg] {
        precondition(meters.count == unloadedGrams.count, "each leg ends at a stop")
        var onBoard = unloadedGrams.reduce(0, +)
        return zip(meters, unloadedGrams).map { length, unloaded in
            defer { onBoard -= unloaded }
            return LoadedLeg(meters: length, grams: onBoard)
        }
    }
}

extension Order {
    /// The order's legs when one vehicle carries all of it; one length for each delivery.
    public func loadedLegs(meters: [Int]) -> [LoadedLeg] {
        LoadedLeg.legs(
            meters: meters,
            unloadedGrams: deliveries.map { delivery in
                items.reduce(0) { $0 + ($1.stop == delivery.stop ? $1.totalWeightGrams : 0) }
            }
        )
    }
}
