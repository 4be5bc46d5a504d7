public import Core

/// Leaves secrets out of what is logged.
public enum Redaction {
    /// What stands in place of a secret.
    public static let mark = "[redacted]"

    /// A key that contains one of these, case, hyphens and underscores aside, names a secret.
    private static let secretParts = [
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
        let plain = String(key.lowercased().filter { $0 != "-" && $0 != "_" })
        return secretParts.contains { plain.contains($0) }
    }
}
