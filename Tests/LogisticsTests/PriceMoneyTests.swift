import Core
import Testing

@testable import Logistics

@Suite struct PriceMoneyTests {
    static let good: [(String, String, Int64, String)] = [
        ("12.30", "EUR", 1_230, "12.30"), ("12.3", "EUR", 1_230, "12.30"),
        ("12", "EUR", 1_200, "12.00"), ("0.05", "EUR", 5, "0.05"), ("-0.05", "EUR", -5, "-0.05"),
        ("-4", "EUR", -400, "-4.00"), ("500", "JPY", 500, "500"),
        ("1.234", "KWD", 1_234, "1.234"), ("0", "EUR", 0, "0.00"),
        ("92233720368547758.07", "EUR", .max, "92233720368547758.07"),
        ("-92233720368547758.08", "EUR", .min, "-92233720368547758.08"),
    ]

    @Test("amounts are read exactly and written with all decimals", arguments: good)
    func reads(text: String, code: String, units: Int64, written: String) throws {
        let money = try Money(
            reading: JSONReader(["amount": .string(text), "currency": .string(code)])
        )
        #expect(money.minorUnits == units)
        #expect(money.json == ["amount": .string(written), "currency": .string(code)])
    }

    @Test(
        "what is no amount of the currency is refused",
        arguments: [
            ("", "EUR"), ("1,5", "EUR"), ("1.234", "EUR"), ("1.", "EUR"), (".5", "EUR"),
            ("01", "EUR"), ("+1", "EUR"), ("1e3", "EUR"), ("1 000", "EUR"), ("5.0", "JPY"),
            ("92233720368547758.08", "EUR"), ("٣", "EUR"), ("--1", "EUR"), ("-", "EUR"),
            ("1", "EURO"), ("1", "eur"), ("1", "XXX"),
        ]
    )
    func refuses(text: String, code: String) {
        #expect(throws: GeneralFault.self) {
            try Money(reading: JSONReader(["amount": .string(text), "currency": .string(code)]))
        }
    }

    @Test("a JSON number is no amount, since readers may have made it a double")
    func number() {
        let fault = #expect(throws: GeneralFault.self) {
            try Money(reading: JSONReader(["amount": 12.3, "currency": "EUR"]))
        }
        #expect(fault?.pointer == "/amount")
    }

    @Test("sums are exact, of one currency, and never wrap around")
    func sums() throws {
        let yen = try #require(Currency("JPY"))
        #expect(try Sample.euros(10).adding(Sample.euros(20)) == Sample.euros(30))
        #expect(try Sample.euros(10).subtracting(Sample.euros(20)) == Sample.euros(-10))
        #expect(throws: GeneralFault.self) {
            try Sample.euros(1).adding(Money(minorUnits: 1, currency: yen))
        }
        #expect(throws: GeneralFault.self) { try Sample.euros(.max).adding(Sample.euros(1)) }
        #expect(throws: GeneralFault.self) { try Sample.euros(.min).subtracting(Sample.euros(1)) }
        #expect(throws: GeneralFault.self) { try Sample.euros(.max).scaled(by: 2) }
    }

    // Exactly half: to the even neighbour, or away from zero.
    static let halves: [(Int64, Int64, Int64, Int64, Int64)] = [
        (5, 1, 2, 2, 3), (7, 1, 2, 4, 4), (-5, 1, 2, -2, -3), (-7, 1, 2, -4, -4),
        (5, -1, 2, -2, -3), (1, 1, 3, 0, 0), (2, 1, 3, 1, 1), (-2, 1, 3, -1, -1),
        (1, 1, 2, 0, 1), (.max, 1, 1, .max, .max),
    ]

    @Test("a product is rounded once, by the rule that was named", arguments: halves)
    func rounding(units: Int64, by: Int64, over: Int64, even: Int64, up: Int64) throws {
        let money = Sample.euros(units)
        #expect(try money.scaled(by: by, over: over, rounding: .halfEven).minorUnits == even)
        #expect(try money.scaled(by: by, over: over, rounding: .halfUp).minorUnits == up)
    }

    @Test("a unit price keeps six decimals and is rounded only with its quantity")
    func unitPrice() throws {
        let price = try #require(UnitPrice(amount: "0.018525", currency: .euro))
        #expect(price.amount == "0.018525")
        #expect(UnitPrice(amount: "1.5", currency: .euro)?.amount == "1.50")
        #expect(UnitPrice(amount: "0.0185", currency: .euro)?.amount == "0.0185")
        #expect(UnitPrice(amount: "0.0000001", currency: .euro) == nil)
        // 1,000 kg at 0.018525 = 18.525, half to even 18.52; half up 18.53.
        #expect(try price.times(1_000) == Sample.euros(1_852))
        #expect(try price.times(1_000, rounding: .halfUp) == Sample.euros(1_853))
        let yen = try #require(Currency("JPY"))
        let inYen = try #require(UnitPrice(amount: "155.5", currency: yen))
        #expect(inYen.amount == "155.5")
        #expect(try inYen.times(3) == Money(minorUnits: 466, currency: yen))  // 466.5, to even
    }
}
