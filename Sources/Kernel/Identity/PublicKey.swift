public import Core
import Vault

/// A public key that ES256 signatures are checked with.
public struct PublicKey: Sendable {
    /// The id that tokens name it by.
    public let id: String
    /// The key as JWK (RFC 7517), as a key set publishes it.
    public let jwk: JSON

    private let handle: P256Key

    init(_ handle: P256Key) throws(IdentityError) {
        let x = Base64.encodeForURL(handle.publicPoint[1..<33])
        let y = Base64.encodeForURL(handle.publicPoint[33...])
        let thumbprint = try Self.thumbprint(of: [
            ("crv", "P-256"), ("kty", "EC"), ("x", .string(x)), ("y", .string(y)),
        ])
        self.handle = handle
        id = thumbprint
        jwk = [
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
            "kid": .string(id),
            "x": .string(x),
            "y": .string(y),
        ]
    }

    /// Reads a public P-256 key that is meant for ES256 signatures.
    ///
    /// - Parameter json: a JWK; its id is its `kid`, or its thumbprint when it has none.
    /// - Throws: `IdentityError` of code `signingKey`.
    public init(jwk json: JSON) throws(IdentityError) {
        guard json["kty"]?.string == "EC", json["crv"]?.string == "P-256",
            json["alg"].map({ $0.string == "ES256" }) ?? true,
            json["use"].map({ $0.string == "sig" }) ?? true,
            json["key_ops"].map({ $0.array?.contains("verify") == true }) ?? true,
            let x = json["x"]?.string.flatMap({ Base64.decodeForURL($0.utf8) }), x.count == 32,
            let y = json["y"]?.string.flatMap({ Base64.decodeForURL($0.utf8) }), y.count == 32,
            let handle = P256Key(publicPoint: [4] + x + y)
        else {
            throw IdentityError(.signingKey, "expected a P-256 key for ES256 signatures")
        }
        let plain = try PublicKey(handle)
        self.handle = handle
        id = json["kid"]?.string ?? plain.id
        var named = plain.jwk
        named["kid"] = .string(id)
        jwk = named
    }

    /// RFC 7638: SHA-256 over the required members in order, without white space, as base64url.
    static func thumbprint(of members: [(String, JSON)]) throws(IdentityError) -> String {
        let text = JSON.object(JSONObject(members)).bytes(.canonical)
        return Base64.encodeForURL(try SHA256Digest(text).bytes)
    }

    func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        handle.verify(signature, of: message)
    }
}
