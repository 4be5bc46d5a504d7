import Testing

@testable import Vault

@Suite struct SealingKeyTests {
    private let key: [UInt8] = Array(0..<32)

    @Test("What is sealed opens with the same key and circumstances, and any change is noticed")
    func sealing() throws {
        let sealing = try SealingKey(key)
        let other = try SealingKey(Array(1..<33))
        for count in [0, 1, 15, 16, 17, 4_096] {
            let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let sealed = try sealing.seal(plain, associated: [1, 2])
            #expect(sealed.count == 12 + count + 16)
            #expect(try sealing.open(sealed, associated: [1, 2]) == plain)
            #expect(try sealing.seal(plain, associated: [1, 2]) != sealed)
            #expect(throws: VaultError.self) { try sealing.open(sealed, associated: [1]) }
            #expect(throws: VaultError.self) { try sealing.open(sealed, associated: []) }
            #expect(throws: VaultError.self) { try other.open(sealed, associated: [1, 2]) }
            for at in [0, 11, 12, sealed.count - 1] where at < sealed.count {
                var changed = sealed
                changed[at] ^= 1
                #expect(throws: VaultError.self) { try sealing.open(changed, associated: [1, 2]) }
            }
            // A failure leaves the key usable.
            #expect(try sealing.open(sealed, associated: [1, 2]) == plain)
        }
        #expect(throws: VaultError.self) { try sealing.open([1, 2, 3], associated: []) }
        #expect(throws: VaultError.self) { try SealingKey([1, 2, 3]) }
    }

    @Test("It is AES-256-GCM: what it seals the plain function opens")
    func standard() throws {
        let sealed = try SealingKey(key).seal(Array("secret".utf8), associated: [9])
        let opened = try GCM.open(
            key: key,
            nonce: Array(sealed[..<12]),
            Array(sealed[12...]),
            associated: [9]
        )
        #expect(opened == Array("secret".utf8))
    }
}
