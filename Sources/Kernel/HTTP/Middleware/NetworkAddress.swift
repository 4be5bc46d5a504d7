import CLinux
public import Core
import Glibc

/// An IP address as 16 bytes; an IPv4 address is the mapped one of IPv6.
public struct NetworkAddress: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else.
    public init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: four.s_addr)))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let halves = withUnsafeBytes(of: &six) {
            (
                $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
    }

    private var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What counts as one client: the address, or the /64 that an IPv6 client can choose from freely.
    var client: NetworkAddress { isIPv4 ? self : NetworkAddress(high: high, low: 0) }
}

/// A range of addresses, for instance `10.0.0.0/8` or `2001:db8::/32`.
public struct AddressRange: Sendable, Hashable {
    private let first: NetworkAddress
    private let prefix: Int

    /// Reads an address, or a range as RFC 4632 and RFC 4291 section 2.3 write it; bits beyond the prefix
    /// betray a mistake and are refused.
    ///
    /// - Throws: a fault of code `invalid-address-range`.
    public init(_ text: some StringProtocol) throws(GeneralFault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ NetworkAddress(String($0)) }), parts.count <= 2
        else { throw Self.fault(String(text)) }
        let isIPv6 = parts[0].contains(":")
        let width = isIPv6 ? 128 : 32
        guard let bits = parts.count == 2 ? Self.prefix(parts[1]) : width, bits <= width else {
            throw Self.fault(String(text))
        }
        prefix = isIPv6 ? bits : bits + 96
        first = Self.masked(address, prefix)
        guard first == address else { throw Self.fault(String(text)) }
    }

    /// Reads ranges that are separated by commas or spaces.
    ///
    /// - Throws: a fault of code `invalid-address-range` for the first that is none.
    public static func list(_ text: String) throws(GeneralFault) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            ranges.append(try AddressRange(part))
        }
        return ranges
    }

    private static func prefix(_ text: some StringProtocol) -> Int? {
        (1...3).contains(text.utf8.count) && text.utf8.allSatisfy(Byte.isDigit) ? Int(text) : nil
    }

    /// Whether `address` lies within; text that is no address lies in no range.
    public func contains(_ address: String) -> Bool {
        NetworkAddress(address).map(contains) ?? false
    }

    /// Whether `address` lies within.
    public func contains(_ address: NetworkAddress) -> Bool {
        Self.masked(address, prefix) == first
    }

    private static func masked(_ address: NetworkAddress, _ prefix: Int) -> NetworkAddress {
        func mask(_ bits: Int) -> UInt64 {
            bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
        }
        return NetworkAddress(
            high: address.high & mask(prefix),
            low: address.low & mask(prefix - 64)
        )
    }

    private static func fault(_ text: String) -> GeneralFault {
        GeneralFault(
            .invalid,
            code: "invalid-address-range",
            "\"\(text)\" is no address range; write it like 10.0.0.0/8 or 2001:db8::/32"
        )
    }
}
