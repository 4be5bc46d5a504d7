import Core
import Foundation
import StoreTesting
import Testing

@testable import Identity

@Suite struct SigningKeyTests {
    @Test("The key is made once, for its owner only, and found again")
    func persistence() throws {
        let folder = try ScratchFolder()
        let first = try SigningKey.loadOrCreate(folder: folder.path)
        let second = try SigningKey.loadOrCreate(folder: folder.path)
        #expect(first.id == second.id)
        let path = folder.path + "/signing-key.pem"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["signing-key.pem"]
        )
        let text = try SignedText.sign(Array("hello".utf8), by: first)
        #expect(SignedText.verify(text, keys: [second.publicKey]) != nil)
    }

    @Test("Many programs that start at once agree on one key")
    func race() async throws {
        let folder = try ScratchFolder()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { try SigningKey.loadOrCreate(folder: folder.path).id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test("A key that others can read is refused")
    func openToOthers() throws {
        let folder = try ScratchFolder()
        _ = try SigningKey.loadOrCreate(folder: folder.path)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640],
            ofItemAtPath: folder.path + "/signing-key.pem"
        )
        #expect {
            try SigningKey.loadOrCreate(folder: folder.path)
        } throws: {
            ($0 as? IdentityError)?.reason == .signingKey
        }
    }

    @Test("A file that is no P-256 key is refused and left as it is")
    func foreignFiles() throws {
        // Made for this test with `openssl genpkey -algorithm ED25519`; it opens nothing.
        let ed25519 = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIDkMQFwAMSTEye/If6Jslg1foItBvtX+LamhZtVy7Qj4
            -----END PRIVATE KEY-----

            """
        for content in ["", "nonsense", ed25519] {
            let folder = try ScratchFolder()
            let path = folder.path + "/signing-key.pem"
            let made = FileManager.default.createFile(
                atPath: path,
                contents: Data(content.utf8),
                attributes: [.posixPermissions: 0o600]
            )
            #expect(made)
            #expect {
                try SigningKey.loadOrCreate(folder: folder.path)
            } throws: {
                ($0 as? IdentityError)?.reason == .signingKey
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
    }

    @Test("Secrets do not show themselves")
    func redaction() async throws {
        let secret = Secret("hunter2hunter2")
        let hash = try await PasswordHasher().hash(secret)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(hash, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(hash)", dumped, "\([secret])"] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("argon2"))
        }
        #expect(secret.description == "redacted")
    }
}
