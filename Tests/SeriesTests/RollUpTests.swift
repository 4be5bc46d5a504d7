import Core
import Testing

@testable import Series

@Suite struct RollUpTests {
    @Test("A minute by hand")
    func byHand() {
        // 3 + 9 + 4 = 16; a counter grew by 6 from 3 to 9, began again, and has grown by 4 since.
        let rollUps = RollUp.of(
            SeriesWorld.points([(10, 3), (20, 9), (59.999_999, 4), (60, 100)]),
            unit: 60_000_000
        )
        #expect(rollUps.count == 2)
        let first = rollUps[0]
        #expect(first.start == SeriesWorld.start)
        #expect(first.count == 3 && first.sum == 16)
        #expect(first.minimum == 3 && first.maximum == 9)
        #expect(first.first == 3 && first.last == 4)
        #expect(first.firstAt == SeriesWorld.at(10) && first.lastAt == SeriesWorld.at(59.999_999))
        #expect(first.increase == 10)
        #expect(rollUps[1].count == 1 && rollUps[1].start == SeriesWorld.at(60))
    }

    @Test("Minutes joined are what the hour's points are")
    func joins() {
        let points = (0..<900).map {
            SeriesPoint(at: SeriesWorld.at(Double($0) * 7), value: Double(($0 * 37) % 101))
        }
        let minutes = RollUp.of(points, unit: 60_000_000)
        #expect(
            RollUp.joined(minutes, unit: SeriesWorld.hour)
                == RollUp.of(points, unit: SeriesWorld.hour)
        )
    }

    @Test("Times before 1970 fall into the step that they are in")
    func beforeTheEpoch() {
        #expect(Int64(-1).floored(to: 60) == -60)
        #expect(Int64(-60).floored(to: 60) == -60)
        #expect(Int64(-61).floored(to: 60) == -120)
        #expect(Int64(59).floored(to: 60) == 0)
    }

    @Test(
        "The coarsest resolution whose unit divides the step",
        arguments: [
            (1, Resolution.raw), (59, .raw), (60, .minute), (90, .raw), (300, .minute),
            (3_600, .hour), (5_400, .minute), (7_200, .hour), (86_400, .day), (604_800, .day),
            (90_000, .hour),
        ] as [(Int64, Resolution)]
    )
    func fitting(step: Int64, resolution: Resolution) {
        #expect(Resolution.fitting(step: step * 1_000_000) == resolution)
    }

    @Test("Gaps are filled with nothing, what was before, or a line")
    func fills() {
        let values: [Double?] = [nil, 2, nil, nil, 8, nil]
        #expect(SeriesFill.null.filled(values) == values)
        #expect(SeriesFill.previous.filled(values) == [nil, 2, 2, 2, 8, 8])
        #expect(SeriesFill.linear.filled(values) == [nil, 2, 4, 6, 8, nil])
    }
}
