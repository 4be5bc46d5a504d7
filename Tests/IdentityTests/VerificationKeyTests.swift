import Core
import Testing

@testable import Identity

@Suite struct VerificationKeyTests {
    /// RFC 8037 appendix A: an Ed25519 key and a text that it signed.
    private static let edwards: JSON = [
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]
    private static let signedByEdwards =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGc"
        + "vMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    @Test("RFC 8037's example of Ed25519 is accepted, and nothing that differs")
    func edwards() throws {
        let set = VerificationKeySet(keys: [try VerificationKey(jwk: Self.edwards)])
        let content = try #require(set.verify(Self.signedByEdwards))
        #expect(String(decoding: content.payload, as: UTF8.self) == "Example of Ed25519 signing")
        let parts = Self.signedByEdwards.split(separator: ".").map(String.init)
        #expect(set.verify("\(parts[0]).RXhhbXBsZQ.\(parts[2])") == nil)
        #expect(set.verify(Self.signedByEdwards.dropLast() + "w") == nil)
    }

    /// A signed text of any header.
    private static func text(_ header: JSON, _ key: SigningKey) throws -> String {
        let input =
            Base64.encodeForURL(header.bytes()) + "." + Base64.encodeForURL(Array("{}".utf8))
        return input + "." + Base64.encodeForURL(try key.sign(Array(input.utf8)))
    }

    @Test("Which algorithm is used is the key's to say, and extensions are refused")
    func headers() throws {
        let key = try SigningKey.generate()
        let set = VerificationKeySet(keys: [try VerificationKey(jwk: key.publicKey.jwk)])
        let good: JSON = ["alg": "ES256", "kid": .string(key.id)]
        #expect(try set.verify(Self.text(good, key)) != nil)
        #expect(try set.verify(Self.text(["alg": "ES256"], key)) != nil)
        let changes: [(String, JSON?)] = [
            ("alg", "none"), ("alg", "None"), ("alg", "HS256"), ("alg", "RS256"), ("alg", "ES384"),
            ("alg", "es256"), ("alg", nil), ("alg", 1), ("kid", "other"), ("kid", 1),
            ("crit", ["exp"]), ("crit", []),
        ]
        for (member, value) in changes {
            var header = good
            header[member] = value
            #expect(try set.verify(Self.text(header, key)) == nil, "\(member) \(value ?? .null)")
        }
        // A member twice: which one counts would be a guess.
        let doubled = "{\"alg\":\"ES256\",\"alg\":\"ES256\"}"
        let input = Base64.encodeForURL(Array(doubled.utf8)) + ".e30"
        let signature = Base64.encodeForURL(try key.sign(Array(input.utf8)))
        #expect(set.verify(input + "." + signature) == nil)
    }

    @Test("No text of which one bit was changed is accepted")
    func everyBit() throws {
        let set = VerificationKeySet(keys: [try VerificationKey(jwk: Self.edwards)])
        let bytes = Array(Self.signedByEdwards.utf8)
        for at in bytes.indices {
            for bit in 0..<7 {
                var changed = bytes
                changed[at] ^= 1 << UInt8(bit)
                let text = String(decoding: changed, as: UTF8.self)
                #expect(set.verify(text) == nil, "byte \(at), bit \(bit)")
            }
        }
    }

    @Test("A key that the text brings itself is never looked at")
    func embedded() throws {
        let ours = try SigningKey.generate()
        let theirs = try SigningKey.generate()
        let set = VerificationKeySet(keys: [try VerificationKey(jwk: ours.publicKey.jwk)])
        let header: JSON = ["alg": "ES256", "jwk": theirs.publicKey.jwk]
        #expect(try set.verify(Self.text(header, theirs)) == nil)
    }

    @Test("Of several keys the text must name one")
    func several() throws {
        let first = try SigningKey.generate()
        let second = try SigningKey.generate()
        let set = try VerificationKeySet([
            "keys": [first.publicKey.jwk, second.publicKey.jwk]
        ])
        #expect(try set.verify(Self.text(["alg": "ES256"], first)) == nil)
        #expect(
            try set.verify(Self.text(["alg": "ES256", "kid": .string(first.id)], first)) != nil
        )
        #expect(
            try set.verify(Self.text(["alg": "ES256", "kid": .string(second.id)], first)) == nil
        )
    }

    @Test("Keys of unknown sorts are left out of a set; a secret or a name twice spoils it")
    func sets() throws {
        let key = try SigningKey.generate().publicKey.jwk
        let unknown: JSON = ["kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"]
        #expect(try VerificationKeySet(["keys": [unknown, key]]).keys.count == 1)
        var secret = key
        secret["d"] = "AA"
        let spoiled: [JSON] = [
            ["keys": [key, key]], ["keys": [key, secret]],
            ["keys": [key, ["kty": "oct", "k": "AA"]]], ["keys": "none"], [:], [],
        ]
        for set in spoiled {
            #expect(throws: IdentityError.self) { try VerificationKeySet(set) }
        }
    }
}
