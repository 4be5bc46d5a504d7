/// The algorithms of others' signatures that are checked (RFC 7518 section 3.1, RFC 8037).
///
/// `none` and the symmetric `HS…` are not among them: what anybody can make proves nothing, and a
/// public key must never serve as a password.
enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    /// How a signature is made of a digest.
    enum Scheme: Sendable {
        case pkcs1, pss, ecdsa, edwards
    }

    var scheme: Scheme {
        switch self {
        case .rs256, .rs384, .rs512: .pkcs1
        case .ps256, .ps384, .ps512: .pss
        case .es256, .es384, .es512: .ecdsa
        case .edDSA: .edwards
        }
    }

    /// The digest's bits; Ed25519 has SHA-512 built in.
    var bits: Int {
        switch self {
        case .rs256, .ps256, .es256: 256
        case .rs384, .ps384, .es384: 384
        case .rs512, .ps512, .es512, .edDSA: 512
        }
    }

    /// OpenSSL's name of the digest; nil where the scheme brings its own.
    var digest: String? { scheme == .edwards ? nil : "SHA\(bits)" }
}
