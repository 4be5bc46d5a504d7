import Core
import Store
import Testing

@testable import Identity

@Suite struct AccountsTests {
    @Test("The installation's organisation has its fixed id")
    func system() async throws {
        let world = try await IdentityWorld()
        #expect(
            ID<Organisation>.system.description == "00000000-0000-7000-8000-000000000001"
        )
        let all = try await world.parts.accounts.organisations(scope: world.root)
        #expect(all.map(\.name) == ["Northwind", "system"])
        #expect(all.last?.id == .system)
    }

    @Test("What belongs to another organisation is not found, whatever is tried")
    func isolation() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        let bob = try await world.addPerson("bob@example.org", in: other.id)
        let accounts = world.parts.accounts
        let ada = world.ada
        let hash = try await world.parts.passwords.hash(IdentityWorld.password)
        #expect(await reason { try await accounts.account(bob.id, scope: ada) } == .notFound)
        let tries: [@Sendable (any Transaction) throws -> Void] = [
            { try accounts.setRoles(of: bob.id, to: [.admin], scope: ada, in: $0) },
            { try accounts.removeMembership(of: bob.id, scope: ada, in: $0) },
            { try accounts.setDisabled(true, account: bob.id, scope: ada, in: $0) },
            { try accounts.setPassword(of: bob.id, to: hash, scope: ada, in: $0) },
            { _ = try accounts.account(bob.id, scope: ada, in: $0) },
        ]
        for attempt in tries {
            #expect(await reason { try await world.database.transaction(attempt) } == .notFound)
        }
        #expect(await reason { try ada.entering(other.id) } == .notFound)
        #expect(await reason { try await accounts.organisations(scope: ada) } == .forbidden)
        #expect(try await accounts.list(scope: ada).map(\.id) == [world.person.id])
        #expect(try await accounts.list(scope: world.admin(of: other.id)).map(\.id) == [bob.id])
        let linked = await reason {
            try await world.database.transaction {
                try accounts.addMembership(
                    of: bob.id,
                    in: world.organisation.id,
                    roles: [.viewer],
                    scope: ada,
                    in: $0
                )
            }
        }
        #expect(linked == .forbidden)
    }

    @Test("An organisation's admin cannot reach into another through a shared account")
    func sharedAccount() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        let bob = try await world.addPerson("bob@example.org", in: other.id)
        let accounts = world.parts.accounts
        let ada = world.ada
        let root = world.root
        let hash = try await world.parts.passwords.hash(IdentityWorld.password)
        try await world.database.transaction {
            try accounts.addMembership(
                of: bob.id,
                in: ada.organisation,
                roles: [.viewer],
                scope: root,
                in: $0
            )
        }
        let takeover = await reason {
            try await world.database.transaction {
                try accounts.setPassword(of: bob.id, to: hash, scope: ada, in: $0)
            }
        }
        #expect(takeover == .forbidden)
        let shutOut = await reason {
            try await world.database.transaction {
                try accounts.setDisabled(true, account: bob.id, scope: ada, in: $0)
            }
        }
        #expect(shutOut == .forbidden)
        try await world.database.transaction {
            try accounts.setRoles(of: bob.id, to: [.loader], scope: ada, in: $0)
        }
        #expect(try await accounts.account(bob.id, scope: ada).roles == [.loader])
        let there = try await accounts.account(bob.id, scope: world.admin(of: other.id))
        #expect(there.roles == [.viewer])
    }

    @Test("Changes need the role of an admin; one's own password does not")
    func roles() async throws {
        let world = try await IdentityWorld()
        let accounts = world.parts.accounts
        var viewer = world.ada
        viewer.roles = [.viewer, .manager]
        let scope = viewer
        let id = world.person.id
        let hash = try await world.parts.passwords.hash(Secret("another good one"))
        let tries: [@Sendable (any Transaction) throws -> Void] = [
            { try accounts.setRoles(of: id, to: [.admin], scope: scope, in: $0) },
            { try accounts.removeMembership(of: id, scope: scope, in: $0) },
            { try accounts.setDisabled(true, account: id, scope: scope, in: $0) },
            {
                try accounts.ensureServiceAccount(
                    name: "a",
                    roles: [.aiAgent],
                    scope: scope,
                    in: $0
                )
            },
            { _ = try accounts.createOrganisation(name: "Mine", scope: scope, in: $0) },
        ]
        for attempt in tries {
            #expect(await reason { try await world.database.transaction(attempt) } == .forbidden)
        }
        try await world.database.transaction {
            try accounts.setPassword(of: id, to: hash, scope: scope, in: $0)
        }
        #expect(await reason { try await world.signIn() } == .invalidCredentials)
        _ = try await world.signIn(password: Secret("another good one"))
        #expect(await reason { try scope.require(anyOf: .admin, .viewer) } == nil)
        #expect(await reason { try scope.require(anyOf: .admin, .planner) } == .forbidden)
    }

    @Test("An e-mail belongs to one account in the whole installation, a name to one organisation")
    func uniqueness() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        #expect(
            await reason { try await world.addPerson("ADA@Example.org", in: other.id) }
                == .emailTaken
        )
        #expect(await reason { try await world.addOrganisation("Northwind") } == .nameTaken)
        for name in ["", "   ", "a\nb", String(repeating: "x", count: 201)] {
            #expect(await reason { try await world.addOrganisation(name) } == .invalidName)
        }
        for roles: Set<Role> in [[], ["Admin"], ["a b"], ["-a"], ["a-"], [""]] {
            let found = await reason {
                try await world.addPerson("new@example.org", in: other.id, roles: roles)
            }
            #expect(found == .invalidRole)
        }
    }

    @Test("A service account is made once per organisation, and follows its roles")
    func services() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        let accounts = world.parts.accounts
        let scope = try world.admin()
        let there = try world.admin(of: other.id)
        @Sendable func ensure(_ roles: Set<Role>, _ scope: Scope) async throws -> AccountRecord {
            try await world.database.transaction {
                try accounts.ensureServiceAccount(
                    name: "logistics.analyser",
                    roles: roles,
                    scope: scope,
                    in: $0
                )
            }
        }
        let first = try await ensure([.aiAgent], scope)
        let audited = try await world.parts.audit.list(scope: scope).count
        #expect(try await ensure([.aiAgent], scope) == first)
        #expect(try await world.parts.audit.list(scope: scope).count == audited)
        let changed = try await ensure([.aiAgent, .planner], scope)
        #expect(changed.id == first.id)
        #expect(changed.roles == [.aiAgent, .planner])
        #expect(try await ensure([.aiAgent], there).id != first.id)
        try await world.database.transaction {
            try accounts.removeMembership(of: first.id, scope: scope, in: $0)
        }
        let back = try await ensure([.device], scope)
        #expect(back.id == first.id)
        #expect(back.roles == [.device])
    }

    @Test("An agent acts as itself on behalf of the person who started it all")
    func onBehalfOf() async throws {
        let world = try await IdentityWorld()
        let accounts = world.parts.accounts
        let scope = try world.admin()
        let (first, second) = try await world.database.transaction { transaction in
            for name in ["one", "two"] {
                try accounts.ensureServiceAccount(
                    name: name,
                    roles: [.aiAgent],
                    scope: scope,
                    in: transaction
                )
            }
            let first = try accounts.serviceScope("one", for: world.ada, in: transaction)
            return (first, try accounts.serviceScope("two", for: first, in: transaction))
        }
        #expect(first.actor.name == "one")
        #expect(first.roles == [.aiAgent])
        #expect(second.actor.name == "two")
        #expect(second.onBehalfOf == world.person.actor)
        #expect(second.organisation == world.organisation.id)
        let unknown = await reason {
            try await world.database.read {
                try accounts.serviceScope("three", for: world.ada, in: $0)
            }
        }
        #expect(unknown == .notFound)
    }

    @Test("The audit log says who did what for whom, page by page, and only to its organisation")
    func audit() async throws {
        let world = try await IdentityWorld()
        let other = try await world.addOrganisation("Other")
        let audit = world.parts.audit
        var agent = world.ada
        agent.actor = Actor(id: ID(high: 9, low: 9), kind: .service, name: "agent")
        agent.onBehalfOf = world.person.actor
        let scope = agent
        try await world.database.transaction { transaction in
            for number in 1...25 {
                try audit.append(
                    "load.planned",
                    subject: "load:\(number)",
                    outcome: number == 25 ? .failed : .done,
                    detail: ["number": .int(number)],
                    scope: scope,
                    in: transaction
                )
            }
        }
        var seen: [AuditEntry] = []
        var last: Int64?
        while true {
            let page = try await audit.list(scope: scope, before: last, limit: 10)
            seen += page
            guard page.count == 10, let end = page.last else { break }
            last = end.seq
        }
        // 25 and the creation of the person.
        #expect(seen.count == 26)
        #expect(seen.map(\.seq) == seen.map(\.seq).sorted(by: >))
        let newest = try #require(seen.first)
        #expect(newest.actor.name == "agent")
        #expect(newest.onBehalfOf == world.person.actor)
        #expect(newest.outcome == .failed)
        #expect(newest.detail == ["number": 25])
        #expect(newest.at == IdentityWorld.start)
        #expect(newest.trace == world.trace.description)
        #expect(try await audit.list(scope: world.admin(of: other.id)).isEmpty)
    }

    @Test("Members are listed page by page")
    func paging() async throws {
        let world = try await IdentityWorld()
        for number in 1...7 {
            world.clock.advance(by: .seconds(1))
            _ = try await world.addPerson("p\(number)@example.org", in: world.organisation.id)
        }
        let first = try await world.parts.accounts.list(scope: world.ada, limit: 5)
        let second = try await world.parts.accounts.list(
            scope: world.ada,
            after: first.last?.id,
            limit: 5
        )
        #expect(
            (first + second).compactMap(\.email)
                == ["ada@example.org"] + (1...7).map { "p\($0)@example.org" }
        )
    }
}
