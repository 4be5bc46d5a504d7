/// A `numeric`, as sums of whole numbers come: base 10,000, the highest digit first.
struct PostgresNumeric {
    private var digits: [UInt16]
    private var weight: Int
    private var isNegative: Bool
    private var isFinite: Bool

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        func word(_ index: Int) -> UInt16 {
            UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1])
        }
        guard bytes.count >= 8, bytes.count == 8 + Int(word(0)) * 2 else { return nil }
        digits = (0..<Int(word(0))).map { word(4 + $0) }
        weight = Int(Int16(bitPattern: word(1)))
        isNegative = word(2) == 0x4000
        isFinite = word(2) == 0 || word(2) == 0x4000
    }

    /// The number when it is whole and fits.
    var integer: Int64? {
        guard isFinite else { return nil }
        guard digits.dropFirst(max(0, weight + 1)).allSatisfy({ $0 == 0 }) else { return nil }
        var value: Int64 = 0
        for place in 0..<max(0, weight + 1) {
            let digit = place < digits.count ? Int64(digits[place]) : 0
            let (shifted, large) = value.multipliedReportingOverflow(by: 10_000)
            let (sum, over) =
                isNegative
                ? shifted.subtractingReportingOverflow(digit)
                : shifted.addingReportingOverflow(digit)
            guard !large, !over else { return nil }
            value = sum
        }
        return value
    }

    /// The nearest floating-point number.
    var double: Double? {
        guard isFinite else { return nil }
        if let integer { return Double(integer) }
        // Through its decimal text, so that it is rounded once.
        var text = isNegative ? "-0" : "0"
        for digit in digits {
            let padded = String(Int(digit) + 10_000)
            text += padded.dropFirst()
        }
        return Double(text + "e\((weight + 1 - digits.count) * 4)")
    }
}
