import CCurl
import Glibc

/// Which network addresses lie out in the internet, where anybody's request may go.
///
/// The tables are IANA's special-purpose registries (RFC 6890 and its updates): what is not globally
/// reachable is refused. Transition forms that carry an IPv4 address are judged by that address, or
/// refused.
enum PublicAddress {
    /// Special IPv4 blocks: first address and length of the prefix.
    private static let special4: [(UInt32, Int)] = [
        (0x0000_0000, 8),  // this network
        (0x0A00_0000, 8),  // private
        (0x6440_0000, 10),  // shared by carriers (CGNAT), and some clouds' metadata
        (0x7F00_0000, 8),  // loopback
        (0xA9FE_0000, 16),  // link-local, and most clouds' metadata
        (0xAC10_0000, 12),  // private
        (0xC000_0000, 24),  // IETF protocol assignments, and a cloud's metadata
        (0xC000_0200, 24),  // documentation
        (0xC058_6300, 24),  // 6to4 relays
        (0xC0A8_0000, 16),  // private
        (0xC612_0000, 15),  // benchmarks
        (0xC633_6400, 24),  // documentation
        (0xCB00_7100, 24),  // documentation
        (0xE000_0000, 4),  // multicast
        (0xF000_0000, 4),  // reserved, and broadcast
        (0xA83F_8110, 32),  // a cloud's host agent on a public number (168.63.129.16)
    ]

    /// Whether an IPv4 address, in host order, is a public one.
    static func contains(ipv4 address: UInt32) -> Bool {
        !special4.contains { block, length in
            address >> UInt32(32 - length) == block >> UInt32(32 - length)
        }
    }

    /// Whether an IPv6 address of 16 bytes is a public one.
    static func contains(ipv6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        let last = bytes[12...15].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // ::ffff:a.b.c.d, and 64:ff9b::a.b.c.d (NAT64, RFC 6052), stand for an IPv4 address.
        if bytes[0..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return contains(ipv4: last)
        }
        if bytes[0..<4] == [0x00, 0x64, 0xFF, 0x9B], bytes[4..<12].allSatisfy({ $0 == 0 }) {
            return contains(ipv4: last)
        }
        // Only 2000::/3 is given out at all; loopback, unique local, link-local, multicast lie outside.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        // 2001::/23: protocol assignments, Teredo among them.
        if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] & 0xFE == 0 { return false }
        // 2001:db8::/32 and 3fff::/20: documentation.
        if bytes[0..<4] == [0x20, 0x01, 0x0D, 0xB8] { return false }
        if bytes[0] == 0x3F, bytes[1] == 0xFF, bytes[2] & 0xF0 == 0 { return false }
        // 2002::/16: 6to4, which can carry any IPv4 address.
        if bytes[0] == 0x20, bytes[1] == 0x02 { return false }
        return true
    }

    /// Whether a socket address is a public IPv4 or IPv6 one.
    static func contains(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                contains(ipv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { contains(ipv6: Array($0)) }
            }
        default: false
        }
    }

    /// Whether the text of an address, as `inet_ntop` writes it, is a public one.
    static func contains(text: String) -> Bool {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return contains(ipv4: UInt32(bigEndian: four.s_addr))
        }
        var six = in6_addr()
        // libcurl may add the zone: fe80::1%eth0.
        let plain = text.prefix { $0 != "%" }
        guard inet_pton(AF_INET6, String(plain), &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { contains(ipv6: Array($0)) }
    }
}
