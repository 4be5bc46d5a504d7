import Core
public import Vault

/// Makes the requests of Web Push: encrypted (RFC 8291), with a VAPID token (RFC 8292).
public struct PushSender: Sendable {
    /// The file of the key in the key folder.
    public static let keyFile = "push-key.pem"
    /// How long a push service keeps a message for a browser that is away.
    static let timeToLive = 86_400

    private let key: P256Key
    /// A way to reach the operator, which push services ask for: `mailto:…` or an https address.
    private let contact: String

    /// A sender with the installation's key.
    public init(key: P256Key, contact: String) {
        self.key = key
        self.contact = contact
    }

    /// The public key that browsers subscribe with, in base64url.
    public var publicKey: String { Base64.encodeForURL(key.publicPoint) }

    /// The request that shows a message.
    func request(
        _ message: TargetMessage,
        to subscription: PushSubscription,
        now: Timestamp
    ) throws -> WebRequest {
        let body = try PushEncryption.body(
            Self.text(message),
            point: subscription.point,
            secret: subscription.auth,
            key: try P256Key.generate(),
            salt: try Vault.random(16)
        )
        let urgency =
            switch message.message.severity {
            case .info: "normal"
            case .warning, .alarm: "high"
            }
        return WebRequest(
            "POST",
            subscription.endpoint,
            headers: [
                ("TTL", "\(Self.timeToLive)"), ("Urgency", urgency),
                ("Content-Encoding", "aes128gcm"), ("Content-Type", "application/octet-stream"),
                ("Authorization", try authorization(subscription.endpoint, now)),
            ],
            body: body
        )
    }

    /// `{"id","title","body","link","severity"}`, cut so that it fits.
    private static func text(_ message: TargetMessage) -> [UInt8] {
        var body = message.body
        while true {
            let json: JSON = [
                "id": message.id.json, "title": .string(message.message.subject),
                "body": .string(body), "link": .optional(message.message.link),
                "severity": .string(message.message.severity.rawValue),
            ]
            let text = Array(json.text().utf8)
            if text.count <= PushEncryption.limit || body.isEmpty {
                return Array(text.prefix(PushEncryption.limit))
            }
            body = body.count < 20 ? "" : TargetMessage.short(body, body.count / 2)
        }
    }

    /// `vapid t=<token>, k=<key>`; the token is for the endpoint's origin, and good for twelve hours.
    private func authorization(_ endpoint: String, _ now: Timestamp) throws -> String {
        let scheme = endpoint.prefix { $0 != ":" }
        let host = endpoint.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
        let claims: JSON = [
            "aud": .string("\(scheme)://\(host)"),
            "exp": .int(now.microseconds / 1_000_000 + 43_200), "sub": .string(contact),
        ]
        let header = #"{"typ":"JWT","alg":"ES256"}"#
        let text =
            Base64.encodeForURL(Array(header.utf8)) + "."
            + Base64.encodeForURL(Array(claims.text().utf8))
        let signature = Base64.encodeForURL(try key.sign(Array(text.utf8)))
        return "vapid t=\(text).\(signature), k=\(publicKey)"
    }
}
