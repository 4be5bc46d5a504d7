import Core
import Store
import Testing

@testable import Identity

@Suite struct SignInTests {
    @Test("A sign-in gives a token whose scope is the account's")
    func signIn() async throws {
        let world = try await IdentityWorld()
        let signedIn = try await world.signIn(email: " ADA@example.org ")
        #expect(signedIn.organisation == world.organisation)
        #expect(signedIn.accessExpiresAt == IdentityWorld.start + .seconds(900))
        #expect(signedIn.refreshExpiresAt == IdentityWorld.start + .seconds(30 * 86_400))
        for _ in 0..<2 {
            let scope = try await world.authenticate(signedIn.accessToken)
            #expect(scope.organisation == world.organisation.id)
            #expect(scope.actor == world.person.actor)
            #expect(scope.roles == [.admin, .planner])
            #expect(scope.onBehalfOf == nil)
            #expect(scope.trace == world.trace)
        }
        let cached = try world.parts.authenticator.cached(bearer: signedIn.accessToken.exposed)
        #expect(cached?.actor == world.person.actor)
    }

    @Test("A wrong password, an unknown e-mail and no e-mail at all are told alike")
    func refusals() async throws {
        let world = try await IdentityWorld()
        _ = try await world.addPerson("nopassword@example.org", in: world.organisation.id)
        var messages: Set<String> = []
        for email in ["ada@example.org", "eve@example.org", "no e-mail", "nopassword@example.org"] {
            do {
                _ = try await world.signIn(email: email, password: Secret("wrong password"))
                Issue.record("\(email) was let in")
            } catch let error as IdentityError {
                #expect(error.reason == .invalidCredentials)
                messages.insert(error.message)
            }
        }
        #expect(messages.count == 1)
        let here = try await world.parts.audit.list(scope: world.ada)
        #expect(here.count { $0.action == "session.opened" && $0.outcome == .refused } == 2)
        let system = try await world.parts.audit.list(scope: world.root)
        #expect(system.count { $0.outcome == .refused && $0.subject == "account:unknown" } == 2)
    }

