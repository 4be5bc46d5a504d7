import Core
import Store
import Testing

@testable import Identity

@Suite struct PasswordResetTests {
    private static let fresh = Secret("a quite new password")

    private static func token(_ letter: IdentityMail) -> Secret {
        Secret(String(letter.link.exposed.drop { $0 != "=" }.dropFirst()))
    }

    private static func ask(_ world: IdentityWorld, _ email: String) async throws {
        try await world.parts.reset.ask(email: email, visitor: world.visitor())
    }

    private static func reset(
        _ world: IdentityWorld,
        _ token: Secret,
        to password: Secret = fresh
    ) async -> IdentityError.Code? {
        await reason {
            try await world.parts.reset.reset(
                token: token,
                to: password,
                visitor: world.visitor()
            )
        }
    }

    @Test("A link sets the password once, and ends every session")
    func works() async throws {
        let world = try await IdentityWorld()
        let signedIn = try await world.signIn()
        try await Self.ask(world, " ADA@example.org")
        let letter = try #require(world.letters.all.first)
        #expect(letter.address.text == "ada@example.org")
        #expect(letter.link.exposed.hasPrefix("/console/reset?token="))
        #expect(letter.goodUntil == IdentityWorld.start + .seconds(30 * 60))
        let token = Self.token(letter)
        #expect(await Self.reset(world, token, to: Secret("short")) == .weakPassword)
        #expect(await Self.reset(world, token) == nil)
        #expect(await Self.reset(world, token) == .invalidResetToken)
        #expect(await reason { try await world.signIn() } == .invalidCredentials)
        _ = try await world.signIn(password: Self.fresh)
        #expect(
            await reason { try await world.authenticate(signedIn.accessToken) } == .revokedToken
        )
        #expect(
            await reason { try await world.refresh(signedIn.refreshToken) } == .invalidRefreshToken
        )
        let audit = try await world.parts.audit.list(scope: world.ada)
        #expect(audit.contains { $0.action == "password.reset" && $0.actor == world.person.actor })
        #expect(!audit.contains { $0.json.text().contains(token.exposed) })
    }

    @Test("A link ends after 30 minutes, with a second one's use, and when it is not whole")
    func ends() async throws {
        let world = try await IdentityWorld()
        try await Self.ask(world, "ada@example.org")
        let late = Self.token(try #require(world.letters.all.first))
        let kept = try await world.database.query("SELECT hash FROM identity_reset", []) {
            try $0.text(0)
        }
        #expect(kept == [try SHA256Digest(late.exposed).hexadecimal])
        world.clock.advance(by: .seconds(30 * 60))
        #expect(await Self.reset(world, late) == .invalidResetToken)
        try await Self.ask(world, "ada@example.org")
        try await Self.ask(world, "ada@example.org")
        let (second, third) = (
            Self.token(world.letters.all[1]), Self.token(world.letters.all[2])
        )
        #expect(
            await Self.reset(world, Secret(String(third.exposed.dropLast()))) == .invalidResetToken
        )
        #expect(await Self.reset(world, Secret("")) == .invalidResetToken)
        #expect(await Self.reset(world, third) == nil)
        #expect(await Self.reset(world, second) == .invalidResetToken)
    }

    @Test("Whether an e-mail is known is not told, and the same rows are written")
    func silence() async throws {
        let world = try await IdentityWorld()
        for email in ["ada@example.org", "eve@example.org", "no e-mail", ""] {
            try await Self.ask(world, email)
        }
        #expect(world.letters.all.count == 1)
        let rows = try await world.database.query(
            "SELECT count(*) FROM identity_reset",
            []
        ) { try $0.int(0) }
        #expect(rows == [4])
        let asked = try await world.parts.audit.list(scope: world.root).filter {
            $0.action == "password.reset-asked"
        }
        #expect(asked.count == 3)
    }

    @Test("Nobody can be flooded with letters, and nobody can flood")
    func flood() async throws {
        let world = try await IdentityWorld()
        for _ in 0..<10 { try await Self.ask(world, "ada@example.org") }
        #expect(world.letters.all.count == 3)
        for number in 0..<10 { try await Self.ask(world, "\(number)@example.org") }
        #expect(await reason { try await Self.ask(world, "x@example.org") } == .throttled)
    }

    @Test("A disabled account gets no letter, and an old letter does not let it in")
    func disabled() async throws {
        let world = try await IdentityWorld()
        try await Self.ask(world, "ada@example.org")
        let token = Self.token(try #require(world.letters.all.first))
        let scope = try world.admin()
        try await world.database.transaction { [world] in
            try world.parts.accounts.setDisabled(
                true,
                account: world.person.id,
                scope: scope,
                in: $0
            )
        }
        #expect(await Self.reset(world, token) == .invalidResetToken)
        try await Self.ask(world, "ada@example.org")
        #expect(world.letters.all.count == 1)
    }

    @Test("An invitation lets a new member set the first password, within a week")
    func invitation() async throws {
        let world = try await IdentityWorld()
        let parts = world.parts
        let link = try await world.database.transaction { [scope = world.ada] in
            let made = try parts.accounts.createMember(
                email: EmailAddress("bob@example.org"),
                name: "Bob",
                password: nil,
                roles: [.loader],
                scope: scope,
                in: $0
            )
            return try parts.reset.invite(made, scope: scope, in: $0)
        }
        // There is mail, so the admin does not see the link.
        #expect(link == nil)
        let letter = try #require(world.letters.all.first)
        #expect(letter.purpose == .invitation)
        world.clock.advance(by: .seconds(7 * 86_400 - 1))
        #expect(await Self.reset(world, Self.token(letter)) == nil)
        let signedIn = try await world.signIn(email: "bob@example.org", password: Self.fresh)
        #expect(signedIn.roles == [.loader])
    }

    @Test("One's own password takes the old one, and ends all other sessions")
    func own() async throws {
        let world = try await IdentityWorld()
        let here = try await world.signIn()
        let elsewhere = try await world.signIn()
        let scope = try await world.authenticate(here.accessToken)
        _ = try await world.authenticate(elsewhere.accessToken)
        let signIn = world.parts.signIn
        let wrong = await reason {
            try await signIn.changePassword(from: Secret("wrong"), to: Self.fresh, scope: scope)
        }
        #expect(wrong == .wrongPassword)
        let weak = await reason {
            try await signIn.changePassword(
                from: IdentityWorld.password,
                to: Secret("ada@example.org"),
                scope: scope
            )
        }
        #expect(weak == .weakPassword)
        try await signIn.changePassword(
            from: IdentityWorld.password,
            to: Self.fresh,
            scope: scope
        )
        _ = try await world.authenticate(here.accessToken)
        #expect(
            await reason { try await world.authenticate(elsewhere.accessToken) } == .revokedToken
        )
        #expect(
            await reason { try await world.refresh(elsewhere.refreshToken) } == .invalidRefreshToken
        )
        _ = try await world.signIn(password: Self.fresh)
        for _ in 0..<5 {
            _ = await reason {
                try await signIn.changePassword(from: Secret("no"), to: Self.fresh, scope: scope)
            }
        }
        let guessing = await reason {
            try await signIn.changePassword(from: Self.fresh, to: Self.fresh, scope: scope)
        }
        #expect(guessing == .throttled)
    }
}
