import Core

/// What an access token says (RFC 7519).
struct AccessToken: Sendable, Equatable {
    var issuer: String
    var audience: String
    var account: ID<Account>
    var organisation: ID<Organisation>
    var session: ID<Session>
    var roles: Set<Role>
    /// The account's epoch at issue: any later change of its rights raises it.
    var epoch: Int64
    /// Whole seconds, as JWT has them.
    var issuedAt: Timestamp
    var expiresAt: Timestamp
    var id: ID<AccessToken>

    /// How far two machines' clocks may be apart.
    static let leeway = Duration.seconds(30)

    var json: JSON {
        [
            "iss": .string(issuer), "aud": .string(audience), "sub": account.json,
            "org": organisation.json, "sid": session.json,
            "roles": .array(roles.map(\.rawValue).sorted().map(JSON.string)),
            "ver": .int(epoch), "iat": .int(issuedAt.microseconds / 1_000_000),
            "exp": .int(expiresAt.microseconds / 1_000_000), "jti": id.json,
        ]
    }

    func signed(by key: SigningKey) throws(IdentityError) -> Secret {
        Secret(try SignedText.sign(json.bytes(), by: key))
    }
}

extension AccessToken {
    /// Reads the claims; nil when one is missing, unknown or of another type.
    init?(claims: JSONObject) {
        guard
            claims.allSatisfy({
                [
                    "iss", "aud", "sub", "org", "sid", "roles", "ver", "iat", "exp", "jti",
                ].contains($0.key)
            }), let issuer = claims["iss"]?.string, let audience = claims["aud"]?.string,
            let account = claims["sub"]?.string.flatMap({ ID<Account>($0) }),
            let organisation = claims["org"]?.string.flatMap({ ID<Organisation>($0) }),
            let session = claims["sid"]?.string.flatMap({ ID<Session>($0) }),
            let roles = claims["roles"]?.array, roles.allSatisfy({ $0.string != nil }),
            let epoch = claims["ver"]?.int, let issued = Self.moment(claims["iat"]),
            let expires = Self.moment(claims["exp"]),
            let id = claims["jti"]?.string.flatMap({ ID<AccessToken>($0) })
        else { return nil }
        self.init(
            issuer: issuer,
            audience: audience,
            account: account,
            organisation: organisation,
            session: session,
            roles: Set(roles.compactMap(\.string).map(Role.init(rawValue:))),
            epoch: Int64(epoch),
            issuedAt: issued,
            expiresAt: expires,
            id: id
        )
    }

    private static func moment(_ seconds: JSON?) -> Timestamp? {
        // The year 9999 bounds the multiplication.
        guard let seconds = seconds?.int, (0...253_402_300_799).contains(seconds) else {
            return nil
        }
        return Timestamp(microseconds: Int64(seconds) * 1_000_000)
    }
}

/// The rules by which an installation's access tokens are read.
struct AccessTokenReader: Sendable {
    let keys: [PublicKey]
    let issuer: String
    let audience: String

    /// Checks signature, header and claims, but not whether it was revoked.
    func read(_ text: String, now: Timestamp) throws(IdentityError) -> AccessToken {
        guard let (header, payload) = SignedText.verify(text, keys: keys),
            header["typ"] == "JWT", header["kid"] != nil,
            let claims = SignedText.object(payload), let token = AccessToken(claims: claims),
            token.issuer == issuer, token.audience == audience,
            token.issuedAt < token.expiresAt, token.issuedAt < now + AccessToken.leeway
        else { throw IdentityError(.invalidToken, "the access token is not valid") }
        guard now < token.expiresAt + AccessToken.leeway else {
            throw IdentityError(.expiredToken, "the access token has expired")
        }
        return token
    }
}
