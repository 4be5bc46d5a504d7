import Core

/// With what a provider is asked; only ever kept sealed.
struct ModelCredentials: Sendable {
    /// An API key.
    var apiKey: String?
    /// AWS's access key, its secret, and the token of temporary credentials.
    var accessKeyID: String?
    var secretAccessKey: String?
    var sessionToken: String?

    /// Reads what an administrator gave.
    init(_ input: JSONReader?, kind: ModelProvider.Kind) throws {
        let keys: Set<String> =
            kind == .bedrock
            ? ["apiKey", "accessKeyId", "secretAccessKey", "sessionToken"] : ["apiKey"]
        try input?.onlyKeys(keys)
        apiKey = try Self.text(input, "apiKey")
        accessKeyID = try Self.text(input, "accessKeyId")
        secretAccessKey = try Self.text(input, "secretAccessKey")
        sessionToken = try Self.text(input, "sessionToken")
        let isWhole = apiKey != nil || (accessKeyID != nil && secretAccessKey != nil)
        guard isWhole || kind == .openai && input == nil else {
            throw ModelsError(
                .invalidSetting,
                kind == .bedrock
                    ? "expected apiKey, or accessKeyId with secretAccessKey" : "expected apiKey",
                pointer: input?.pointer ?? "/credentials"
            )
        }
    }

    init(sealed json: JSON) {
        apiKey = json["apiKey"]?.string
        accessKeyID = json["accessKeyId"]?.string
        secretAccessKey = json["secretAccessKey"]?.string
        sessionToken = json["sessionToken"]?.string
    }

    /// Header fields carry them: visible ASCII only.
    private static func text(_ input: JSONReader?, _ key: String) throws -> String? {
        guard let reader = try input?.optional(key) else { return nil }
        let text = try reader.string(length: 1...8_192)
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ModelsError(
                .invalidSetting,
                "credentials have visible ASCII characters only, without spaces or line breaks",
                pointer: reader.pointer
            )
        }
        return text
    }

    var json: JSON {
        var json: JSON = [:]
        for (key, value) in [
            ("apiKey", apiKey), ("accessKeyId", accessKeyID), ("secretAccessKey", secretAccessKey),
            ("sessionToken", sessionToken),
        ] {
            if let value { json[key] = .string(value) }
        }
        return json
    }

    /// The end of the key, or AWS's id of it, which is no secret.
    var hint: String? {
        if let accessKeyID { return accessKeyID }
        guard let apiKey else { return nil }
        return "…" + (apiKey.utf8.count >= 16 ? apiKey.suffix(4) : "")
    }
}
