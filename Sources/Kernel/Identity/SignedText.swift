import Core

/// The compact form of a JSON Web Signature (RFC 7515), ES256 only.
enum SignedText {
    /// Our tokens have some 500 bytes; nothing that is longer is looked at.
    static let longest = 4_096

    /// Signs a payload.
    static func sign(_ payload: [UInt8], by key: SigningKey) throws(IdentityError) -> String {
        let header: JSON = ["alg": "ES256", "typ": "JWT", "kid": .string(key.id)]
        let input = Base64.encodeForURL(header.bytes()) + "." + Base64.encodeForURL(payload)
        return input + "." + Base64.encodeForURL(try key.sign(Array(input.utf8)))
    }

    /// The header and payload of a text that one of the keys signed; nil for anything else.
    ///
    /// The header may hold `alg`, `typ` and `kid` and nothing else: a `crit`, an embedded key or a link
    /// to one is never honoured, so it is refused. Which algorithm is used is the key's to say, not the
    /// text's.
    static func verify(
        _ text: String,
        keys: [PublicKey]
    ) -> (header: JSONObject, payload: [UInt8])? {
        let bytes = Array(text.utf8)
        guard bytes.count <= longest else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64.decodeForURL(parts[0]),
            let payload = Base64.decodeForURL(parts[1]), !payload.isEmpty,
            let signature = Base64.decodeForURL(parts[2]), signature.count == 64,
            let header = object(headerBytes), header["alg"] == "ES256",
            header.allSatisfy({
                ["alg", "typ", "kid"].contains($0.key) && $0.value.string != nil
            })
        else { return nil }
        let named = header["kid"]?.string
        let candidates = named.map { name in keys.filter { $0.id == name } } ?? keys
        // More than one key of a name, or none named among several, is ambiguous.
        guard candidates.count == 1, let key = candidates.first else { return nil }
        let signed = bytes[..<(parts[1].endIndex)]
        return key.verifies(signature, of: signed) ? (header, payload) : nil
    }

    static func object(_ bytes: [UInt8], depth: Int = 4) -> JSONObject? {
        do {
            return try JSON(parsing: bytes, limits: .init(depth: depth)).object
        } catch {
            return nil
        }
    }
}
