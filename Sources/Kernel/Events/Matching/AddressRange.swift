/// An address of the internet protocol, version 4 or 6, as a number.
struct NetworkAddress: Hashable, Sendable {
    var bits: UInt128
    /// 32 or 128.
    var length: UInt8

    /// Reads `a.b.c.d`, or version 6 without a part in version 4's form (RFC 4291, section 2.2); an address
    /// of version 4 that is mapped into version 6 counts as the former.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        // The longest is eight groups of four digits and seven colons.
        guard text.count >= 2, text.count <= 39 else { return nil }
        if let address = Self.version4(text) {
            (bits, length) = (address, 32)
        } else if let address = Self.version6(text) {
            let isMapped = address >> 32 == 0xFFFF
            (bits, length) = isMapped ? (address & 0xFFFF_FFFF, 32) : (address, 128)
        } else {
            return nil
        }
    }

    private static func version4(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
        var address: UInt128 = 0
        var parts = 0
        var value = 0
        var digits = 0
        for index in 0...text.count {
            if index == text.count || text[index] == UInt8(ascii: ".") {
                guard digits > 0 else { return nil }
                address = address << 8 | UInt128(value)
                parts += 1
                (value, digits) = (0, 0)
            } else {
                let digit = text[index] &- UInt8(ascii: "0")
                // A leading zero is refused: some read it as octal.
                guard digit < 10, digits == 0 || value > 0 else { return nil }
                value = value * 10 + Int(digit)
                digits += 1
                guard value <= 255 else { return nil }
            }
        }
        return parts == 4 ? address : nil
    }

    private static func version6(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            index = 2
        }
        while index < text.count {
            var value: UInt32 = 0
            var digits = 0
            while index < text.count, let digit = hexadecimalDigit(text[index]) {
                value = value << 4 | UInt32(digit)
                digits += 1
                index += 1
                guard digits <= 4 else { return nil }
            }
            guard digits > 0 else { return nil }
            groups.append(UInt16(value))
            guard index < text.count else { break }
            guard text[index] == UInt8(ascii: ":"), index + 1 < text.count else { return nil }
            index += 1
            if text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        var address: UInt128 = 0
        for group in groups[..<(gap ?? 8)] { address = address << 16 | UInt128(group) }
        if let gap {
            let rest = groups[gap...]
            address <<= UInt128(16 * (8 - gap))
            var tail: UInt128 = 0
            for group in rest { tail = tail << 16 | UInt128(group) }
            address |= tail
        }
        return address
    }
}

/// The addresses that share their first bits with one, `10.0.0.0/24`.
struct AddressRange: Hashable, Sendable {
    /// The first address of the range.
    var base: NetworkAddress
    /// How many leading bits are shared.
    var prefixLength: UInt8

    /// The range of one address.
    init(_ address: NetworkAddress) {
        base = address
        prefixLength = address.length
    }

    /// Reads `address/bits`; bits below 32 or 128, as event-ruler asks.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
            let bits = UInt8(parts[1]),
            let address = Array(parts[0].utf8).withUnsafeBufferPointer({ NetworkAddress($0) }),
            bits < address.length
        else { return nil }
        base = address
        prefixLength = bits
        base.bits = Self.masked(address.bits, length: address.length, to: bits)
    }

    /// Whether the address lies in the range.
    func contains(_ address: NetworkAddress) -> Bool {
        address.length == base.length
            && Self.masked(address.bits, length: address.length, to: prefixLength) == base.bits
    }

    /// The address with all but its first bits cleared.
    static func masked(_ bits: UInt128, length: UInt8, to prefix: UInt8) -> UInt128 {
        let free = UInt128(length - prefix)
        return free >= 128 ? 0 : (bits >> free) << free
    }
}
