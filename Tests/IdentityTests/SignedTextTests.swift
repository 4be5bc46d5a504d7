import Core
import Foundation
import ReferenceData
import Testing

@testable import Identity

@Suite struct SignedTextTests {
    // RFC 7515 appendix A.3.
    static let rfcKey: JSON = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]
    static let rfcText =
        "eyJhbGciOiJFUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
        + "pmWQxfKTUJqPP3-Kg6NU1Q"

    // RFC 4648 section 10, without padding.
    @Test(
        "Base64url follows RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, encoded: String) {
        #expect(Base64.encodeForURL(plain.utf8) == encoded)
        #expect(Base64.decodeForURL(encoded.utf8) == Array(plain.utf8))
    }

    @Test(
        "Base64url has one text for each value",
        arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zm9vY", "Zmé"]
    )
    func strictBase64(text: String) {
        #expect(Base64.decodeForURL(text.utf8) == nil)
    }

    @Test("Base64url uses - and _ for 62 and 63")
    func base64Alphabet() {
        #expect(Base64.encodeForURL([0xFB, 0xEF, 0xFF]) == "--__")
        #expect(Base64.decodeForURL("--__".utf8) == [0xFB, 0xEF, 0xFF])
    }

    @Test("The example of RFC 7515 A.3 is verified")
    func rfc7515() throws {
        let key = try PublicKey(jwk: Self.rfcKey)
        let found = try #require(SignedText.verify(Self.rfcText, keys: [key]))
        let claims = try #require(SignedText.object(found.payload))
        #expect(claims["iss"] == "joe")
        #expect(claims["exp"] == 1_300_819_380)
    }

    @Test("The thumbprint is that of RFC 7638 section 3.1")
    func rfc7638() throws {
        let modulus =
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"
            + "_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"
            + "R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"
            + "TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        let members: [(String, JSON)] = [("n", .string(modulus)), ("kty", "RSA"), ("e", "AQAB")]
        #expect(
            try PublicKey.thumbprint(of: members) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        )
    }

    @Test("Any single bit that changes is noticed")
    func everyBit() throws {
        let key = try PublicKey(jwk: Self.rfcKey)
        let parts = Self.rfcText.split(separator: ".").map(String.init)
        let signature = try #require(Base64.decodeForURL(parts[2].utf8))
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let text = parts[0] + "." + parts[1] + "." + Base64.encodeForURL(changed)
            #expect(SignedText.verify(text, keys: [key]) == nil)
        }
        let payload = try #require(Base64.decodeForURL(parts[1].utf8))
        for at in payload.indices {
            var changed = payload
            changed[at] ^= 1
            let text = parts[0] + "." + Base64.encodeForURL(changed) + "." + parts[2]
            #expect(SignedText.verify(text, keys: [key]) == nil)
        }
    }

    @Test("What one signs the other verifies, and only with the right key")
    func roundTrip() throws {
        let key = try SigningKey.generate()
        let other = try SigningKey.generate()
        for size in [1, 31, 32, 33, 500] {
            let payload = [UInt8](repeating: UInt8(size & 0xFF), count: size)
            let text = try SignedText.sign(payload, by: key)
            #expect(SignedText.verify(text, keys: [key.publicKey])?.payload == payload)
            #expect(
                SignedText.verify(text, keys: [other.publicKey, key.publicKey])?.payload
                    == payload
            )
            #expect(SignedText.verify(text, keys: [other.publicKey]) == nil)
            #expect(SignedText.verify(text, keys: [key.publicKey, key.publicKey]) == nil)
        }
        let read = try PublicKey(jwk: key.publicKey.jwk)
        #expect(read.id == key.id)
    }

    static let vectors = ReferenceData.file("jws/").path()

    /// The vectors of one file whose group's key is for elliptic curves, with their key.
    static func wycheproof(_ file: String) throws -> [(key: JSON, test: JSON)] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: vectors + file))
        let groups = try JSON(parsing: bytes)["testGroups"]?.array ?? []
        return groups.flatMap { group -> [(JSON, JSON)] in
            let key = group["public"]?["keys"]?[0] ?? group["public"] ?? group["private"] ?? .null
            guard key["x"] != nil else { return [] }
            return (group["tests"]?.array ?? []).map { (key, $0) }
        }
    }

    @Test(
        "The adversarial vectors come out as they should",
        .enabled(
            if: FileManager.default.fileExists(atPath: vectors),
            "needs the reference data in WEFT_DATA"
        ),
        arguments: ["json_web_signature_test.json", "json_web_key_test.json"]
    )
    func adversarial(file: String) throws {
        var valid = 0
        var invalid = 0
        for (json, test) in try Self.wycheproof(file) {
            let text = try #require(test["jws"]?.string)
            // A key for P-521 is not ours to use; its valid vector is refused at the key.
            if json["crv"] == "P-521" { continue }
            let key = try? PublicKey(jwk: json)
            let accepted = key.map { SignedText.verify(text, keys: [$0]) != nil } ?? false
            let expected = test["result"] == "valid"
            #expect(accepted == expected, "vector \(test["tcId"]?.int ?? 0)")
            if expected { valid += 1 } else { invalid += 1 }
        }
        #expect(invalid > 0)
        #expect(valid == (file.contains("signature") ? 2 : 0))
    }
}
