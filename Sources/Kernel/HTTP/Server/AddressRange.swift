import Glibc

/// A range of IP addresses, for instance `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable {
    /// IPv6 form; IPv4 addresses lie in `::ffff:0:0/96`.
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads an address, or CIDR notation (RFC 4632, RFC 4291 section 2.3); nil for anything else, bits
    /// beyond the prefix included, which betray a mistake.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = Self.bytes(String(parts[0])) else { return nil }
        let offset = parts[0].contains(":") ? 0 : 96
        var bits = 128
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(Byte.isDigit),
                let prefix = Int(parts[1]), prefix + offset <= 128
            else { return nil }
            bits = prefix + offset
        }
        self.bytes = bytes
        self.bits = bits
        for bit in bits..<128 where bytes[bit / 8] >> (7 - bit % 8) & 1 == 1 { return nil }
    }

    /// Whether `address` lies in the range; text that is no address lies in none.
    public func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(address) else { return false }
        let whole = bits / 8
        guard bytes[..<whole] == other[..<whole] else { return false }
        return bits % 8 == 0 || (bytes[whole] ^ other[whole]) >> (8 - bits % 8) == 0
    }

    /// Whether `text` is an address, without a prefix.
    static func isAddress(_ text: String) -> Bool { bytes(text) != nil }

    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if text.contains(":") {
            return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
        }
        var four = [UInt8](repeating: 0, count: 4)
        guard inet_pton(AF_INET, text, &four) == 1 else { return nil }
        bytes[10] = 0xFF
        bytes[11] = 0xFF
        bytes.replaceSubrange(12..., with: four)
        return bytes
    }
}
