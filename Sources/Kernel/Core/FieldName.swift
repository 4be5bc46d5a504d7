/// The grammar of names of header fields (RFC 9110 section 5.6.2).
public enum FieldName {
    /// `tchar`: what names, methods and tokens are made of.
    @inlinable
    @inline(__always)
    public static func isToken(_ byte: UInt8) -> Bool {
        // Bits of ! # $ % & ' * + - . 0-9 and of A-Z ^ _ ` a-z | ~.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        if byte >= 0x80 { return false }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether `text` may be the name of a field: one character of a token or more.
    public static func isValid(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isToken)
    }
}
