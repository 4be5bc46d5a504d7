public import Core

/// What a vehicle costs; all of one currency.
public struct VehicleRates: Sendable, Hashable {
    /// For every booking.
    public var base: Money
    /// For every kilometre.
    public var perKilometre: UnitPrice
    /// For every 1,000 kg of load.
    public var perTonne: UnitPrice
    /// For every cubic metre of load.
    public var perCubicMetre: UnitPrice
    /// Fuel surcharge on the distance charge, in hundredths of a per cent: 850 is 8.5 %.
    public var fuelSurchargeBasisPoints: Int
    /// Road toll for every kilometre of the vehicle's class.
    public var tollPerKilometre: UnitPrice
    /// The least that a booking costs.
    public var minimum: Money

    /// Rates, which must all be of one currency.
    public init(
        base: Money,
        perKilometre: UnitPrice,
        perTonne: UnitPrice,
        perCubicMetre: UnitPrice,
        fuelSurchargeBasisPoints: Int,
        tollPerKilometre: UnitPrice,
        minimum: Money
    ) {
        self.base = base
        self.perKilometre = perKilometre
        self.perTonne = perTonne
        self.perCubicMetre = perCubicMetre
        self.fuelSurchargeBasisPoints = fuelSurchargeBasisPoints
        self.tollPerKilometre = tollPerKilometre
        self.minimum = minimum
    }

    /// Reads the members named like the properties; a second currency is refused.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys([
            "base", "perKilometre", "perTonne", "perCubicMetre", "fuelSurchargeBasisPoints",
            "tollPerKilometre", "minimum",
        ])
        base = try Self.money("base", in: reader)
        perKilometre = try UnitPrice(reading: reader.member("perKilometre"))
        perTonne = try UnitPrice(reading: reader.member("perTonne"))
        perCubicMetre = try UnitPrice(reading: reader.member("perCubicMetre"))
        fuelSurchargeBasisPoints = try reader.member("fuelSurchargeBasisPoints").int(in: 0...10_000)
        tollPerKilometre = try UnitPrice(reading: reader.member("tollPerKilometre"))
        minimum = try Self.money("minimum", in: reader)
        let others = [perKilometre, perTonne, perCubicMetre, tollPerKilometre].map(\.currency)
        guard (others + [minimum.currency]).allSatisfy({ $0 == base.currency }) else {
            throw reader.fault(
                "all rates must be in \(base.currency), the currency of \"base\"",
                code: "currency-mismatch"
            )
        }
    }

    private static func money(
        _ key: String,
        in reader: JSONReader
    ) throws(GeneralFault) -> Money {
        let member = try reader.member(key)
        let money = try Money(reading: member)
        guard money.minorUnits >= 0 else { throw member.fault("must not be negative") }
        return money
    }

    /// The currency of all of them.
    public var currency: Currency { base.currency }

    /// The rates as the API writes them.
    public var json: JSON {
        [
            "base": base.json,
            "perKilometre": perKilometre.json,
            "perTonne": perTonne.json,
            "perCubicMetre": perCubicMetre.json,
            "fuelSurchargeBasisPoints": .int(fuelSurchargeBasisPoints),
            "tollPerKilometre": tollPerKilometre.json,
            "minimum": minimum.json,
        ]
    }
}
