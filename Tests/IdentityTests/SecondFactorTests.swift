import Core
import Store
import Testing

@testable import Identity

@Suite struct SecondFactorTests {
    /// RFC 6238 appendix B, the rows of SHA-1: seconds, and eight digits.
    @Test(
        "RFC 6238's passwords are made",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ]
    )
    func published(seconds: Int64, expected: String) throws {
        let secret = Array("12345678901234567890".utf8)
        let step = OneTimePassword.step(at: Timestamp(microseconds: seconds * 1_000_000))
        #expect(try OneTimePassword.code(secret: secret, step: step, digits: 8) == expected)
        #expect(try OneTimePassword.code(secret: secret, step: step) == expected.suffix(6))
    }

    /// RFC 4226 appendix D: counters 0 to 9.
    @Test("RFC 4226's passwords are made")
    func counters() throws {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ]
        let secret = Array("12345678901234567890".utf8)
        let made = try (0..<10).map { try OneTimePassword.code(secret: secret, step: $0) }
        #expect(made == expected)
    }

    /// RFC 4648 section 10.
    @Test(
        "RFC 4648's Base32 is written and read",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ]
    )
    func base32(plain: String, text: String) {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(Base32.decode(text.lowercased().utf8) == Array(plain.utf8))
        #expect(Base32.decode("MZXW1".utf8) == nil)
    }

    /// A world whose person has a second factor, its secret and its recovery codes.
    private static func enrolled() async throws -> (IdentityWorld, [UInt8], [Secret]) {
        let world = try await IdentityWorld()
        let made = try await world.parts.signIn.beginSecondFactor(scope: world.ada)
        let secret = try #require(Base32.decode(made.secret.exposed.utf8))
        let code = try Self.code(secret, world)
        let codes = try await world.parts.signIn.turnOnSecondFactor(code, scope: world.ada)
        return (world, secret, codes)
    }

    private static func code(
        _ secret: [UInt8],
        _ world: IdentityWorld,
        steps: Int64 = 0
    ) throws -> String {
        let step = OneTimePassword.step(at: world.clock.now()) + steps
        return try OneTimePassword.code(secret: secret, step: step)
    }

    @Test("An enrolment that is not confirmed asks nobody for a code")
    func unconfirmed() async throws {
        let world = try await IdentityWorld()
        let made = try await world.parts.signIn.beginSecondFactor(scope: world.ada)
        #expect(made.secret.exposed.utf8.count == 32)
        let uri = made.uri.exposed
        #expect(uri.hasPrefix("otpauth://totp/Weft:ada%40example.org?secret="))
        #expect(uri.hasSuffix("&issuer=Weft&algorithm=SHA1&digits=6&period=30"))
        _ = try await world.signIn()
        await #expect(throws: GeneralFault.self) {
            try await world.parts.signIn.turnOnSecondFactor("000000", scope: world.ada)
        }
        _ = try await world.signIn()
    }

    @Test("With a second factor a right password is not enough, and a wrong one says nothing of it")
    func required() async throws {
        let (world, secret, _) = try await Self.enrolled()
        #expect(await reason { try await world.signIn() } == .totpRequired)
        let wrong = Secret("wrong password")
        #expect(await reason { try await world.signIn(password: wrong) } == .invalidCredentials)
        world.clock.advance(by: .seconds(30))
        let code = try Self.code(secret, world)
        _ = try await world.signIn(code: code)
        // A code works once, however it comes again.
        #expect(await reason { try await world.signIn(code: code) } == .invalidCode)
    }

    @Test("A code of the step before or after is taken, none further away, none that is older")
    func tolerance() async throws {
        let (world, secret, _) = try await Self.enrolled()
        world.clock.advance(by: .seconds(300))
        for steps: Int64 in [-2, 2] {
            let code = try Self.code(secret, world, steps: steps)
            #expect(await reason { try await world.signIn(code: code) } == .invalidCode)
        }
        _ = try await world.signIn(code: try Self.code(secret, world, steps: -1))
        _ = try await world.signIn(code: try Self.code(secret, world, steps: 1))
        // The one between would be right, but a later one was used.
        let between = try Self.code(secret, world)
        #expect(await reason { try await world.signIn(code: between) } == .invalidCode)
    }

    @Test("Each of ten recovery codes works once, however it is typed")
    func recovery() async throws {
        let (world, _, codes) = try await Self.enrolled()
        #expect(codes.count == 10)
        #expect(Set(codes.map(\.exposed)).count == 10)
        for code in codes {
            let typed = " " + code.exposed.uppercased().replacing("-", with: " ")
            _ = try await world.signIn(code: typed)
            let again = await reason { try await world.signIn(code: code.exposed) }
            #expect(again == .invalidCode)
            world.clock.advance(by: .seconds(3_600))
        }
        let entries = try await world.parts.audit.list(scope: world.ada)
        let left = entries.compactMap { $0.detail["recoveryCodesLeft"]?.int }
        #expect(left == Array(0...9))
    }

    @Test("Guessing codes is slowed down like guessing passwords")
    func throttled() async throws {
        let (world, _, _) = try await Self.enrolled()
        for number in 0..<5 {
            let guess = "00000\(number)"
            #expect(await reason { try await world.signIn(code: guess) } == .invalidCode)
        }
        #expect(await reason { try await world.signIn(code: "000006") } == .throttled)
    }

    @Test("Turning it off takes the password; the store never holds the secret in the clear")
    func off() async throws {
        let (world, secret, codes) = try await Self.enrolled()
        let signIn = world.parts.signIn
        let wrong = await reason {
            try await signIn.turnOffSecondFactor(password: Secret("wrong"), scope: world.ada)
        }
        #expect(wrong == .wrongPassword)
        let kept = try await world.database.query("SELECT secret FROM identity_totp", []) {
            try $0.text(0)
        }
        #expect(kept.count == 1)
        #expect(!kept[0].contains(Base32.encode(secret)))
        let hashes = try await world.database.query(
            "SELECT hash FROM identity_recovery_code",
            []
        ) { try $0.text(0) }
        #expect(Set(hashes).isDisjoint(with: codes.map(\.exposed)))
        try await signIn.turnOffSecondFactor(
            password: IdentityWorld.password,
            scope: world.ada
        )
        _ = try await world.signIn()
        let again = await reason {
            try await world.database.transaction { [parts = world.parts, scope = world.ada] in
                try parts.secondFactor.remove(from: scope.actor.id, scope: scope, in: $0)
            }
        }
        #expect(again == nil)
    }

    @Test("It cannot be begun again while it is on")
    func twice() async throws {
        let (world, _, _) = try await Self.enrolled()
        let found = await reason {
            try await world.parts.signIn.beginSecondFactor(scope: world.ada)
        }
        #expect(found == .secondFactorOn)
    }
}
