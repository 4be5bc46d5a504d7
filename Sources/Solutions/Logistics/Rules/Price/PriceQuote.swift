public import Core

/// A price and how it came about.
public struct PriceQuote: Sendable, Hashable {
    /// The sum of the lines.
    public let total: Money
    /// The items, each with its explanation.
    public let lines: [PriceLine]

    /// `{"price","breakdown"}`.
    public var json: JSON {
        ["price": total.json, "breakdown": .array(lines.map(\.json))]
    }
}

extension PriceQuote {
    /// What it costs to carry a load with a vehicle.
    ///
    /// Each line is rounded to minor units once, half to even; the price is the exact sum of the
    /// lines. A price below the minimum is raised to it by a line of its own.
    ///
    /// - Parameters:
    ///   - vehicle: Whose rates count.
    ///   - distanceMeters: How far it drives.
    ///   - weightGrams: What it carries.
    ///   - volumeMm3: The volume of what it carries.
    /// - Throws: A fault when a value is negative or the price does not fit 64 bits.
    public init(
        vehicle: Vehicle,
        distanceMeters: Int,
        weightGrams: Int,
        volumeMm3: Int
    ) throws(GeneralFault) {
        guard distanceMeters >= 0, weightGrams >= 0, volumeMm3 >= 0 else {
            throw GeneralFault(
                .invalid,
                code: "negative-load",
                "distance, weight and volume of a load must not be negative"
            )
        }
        let rates = vehicle.rates
        let kilometres = quantity(distanceMeters, decimals: 3)
        let tonnes = quantity(weightGrams, decimals: 6)
        let cubicMetres = quantity(volumeMm3, decimals: 9)
        let distance = try rates.perKilometre.times(Int64(distanceMeters), per: 1_000)
        let weight = try rates.perTonne.times(Int64(weightGrams), per: 1_000_000)
        let volume = try rates.perCubicMetre.times(Int64(volumeMm3), per: 1_000_000_000)
        let fuel = try distance.scaled(by: Int64(rates.fuelSurchargeBasisPoints), over: 10_000)
        let tolls = try rates.tollPerKilometre.times(Int64(distanceMeters), per: 1_000)
        let percent = quantity(rates.fuelSurchargeBasisPoints, decimals: 2)
        var lines = [
            PriceLine(
                label: "Base",
                amount: rates.base,
                explanation: "Every booking of \(vehicle.name) starts at \(rates.base)."
            ),
            PriceLine(
                label: "Distance",
                amount: distance,
                explanation: "\(kilometres) km at \(rates.perKilometre) a kilometre."
            ),
            PriceLine(
                label: "Weight",
                amount: weight,
                explanation: "\(tonnes) t at \(rates.perTonne) a tonne."
            ),
            PriceLine(
                label: "Volume",
                amount: volume,
                explanation: "\(cubicMetres) m³ at \(rates.perCubicMetre) a cubic metre."
            ),
            PriceLine(
                label: "Fuel surcharge",
                amount: fuel,
                explanation: "\(percent) % of the distance charge of \(distance)."
            ),
            PriceLine(
                label: "Tolls",
                amount: tolls,
                explanation: "\(kilometres) km at \(rates.tollPerKilometre) a kilometre for a "
                    + "\(vehicle.vehicleClass.label)."
            ),
        ]
        let sum = try Money.sum(lines.map(\.amount), currency: rates.currency)
        if try sum.isLess(than: rates.minimum) {
            lines.append(
                PriceLine(
                    label: "Minimum charge",
                    amount: try rates.minimum.subtracting(sum),
                    explanation: "Raised from \(sum) to the least price of \(rates.minimum)."
                )
            )
        }
        self.lines = lines
        total = try Money.sum(lines.map(\.amount), currency: rates.currency)
    }
}

/// A whole number of small units as a decimal of large ones, without zeros at its end.
private func quantity(_ value: Int, decimals: Int) -> String {
    var text = fixedPointText(Int64(value), decimals: decimals)
    while text.hasSuffix("0") {
        text.removeLast()
    }
    if text.hasSuffix(".") { text.removeLast() }
    return text
}
