import Glibc

/// A decimal as the double that prints as the same decimal; others cannot be compared.
///
/// This is event-ruler's notion: `300`, `300.0` and `3.0e2` are one number, while a number of more digits
/// than a double holds, such as a long account number, equals only what is written the same way.
enum ComparableNumber {
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The digits of a decimal without leading and trailing zeros; its value is `mantissa × 10^exponent`.
    private struct Decimal: Equatable {
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0

        /// Nil for more than 17 digits, more than any double needs.
        init?(_ bytes: UnsafePointer<UInt8>, count: Int) {
            var index = 0
            if count > 0, bytes[0] == UInt8(ascii: "-") { index = 1 }
            var zeros = 0
            var isFraction = false
            scan: while index < count {
                let byte = bytes[index]
                index += 1
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    if isFraction { exponent -= 1 }
                    let digit = byte &- UInt8(ascii: "0")
                    if digit == 0 {
                        if mantissa != 0 { zeros += 1 }
                        continue
                    }
                    digits += zeros + 1
                    guard digits <= 17 else { return nil }
                    while zeros > 0 {
                        mantissa &*= 10
                        zeros -= 1
                    }
                    mantissa = mantissa &* 10 &+ UInt64(digit)
                case UInt8(ascii: "."):
                    isFraction = true
                default:
                    break scan
                }
            }
            exponent += zeros
            if index < count {
                var isNegative = false
                var value = 0
                if bytes[index] == UInt8(ascii: "-") {
                    isNegative = true
                    index += 1
                } else if bytes[index] == UInt8(ascii: "+") {
                    index += 1
                }
                while index < count, value < 100_000 {
                    value = value * 10 + Int(bytes[index] &- UInt8(ascii: "0"))
                    index += 1
                }
                exponent += isNegative ? -value : value
            }
            if mantissa == 0 { exponent = 0 }
        }
    }

    /// The number that the text spells; nil when it cannot be compared.
    ///
    /// - Parameters:
    ///   - bytes: a number as JSON writes it, and after it a byte that belongs to no number.
    ///   - count: how many bytes the number has.
    /// - Returns: the nearest double, when it would be written as this number.
    static func value(_ bytes: UnsafePointer<UInt8>, count: Int) -> Double? {
        guard let decimal = Decimal(bytes, count: count) else { return nil }
        guard decimal.mantissa != 0 else { return 0 }
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let value: Double
        if decimal.mantissa < 1 << 53, abs(decimal.exponent) <= 22 {
            // Both are exact, so that the one rounding of the operation is the right one.
            let mantissa = Double(decimal.mantissa)
            value =
                decimal.exponent < 0
                ? mantissa / powers[-decimal.exponent] : mantissa * powers[decimal.exponent]
        } else if (-19...(-1)).contains(decimal.exponent) {
            value = quotient(decimal.mantissa, wholePowers[-decimal.exponent])
        } else {
            let text = UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self)
            value = abs(strtod(text, nil))
        }
        guard value.isFinite, value != 0, isShortest(decimal, value) else { return nil }
        return isNegative ? -value : value
    }

    /// Powers of ten that fit 64 bits.
    private static let wholePowers: [UInt64] = (0...19).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// The double nearest to a quotient, which must be in the range of normal doubles.
    private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
        let up = dividend << UInt64(dividend.leadingZeroBitCount)
        let down = divisor << UInt64(divisor.leadingZeroBitCount)
        // 64 significant bits, and whether anything follows them.
        let isLarger = up >= down
        let (bits, rest) = down.dividingFullWidth(
            isLarger ? (up >> 1, up << 63) : (up, 0)
        )
        let exponent =
            divisor.leadingZeroBitCount - dividend.leadingZeroBitCount - (isLarger ? 63 : 64)
        var significand = bits >> 11
        let cut = bits & 0x7FF
        if cut > 0x400 || (cut == 0x400 && (rest != 0 || significand & 1 == 1)) { significand += 1 }
        return Double(sign: .plus, exponent: exponent + 11, significand: Double(significand))
    }

    /// Whether the double nearest to the decimal would be written as this decimal.
    private static func isShortest(_ decimal: Decimal, _ value: Double) -> Bool {
        // Up to 15 digits survive the way to a double and back (IEEE 754's DBL_DIG).
        guard value.isNormal else { return decimal == shortest(value) }
        if decimal.digits <= 15 { return true }
        if abs(decimal.exponent) <= 22 {
            // So does a decimal whose last place is coarser than the double's: no other is as near.
            let place =
                decimal.exponent < 0
                ? 1 / powers[-decimal.exponent] : powers[decimal.exponent]
            if place > value.ulp { return true }
        }
        let shift = 52 - Int(value.exponent)
        guard (-19...0).contains(decimal.exponent), (0...63).contains(shift),
            value.significandBitPattern != 0
        else { return decimal == shortest(value) }
        // In units of 10^exponent ÷ 2^shift, in which both numbers and the double's spacing are whole:
        let spacing = UInt128(wholePowers[-decimal.exponent])
        let exact = UInt128(value.significandBitPattern | 1 << 52) * spacing
        let written = UInt128(decimal.mantissa) << UInt128(shift)
        let unit = UInt128(1) << UInt128(shift)
        let distance = written > exact ? written - exact : exact - written
        // Another decimal of as many digits is nearer,
        guard distance * 2 <= unit else { return false }
        // or one of fewer digits is near enough to stand for the double.
        let below = exact >> UInt128(shift)
        let lower = (below - below % 10) << UInt128(shift)
        let gap = min(exact - lower, lower + unit * 10 - exact)
        return gap * 2 > spacing
    }

    /// The number that the text spells; nil when it cannot be compared.
    static func value(_ text: String) -> Double? {
        var bytes = Array(text.utf8)
        bytes.append(0)
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { value($0, count: buffer.count - 1) }
        }
    }

    private static func shortest(_ value: Double) -> Decimal? {
        var text = value.description
        return text.withUTF8 { buffer in
            buffer.baseAddress.flatMap { Decimal($0, count: buffer.count) }
        }
    }
}
