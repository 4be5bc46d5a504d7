/// A JSON number that keeps the value exactly as it was written.
///
/// Integers that fit 64 bits are held as such; everything else keeps its literal text, so
/// `12345678901234567890` and `0.10` survive a round trip digit for digit.
public struct JSONNumber: Sendable, Hashable {
    enum Storage: Sendable {
        case integer(Int64)
        case literal(String)
    }

    let storage: Storage

    /// An exact integer.
    public init(_ value: Int64) {
        storage = .integer(value)
    }

    /// The shortest decimal that reads back as `value`; nil when `value` is not finite.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992,
            !(value == 0 && value.sign == .minus)
        {
            storage = .integer(Int64(value))
        } else {
            storage = .literal(value.description)
        }
    }

    /// Takes text that is already known to be a valid JSON number.
    init(validated text: String) {
        storage = .literal(text)
    }

    /// The value when it is a whole number within 64 bits (`3`, `3.0` and `3e2` are), else nil.
    public var int: Int64? {
        switch storage {
        case .integer(let value): value
        case .literal(let text): Int64(text) ?? DecimalForm(text).int64
        }
    }

    /// The value when it was given or written as an integer of 64 bits; nil otherwise, at no cost.
    public var plainInteger: Int64? {
        guard case .integer(let value) = storage else { return nil }
        return value
    }

    /// The nearest double.
    public var double: Double {
        switch storage {
        case .integer(let value): Double(value)
        case .literal(let text): Double(text) ?? .nan
        }
    }

    /// The number as it is written in JSON.
    public var text: String {
        switch storage {
        case .integer(let value): String(value)
        case .literal(let text): text
        }
    }

    /// Numeric equality on the exact decimal values: `1.0 == 1`, `0.10 == 0.1`.
    public static func == (lhs: JSONNumber, rhs: JSONNumber) -> Bool {
        if case .integer(let left) = lhs.storage, case .integer(let right) = rhs.storage {
            return left == right
        }
        return DecimalForm(lhs.text) == DecimalForm(rhs.text)
    }

    /// Hashes the exact decimal value, so that equal numbers hash alike.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(DecimalForm(text))
    }
}

/// A decimal number as sign, digits without leading or trailing zeros, and a power of ten.
struct DecimalForm: Hashable {
    var negative = false
    var digits: [UInt8] = []
    /// The value is `0.digits × 10^point`.
    var point = 0

    init(_ text: String) {
        var exponent = 0
        var fraction = false
        var iterator = text.utf8.makeIterator()
        var leading = true
        scan: while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "."): fraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                var rest: [UInt8] = []
                while let next = iterator.next() {
                    rest.append(next)
                }
                exponent = Int(String(decoding: rest, as: UTF8.self).drop { $0 == "+" }) ?? 0
                break scan
            default:
                let digit = byte &- UInt8(ascii: "0")
                if leading, digit == 0 {
                    if fraction { point -= 1 }
                    continue
                }
                leading = false
                if !fraction { point += 1 }
                digits.append(digit)
            }
        }
        while digits.last == 0 {
            digits.removeLast()
        }
        if digits.isEmpty {
            negative = false
            point = 0
        } else {
            point += exponent
        }
    }

    var int64: Int64? {
        guard digits.count <= point, point <= 19 else { return digits.isEmpty ? 0 : nil }
        var value: Int64 = 0
        for index in 0..<point {
            let (scaled, over) = value.multipliedReportingOverflow(by: 10)
            let digit = index < digits.count ? Int64(digits[index]) : 0
            let (next, under) =
                negative
                ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            if over || under { return nil }
            value = next
        }
        return value
    }
}
