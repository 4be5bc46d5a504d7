public import Core

/// Leaves secrets out of what is logged.
public enum Redaction {
    /// What stands in place of a secret.
    public static let mark = "[redacted]"

    /// A key that contains one of these, case, hyphens and underscores aside, names a secret.
    private static let secretParts: [StaticString] = [
        "password", "passwd", "passphrase", "secret", "token", "authorization", "credential",
        "cookie", "apikey", "privatekey", "signingkey", "accesskey",
    ]

    /// The object with the values of secret members, at any depth, replaced by the mark.
    ///
    /// Numbers, truth values and null stay: `promptTokens: 512` is a count, and no secret of ours is a
    /// number.
    public static func redacted(_ object: JSONObject) -> JSONObject {
        JSONObject(
            object.map { member in
                switch member.value {
                case .string, .array, .object:
                    isSecret(member.key)
                        ? (member.key, .string(mark)) : (member.key, redacted(member.value))
                case .number, .bool, .null:
                    (member.key, member.value)
                }
            }
        )
    }

    private static func redacted(_ value: JSON) -> JSON {
        switch value {
        case .object(let object): .object(redacted(object))
        case .array(let elements): .array(elements.map(redacted))
        default: value
        }
    }

    /// Whether a member of this name holds a secret.
    public static func isSecret(_ key: String) -> Bool {
        // Every attribute of every span comes by here, so the bytes are compared in place.
        var key = key
        return key.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, bytes.count)) { plain in
                var count = 0
                for byte in bytes where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_") {
                    plain[count] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                    count += 1
                }
                let text = UnsafeBufferPointer(rebasing: plain[..<count])
                return text.indices.contains { at in
                    secretParts.contains { begins(text[at...], with: $0) }
                }
            }
        }
    }

    private static func begins(
        _ text: Slice<UnsafeBufferPointer<UInt8>>,
        with part: StaticString
    ) -> Bool {
        guard text.count >= part.utf8CodeUnitCount else { return false }
        for offset in 0..<part.utf8CodeUnitCount
        where text[text.startIndex + offset] != part.utf8Start[offset] {
            return false
        }
        return true
    }
}
