import COpenSSL
import Core

/// A public key of somebody else's, read from a JWK (RFC 7517), with the algorithms it may check.
///
/// Which algorithm is used is the key's to say: a signed text can pick only among `algorithms`, which
/// never mixes families (RFC 8725 section 3.1).
struct VerificationKey: Sendable {
    /// The `kid`; nil when the key has none.
    let id: String?
    /// What the key may be used with.
    let algorithms: Set<SignatureAlgorithm>

    private let handle: VerificationHandle
    private let signatureLength: Int

    /// Reads a public key that is meant for signatures.
    ///
    /// - Throws: `IdentityError` of code `signingKey` that says what is wrong.
    init(jwk: JSON) throws(IdentityError) {
        guard case .object(let members) = jwk else { throw Self.refusal("no object") }
        for secret in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] where members[secret] != nil {
            throw Self.refusal("it holds the secret member \"\(secret)\"")
        }
        for name in ["kid", "use", "alg"] where members[name].map({ $0.string == nil }) ?? false {
            throw Self.refusal("\"\(name)\" is no text")
        }
        guard members["use"].map({ $0.string == "sig" }) ?? true else {
            throw Self.refusal("its use is not \"sig\"")
        }
        guard members["key_ops"].map({ $0.array?.contains("verify") == true }) ?? true else {
            throw Self.refusal("its operations do not include \"verify\"")
        }
        id = members["kid"]?.string
        let named = members["alg"]?.string
        switch members["kty"]?.string {
        case "RSA":
            let made = try VerificationHandle.rsa(
                modulus: Self.bytes(members, "n", at: 256...1_024),
                exponent: Self.bytes(members, "e", at: 1...32)
            )
            handle = made.handle
            signatureLength = made.length
            algorithms = try Self.rsaAlgorithms(named)
        case "EC":
            guard let curve = members["crv"]?.string.flatMap(Curve.init(rawValue:)) else {
                throw Self.refusal("its curve is none of P-256, P-384, P-521")
            }
            let width = curve.width...curve.width
            handle = try VerificationHandle.point(
                on: curve,
                x: Self.bytes(members, "x", at: width),
                y: Self.bytes(members, "y", at: width)
            )
            signatureLength = 2 * curve.width
            // "ES521" is a misspelling of ES512 that RFC 7520's example keys are seen with; the curve
            // leaves no other choice.
            let known = [curve.algorithm.rawValue] + (curve == .p521 ? ["ES521"] : [])
            guard named.map(known.contains) ?? true else {
                throw Self.refusal("its algorithm is not the curve's, \(known[0])")
            }
            algorithms = [curve.algorithm]
        case "OKP":
            guard members["crv"]?.string == "Ed25519" else {
                throw Self.refusal("its curve is not Ed25519")
            }
            guard named.map({ ["EdDSA", "Ed25519"].contains($0) }) ?? true else {
                throw Self.refusal("its algorithm is not EdDSA")
            }
            handle = try VerificationHandle.edwards(Self.bytes(members, "x", at: 32...32))
            signatureLength = 64
            algorithms = [.edDSA]
        case let other:
            throw Self.refusal(
                "its type \(other.map { "\"\($0.prefix(40))\"" } ?? "") is not taken"
            )
        }
    }

    /// Whether the signature over the message is this key's, by the algorithm.
    func verifies(
        _ signature: [UInt8],
        of message: ArraySlice<UInt8>,
        by algorithm: SignatureAlgorithm
    ) -> Bool {
        guard algorithms.contains(algorithm), signature.count == signatureLength else {
            return false
        }
        return handle.verifies(signature, of: message, by: algorithm)
    }

    /// One algorithm where the key names it, else those of RSA.
    ///
    /// A key for PSS takes longer digests than it names, as the vectors made of RFC 7520 want it (one
    /// key, `alg` PS256, figure 20 in PS384); never a shorter one and never another scheme.
    private static func rsaAlgorithms(
        _ named: String?
    ) throws(IdentityError) -> Set<SignatureAlgorithm> {
        let all = SignatureAlgorithm.allCases.filter { $0.scheme == .pkcs1 || $0.scheme == .pss }
        guard let named else { return Set(all) }
        guard let algorithm = all.first(where: { $0.rawValue == named }) else {
            throw refusal("\"\(named.prefix(40))\" is no signature algorithm of RSA that is taken")
        }
        guard algorithm.scheme == .pss else { return [algorithm] }
        return Set(all.filter { $0.scheme == .pss && $0.bits >= algorithm.bits })
    }

    private static func bytes(
        _ members: JSONObject,
        _ name: String,
        at length: ClosedRange<Int>
    ) throws(IdentityError) -> [UInt8] {
        guard let text = members[name]?.string, text.utf8.count <= 2_048,
            let bytes = Base64.decodeForURL(text.utf8), length.contains(bytes.count)
        else { throw refusal("\"\(name)\" is missing or of the wrong length") }
        return bytes
    }

    private static func refusal(_ why: String) -> IdentityError {
        IdentityError(.signingKey, "the key cannot be used: \(why)")
    }
}
