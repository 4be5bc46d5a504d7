import Core
import Testing

@testable import Series

@Suite struct CodecTests {
    private static let odd: [Double] = [
        0, -0.0, 1, -1, 0.1, 21.53, -273.15, 1e-6, 123_456.789_012, .pi, 1e300, -1e300,
        .infinity, -.infinity, .nan, .signalingNaN, .leastNonzeroMagnitude,
        -.leastNormalMagnitude / 3, .greatestFiniteMagnitude, 9_007_199_254_740_992,
        9_007_199_254_740_994, -9_007_199_254_740_991, 0.3, 1.0 / 3,
    ]

    private static func isSame(_ left: [SeriesPoint], _ right: [SeriesPoint]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy {
                $0.at == $1.at && $0.value.bitPattern == $1.value.bitPattern
                    && $0.status == $1.status
            }
    }

    @Test("Odd values come back bit for bit")
    func oddValues() throws {
        for first in Self.odd {
            let points = ([first] + Self.odd).enumerated().map {
                SeriesPoint(at: Timestamp(microseconds: Int64($0) * 7 - 50), value: $1)
            }
            #expect(Self.isSame(try PointBlock.points(of: PointBlock.bytes(of: points)), points))
            let one = [points[0]]
            #expect(Self.isSame(try PointBlock.points(of: PointBlock.bytes(of: one)), one))
        }
        #expect(try PointBlock.points(of: PointBlock.bytes(of: [])) == [])
    }

    @Test("Times that are equal, negative, or as far apart as can be come back")
    func oddTimes() throws {
        let times: [Int64] = [
            0, 0, 0, -1, -1, .max, .min, .min, .max, 1, 1_800_000_000_000_000,
            -62_135_596_800_000_000,
        ]
        let points = times.map {
            SeriesPoint(at: Timestamp(microseconds: $0), value: 1.5, status: 7)
        }
        #expect(Self.isSame(try PointBlock.points(of: PointBlock.bytes(of: points)), points))
    }

    @Test("What seeded dice make comes back, alone and in a batch", arguments: 1...60)
    func anything(seed: Int) throws {
        let dice = SeededRandom(seed: UInt64(seed))
        var entries: [(series: Int64, points: [SeriesPoint])] = []
        for series in 0..<Int64(1 + dice.next() % 5) {
            let style = dice.next() % 5
            var at = Int64(bitPattern: dice.next()) >> Int64(dice.next() % 60)
            var value = 20.0
            let points = (0..<Int(dice.next() % 200)).map { _ in
                at &+= style == 0 ? 1_000_000 : Int64(bitPattern: dice.next()) >> 40
                switch style {
                case 0, 1: value += (dice.unit() * 10).rounded() / 100
                case 2: value = Double(bitPattern: dice.next())
                case 3: value = dice.unit()
                default: value = Self.odd[Int(dice.next() % UInt64(Self.odd.count))]
                }
                return SeriesPoint(
                    at: Timestamp(microseconds: at),
                    value: value,
                    status: style == 3 ? UInt32(truncatingIfNeeded: dice.next()) : 0
                )
            }
            entries.append((0x300 | series * 50, points))
        }
        let read = try BatchBody.read(BatchBody.bytes(of: entries), shard: 3)
        #expect(read.map(\.series) == entries.map(\.series), "seed \(seed)")
        for (before, after) in zip(entries, read) {
            #expect(Self.isSame(before.points, after.points), "seed \(seed)")
        }
    }

    @Test("A second apart with two decimals takes few bytes")
    func isSmall() {
        let dice = SeededRandom(seed: 4)
        let points = (0..<1_024).map {
            SeriesPoint(
                at: SeriesWorld.at(Double($0)),
                value: (2_000 + dice.unit() * 50).rounded() / 100
            )
        }
        // A byte a value for differences of up to 64 hundredths, and nothing for regular times.
        #expect(PointBlock.bytes(of: points).count < 1_200)
    }

    @Test("Damaged bytes are an error, never a trap", arguments: 1...40)
    func hostile(seed: Int) throws {
        let dice = SeededRandom(seed: UInt64(seed))
        let points = (0..<40).map {
            SeriesPoint(
                at: SeriesWorld.at(Double($0) + dice.unit()),
                value: seed % 2 == 0 ? dice.unit() : (dice.unit() * 100).rounded(),
                status: UInt32($0 % 3)
            )
        }
        let batch = BatchBody.bytes(of: [(1, points), (2, points)])
        let block = PointBlock.bytes(of: points)
        let rolled = RollUpBlock.bytes(of: RollUp.of(points, unit: 1_000_000))
        for length in 0..<block.count {
            #expect(throws: SeriesError.self) { try PointBlock.points(of: Array(block[..<length])) }
        }
        for original in [batch, block, rolled] {
            for _ in 0..<200 {
                var bytes = original
                for _ in 0...dice.next() % 4 {
                    bytes[Int(dice.next() % UInt64(bytes.count))] = UInt8(
                        truncatingIfNeeded: dice.next()
                    )
                }
                if dice.next() % 4 == 0 { bytes.removeLast(Int(dice.next() % UInt64(bytes.count))) }
                // Whatever comes of it, it comes back.
                _ = try? BatchBody.read(bytes, shard: 0)
                _ = try? PointBlock.points(of: bytes)
                _ = try? RollUpBlock.rollUps(of: bytes)
            }
        }
        for count in [UInt64.max, 1 << 40, 1 << 21] {
            var sink = ByteSink()
            sink.byte(1)
            sink.count(count)
            #expect(throws: SeriesError.self) { try PointBlock.points(of: sink.bytes) }
        }
    }

    @Test("Roll-ups come back")
    func rollUps() throws {
        let dice = SeededRandom(seed: 9)
        let points = (0..<3_000).map {
            SeriesPoint(at: SeriesWorld.at(Double($0) * 1.7), value: dice.unit() * 100)
        }
        let rollUps = RollUp.of(points, unit: Resolution.minute.unit)
        #expect(try RollUpBlock.rollUps(of: RollUpBlock.bytes(of: rollUps)) == rollUps)
    }
}
