import Core
import Testing

@testable import Logistics

@Suite struct PriceQuoteTests {
    static func vehicle(minimum: String = "95.00") throws -> Vehicle {
        func euros(_ amount: JSON) -> JSON { ["amount": amount, "currency": "EUR"] }
        return try Vehicle(
            reading: JSONReader([
                "id": "01930000-0000-7000-8000-fa0000000001", "name": "Lorry 7",
                "class": "light-rigid", "depotId": "01930000-0000-7000-8000-de0000000001",
                "lengthMm": 6_100, "widthMm": 2_460, "heightMm": 2_350, "payloadGrams": 2_890_000,
                "axles": [
                    ["name": "front", "positionMm": -750, "emptyGrams": 1, "limitGrams": 2],
                    ["name": "rear", "positionMm": 3_470, "emptyGrams": 1, "limitGrams": 2],
                ],
                "rates": [
                    "base": euros("45.00"), "perKilometre": euros("0.72"),
                    "perTonne": euros("12.00"), "perCubicMetre": euros("3.00"),
                    "fuelSurchargeBasisPoints": 650, "tollPerKilometre": euros("0.151"),
                    "minimum": euros(.string(minimum)),
                ],
            ])
        )
    }

    @Test("a price is itemised, explained, and the exact sum of its lines")
    func itemised() throws {
        let quote = try PriceQuote(
            vehicle: Self.vehicle(),
            distanceMeters: 123_457,
            weightGrams: 812_500,
            volumeMm3: 2_345_678_901
        )
        // By hand: 123.457 × 0.72 = 88.88904; 0.8125 × 12 = 9.75; 2.345678901 × 3 = 7.0370…;
        // 6.5 % of 88.89 = 5.77785; 123.457 × 0.151 = 18.642007.
        #expect(
            quote.lines.map(\.label) == [
                "Base", "Distance", "Weight", "Volume", "Fuel surcharge", "Tolls",
            ]
        )
        #expect(
            quote.lines.map(\.amount.amount) == ["45.00", "88.89", "9.75", "7.04", "5.78", "18.64"]
        )
        #expect(quote.total == Sample.euros(17_510))
        #expect(quote.lines[1].explanation == "123.457 km at 0.72 EUR a kilometre.")
        #expect(quote.lines[2].explanation == "0.8125 t at 12.00 EUR a tonne.")
        #expect(quote.lines[3].explanation == "2.345678901 m³ at 3.00 EUR a cubic metre.")
        #expect(quote.lines[4].explanation == "6.5 % of the distance charge of 88.89 EUR.")
        #expect(
            quote.lines[5].explanation
                == "123.457 km at 0.151 EUR a kilometre for a rigid lorry up to 7.5 t."
        )
    }

    @Test("a price below the minimum is raised by a line of its own")
    func minimum() throws {
        let quote = try PriceQuote(
            vehicle: Self.vehicle(),
            distanceMeters: 10_000,
            weightGrams: 0,
            volumeMm3: 0
        )
        // 45.00 + 7.20 + 0.47 (6.5 % of 7.20 = 0.468) + 1.51 = 54.18; 95.00 - 54.18 = 40.82.
        #expect(quote.total == Sample.euros(9_500))
        #expect(quote.lines.last?.label == "Minimum charge")
        #expect(quote.lines.last?.amount == Sample.euros(4_082))
        #expect(
            quote.lines.last?.explanation
                == "Raised from 54.18 EUR to the least price of 95.00 EUR."
        )
    }

    @Test("for any load the lines add up to the price")
    func sums() throws {
        let vehicle = try Self.vehicle()
        let random = SeededRandom(seed: 2_026)
        for _ in 0..<500 {
            let quote = try PriceQuote(
                vehicle: vehicle,
                distanceMeters: Int(random.next() % 3_000_000),
                weightGrams: Int(random.next() % 25_000_000),
                volumeMm3: Int(random.next() % 100_000_000_000)
            )
            #expect(quote.lines.reduce(0) { $0 + $1.amount.minorUnits } == quote.total.minorUnits)
            #expect(quote.total.minorUnits >= 9_500)
        }
    }

    @Test("negative loads are refused")
    func negative() {
        #expect(throws: GeneralFault.self) {
            try PriceQuote(
                vehicle: Self.vehicle(),
                distanceMeters: -1,
                weightGrams: 0,
                volumeMm3: 0
            )
        }
    }

    @Test("rates of two currencies are refused")
    func currencies() throws {
        let rates = try Self.vehicle().rates.json
        let fault = #expect(throws: GeneralFault.self) {
            try VehicleRates(reading: JSONReader(rates.with("perTonne/currency", "CHF")))
        }
        #expect(fault?.code == "currency-mismatch")
    }
}
