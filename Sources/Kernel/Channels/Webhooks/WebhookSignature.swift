import Core
import Vault

/// Standard Webhooks' symmetric signature (version v1): HMAC-SHA256 over id, time and body.
enum WebhookSignature {
    /// What precedes a secret in text.
    static let prefix = "whsec_"

    /// The header fields of one attempt.
    ///
    /// - Parameters:
    ///   - id: the same at every attempt, by which receivers drop what they have had.
    ///   - seconds: the attempt's time since the Unix epoch.
    ///   - body: the very bytes that are sent.
    ///   - secrets: each signs; a second one while secrets are being changed.
    /// - Returns: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    /// - Throws: `VaultError`.
    static func fields(
        id: String,
        seconds: Int64,
        body: [UInt8],
        secrets: [[UInt8]]
    ) throws(VaultError) -> [(name: String, value: String)] {
        var signatures: [String] = []
        for secret in secrets {
            let code = try Authentication.hmac256(
                key: secret,
                Array("\(id).\(seconds).".utf8) + body
            )
            signatures.append("v1,\(Base64.encode(code))")
        }
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(seconds)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }

    /// The secret as the receiver is given it.
    static func text(of secret: [UInt8]) -> String { prefix + Base64.encode(secret) }
}
