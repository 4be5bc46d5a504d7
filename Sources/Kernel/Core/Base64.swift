/// Base64 with padding, and base64url without (RFC 4648 sections 4 and 5), both read strictly: each value has
/// exactly one text.
public enum Base64 {
    private static let standard = BitAlphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
    private static let forURL = BitAlphabet(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )

    /// The bytes with `+`, `/` and padding.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let text = standard.encode(bytes)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// The bytes with `-` and `_`, and no padding.
    public static func encodeForURL(_ bytes: some Sequence<UInt8>) -> String {
        forURL.encode(bytes)
    }

    /// The bytes of padded base64; nil for anything else.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - ignoringSpareBits: whether bits of the last character that belong to no byte may be anything, as
    ///     some decoders let them be; default false.
    /// - Returns: the bytes.
    public static func decode(
        _ text: some StringProtocol,
        ignoringSpareBits: Bool = false
    ) -> [UInt8]? {
        let all = Array(text.utf8)
        guard all.count % 4 == 0 else { return nil }
        let plain = all.prefix { $0 != UInt8(ascii: "=") }
        guard all.count - plain.count <= 2, all[plain.count...].allSatisfy({ $0 == 0x3D }) else {
            return nil
        }
        return standard.decode(plain, ignoringSpareBits: ignoringSpareBits)
    }

    /// The bytes of base64url without padding; nil for anything else.
    public static func decodeForURL(_ text: some StringProtocol) -> [UInt8]? {
        forURL.decode(text.utf8)
    }

    /// The bytes of base64url without padding; nil for anything else.
    public static func decodeForURL(_ text: some Sequence<UInt8>) -> [UInt8]? {
        forURL.decode(text)
    }
}

/// Base32 (RFC 4648 section 6) without padding, as authenticator apps read it.
public enum Base32 {
    /// The characters, by their values.
    public static let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private static let alphabet = BitAlphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    /// The bytes in capitals.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String { alphabet.encode(bytes) }

    /// The bytes of a text, letters in any case; nil for anything else.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        alphabet.decode(text.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 })
    }
}

/// Characters that stand for 5 or 6 bits each.
private struct BitAlphabet: Sendable {
    private let characters: [UInt8]
    private let bits: Int
    /// The values by characters; 255 for those that stand for nothing.
    private let values: [UInt8]

    init(_ text: String) {
        characters = Array(text.utf8)
        bits = characters.count.trailingZeroBitCount
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        self.values = values
    }

    func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.underestimatedCount * 8 + bits - 1) / bits)
        var held: UInt32 = 0
        var count = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            count += 8
            while count >= bits {
                count -= bits
                text.append(characters[Int(held >> UInt32(count)) & (characters.count - 1)])
            }
        }
        if count > 0 {
            text.append(characters[Int(held << UInt32(bits - count)) & (characters.count - 1)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for foreign characters, an impossible length, or spare bits that are not zero.
    func decode(_ text: some Sequence<UInt8>, ignoringSpareBits: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.underestimatedCount * bits / 8)
        var held: UInt32 = 0
        var count = 0
        for character in text {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            held = held << UInt32(bits) | UInt32(value)
            count += bits
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(held >> UInt32(count) & 0xFF))
            }
        }
        let spare = held & (1 << UInt32(count) - 1)
        return count < bits && (spare == 0 || ignoringSpareBits) ? bytes : nil
    }
}
