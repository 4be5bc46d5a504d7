public import Core

/// An exact amount of money: a whole number of minor units of one currency.
///
/// There is no floating-point arithmetic anywhere. Sums are exact; a product with a fraction is
/// rounded once, by the rule that the caller names.
public struct Money: Sendable, Hashable, CustomStringConvertible {
    /// How an amount between two minor units becomes one of them.
    public enum Rounding: Sendable {
        /// To the nearest; exactly half goes to the even neighbour, so that many roundings cancel out.
        case halfEven
        /// To the nearest; exactly half goes away from zero, as invoices are commonly rounded.
        case halfUp
    }

    /// The amount in minor units: 1230 for 12.30 EUR.
    public let minorUnits: Int64
    /// The currency.
    public let currency: Currency

    /// That many minor units.
    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money {
        Money(minorUnits: 0, currency: currency)
    }

    /// Reads `12.30`, `-4` or `0.5`; nil for anything else.
    ///
    /// Refused are more decimals than the minor unit has, leading zeros, a plus sign, exponents,
    /// separators of thousands, and what does not fit 64 bits.
    public init?(amount: some StringProtocol, currency: Currency) {
        guard let units = fixedPoint(amount, decimals: currency.minorDigits) else { return nil }
        self.init(minorUnits: units, currency: currency)
    }

    /// Reads `{"amount":"12.30","currency":"EUR"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["amount", "currency"])
        let currency = try Currency(reading: reader.member("currency"))
        let amount = try reader.member("amount")
        let text = try amount.string(length: 1...30)
        guard let money = Money(amount: text, currency: currency) else {
            throw amount.fault(
                "\"\(text)\" is not an amount of \(currency) with at most "
                    + "\(currency.minorDigits) decimals, for instance \"12\""
            )
        }
        self = money
    }

    /// `{"amount":"12.30","currency":"EUR"}`.
    public var json: JSON {
        ["amount": .string(amount), "currency": .string(currency.code)]
    }

    /// The amount with all the decimals of the minor unit: `12.30`.
    public var amount: String { fixedPointText(minorUnits, decimals: currency.minorDigits) }

    /// `12.30 EUR`.
    public var description: String { "\(amount) \(currency)" }

    /// The exact sum; throws when currencies differ or the sum does not fit 64 bits.
    public func adding(_ other: Money) throws(GeneralFault) -> Money {
        try sameCurrency(other)
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        if overflow { throw Self.tooLarge }
        return Money(minorUnits: sum, currency: currency)
    }

    /// The exact difference; throws when currencies differ or it does not fit 64 bits.
    public func subtracting(_ other: Money) throws(GeneralFault) -> Money {
        try sameCurrency(other)
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        if overflow { throw Self.tooLarge }
        return Money(minorUnits: difference, currency: currency)
    }

    /// The amount times `numerator / denominator`, rounded once; `denominator` is not zero.
    public func scaled(
        by numerator: Int64,
        over denominator: Int64 = 1,
        rounding: Rounding = .halfEven
    ) throws(GeneralFault) -> Money {
        let product = Int128(minorUnits) * Int128(numerator)
        return Money(
            minorUnits: try Self.rounded(product, over: Int128(denominator), rounding),
            currency: currency
        )
    }

    /// Whether this is less than `other`; throws when currencies differ.
    public func isLess(than other: Money) throws(GeneralFault) -> Bool {
        try sameCurrency(other)
        return minorUnits < other.minorUnits
    }

    /// The exact sum of amounts of one currency.
    public static func sum(
        _ amounts: some Sequence<Money>,
        currency: Currency
    ) throws(GeneralFault) -> Money {
        var total = Money.zero(currency)
        for amount in amounts {
            total = try total.adding(amount)
        }
        return total
    }

    static func rounded(
        _ value: Int128,
        over divisor: Int128,
        _ rounding: Rounding
    ) throws(GeneralFault) -> Int64 {
        precondition(divisor != 0, "an amount cannot be divided by zero")
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let away: Bool =
            switch rounding {
            case .halfUp: twice >= divisor.magnitude
            case .halfEven:
                twice > divisor.magnitude
                    || (twice == divisor.magnitude && !quotient.isMultiple(of: 2))
            }
        let sign: Int128 = (value < 0) == (divisor < 0) ? 1 : -1
        guard let result = Int64(exactly: away ? quotient + sign : quotient) else { throw tooLarge }
        return result
    }

    private func sameCurrency(_ other: Money) throws(GeneralFault) {
        guard currency == other.currency else {
            throw GeneralFault(
                .invalid,
                code: "currency-mismatch",
                "\(self) and \(other) are of different currencies"
            )
        }
    }

    static let tooLarge = GeneralFault(
        .invalid,
        code: "amount-too-large",
        "the amount does not fit 64 bits of minor units"
    )
}

/// A decimal number as a whole number of units of the last decimal place; nil when it is not one.
func fixedPoint(_ text: some StringProtocol, decimals: Int) -> Int64? {
    var rest = Array(text.utf8)[...]
    let negative = rest.first == UInt8(ascii: "-")
    if negative { rest.removeFirst() }
    let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, parts.count <= 2,
        whole.count == 1 || whole.first != UInt8(ascii: "0")
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : []
    guard parts.count == 1 || (1...max(1, decimals)).contains(fraction.count),
        fraction.count <= decimals
    else { return nil }
    var value: Int64 = 0
    let padding = repeatElement(UInt8(ascii: "0"), count: decimals - fraction.count)
    for byte in Array(whole) + Array(fraction) + Array(padding) {
        guard (0x30...0x39).contains(byte) else { return nil }
        let (scaled, over) = value.multipliedReportingOverflow(by: 10)
        let (next, past) = scaled.subtractingReportingOverflow(Int64(byte - 0x30))
        if over || past { return nil }
        value = next
    }
    if negative { return value }
    // Counted downward, because the least Int64 has no positive counterpart.
    let (positive, overflow) = Int64(0).subtractingReportingOverflow(value)
    return overflow ? nil : positive
}

/// The decimal text of that many units of the last decimal place.
func fixedPointText(_ value: Int64, decimals: Int) -> String {
    var digits = String(value.magnitude)
    if decimals > 0 {
        digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return (value < 0 ? "-" : "") + digits
}
