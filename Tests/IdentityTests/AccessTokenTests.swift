import Core
import Testing

@testable import Identity

@Suite struct AccessTokenTests {
    private static let now = Timestamp(microseconds: 1_763_640_000_000_000)

    private static func token() -> AccessToken {
        AccessToken(
            issuer: "weft",
            audience: "weft",
            account: ID(high: 1, low: 2),
            organisation: ID(high: 3, low: 4),
            session: ID(high: 5, low: 6),
            roles: [.planner, .viewer],
            epoch: 3,
            issuedAt: now,
            expiresAt: now + .seconds(900),
            id: ID(high: 7, low: 8)
        )
    }

    private static func reader(_ key: SigningKey) -> AccessTokenReader {
        AccessTokenReader(keys: [key.publicKey], issuer: "weft", audience: "weft")
    }

    /// A text with any header and payload, rightly signed.
    private static func text(_ header: JSON, _ payload: JSON, _ key: SigningKey) throws -> String {
        let input = Base64.encodeForURL(header.bytes()) + "." + Base64.encodeForURL(payload.bytes())
        return input + "." + Base64.encodeForURL(try key.sign(Array(input.utf8)))
    }

    @Test("A token says again what it was told")
    func roundTrip() throws {
        let key = try SigningKey.generate()
        let signed = try Self.token().signed(by: key)
        #expect(try Self.reader(key).read(signed.exposed, now: Self.now) == Self.token())
        #expect(signed.exposed.utf8.count < 800)
    }

    @Test(
        "A token is good for 15 minutes, give or take 30 s of the clocks",
        arguments: [
            (-31, IdentityError.Code.invalidToken), (-29, nil), (0, nil), (929, nil),
            (930, .expiredToken), (100_000, .expiredToken),
        ]
    )
    func expiry(seconds: Int, expected: IdentityError.Code?) async throws {
        let key = try SigningKey.generate()
        let signed = try Self.token().signed(by: key)
        let found = await reason {
            try Self.reader(key).read(signed.exposed, now: Self.now + .seconds(seconds))
        }
        #expect(found == expected)
    }

    @Test("A header that is not exactly ours is refused although the signature is right")
    func headers() async throws {
        let key = try SigningKey.generate()
        let good: JSON = ["alg": "ES256", "typ": "JWT", "kid": .string(key.id)]
        #expect(
            await reason {
                try Self.reader(key)
                    .read(Self.text(good, Self.token().json, key), now: Self.now)
            } == nil
        )
        let changes: [(String, JSON?)] = [
            ("alg", "none"), ("alg", "HS256"), ("alg", "es256"), ("alg", nil), ("alg", 1),
            ("typ", "at+jwt"), ("typ", nil), ("kid", nil), ("kid", "other"), ("kid", 1),
            ("crit", ["exp"]), ("jwk", key.publicKey.jwk), ("jku", "https://example.org/keys"),
            ("x5c", []), ("b64", false), ("zip", "DEF"), ("cty", "JWT"),
        ]
        for (member, value) in changes {
            var header = good
            header[member] = value
            let text = try Self.text(header, Self.token().json, key)
            let found = await reason { try Self.reader(key).read(text, now: Self.now) }
            #expect(found == .invalidToken, "\(member): \(value?.text() ?? "absent")")
        }
    }

    @Test("Claims that are missing, foreign or of another type are refused")
    func claims() async throws {
        let key = try SigningKey.generate()
        let header: JSON = ["alg": "ES256", "typ": "JWT", "kid": .string(key.id)]
        var changes: [(String, JSON?)] = [
            "iss", "aud", "sub", "org", "sid", "roles", "ver", "iat", "exp", "jti",
        ].map { ($0, nil) }
        changes += [
            ("iss", "other"), ("aud", "other"), ("aud", ["weft"]), ("sub", "ada"), ("org", 1),
            ("roles", "admin"), ("roles", [1]), ("exp", "9999999999"), ("exp", 1.5),
            ("exp", -1), ("exp", 9_223_372_036_854_775_807), ("iat", 9_999_999_999),
            ("exp", 1_763_640_000), ("nbf", 0), ("admin", true),
        ]
        for (member, value) in changes {
            var payload = Self.token().json
            payload[member] = value
            let text = try Self.text(header, payload, key)
            let found = await reason { try Self.reader(key).read(text, now: Self.now) }
            #expect(found == .invalidToken, "\(member): \(value?.text() ?? "absent")")
        }
    }

    @Test("Texts that are no tokens are refused")
    func shapes() async throws {
        let key = try SigningKey.generate()
        let good = try Self.token().signed(by: key).exposed
        let parts = good.split(separator: ".").map(String.init)
        let signature = try #require(Base64.decodeForURL(parts[2].utf8))
        let head = parts[0] + "." + parts[1] + "."
        let texts = [
            "", ".", "..", "...", good + ".", "." + good, good + "=", good + " ", " " + good,
            good + "\n", head, parts[0] + "." + parts[1], parts[0] + ".." + parts[2],
            head + Base64.encodeForURL(signature.dropLast()),
            head + Base64.encodeForURL(signature + [0]),
            head + Base64.encodeForURL([0] + signature),
            head + Base64.encodeForURL([UInt8](repeating: 0, count: 64)),
            head + Base64.encodeForURL([UInt8](repeating: 0xFF, count: 64)),
            good + String(repeating: "A", count: 4_096), String(repeating: ".", count: 4_000),
        ]
        for text in texts {
            let found = await reason { try Self.reader(key).read(text, now: Self.now) }
            #expect(found == .invalidToken, "\(text.prefix(80))")
        }
    }

    @Test("The cache is bounded and keeps what is used")
    func cacheBounds() throws {
        let cache = TokenCache(capacity: 100)
        let credential = Credential(
            organisation: .system,
            actor: Actor(id: ID(high: 0, low: 1), kind: .person, name: "Ada"),
            roles: [],
            session: ID(high: 0, low: 2),
            expiresAt: Self.now
        )
        let used = try SHA256Digest("used")
        cache.insert(used, credential, since: 0)
        for index in 0..<10_000 {
            cache.insert(try SHA256Digest("\(index)"), credential, since: 0)
            #expect(cache.find(used) != nil)
        }
        #expect(cache.count <= 100)
        #expect(cache.find(try SHA256Digest("0")) == nil)
    }

    @Test("A check that a revocation overtook is not kept")
    func overtaken() throws {
        let cache = TokenCache()
        let credential = Credential(
            organisation: .system,
            actor: Actor(id: ID(high: 0, low: 1), kind: .person, name: "Ada"),
            roles: [],
            session: ID(high: 0, low: 2),
            expiresAt: Self.now
        )
        let before = cache.revocations
        cache.revoke(account: credential.actor.id)
        let digest = try SHA256Digest("token")
        cache.insert(digest, credential, since: before)
        #expect(cache.find(digest) == nil)
    }

    @Test("SHA-256 is that of FIPS 180-2, appendix B.1")
    func sha256() throws {
        #expect(
            try SHA256Digest("abc").hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }
}
