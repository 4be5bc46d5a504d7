public import Core

extension EmissionFactors {
    /// The gases of a vehicle that drives so far, empty or not, in grams of CO2 equivalent.
    ///
    /// Kilometres times the class's factor for a vehicle laden as the average is. Whole trips are compared
    /// by it: tonne-kilometres, by which shipments are judged, do not tell whether their goods
    /// go in one vehicle or in two.
    public func emission(
        of vehicle: Vehicle,
        meters: Int
    ) throws(GeneralFault) -> ShipmentEmission {
        let factor = self.factor(
            for: vehicle.vehicleClass,
            refrigerated: vehicle.refrigerated
        )
        // 10⁻⁵ kg a kilometre, times metres, in grams.
        let divisor: Int128 = 100_000
        let part = factor.vehicleKilometre
        let total = try Money.rounded(
            Int128(meters) * Int128(part.wellToWheel),
            over: divisor,
            .halfEven
        )
        let burnt = try Money.rounded(
            Int128(meters) * Int128(part.tankToWheel),
            over: divisor,
            .halfEven
        )
        let perKilometre = fixedPointText(Int64(part.wellToWheel), decimals: Self.decimals)
        return ShipmentEmission(
            grams: Int(total),
            tankToWheelGrams: Int(burnt),
            wellToTankGrams: Int(total - burnt),
            explanation: "\(tenths(meters, 1_000)) km at \(perKilometre) kg CO2e "
                + "(\(factor.type), \(factor.column), well to wheel, \(year) factors)."
        )
    }
}
