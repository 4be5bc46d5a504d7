import Testing

@testable import Models

@Suite struct ModelPricesTests {
    @Test(
        "Amounts are read and written exactly",
        arguments: [
            ("0", 0, "0.00"), ("3", 3_000_000, "3.00"), ("0.075", 75_000, "0.075"),
            ("15.00", 15_000_000, "15.00"),
            ("0.000001", 1, "0.000001"), ("12.5", 12_500_000, "12.50"),
            ("999999999999.999999", 999_999_999_999_999_999, "999999999999.999999"),
        ]
    )
    func amounts(text: String, micros: Int, written: String) {
        #expect(Micros.read(text) == micros)
        #expect(Micros.text(micros) == written)
    }

    @Test(
        "Anything else is no amount",
        arguments: [
            "", "-1", "1,5", "1.", ".5", "1e3", "0.0000001", "x", "1.2.3", "10000000000000",
        ]
    )
    func wrong(text: String) {
        #expect(Micros.read(text) == nil)
    }

    // By hand: 1,234 × 3.00 + 567 × 15.00 + 10,000 × 0.30 + 2,000 × 3.75 per million
    // = 0.003702 + 0.008505 + 0.003 + 0.0075 = 0.022707.
    @Test("Tokens cost what their prices say, the whole rounded up once")
    func costs() {
        let prices = ModelPrices(
            input: 3_000_000,
            output: 15_000_000,
            cacheRead: 300_000,
            cacheWrite: 3_750_000
        )
        let usage = ModelUsage(input: 1_234, output: 567, cacheRead: 10_000, cacheWrite: 2_000)
        #expect(prices.cost(of: usage) == 22_707)
        // 1 token at 0.075 a million is 0.000000075: less than a millionth, and not nothing.
        #expect(ModelPrices(input: 75_000).cost(of: ModelUsage(input: 1)) == 1)
        #expect(ModelPrices(input: 75_000).cost(of: ModelUsage(input: 14)) == 2)
        #expect(ModelPrices().cost(of: usage) == 0)
        // Without prices of its own, reading the cache costs what reading does, and filling it 1.25 times.
        #expect(ModelPrices(input: 2_000_000).cost(of: ModelUsage(cacheRead: 500_000)) == 1_000_000)
        #expect(
            ModelPrices(input: 2_000_000).cost(of: ModelUsage(cacheWrite: 500_000)) == 1_250_000
        )
        let most = ModelPrices(input: Micros.largest, output: Micros.largest)
        #expect(most.cost(of: ModelUsage(input: .max / 2, output: .max / 2)) == .max)
    }
}
