import Core

/// The rules by which an ID token is believed (OpenID Connect Core 1.0, section 3.1.3.7).
struct IDTokenCheck: Sendable {
    /// What a good token says about a person.
    struct Claims: Sendable {
        var issuer: String
        var subject: String
        /// The e-mail, only when the provider says that it has verified it.
        var verifiedEmail: String?
        var name: String?
    }

    /// How far the provider's clock may be off.
    static let leeway = Duration.seconds(60)
    /// How old a token may be that was made for this very sign-in.
    static let oldest = Duration.seconds(600)

    let issuer: String
    let clientID: String
    let nonce: String
    let now: Timestamp

    /// Checks a token's signature and claims.
    ///
    /// - Parameters:
    ///   - token: the compact text.
    ///   - keys: the issuer's.
    ///   - accessToken: the one that came with it, for `at_hash`.
    /// - Returns: what it says about the person.
    /// - Throws: `IdentityError` of code `providerRefused` that says which rule was broken.
    func read(
        _ token: String,
        keys: VerificationKeySet,
        accessToken: String?
    ) throws(IdentityError) -> Claims {
        guard let signed = keys.verify(token) else {
            throw refusal("its signature is not the issuer's")
        }
        guard let claims = SignedText.object(signed.payload, depth: 16) else {
            throw refusal("it holds no JSON object")
        }
        guard claims["iss"]?.string == issuer else { throw refusal("it is another issuer's") }
        try checkAudience(claims)
        try checkTimes(claims)
        guard claims["nonce"]?.string == nonce else {
            throw refusal("its nonce is not this sign-in's")
        }
        if let hash = claims["at_hash"], let accessToken {
            guard
                let expected = try Self.half(of: accessToken, bits: signed.algorithm.bits),
                hash.string == expected
            else { throw refusal("the access token beside it is another one's") }
        }
        // Section 2: at most 255 ASCII characters.
        guard let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw refusal("it has no usable \"sub\"") }
        return Claims(
            issuer: issuer,
            subject: subject,
            verifiedEmail: claims["email_verified"] == true ? claims["email"]?.string : nil,
            name: claims["name"]?.string ?? claims["preferred_username"]?.string
        )
    }

    private func checkAudience(_ claims: JSONObject) throws(IdentityError) {
        let audience: [String]
        switch claims["aud"] {
        case .string(let one): audience = [one]
        case .array(let several): audience = several.compactMap(\.string)
        default: audience = []
        }
        // Others beside us are not trusted, so a token for them as well is not for us.
        guard !audience.isEmpty, audience.allSatisfy({ $0 == clientID }) else {
            throw refusal("it is meant for somebody else")
        }
        guard claims["azp"].map({ $0.string == clientID }) ?? true else {
            throw refusal("it was given to somebody else")
        }
    }

    private func checkTimes(_ claims: JSONObject) throws(IdentityError) {
        guard let expires = Self.moment(claims["exp"]), let issued = Self.moment(claims["iat"])
        else { throw refusal("it does not say when it was made and when it ends") }
        guard now < expires + Self.leeway else { throw refusal("it has expired") }
        guard issued < now + Self.leeway else { throw refusal("it is from the future") }
        guard now < issued + Self.oldest else { throw refusal("it is too old") }
        if let from = claims["nbf"] {
            guard let from = Self.moment(from), from < now + Self.leeway else {
                throw refusal("it is not valid yet")
            }
        }
    }

    /// Section 3.1.3.6: the left half of the digest that the token's algorithm uses, as base64url.
    private static func half(of text: String, bits: Int) throws(IdentityError) -> String? {
        guard let digest = OpenSSL.digest("SHA\(bits)", Array(text.utf8)) else {
            throw OpenSSL.failure("hashing")
        }
        return Base64.encodeForURL(digest.prefix(digest.count / 2))
    }

    /// Seconds since 1970, which may have a fraction.
    private static func moment(_ value: JSON?) -> Timestamp? {
        guard let seconds = value?.double, (0...253_402_300_799).contains(seconds) else {
            return nil
        }
        return Timestamp(microseconds: Int64(seconds * 1_000_000))
    }

    private func refusal(_ why: String) -> IdentityError {
        IdentityError(.providerRefused, "the ID token is not to be trusted: \(why)")
    }
}
