import Core
import Foundation
import ReferenceData
import Testing

@testable import Logistics

@Suite struct Co2Tests {
    static let folder = ReferenceData.file("supply/ghg-freight-desnz2025/").path()

    static func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + name)
    }

    @Test("tonne-kilometres times the class's factor, well to wheel")
    func singleLeg() throws {
        // 1 t over 100 km in an articulated lorry over 33 t: 100 × (0.07703 + 0.01799) kg.
        let emission = try EmissionFactors.embedded().emission(
            vehicleClass: .artic,
            legs: [LoadedLeg(meters: 100_000, grams: 1_000_000)]
        )
        #expect(emission.grams == 9_502)
        #expect(emission.tankToWheelGrams == 7_703)
        #expect(emission.wellToTankGrams == 1_799)
        #expect(
            emission.explanation
                == "100.0 tonne-kilometres at 0.09502 kg CO2e (Articulated (>33t), Average laden, "
                + "well to wheel, 2025 factors)."
        )
    }

    @Test("each leg counts with what is still on board")
    func stops() throws {
        // 3 t for 100 km, then 1 t for 50 km: 350 tkm × 0.78225 kg = 273,787.5 g, half to even.
        let legs = LoadedLeg.legs(
            meters: [100_000, 50_000],
            unloadedGrams: [2_000_000, 1_000_000]
        )
        #expect(legs.map(\.grams) == [3_000_000, 1_000_000])
        #expect(
            try EmissionFactors.embedded().emission(vehicleClass: .van, legs: legs).grams == 273_788
        )
    }

    @Test("an order's legs unload its items stop by stop")
    func order() throws {
        let json = Sample.order
            .with(
                "deliveries",
                [
                    ["stop": 1, "address": Sample.address], ["stop": 2, "address": Sample.address],
                ]
            )
            .with("items", [Sample.item, Sample.item.with("stop", 2).with("quantity", 1)])
        let legs = try Sample.placed(json).loadedLegs(meters: [10, 20])
        #expect(legs.map(\.grams) == [1_250_000, 250_000])
        #expect(legs.map(\.meters) == [10, 20])
    }

    @Test("cooling costs more, and vans without a factor of their own use the plain one")
    func refrigerated() throws {
        let factors = try EmissionFactors.embedded()
        for vehicleClass in VehicleClass.allCases {
            let plain = factors.factor(for: vehicleClass).tonneKilometre.wellToWheel
            let cooled = factors.factor(for: vehicleClass, refrigerated: true).tonneKilometre
                .wellToWheel
            #expect(vehicleClass == .van ? cooled == plain : cooled > plain)
        }
    }

    @Test("the resource names source, year and licence")
    func source() throws {
        let factors = try EmissionFactors.embedded()
        #expect(factors.year == 2025)
        #expect(factors.source.contains("Department for Energy Security and Net Zero"))
        #expect(factors.attribution.contains("Open Government Licence v3.0"))
    }

    @Test("a table without one of the classes is refused")
    func incomplete() throws {
        let json = try JSON(parsing: PackageResources.emission_factors_json)
        let fewer = (json["factors"]?.array ?? []).filter { $0["class"] != "light-artic" }
        let fault = #expect(throws: GeneralFault.self) {
            try EmissionFactors(reading: JSONReader(json.with("factors", .array(fewer))))
        }
        #expect(fault?.message.contains("light-artic") == true)
    }

    @Test(
        "every factor is the published one, both units, both parts",
        .enabled(if: has("README.md"), "needs WEFT_DATA")
    )
    func published() throws {
        var values: [[String]: String] = [:]
        for name in ["freighting_goods_2025.csv", "wtt_delivery_vehicles_freight_2025.csv"] {
            let bytes = try Data(contentsOf: URL(filePath: Self.folder + name))
            for row in try CSVTable(parsing: bytes).rows where row.fields[8] == "kg CO2e" {
                let group = row.fields[3].lowercased().replacingOccurrences(of: "wtt- ", with: "")
                let part = name.hasPrefix("wtt") ? "wtt" : "ttw"
                values[[group, row.fields[4], row.fields[6], row.fields[7], part]] = row.fields[9]
            }
        }
        for factor in try EmissionFactors.embedded().factors {
            for (unit, parts) in [
                ("tonne.km", factor.tonneKilometre), ("km", factor.vehicleKilometre),
            ] {
                for (part, value) in [("ttw", parts.tankToWheel), ("wtt", parts.wellToTank)] {
                    let key = [factor.group.lowercased(), factor.type, factor.column, unit, part]
                    let published = try #require(values[key], "\(key)")
                    #expect(fixedPoint(published, decimals: 5) == Int64(value), "\(key)")
                }
            }
        }
    }
}
