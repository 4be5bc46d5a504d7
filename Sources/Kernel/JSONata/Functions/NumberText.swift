#if canImport(Glibc)
    import Glibc
#endif

/// Numbers as JavaScript writes them.
enum NumberText {
    /// The shortest text that reads back as the number (ECMAScript's Number::toString).
    static func string(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        if value == 0 { return "0" }
        if abs(value) < 9_007_199_254_740_992, value == value.rounded(.towardZero) {
            return String(Int64(value))
        }
        let (digits, point) = shortest(value)
        let sign = value < 0 ? "-" : ""
        let count = digits.utf8.count
        if point > 0, point <= 21 {
            if count <= point {
                return sign + digits + String(repeating: "0", count: point - count)
            }
            return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        }
        if point > -6, point <= 0 {
            return sign + "0." + String(repeating: "0", count: -point) + digits
        }
        let exponent = point - 1
        let tail = (exponent < 0 ? "e-" : "e+") + String(abs(exponent))
        let fraction = count > 1 ? "." + digits.dropFirst() : ""
        return sign + digits.prefix(1) + fraction + tail
    }

    /// The digits of the shortest text, and where the decimal point is after the first of them.
    private static func shortest(_ value: Double) -> (digits: String, point: Int) {
        let text = abs(value).description
        let parts = text.split(separator: "e", maxSplits: 1)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = String(whole + fraction)
        var point = whole.utf8.count + exponent
        while digits.hasPrefix("0"), digits.utf8.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0"), digits.utf8.count > 1 { digits.removeLast() }
        return (digits, point)
    }

    /// Ten to a power.
    static func powerOfTen(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

    /// The number rounded to 15 significant digits, as `$string` shows fractions.
    static func rounded(_ value: Double) -> Double {
        guard value != value.rounded(.towardZero), value.isFinite else { return value }
        // Halves are rounded up, which C's %.15g does not do: more digits, then by hand.
        let text = formatted("%.30e", abs(value))
        let parts = text.split(separator: "e")
        var digits = parts[0].utf8.filter { $0 != UInt8(ascii: ".") }
        let roundsUp = digits[15] >= UInt8(ascii: "5")
        digits.removeLast(digits.count - 15)
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - 14
        if roundsUp, increment(&digits) { exponent += 1 }
        let result = Double(String(decoding: digits, as: UTF8.self) + "e\(exponent)") ?? value
        return value < 0 ? -result : result
    }

    /// Adds one to the last digit; whether a digit was added in front, the last one then being dropped.
    private static func increment(_ digits: inout [UInt8]) -> Bool {
        var at = digits.count - 1
        while at >= 0 {
            if digits[at] < UInt8(ascii: "9") {
                digits[at] += 1
                return false
            }
            digits[at] = UInt8(ascii: "0")
            at -= 1
        }
        digits.insert(UInt8(ascii: "1"), at: 0)
        digits.removeLast()
        return true
    }

    /// The number with so many digits behind the point, halves away from zero (ECMAScript's toFixed).
    static func fixed(_ value: Double, _ places: Int) -> String {
        let magnitude = abs(value)
        if !magnitude.isFinite || magnitude >= 1e21 { return string(magnitude) }
        let text = formatted("%.\(places + 40)f", magnitude)
        let parts = text.split(separator: ".")
        let whole = Array(parts[0].utf8)
        let fraction = parts.count > 1 ? Array(parts[1].utf8) : []
        var digits = whole + fraction.prefix(places)
        var split = whole.count
        if fraction.count > places, fraction[places] >= UInt8(ascii: "5") {
            if increment(&digits) {
                digits.append(UInt8(ascii: "0"))
                split += 1
            }
        }
        let head = String(decoding: digits.prefix(split), as: UTF8.self)
        guard places > 0 else { return head }
        return head + "." + String(decoding: digits.dropFirst(split), as: UTF8.self)
    }

    private static func formatted(_ format: String, _ value: Double) -> String {
        var buffer = [CChar](repeating: 0, count: 1_024)
        let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(
            decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// A whole number in another base, as ECMAScript's toString(radix) writes it.
    static func string(_ value: Double, radix: Int) -> String {
        guard radix != 10, value.isFinite else { return string(value) }
        var rest = abs(value)
        var digits: [UInt8] = []
        // Digits that a double does not hold are zeros, as V8 has it.
        while rest >= 9_007_199_254_740_992 {
            rest /= Double(radix)
            digits.append(UInt8(ascii: "0"))
        }
        repeat {
            let remainder = fmod(rest, Double(radix))
            let digit = UInt8(remainder)
            digits.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            rest = (rest - remainder) / Double(radix)
        } while rest > 0
        return (value < 0 ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
    }

    /// The number a text stands for when it is one, as `$number` reads it.
    static func parse(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        if isDecimal(bytes) {
            guard let value = Double(text), value.isFinite else { return nil }
            return value
        }
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "0") else { return nil }
        let radix: Int
        switch bytes[1] | 0x20 {
        case UInt8(ascii: "x"): radix = 16
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "b"): radix = 2
        default: return nil
        }
        var value = 0.0
        for byte in bytes[2...] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else {
                return nil
            }
            value = value * Double(radix) + Double(digit)
        }
        return value
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        func skipDigits() -> Bool {
            guard isDigit(rest.first) else { return false }
            while isDigit(rest.first) { rest = rest.dropFirst() }
            return true
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        guard skipDigits() else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard skipDigits() else { return false }
        }
        if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest = rest.dropFirst()
            }
            guard skipDigits() else { return false }
        }
        return rest.isEmpty
    }
}
