import Core
import Foundation
import StoreTesting
import Testing

@testable import Identity

@Suite struct KeyRingTests {
    private static let start = Timestamp(microseconds: 1_763_640_000_000_000)

    private static func text(_ ring: KeyRing) throws -> String {
        try SignedText.sign(Array("{}".utf8), by: ring.active)
    }

    @Test("After a rotation the new key signs and the old one checks for a day")
    func rotation() throws {
        let folder = try ScratchFolder()
        let clock = ManualClock(now: Self.start)
        let ring = try KeyRing(folder: folder.path, clock: clock)
        let old = ring.active.id
        let text = try Self.text(ring)
        let new = try ring.rotate().id
        #expect(new != old)
        #expect(ring.active.id == new)
        #expect(ring.publicKeys.map(\.id) == [new, old])
        #expect(SignedText.verify(text, keys: ring.publicKeys) != nil)
        #expect(ring.jwks["keys"]?.array?.compactMap { $0["kid"]?.string } == [new, old])
        #expect(ring.jwks.text().contains("\"d\"") == false)
        clock.advance(by: KeyRing.retirement)
        #expect(ring.publicKeys.map(\.id) == [new])
        #expect(SignedText.verify(text, keys: ring.publicKeys) == nil)
    }

    @Test("Another program's rotation is seen within a second")
    func shared() throws {
        let folder = try ScratchFolder()
        let clock = ManualClock(now: Self.start)
        let server = try KeyRing(folder: folder.path, clock: clock)
        let other = try KeyRing(folder: folder.path, clock: clock)
        let new = try other.rotate().id
        clock.advance(by: .seconds(1))
        #expect(server.active.id == new)
        #expect(server.publicKeys.count == 2)
    }

    @Test("A rotation because a key was lost ends it at once, and says so")
    func now() throws {
        let folder = try ScratchFolder()
        let clock = ManualClock(now: Self.start)
        let ring = try KeyRing(folder: folder.path, clock: clock)
        try ring.rotate()
        let removals = Counter()
        ring.whenRemoved { removals.add() }
        let new = try ring.rotate(keeping: false).id
        #expect(ring.publicKeys.map(\.id) == [new])
        #expect(removals.count == 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files == ["signing-key.pem"])
    }

    @Test("Keys whose day is over are swept by the next rotation")
    func sweep() throws {
        let folder = try ScratchFolder()
        let clock = ManualClock(now: Self.start)
        let ring = try KeyRing(folder: folder.path, clock: clock)
        for _ in 0..<4 {
            try ring.rotate()
            clock.advance(by: .seconds(50_000))
        }
        // At 150,000 s those of 0 s and 50,000 s are over.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.count == 3)
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder.path + "/" + file
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("A lost key's tokens end although they were checked before")
    func cached() async throws {
        let folder = try ScratchFolder()
        let world = try await IdentityWorld(keys: folder.path)
        let signedIn = try await world.signIn()
        _ = try await world.authenticate(signedIn.accessToken)
        try world.parts.keys.rotate()
        _ = try await world.authenticate(signedIn.accessToken)
        try world.parts.keys.rotate(keeping: false)
        #expect(
            await reason { try await world.authenticate(signedIn.accessToken) } == .invalidToken
        )
        _ = try await world.authenticate(try await world.refresh(signedIn.refreshToken).accessToken)
    }
}
