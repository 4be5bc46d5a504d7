import Core
import Testing

@testable import Observability

@Suite struct AnomalyBandTests {
    private let at = Timestamp(microseconds: 1_800_000_000_000_000)

    private func back(_ hours: Int) -> Timestamp { at + .seconds(-3_600 * hours) }

    @Test("The band is the mean and so many standard deviations of the latest day")
    func recent() throws {
        // 2, 4, 4, 4, 5, 5, 7, 9 has the mean 5 and the sum of squared differences 32; five times
        // over, 40 values and 160, so the sample deviation is sqrt(160 / 39).
        let eight: [Double] = [2, 4, 4, 4, 5, 5, 7, 9]
        let values: [(at: Timestamp, value: Double)] = (0..<40).map { (at, eight[$0 % 8]) }
        let band = try #require(
            AnomalyBand(
                at: at,
                hours: [],
                recent: values,
                width: 3
            )
        )
        let deviation = (160.0 / 39).squareRoot()
        #expect(band.mean == 5)
        #expect(abs(band.deviation - deviation) < 1e-12)
        #expect(abs(band.high - (5 + 3 * deviation)) < 1e-12)
        #expect(abs(band.low - (5 - 3 * deviation)) < 1e-12)
        #expect(!band.isSeasonal)
    }

    @Test("With three weeks of the same hour of the week, only they count")
    func seasonal() throws {
        var hours = (1...24 * 28).map { (at: back($0), value: 1_000.0) }
        for week in 1...4 { hours[168 * week - 1].value = [10.0, 20, 30, 40][week - 1] }
        let band = try #require(
            AnomalyBand(at: at, hours: hours, recent: [(at, 5)], width: 2)
        )
        // Mean 25; squared differences 225 + 25 + 25 + 225 = 500, over 3.
        #expect(band.isSeasonal)
        #expect(band.count == 4)
        #expect(band.mean == 25)
        #expect(abs(band.high - (25 + 2 * (500.0 / 3).squareRoot())) < 1e-12)
    }

    @Test("Too little history gives no band; a constant one at least one per cent")
    func edges() throws {
        let few = Array(repeating: (at: at, value: 1.0), count: 29)
        #expect(AnomalyBand(at: at, hours: [], recent: few, width: 3) == nil)
        let constant = Array(repeating: (at: at, value: 50.0), count: 30)
        let band = try #require(AnomalyBand(at: at, hours: [], recent: constant, width: 3))
        #expect(band.deviation == 0.5)
        #expect(band.high == 51.5)
    }
}
