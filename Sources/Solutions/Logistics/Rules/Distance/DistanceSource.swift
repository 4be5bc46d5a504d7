/// Knows how far it is by road.
///
/// `RoadFactorDistance` estimates; a routing service takes its place by conforming.
public protocol DistanceSource: Sendable {
    /// The metres of each leg of a route in the given order: one fewer than places.
    func legMeters(along route: [Coordinate]) async throws -> [Int]
}

/// Estimates road distance as the geodesic times a factor.
public struct RoadFactorDistance: DistanceSource {
    /// How much longer the road is than the straight line.
    ///
    /// The default, 1.3, is the customary round value for dense networks: R. H. Ballou, H. Rahardja
    /// and N. Sakai, "Selected country circuity factors for road travel distance estimation",
    /// Transportation Research Part A 36 (2002), give factors by country; set one's own region's.
    public var factor: Double

    /// An estimate with the given factor, at least 1.
    public init(factor: Double = 1.3) {
        precondition(factor >= 1, "no road is shorter than the straight line")
        self.factor = factor
    }

    /// The estimated metres of each leg, rounded to whole metres.
    public func legMeters(along route: [Coordinate]) -> [Int] {
        zip(route, route.dropFirst()).map { start, end in
            Int((Geodesic.meters(from: start, to: end) * factor).rounded())
        }
    }
}
