import Core
import Testing

@testable import Logistics

@Suite struct DistanceTests {
    private func place(_ latitude: Double, _ longitude: Double) throws -> Coordinate {
        try #require(Coordinate(latitude: latitude, longitude: longitude))
    }

    // C. F. F. Karney's test set for WGS84 (GeographicLib, geodtest), longitudes brought to ±180°,
    // and Flinders Peak to Buninyong from the GDA technical manual (GRS80, the same to 0.1 mm).
    static let published: [(Double, Double, Double, Double, Double)] = [
        (35.60777, -139.44815, -11.17491, -69.95921, 8_935_244.5604818305),
        (55.52454, 106.05087, 77.03196, -162.81766, 4_105_086.1713924406),
        (-21.97856, 142.59065, 41.84138, 98.56635, 8_394_328.894657671),
        (-66.99028, 112.2363, -12.70631, -74.09656, 11_150_344.2312080241),
        (-17.42761, 173.34268, -15.84784, 5.93557, 16_076_603.1631180673),
        (
            -37.951033416666667, 144.424867888888889, -37.652821138888889, 143.926495527777778,
            54_972.271
        ),
    ]

    @Test("geodesics agree with published values to a millimetre", arguments: published)
    func geodesic(lat1: Double, lon1: Double, lat2: Double, lon2: Double, metres: Double) throws {
        let (start, end) = (try place(lat1, lon1), try place(lat2, lon2))
        #expect(abs(Geodesic.meters(from: start, to: end) - metres) < 0.001)
        #expect(abs(Geodesic.meters(from: end, to: start) - metres) < 0.001)
    }

    // Karney (2013), and the pairs that Vincenty's iteration is known to fail on.
    @Test(
        "nearly antipodal places are within 0.6 percent",
        arguments: [
            (0, 0, 0.5, 179.5, 19_936_288.579), (0, 0, 0.5, 179.7, 19_944_127.421),
            (-41.32, 174.81, 40.96, -5.50, 19_959_679.26735382),
            (90, 0, -90, 0, 20_003_931.4586), (0, 0, 0, 180, 20_003_931.4586),
        ]
    )
    func antipodes(lat1: Double, lon1: Double, lat2: Double, lon2: Double, metres: Double) throws {
        let length = Geodesic.meters(from: try place(lat1, lon1), to: try place(lat2, lon2))
        #expect(abs(length - metres) < metres * 0.006)
    }

    @Test("a place is nought metres from itself, and the date line is no obstacle")
    func special() throws {
        let here = try place(53.5, 10)
        #expect(Geodesic.meters(from: here, to: here) == 0)
        let west = try place(0, 179.5)
        let east = try place(0, -179.5)
        // One degree of the equator: 2π × 6378137 m / 360.
        #expect(abs(Geodesic.meters(from: west, to: east) - 111_319.491) < 0.001)
    }

    @Test("the haversine of a quarter meridian is a quarter of the mean circumference")
    func haversine() throws {
        let quarter = Geodesic.greatCircle(from: try place(0, 0), to: try place(90, 0))
        #expect(abs(quarter - 6_371_008.8 * 3.141592653589793 / 2) < 0.001)
    }

    @Test("a route is the sum of its legs in the given order, each longer by the road factor")
    func route() throws {
        let stops = [try place(0, 0), try place(0, 1), try place(0, 3)]
        // 111,319.4908 m × 1.3 and twice that.
        #expect(RoadFactorDistance().legMeters(along: stops) == [144_715, 289_431])
        #expect(RoadFactorDistance(factor: 1).legMeters(along: stops) == [111_319, 222_639])
        #expect(RoadFactorDistance().legMeters(along: [stops[0]]) == [])
        #expect(RoadFactorDistance().legMeters(along: []) == [])
    }

    @Test("another source of distances takes the place of the estimate")
    func replaceable() async throws {
        struct Fixed: DistanceSource {
            func legMeters(along route: [Coordinate]) async throws -> [Int] { [42] }
        }
        let source: any DistanceSource = Fixed()
        #expect(try await source.legMeters(along: []) == [42])
    }

    // Regulation (EC) 561/2006 at 60 km/h: 1 km a minute.
    @Test(
        "arrivals include breaks, rests and unloading",
        arguments: [
            ([60_000], [60]), ([270_000], [270]), ([271_000], [271 + 45]),
            ([540_000], [540 + 45]), ([541_000], [541 + 45 + 660]),
            ([540_000 + 271_000], [811 + 45 + 660 + 45]),
            ([270_000, 10_000], [270, 270 + 30 + 45 + 10]), ([0, 0], [0, 30]),
        ]
    )
    func arrivals(legs: [Int], minutes: [Int]) throws {
        let start = DrivingTime.departure(on: Sample.today)
        #expect(start.description == "2026-11-20T06:00:00Z")
        let arrivals = DrivingTime(kilometresPerHour: 60).arrivals(
            departure: start,
            legMeters: legs
        )
        #expect(arrivals == minutes.map { start + .seconds($0 * 60) })
    }
}
