import Core
import Store
import Testing

@testable import Identity

@Suite struct AdministrationTests {
    private static func change(
        _ world: IdentityWorld,
        _ account: ID<Account>,
        scope: Scope? = nil,
        _ edit: (inout AccountChange) -> Void
    ) async -> IdentityError.Code? {
        var change = AccountChange(reason: "because")
        edit(&change)
        return await reason { [change, scope = scope ?? world.ada, parts = world.parts] in
            try await world.database.transaction {
                try parts.accounts.change(
                    account,
                    change,
                    secondFactor: parts.secondFactor,
                    scope: scope,
                    in: $0
                )
            }
        }
    }

    @Test("Nobody changes their own rights, neither up nor down")
    func ownRights() async throws {
        let world = try await IdentityWorld()
        let id = world.person.id
        #expect(await Self.change(world, id) { $0.roles = Role.people } == .ownAccount)
        #expect(await Self.change(world, id) { $0.roles = [.viewer] } == .ownAccount)
        #expect(await Self.change(world, id) { $0.disabled = true } == .ownAccount)
        #expect(await Self.change(world, id) { $0.name = "Ada L." } == nil)
    }

    @Test("The last admin stays one, whoever tries")
    func lastAdmin() async throws {
        let world = try await IdentityWorld()
        let organisation = world.organisation.id
        let bob = try await world.addPerson("bob@example.org", in: organisation, roles: [.admin])
        let bobs = Scope(
            organisation: organisation,
            actor: bob.actor,
            roles: [.admin],
            trace: world.trace
        )
        // Of two, one may go; an admin that is shut out does not count.
        #expect(await Self.change(world, bob.id) { $0.disabled = true } == nil)
        #expect(
            await Self.change(world, world.person.id, scope: bobs) { $0.roles = [.planner] }
                == .lastAdmin
        )
        #expect(
            await Self.change(world, world.person.id, scope: bobs) { $0.disabled = true }
                == .lastAdmin
        )
        let removed = await reason { [parts = world.parts, id = world.person.id] in
            try await world.database.transaction {
                try parts.accounts.removeMembership(of: id, scope: bobs, in: $0)
            }
        }
        #expect(removed == .lastAdmin)
        #expect(await Self.change(world, bob.id) { $0.disabled = false } == nil)
        #expect(
            await Self.change(world, world.person.id, scope: bobs) { $0.roles = [.planner] } == nil
        )
    }

    @Test("Every change is written down with its reason")
    func audited() async throws {
        let world = try await IdentityWorld()
        let bob = try await world.addPerson("bob@example.org", in: world.organisation.id)
        let found = await Self.change(world, bob.id) {
            $0.name = "Bob B."
            $0.roles = [.loader]
            $0.disabled = true
        }
        #expect(found == nil)
        var filter = AuditFilter()
        filter.subject = "account:\(bob.id)"
        let entries = try await world.parts.audit.list(scope: world.ada, filter: filter)
        #expect(
            entries.map(\.action)
                == ["account.disabled", "membership.changed", "account.renamed", "account.created"]
        )
        #expect(entries.dropLast().allSatisfy { $0.detail["reason"] == "because" })
        // Doing it again changes nothing and says nothing.
        _ = await Self.change(world, bob.id) {
            $0.name = "Bob B."
            $0.roles = [.loader]
            $0.disabled = true
        }
        let again = try await world.parts.audit.list(scope: world.ada, filter: filter)
        #expect(again.count == entries.count)
    }

    @Test(
        "A role that does not exist, or is a program's, is refused",
        arguments: ["ai-agent", "device", "admim", "", "Admin", "a b"]
    )
    func roles(name: String) async throws {
        let world = try await IdentityWorld()
        let bob = try await world.addPerson("bob@example.org", in: world.organisation.id)
        let role = Role(rawValue: name)
        #expect(await Self.change(world, bob.id) { $0.roles = [role] } == .invalidRole)
        let made = await reason { [parts = world.parts, scope = world.ada] in
            try await world.database.transaction {
                try parts.accounts.createMember(
                    email: EmailAddress("carol@example.org"),
                    name: "Carol",
                    password: nil,
                    roles: [role],
                    scope: scope,
                    in: $0
                )
            }
        }
        #expect(made == .invalidRole)
    }

    @Test("The catalogue has the twelve roles, each with a purpose")
    func catalogue() {
        #expect(Role.catalogue.count == 12)
        #expect(Set(Role.catalogue.map(\.role)).count == 12)
        #expect(Role.people.count == 10)
        #expect(Role.catalogue.allSatisfy { !$0.purpose.isEmpty })
    }

    @Test("Another organisation's account is not found")
    func foreign() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        let bob = try await world.addPerson("bob@example.org", in: other.id)
        #expect(await Self.change(world, bob.id) { $0.name = "Mine" } == .notFound)
        let revoked = await reason { [parts = world.parts, scope = world.ada] in
            try await world.database.transaction {
                try parts.sessions.endAll(of: bob.id, reason: "x", scope: scope, in: $0)
            }
        }
        #expect(revoked == .notFound)
    }

    @Test("Accounts are found by name, e-mail, role and state, page by page")
    func search() async throws {
        let world = try await IdentityWorld()
        for name in ["bob", "carol", "dave_x"] {
            world.clock.advance(by: .seconds(1))
            _ = try await world.addPerson("\(name)@example.org", in: world.organisation.id)
        }
        func found(_ edit: (inout AccountFilter) -> Void) async throws -> [String?] {
            var filter = AccountFilter()
            edit(&filter)
            return try await world.database.read { [filter] in
                try world.parts.accounts.find(filter, scope: world.ada, in: $0)
            }.map(\.record.email)
        }
        #expect(try await found { $0.text = "CAROL" } == ["carol@example.org"])
        #expect(try await found { $0.text = "_" } == ["dave_x@example.org"])
        #expect(try await found { $0.text = "%" } == [])
        #expect(try await found { $0.role = .admin } == ["ada@example.org"])
        #expect(try await found { $0.role = "min" } == [])
        #expect(try await found { $0.disabled = true } == [])
        #expect(try await found { $0.kind = .service } == [])
        #expect(try await found { _ in }.count == 4)
        let pages = try await world.database.read { reader in
            let first = try world.parts.accounts.find(
                AccountFilter(),
                limit: 3,
                scope: world.ada,
                in: reader
            )
            return try world.parts.accounts.find(
                AccountFilter(),
                after: first.last?.record.id,
                limit: 3,
                scope: world.ada,
                in: reader
            ).map(\.record.email)
        }
        #expect(pages == ["dave_x@example.org"])
        var planner = world.ada
        planner.roles = [.planner]
        let refused = await reason { [planner] in
            try await world.database.read {
                try world.parts.accounts.find(AccountFilter(), scope: planner, in: $0)
            }
        }
        #expect(refused == .forbidden)
    }

    @Test("Sessions are listed for their owner, ended one by one, and all at once by an admin")
    func sessions() async throws {
        let world = try await IdentityWorld()
        let first = try await world.signIn()
        world.clock.advance(by: .seconds(5))
        let second = try await world.signIn(address: "192.0.2.9")
        let scope = try await world.authenticate(second.accessToken)
        let sessions = world.parts.sessions
        let own = try await world.database.read { try sessions.own(scope: scope, in: $0) }
        #expect(own.map(\.address) == ["192.0.2.9", "192.0.2.1"])
        #expect(own.map(\.userAgent) == ["Test/1", "Test/1"])
        #expect(own.map { $0.json(current: scope.session)["current"] } == [true, false])
        let bob = try await world.addPerson("bob@example.org", in: world.organisation.id)
        let bobs = Scope(
            organisation: world.organisation.id,
            actor: bob.actor,
            roles: [.admin],
            trace: world.trace
        )
        let foreign = await reason {
            try await world.database.transaction {
                try sessions.end(own[1].id, scope: bobs, in: $0)
            }
        }
        #expect(foreign == .notFound)
        try await world.database.transaction {
            try sessions.end(own[1].id, scope: scope, in: $0)
        }
        #expect(await reason { try await world.authenticate(first.accessToken) } == .revokedToken)
        _ = try await world.authenticate(second.accessToken)
        let revoked = try await world.database.transaction { [id = world.person.id] in
            try sessions.endAll(of: id, reason: "stolen", scope: bobs, in: $0)
        }
        #expect(revoked == 1)
        #expect(await reason { try await world.authenticate(second.accessToken) } == .revokedToken)
        #expect(
            await reason { try await world.refresh(second.refreshToken) } == .invalidRefreshToken
        )
    }

    @Test("An account is slowed down wherever the guesses come from, but never for long")
    func distributed() async throws {
        var configuration = SignInConfiguration()
        configuration.freeAttemptsPerAccount = 10
        let world = try await IdentityWorld(configuration: configuration)
        let wrong = Secret("wrong password")
        for number in 0..<10 {
            let found = await reason {
                try await world.signIn(password: wrong, address: "192.0.2.\(number)")
            }
            #expect(found == .invalidCredentials)
        }
        #expect(await reason { try await world.signIn(address: "198.51.100.1") } == .throttled)
        world.clock.advance(by: .seconds(60))
        _ = try await world.signIn(address: "198.51.100.1")
    }
}
