/// A value of an event that a pattern can name: anything but an object or an array.
struct Scalar {
    /// What JSON calls it.
    enum Kind {
        case string
        case number
        case yes
        case no
        case null
    }

    var kind: Kind
    /// A string's text with its escapes resolved, a number as it was written; empty otherwise.
    ///
    /// After a number comes a byte that belongs to no number.
    var bytes: UnsafeBufferPointer<UInt8>

    /// The number, where it can be compared.
    var number: Double? {
        guard kind == .number, let base = bytes.baseAddress else { return nil }
        return ComparableNumber.value(base, count: bytes.count)
    }
}
