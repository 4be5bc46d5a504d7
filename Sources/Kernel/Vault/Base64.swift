/// Base64 with padding, and base64url without (RFC 4648 sections 4 and 5), both read strictly.
public enum Base64 {
    private static let standard = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let forURL = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    /// The bytes with `+`, `/` and padding.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        let text = encode(bytes, standard)
        return String(decoding: text, as: UTF8.self)
            + String(repeating: "=", count: (4 - text.count % 4) % 4)
    }

    /// The bytes with `-` and `_`, and no padding.
    public static func encodeForURL(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes, forURL), as: UTF8.self)
    }

    /// The bytes of padded base64; nil for anything else.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let all = Array(text.utf8)
        guard all.count % 4 == 0 else { return nil }
        let plain = all.prefix { $0 != UInt8(ascii: "=") }
        guard all.count - plain.count <= 2, all[plain.count...].allSatisfy({ $0 == 0x3D }) else {
            return nil
        }
        return decode(plain, standard)
    }

    /// The bytes of base64url without padding; nil for anything else.
    public static func decodeForURL(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8)[...], forURL)
    }

    private static func encode(_ bytes: some Collection<UInt8>, _ alphabet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return text
    }

    /// Nil for foreign characters, an impossible length, or spare bits that are not zero.
    private static func decode(_ text: ArraySlice<UInt8>, _ alphabet: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> UInt32(count) & 0xFF))
            }
        }
        guard count < 6, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}
