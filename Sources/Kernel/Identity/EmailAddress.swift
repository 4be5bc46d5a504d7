/// An e-mail address in the form that is compared and stored.
///
/// Surrounding white space goes and letters become lower case. Providers' own rules (dots, plus
/// signs) are left alone: they are not ours to guess. ASCII only (RFC 5321 dot-string and host
/// name): an internationalised domain is written in its `xn--` form.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The normalised text.
    public let text: String

    /// Normalises and checks an address.
    ///
    /// - Throws: `IdentityError` of code `invalidEmail`.
    public init(_ raw: String) throws(IdentityError) {
        let trimmed = raw.utf8.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank)
        let bytes = trimmed.reversed().map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard Self.isAddress(bytes) else {
            throw IdentityError(
                .invalidEmail,
                "expected an e-mail address like name@example.org, at most 254 characters",
                pointer: "/email"
            )
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The normalised text.
    public var description: String { text }

    /// What stands before the at sign.
    var local: Substring { text.prefix { $0 != "@" } }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    // RFC 5321 section 4.5.3.1: 64 for the local part; a path of 256 leaves 254 for the address.
    private static func isAddress(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 254 else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count) else { return false }
        let atoms = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return atoms.allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomText) } && labels.count >= 2
            && labels.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
            && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}
