public import Core

/// The greenhouse gases of one shipment, in grams of CO2 equivalent.
public struct ShipmentEmission: Sendable, Hashable {
    /// From well to wheel.
    public let grams: Int
    /// Of these, from burning the fuel.
    public let tankToWheelGrams: Int
    /// Of these, from making the fuel.
    public let wellToTankGrams: Int
    /// How the number came about.
    public let explanation: String

    /// `{"co2Grams","tankToWheelGrams","wellToTankGrams","explanation"}`.
    public var json: JSON {
        [
            "co2Grams": .int(grams),
            "tankToWheelGrams": .int(tankToWheelGrams),
            "wellToTankGrams": .int(wellToTankGrams),
            "explanation": .string(explanation),
        ]
    }
}

extension EmissionFactors {
    /// The gases of a shipment: tonne-kilometres of its goods times the factor of the vehicle's class.
    ///
    /// The factors hold for vehicles laden as the average is, so a shipment answers for its share of
    /// an averagely laden vehicle, empty running included, whatever else is on board. On a route
    /// with several stops each leg counts with what is still on board. The arithmetic is exact and
    /// rounded once, half to even.
    public func emission(
        vehicleClass: VehicleClass,
        refrigerated: Bool = false,
        legs: [LoadedLeg]
    ) throws(GeneralFault) -> ShipmentEmission {
        let factor = self.factor(for: vehicleClass, refrigerated: refrigerated)
        let work = legs.reduce(Int128(0)) { $0 + Int128($1.meters) * Int128($1.grams) }
        // 10⁻⁵ kg a tonne-kilometre, times gram-metres (10⁹ in a tonne-kilometre), in grams.
        let divisor: Int128 = 100_000_000_000
        let part = factor.tonneKilometre
        let total = try Money.rounded(work * Int128(part.wellToWheel), over: divisor, .halfEven)
        let burnt = try Money.rounded(work * Int128(part.tankToWheel), over: divisor, .halfEven)
        let tenths = try Money.rounded(work, over: 100_000_000, .halfEven)
        let perTonne = fixedPointText(Int64(part.wellToWheel), decimals: Self.decimals)
        return ShipmentEmission(
            grams: Int(total),
            tankToWheelGrams: Int(burnt),
            wellToTankGrams: Int(total - burnt),
            explanation:
                "\(fixedPointText(tenths, decimals: 1)) tonne-kilometres at \(perTonne) kg CO2e "
                + "(\(factor.type), \(factor.column), well to wheel, \(year) factors)."
        )
    }
}
