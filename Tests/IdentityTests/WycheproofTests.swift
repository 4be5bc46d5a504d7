import Core
import Foundation
import ReferenceData
import Testing

@testable import Identity

/// Wycheproof's vectors for signatures and keys, `data/jws`: all of them, by our rules for others' keys.
@Suite struct WycheproofTests {
    private static let folder = ReferenceData.file("jws/").path()

    static func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + name)
    }

    private struct Vector {
        var id: Int
        var comment: String
        var isValid: Bool
        var text: String
        var key: JSON
    }

    private static func vectors(_ name: String) throws -> [Vector] {
        let json = try JSON(
            parsing: try String(contentsOfFile: folder + name, encoding: .utf8).utf8
        )
        let groups = try #require(json["testGroups"]?.array)
        return try groups.flatMap { group in
            let key = try #require(group["public"] ?? group["private"])
            return try #require(group["tests"]?.array).map { test in
                Vector(
                    id: try #require(test["tcId"]?.int),
                    comment: test["comment"]?.string ?? "",
                    isValid: test["result"] == "valid",
                    text: try #require(test["jws"]?.string ?? test["jws"]?.text()),
                    key: key
                )
            }
        }
    }

    /// Why a vector that is valid by itself is refused by us; nil when it is to be accepted.
    ///
    /// One reason there is: keys of type `oct`. HS256, HS384 and HS512 prove nothing to us, as whoever
    /// can check them can make them, and no set of public keys may hold such a key.
    private static func refusal(of key: JSON) -> String? {
        let keys = key["keys"]?.array ?? [key]
        return keys.contains { $0["kty"] == "oct" } ? "a symmetric key" : nil
    }

    @Test(
        "Every vector of a signature is accepted or refused as it should be",
        .enabled(if: has("json_web_signature_test.json"), "needs the reference data in WEFT_DATA")
    )
    func signatures() throws {
        let vectors = try Self.vectors("json_web_signature_test.json")
        var refusedForTheirKey = 0
        for vector in vectors {
            let accepted: Bool
            do {
                let set = VerificationKeySet(keys: [try VerificationKey(jwk: vector.key)])
                accepted = set.verify(vector.text) != nil
            } catch {
                accepted = false
            }
            let reason = Self.refusal(of: vector.key)
            if vector.isValid, reason != nil { refusedForTheirKey += 1 }
            #expect(
                accepted == (vector.isValid && reason == nil),
                "\(vector.id) \(vector.comment) \(reason ?? "")"
            )
        }
        #expect(vectors.count == 401)
        #expect(refusedForTheirKey == 10)
    }

    @Test(
        "Every vector of a key set is accepted or refused as it should be",
        .enabled(if: has("json_web_key_test.json"), "needs the reference data in WEFT_DATA")
    )
    func keySets() throws {
        let vectors = try Self.vectors("json_web_key_test.json")
        var refusedForTheirKey = 0
        for vector in vectors {
            let accepted: Bool
            do {
                accepted = try VerificationKeySet(vector.key).verify(vector.text) != nil
            } catch {
                accepted = false
            }
            let reason = Self.refusal(of: vector.key)
            if vector.isValid, reason != nil { refusedForTheirKey += 1 }
            #expect(
                accepted == (vector.isValid && reason == nil),
                "\(vector.id) \(vector.comment) \(reason ?? "")"
            )
        }
        #expect(vectors.count == 26)
        #expect(refusedForTheirKey == 4)
    }
}
