import Core
import Foundation
import Testing

@testable import Vault

@Suite struct VaultTests {
    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).map { at in
            let start = hex.index(hex.startIndex, offsetBy: at)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }

    @Test("What was sealed opens for its purpose, and for nothing else")
    func sealing() throws {
        let vault = try Vault(key: Array(0..<32))
        let sealed = try vault.seal(Array("secret".utf8), for: "webhook:1")
        #expect(try vault.open(sealed, for: "webhook:1") == Array("secret".utf8))
        #expect(try vault.seal(Array("secret".utf8), for: "webhook:1") != sealed)
        #expect(try vault.open(try vault.seal([], for: "x"), for: "x") == [])
        #expect(throws: VaultError.self) { try vault.open(sealed, for: "webhook:2") }
        let other = try Vault(key: Array(1..<33))
        #expect(throws: VaultError.self) { try other.open(sealed, for: "webhook:1") }
        for at in 3..<sealed.count {
            var changed = Array(sealed)
            changed[at] = changed[at] == "A" ? "B" : "A"
            #expect(throws: VaultError.self) {
                try vault.open(String(changed), for: "webhook:1")
            }
        }
        for text in ["", "v1.", "v1.AAAA", "v2." + sealed.dropFirst(3), sealed + "="] {
            #expect(throws: VaultError.self) { try vault.open(text, for: "webhook:1") }
        }
    }

    @Test("The key is made once, for its owner alone")
    func keyFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "weft-vault-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sealed = try Vault.loadOrCreate(folder: folder.path).seal([1, 2, 3], for: "p")
        #expect(try Vault.loadOrCreate(folder: folder.path).open(sealed, for: "p") == [1, 2, 3])
        let file = folder.appending(path: "vault.key").path
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        #expect(throws: VaultError.self) { try Vault.loadOrCreate(folder: folder.path) }
        let first = try P256Key.loadOrCreate(folder: folder.path, name: "push-key.pem")
        let again = try P256Key.loadOrCreate(folder: folder.path, name: "push-key.pem")
        #expect(first.publicPoint == again.publicPoint)
    }

    // The GCM specification's test case 16 (McGrew and Viega, appendix B).
    @Test("AES-256-GCM gives the specification's result")
    func gcm() throws {
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let nonce = bytes("cafebabefacedbaddecaf888")
        let plain = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let sealed = try GCM.seal(key: key, nonce: nonce, plain, associated: associated)
        #expect(
            sealed
                == bytes(
                    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                        + "76fc6ece0f4e1768cddf8853bb2d551b"
                )
        )
        #expect(try GCM.open(key: key, nonce: nonce, sealed, associated: associated) == plain)
    }

    // RFC 4231 test cases 1 and 2; RFC 5869 test case 1 (its first 32 bytes).
    @Test("HMAC and HKDF give the standards' results")
    func derivation() throws {
        #expect(
            try Authentication.hmac256(
                key: .init(repeating: 0x0B, count: 20),
                Array("Hi There".utf8)
            )
                == bytes("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        )
        #expect(
            try Authentication.hmac256(
                key: Array("Jefe".utf8),
                Array("what do ya want for nothing?".utf8)
            ) == bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        )
        #expect(
            try Authentication.hkdf256(
                salt: Array(0...12),
                secret: .init(repeating: 0x0B, count: 22),
                info: bytes("f0f1f2f3f4f5f6f7f8f9"),
                count: 32
            ) == bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
        )
    }

    // RFC 4648 section 10.
    @Test(
        "Base64 gives the standard's results and reads nothing else",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let short = text.filter { $0 != "=" }
        #expect(Base64.encodeForURL(Array(plain.utf8)) == short)
        #expect(Base64.decodeForURL(short) == Array(plain.utf8))
        for bad in ["Zg", "Zg=", "Zh==", "Z===", "Zm9v=", "Zm 9", "Zm9\n", "-_-_"] {
            #expect(Base64.decode(bad) == nil, "\(bad)")
        }
    }
}