    @Test("An access token ends with its time, in the cache as well")
    func expiry() async throws {
        let world = try await IdentityWorld()
        let signedIn = try await world.signIn()
        _ = try await world.authenticate(signedIn.accessToken)
        world.clock.advance(by: .seconds(929))
        _ = try await world.authenticate(signedIn.accessToken)
        world.clock.advance(by: .seconds(1))
        for _ in 0..<2 {
            #expect(
                await reason { try await world.authenticate(signedIn.accessToken) } == .expiredToken
            )
        }
    }

    enum Ending: CaseIterable {
        case disabled, rolesChanged, removed, passwordChanged, signedOut, refreshRevoked
    }

    @Test("A revocation ends a cached access token at once", arguments: Ending.allCases)
    func revocation(ending: Ending) async throws {
        let world = try await IdentityWorld()
        let parts = world.parts
        let signedIn = try await world.signIn()
        let access = signedIn.accessToken
        _ = try await world.authenticate(access)
        let scope = try world.admin()
        let id = world.person.id
        let hash = try await parts.passwords.hash(Secret("another good one"))
        switch ending {
        case .signedOut:
            let own = try await world.authenticate(access)
            let session = try #require(own.session)
            try await world.database.transaction {
                try parts.sessions.end(session, scope: own, in: $0)
            }
        case .refreshRevoked:
            try await parts.signIn.revoke(signedIn.refreshToken, trace: world.trace)
        default:
            try await world.database.transaction { transaction in
                let accounts = parts.accounts
                switch ending {
                case .disabled:
                    try accounts.setDisabled(true, account: id, scope: scope, in: transaction)
                case .rolesChanged:
                    try accounts.setRoles(of: id, to: [.viewer], scope: scope, in: transaction)
                case .removed:
                    try accounts.removeMembership(of: id, scope: scope, in: transaction)
                default:
                    try accounts.setPassword(of: id, to: hash, scope: scope, in: transaction)
                }
            }
        }
        #expect(try parts.authenticator.cached(bearer: access.exposed) == nil)
        for _ in 0..<2 {
            #expect(await reason { try await world.authenticate(access) } == .revokedToken)
        }
        let renewed = await reason {
            try await world.refresh(signedIn.refreshToken)
        }
        #expect(renewed == (ending == .rolesChanged ? nil : .invalidRefreshToken))
    }

    @Test("A transaction that fails revokes nothing")
    func rolledBack() async throws {
        let world = try await IdentityWorld()
        let signedIn = try await world.signIn()
        _ = try await world.authenticate(signedIn.accessToken)
        let scope = try world.admin()
        let before = try await world.parts.audit.list(scope: scope).count
        try? await world.database.transaction { [parts = world.parts, id = world.person.id] in
            try parts.accounts.setDisabled(true, account: id, scope: scope, in: $0)
            throw CancellationError()
        }
        _ = try await world.authenticate(signedIn.accessToken)
        #expect(try await world.parts.audit.list(scope: scope).count == before)
    }

    @Test("A refresh token is good once, and gives the roles of then")
    func rotation() async throws {
        let world = try await IdentityWorld()
        let first = try await world.signIn()
        try await world.database.transaction { [parts = world.parts, world] in
            try parts.accounts.setRoles(
                of: world.person.id,
                to: [.viewer],
                scope: world.admin(),
                in: $0
            )
        }
        world.clock.advance(by: .seconds(86_400))
        let second = try await world.refresh(first.refreshToken)
        #expect(try await world.authenticate(second.accessToken).roles == [.viewer])
        #expect(second.refreshToken.exposed != first.refreshToken.exposed)
    }

    @Test("A refresh token that comes twice ends the whole session")
    func reuse() async throws {
        let world = try await IdentityWorld()
        let other = try await world.signIn()
        let first = try await world.signIn()
        let second = try await world.refresh(first.refreshToken)
        _ = try await world.authenticate(second.accessToken)
        for token in [first.refreshToken, second.refreshToken, first.refreshToken] {
            let found = await reason {
                try await world.refresh(token)
            }
            #expect(found == .invalidRefreshToken)
        }
        for token in [first.accessToken, second.accessToken] {
            #expect(await reason { try await world.authenticate(token) } == .revokedToken)
        }
        _ = try await world.authenticate(other.accessToken)
        let audit = try await world.parts.audit.list(scope: world.ada)
        #expect(audit.count { $0.action == "session.reuse-detected" } == 1)
    }

    @Test("Of many that use one refresh token at once, at most one wins")
    func concurrentRefresh() async throws {
        let world = try await IdentityWorld()
        let first = try await world.signIn()
        let won = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await reason {
                        try await world.refresh(first.refreshToken)
                    } == nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(won == 1)
    }

    @Test("A refresh token ends after 30 days, and is swept away later")
    func refreshExpiry() async throws {
        let world = try await IdentityWorld()
        let first = try await world.signIn()
        world.clock.advance(by: .seconds(30 * 86_400))
        let found = await reason {
            try await world.refresh(first.refreshToken)
        }
        #expect(found == .invalidRefreshToken)
        world.clock.advance(by: .seconds(1))
        #expect(try await world.parts.signIn.prune(expiredBefore: world.clock.now()) == 1)
    }

    @Test("No table holds a token or a password")
    func hashedAtRest() async throws {
        let world = try await IdentityWorld()
        let signedIn = try await world.signIn()
        let hashes = try await world.database.query(
            "SELECT hash FROM identity_refresh_token",
            []
        ) { try $0.text(0) }
        #expect(hashes == [try SHA256Digest(signedIn.refreshToken.exposed).hexadecimal])
        #expect(signedIn.refreshToken.exposed.hasPrefix("wr_"))
        #expect(signedIn.refreshToken.exposed.utf8.count == 46)
    }

    @Test("Who is in several organisations gets the first by name, or the one named")
    func several() async throws {
        let world = try await IdentityWorld()
        let acme = try await world.addOrganisation("Acme")
        let foreign = try await world.addOrganisation("Foreign")
        try await world.database.transaction { [parts = world.parts, world] in
            try parts.accounts.addMembership(
                of: world.person.id,
                in: acme.id,
                roles: [.viewer],
                scope: world.root,
                in: $0
            )
        }
        let first = try await world.signIn()
        #expect(first.organisation == acme)
        #expect(first.organisations.map(\.name) == ["Acme", "Northwind"])
        #expect(try await world.authenticate(first.accessToken).roles == [.viewer])
        let named = try await world.signIn(organisation: world.organisation.id)
        let scope = try await world.authenticate(named.accessToken)
        #expect(scope.organisation == world.organisation.id)
        #expect(scope.roles == [.admin, .planner])
        #expect(await reason { try await world.signIn(organisation: foreign.id) } == .notFound)
    }

    @Test("Guessing is slowed down, for the one address and the one account")
    func throttling() async throws {
        let world = try await IdentityWorld()
        let wrong = Secret("wrong password")
        for _ in 0..<5 {
            #expect(await reason { try await world.signIn(password: wrong) } == .invalidCredentials)
        }
        // Even the right password has to wait, or a guess could be confirmed.
        #expect(await reason { try await world.signIn() } == .throttled)
        _ = try await world.signIn(address: "192.0.2.2")
        world.clock.advance(by: .seconds(1))
        #expect(await reason { try await world.signIn(password: wrong) } == .invalidCredentials)
        world.clock.advance(by: .seconds(1))
        #expect(await reason { try await world.signIn() } == .throttled)
        world.clock.advance(by: .seconds(1))
        _ = try await world.signIn()
        // A success forgives.
        #expect(await reason { try await world.signIn(password: wrong) } == .invalidCredentials)
        _ = try await world.signIn()
    }

    @Test("Guessing many at once gains nothing")
    func parallelGuesses() async throws {
        let world = try await IdentityWorld()
        let outcomes = await withTaskGroup(of: IdentityError.Code?.self) { group in
            for index in 0..<30 {
                group.addTask {
                    await reason { try await world.signIn(password: Secret("guess no. \(index)")) }
                }
            }
            return await group.reduce(into: [IdentityError.Code?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .invalidCredentials } == 5)
        #expect(outcomes.count { $0 == .throttled } == 25)
    }

    @Test("A disabled account is refused like a wrong password, and let in again later")
    func disabled() async throws {
        let world = try await IdentityWorld()
        for disabled in [true, false] {
            try await world.database.transaction { [parts = world.parts, world] in
                try parts.accounts.setDisabled(
                    disabled,
                    account: world.person.id,
                    scope: world.admin(),
                    in: $0
                )
            }
            let found = await reason { try await world.signIn() }
            #expect(found == (disabled ? .invalidCredentials : nil))
        }
    }
}
