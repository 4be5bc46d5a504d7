public import Core

/// A price per unit of something, exact to a millionth of the currency's major unit.
///
/// Rates need more decimals than money has: 0.0185 EUR per kilogram is a common one. The product
/// with a quantity is rounded once, to money.
public struct UnitPrice: Sendable, Hashable, CustomStringConvertible {
    private static let decimals = 6

    /// The price in millionths of the major unit: 1_150_000 for 1.15 EUR.
    public let micros: Int64
    /// The currency.
    public let currency: Currency

    /// That many millionths of the major unit.
    public init(micros: Int64, currency: Currency) {
        self.micros = micros
        self.currency = currency
    }

    /// Reads `1.15` with at most six decimals; nil for anything else.
    public init?(amount: some StringProtocol, currency: Currency) {
        guard let micros = fixedPoint(amount, decimals: Self.decimals) else { return nil }
        self.init(micros: micros, currency: currency)
    }

    /// Reads `{"amount":"1.15","currency":"EUR"}` with 0 to 1,000,000 and at most six decimals.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["amount", "currency"])
        let currency = try Currency(reading: reader.member("currency"))
        let amount = try reader.member("amount")
        let text = try amount.string(length: 1...30)
        guard let price = UnitPrice(amount: text, currency: currency),
            (0...1_000_000_000_000).contains(price.micros)
        else {
            throw amount.fault(
                "\"\(text)\" is not a price from 0 to 1000000 with at most \(Self.decimals) decimals"
            )
        }
        self = price
    }

    /// `{"amount":"1.15","currency":"EUR"}`.
    public var json: JSON {
        ["amount": .string(amount), "currency": .string(currency.code)]
    }

    /// The price with at least the decimals of the minor unit and no zeros beyond: `1.15`, `0.0185`.
    public var amount: String {
        var text = fixedPointText(micros, decimals: Self.decimals)
        var spare = Self.decimals - currency.minorDigits
        while spare > 0, text.hasSuffix("0") {
            text.removeLast()
            spare -= 1
        }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// `1.15 EUR`.
    public var description: String { "\(amount) \(currency)" }

    /// The price of `quantity / per` units, rounded once to money.
    ///
    /// With a price per kilometre, `times(metres, per: 1_000)` is the price of a distance.
    public func times(
        _ quantity: Int64,
        per: Int64 = 1,
        rounding: Money.Rounding = .halfEven
    ) throws(GeneralFault) -> Money {
        var divisor = Int128(per)
        for _ in 0..<(Self.decimals - currency.minorDigits) {
            divisor *= 10
        }
        let units = try Money.rounded(Int128(micros) * Int128(quantity), over: divisor, rounding)
        return Money(minorUnits: units, currency: currency)
    }
}
