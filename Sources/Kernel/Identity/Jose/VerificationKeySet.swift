import Core

/// The public keys that an issuer publishes (RFC 7517 section 5), and what they signed.
struct VerificationKeySet: Sendable {
    /// Tokens of others have a few kilobytes; nothing that is longer is looked at.
    static let longest = 65_536

    let keys: [VerificationKey]

    /// Reads `{"keys":[…]}`.
    ///
    /// Keys of sorts that are not taken are left out, as the RFC asks, so that an issuer can publish new
    /// sorts. A set that publishes a secret, or two usable keys of one name, is refused whole: its issuer
    /// is not to be trusted with it, and which key is meant would be a guess.
    ///
    /// - Throws: `IdentityError` of code `signingKey`.
    init(_ json: JSON) throws(IdentityError) {
        guard let list = json["keys"]?.array, list.count <= 100 else {
            throw Self.refusal("expected {\"keys\":[…]} with at most 100 keys")
        }
        var found: [VerificationKey] = []
        for jwk in list {
            guard jwk["kty"]?.string != "oct", jwk["d"] == nil, jwk["k"] == nil else {
                throw Self.refusal("it publishes a secret key")
            }
            do throws(IdentityError) {
                found.append(try VerificationKey(jwk: jwk))
            } catch {
                continue
            }
        }
        let names = found.compactMap(\.id)
        guard Set(names).count == names.count else {
            throw Self.refusal("two keys have the same \"kid\"")
        }
        keys = found
    }

    init(keys: [VerificationKey]) {
        self.keys = keys
    }

    /// What was signed.
    struct Content: Sendable {
        var header: JSONObject
        var payload: [UInt8]
        var algorithm: SignatureAlgorithm
    }

    /// The header of a signed text, unverified: for looking up its key.
    static func header(of text: String) -> JSONObject? {
        parts(Array(text.utf8))?.header
    }

    /// The content of a text in the compact form (RFC 7515) that one of the keys signed; nil for anything
    /// else.
    ///
    /// `crit` is refused, since no extension is understood; keys that the text itself brings or links
    /// are never looked at.
    func verify(_ text: String) -> Content? {
        let bytes = Array(text.utf8)
        guard let parts = Self.parts(bytes), parts.header["crit"] == nil,
            let name = parts.header["alg"]?.string,
            let algorithm = SignatureAlgorithm(rawValue: name),
            parts.header["kid"].map({ $0.string != nil }) ?? true
        else { return nil }
        let named = parts.header["kid"]?.string
        let candidates = keys.filter { key in
            key.algorithms.contains(algorithm) && (named == nil || key.id == named)
        }
        // None named among several is ambiguous.
        guard candidates.count == 1, let key = candidates.first,
            key.verifies(parts.signature, of: bytes[..<parts.signedEnd], by: algorithm)
        else { return nil }
        return Content(header: parts.header, payload: parts.payload, algorithm: algorithm)
    }

    private struct Parts {
        var header: JSONObject
        var payload: [UInt8]
        var signature: [UInt8]
        var signedEnd: Int
    }

    private static func parts(_ bytes: [UInt8]) -> Parts? {
        guard bytes.count <= longest else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64.decodeForURL(parts[0]),
            let payload = Base64.decodeForURL(parts[1]),
            let signature = Base64.decodeForURL(parts[2]),
            !signature.isEmpty, let header = SignedText.object(headerBytes)
        else { return nil }
        return Parts(
            header: header,
            payload: payload,
            signature: signature,
            signedEnd: parts[1].endIndex
        )
    }

    private static func refusal(_ why: String) -> IdentityError {
        IdentityError(.signingKey, "the key set cannot be used: \(why)")
    }
}
