import Core
import Testing

@testable import Identity

@Suite struct PasswordTests {
    @Test("A hash of the reference implementation is verified")
    func knownAnswer() async throws {
        // phc-winner-argon2, src/test.c: argon2id v1.3, t = 2, m = 2^16 KiB, p = 1.
        let hash = PasswordHash(
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        )
        let hasher = PasswordHasher()
        #expect(try await hasher.verify(Secret("password"), against: hash))
        #expect(try await !hasher.verify(Secret("Password"), against: hash))
    }

    @Test("Passwords are hashed as OWASP says, each with its own salt")
    func parameters() async throws {
        let hasher = PasswordHasher()
        let password = Secret("Grüße aus Köln")
        let first = try await hasher.hash(password)
        let second = try await hasher.hash(password)
        #expect(first.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(first.text != second.text)
        #expect(try await hasher.verify(password, against: first))
        #expect(try await !hasher.verify(Secret("Grusse aus Koln"), against: first))
        #expect(try await !hasher.verify(Secret(""), against: first))
    }

    @Test("Nobody's password is right, and checking it takes as long as anybody's")
    func nobody() async throws {
        let hasher = PasswordHasher()
        let hash = try await hasher.hash(Secret("correct horse battery"))
        let clock = ContinuousClock()
        var known = Duration.seconds(3_600)
        var unknown = known
        for _ in 0..<5 {
            var start = clock.now
            #expect(try await !hasher.verify(Secret("wrong password"), against: hash))
            known = min(known, start.duration(to: clock.now))
            start = clock.now
            #expect(try await !hasher.verify(Secret("wrong password"), against: nil))
            unknown = min(unknown, start.duration(to: clock.now))
        }
        // The best of five of the same work on a busy machine; a skipped hash takes a thousandth.
        #expect(unknown > known * 0.1)
        let cost = "$argon2id$v=19$m=19456,t=2,p=1$"
        #expect(PasswordHasher.nobody.text.hasPrefix(cost))
        #expect(hash.text.hasPrefix(cost))
        #expect(PasswordHasher.nobody.text.utf8.count == hash.text.utf8.count)
    }

    @Test("At most two are hashed at once, however many wait")
    func twoAtOnce() async throws {
        let hasher = PasswordHasher()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<24 {
                group.addTask { _ = try await hasher.hash(Secret("correct horse battery")) }
            }
            try await group.waitForAll()
        }
        #expect(hasher.peak == 2)
    }

    @Test("A crowd is refused rather than queued without end")
    func crowd() async throws {
        let hasher = PasswordHasher(waiting: 3)
        let outcomes = await withTaskGroup(of: IdentityError.Code?.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    await reason { try await hasher.hash(Secret("correct horse battery")) }
                }
            }
            return await group.reduce(into: [IdentityError.Code?]()) { $0.append($1) }
        }
        #expect(outcomes.contains(.busy))
        #expect(outcomes.count { $0 == nil } >= 5)
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .busy })
        #expect(await reason { try await hasher.hash(Secret("correct horse battery")) } == nil)
    }

    @Test(
        "Password rules",
        arguments: [
            ("short", false), ("ninechars", false), ("tencharsok", true),
            ("aaaaaaaaaaaa", false), ("abababababab", false), ("Password123", false),
            ("1234567890", false), ("ada@example.org", false), ("äöüßéèêçñø", true),
            (String(repeating: "abcd", count: 32), true),
            (String(repeating: "abcd", count: 32) + "e", false),
        ]
    )
    func rules(password: String, accepted: Bool) async throws {
        let email = try EmailAddress("ada@example.org")
        let found = await reason { try PasswordRules.check(Secret(password), for: email) }
        #expect(found == (accepted ? nil : .weakPassword))
    }

    @Test(
        "E-mail addresses are normalised",
        arguments: [
            (" Ada@Example.ORG\n", "ada@example.org"), ("a.b+c@x.example", "a.b+c@x.example"),
            ("o'neil@mail-1.example.com", "o'neil@mail-1.example.com"),
            ("ada@xn--kln-sna.de", "ada@xn--kln-sna.de"),
        ]
    )
    func email(raw: String, normal: String) throws {
        #expect(try EmailAddress(raw).text == normal)
    }

    @Test(
        "What is no e-mail address is refused",
        arguments: [
            "", "@", "ada", "ada@", "@example.org", "ada@localhost", "a@b@example.org",
            ".ada@example.org", "ada.@example.org", "a..b@example.org", "a b@example.org",
            "ada@-x.org", "ada@x-.org", "ada@x..org", "ada@example.org.", "ada@köln.de",
            "ada@example.org\r\nBcc: eve@example.org", "a\u{0}@example.org", "\"a\"@example.org",
            String(repeating: "a", count: 65) + "@example.org",
            "a@" + String(repeating: "b", count: 64) + ".org",
            "a@" + String(repeating: "bcdefgh.", count: 32) + "org",
        ]
    )
    func badEmail(raw: String) async {
        #expect(await reason { try EmailAddress(raw) } == .invalidEmail)
    }

    @Test("The throttle's delay doubles, is bounded, and is forgotten after an hour")
    func throttle() {
        var throttle = Throttle()
        var now = Timestamp(microseconds: 0)
        let rule = Throttle.Rule(free: 3, longest: .seconds(10))
        for _ in 0..<3 {
            #expect(throttle.attempt([("a", rule)], now: now) == nil)
        }
        // 1, 2, 4, 8 and then 10 s.
        for expected in [1, 2, 4, 8, 10, 10] {
            #expect(throttle.attempt([("a", rule)], now: now) == .seconds(expected))
            now = now + .seconds(expected)
            #expect(throttle.attempt([("a", rule)], now: now) == nil)
        }
        #expect(throttle.attempt([("b", rule)], now: now) == nil)
        now = now + .seconds(3_600)
        for _ in 0..<3 {
            #expect(throttle.attempt([("a", rule)], now: now) == nil)
        }
    }
}
