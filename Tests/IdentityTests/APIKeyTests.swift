import Core
import Store
import Testing

@testable import Identity

@Suite struct APIKeyTests {
    private static func make(
        _ world: IdentityWorld,
        name: String = "Scanner",
        roles: Set<Role> = [.planner],
        days: Int = 30,
        scope: Scope? = nil
    ) async throws -> (key: APIKey, secret: Secret) {
        let scope = scope ?? world.ada
        return try await world.database.transaction { [parts = world.parts] in
            try parts.apiKeys.create(
                name: name,
                roles: roles,
                days: days,
                scope: scope,
                in: $0
            )
        }
    }

    @Test("A key acts as a service of its name, with its roles, for nobody else")
    func use() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world)
        let parts = made.secret.exposed.split(separator: "_", maxSplits: 2)
        #expect(parts[0] == "wk")
        #expect(parts[1] == made.key.prefix[...])
        // 256 bits in base64url.
        #expect(parts[2].utf8.count == 43)
        let scope = try await world.authenticate(made.secret)
        #expect(scope.actor == Actor(id: made.key.id.retyped(), kind: .service, name: "Scanner"))
        #expect(scope.roles == [.planner])
        #expect(scope.onBehalfOf == nil)
        #expect(scope.session == nil)
        #expect(scope.organisation == world.organisation.id)
        #expect(try world.parts.authenticator.cached(bearer: made.secret.exposed) != nil)
        let entry = try #require(try await world.parts.audit.list(scope: world.ada).first)
        #expect(entry.action == "key.created")
        #expect(entry.actor == world.person.actor)
    }

    @Test("The store holds the key's hash and nothing of its secret")
    func atRest() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world)
        let rows = try await world.database.query(
            "SELECT hash, name || prefix || roles FROM identity_api_key",
            []
        ) { (try $0.text(0), try $0.text(1)) }
        #expect(rows.map(\.0) == [try SHA256Digest(made.secret.exposed).hexadecimal])
        let audit = try await world.parts.audit.list(scope: world.ada)
        let told = rows[0].1 + audit.map { $0.json.text() }.joined()
        #expect(!told.contains(made.secret.exposed.suffix(43)))
    }

    @Test("A key that was changed, cut or made up is refused")
    func forged() async throws {
        let world = try await IdentityWorld()
        let secret = try await Self.make(world).secret.exposed
        let last: Character = secret.last == "A" ? "B" : "A"
        let texts = [
            String(secret.dropLast()), secret + "A", String(secret.dropLast()) + String(last),
            "wk_", "wk__", "wk_abcdefgh_" + String(repeating: "A", count: 43), secret.uppercased(),
        ]
        for text in texts {
            #expect(
                await reason { try await world.authenticate(Secret(text)) } == .invalidToken,
                "\(text)"
            )
        }
    }

    @Test("Nobody gives a key more than they may themselves")
    func escalation() async throws {
        let world = try await IdentityWorld()
        for roles: Set<Role> in [
            [.manager], [.planner, .loader], [.aiAgent], [.device, .aiAgent],
        ] {
            #expect(await reason { try await Self.make(world, roles: roles) } == .forbidden)
        }
        #expect(await reason { try await Self.make(world, roles: []) } == .invalidRole)
        // Reading is a part of planning.
        let viewer = try await Self.make(world, roles: [.viewer])
        #expect(try await world.authenticate(viewer.secret).roles == [.viewer])
        var planner = world.ada
        planner.roles = [.planner]
        let byPlanner = planner
        let refused = await reason { try await Self.make(world, scope: byPlanner) }
        #expect(refused == .forbidden)
        let admin = try await Self.make(world, roles: [.admin])
        let program = try await world.authenticate(admin.secret)
        #expect(await reason { try await Self.make(world, scope: program) } == .forbidden)
    }

    @Test("An admin gives a device its role, which no person has, and which ends with the admin's")
    func device() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world, roles: [.device])
        #expect(made.key.roles == [.device])
        #expect(try await world.authenticate(made.secret).roles == [.device])
        let (accounts, id, scope) = (world.parts.accounts, world.person.id, try world.admin())
        #expect(await reason { try Role.checkGiven([.device], to: .person) } == .invalidRole)
        try await world.database.transaction {
            try accounts.setRoles(of: id, to: [.technician], scope: scope, in: $0)
        }
        #expect(await reason { try await world.authenticate(made.secret) } == .revokedToken)
    }

    @Test("A key ends with its time, to the microsecond", arguments: [0, 1, 365, 366, -1])
    func expiry(days: Int) async throws {
        let world = try await IdentityWorld()
        guard (1...365).contains(days) else {
            let found = await reason { try await Self.make(world, days: days) }
            #expect(found == .invalidLifetime)
            return
        }
        let made = try await Self.make(world, days: days)
        let end = IdentityWorld.start + .seconds(days * 86_400)
        #expect(made.key.expiresAt == end)
        world.clock.advance(to: Timestamp(microseconds: end.microseconds - 1))
        _ = try await world.authenticate(made.secret)
        world.clock.advance(to: end)
        for _ in 0..<2 {
            #expect(await reason { try await world.authenticate(made.secret) } == .expiredToken)
        }
    }

    @Test("A revoked key ends at once, and another organisation's cannot be revoked")
    func revocation() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world)
        _ = try await world.authenticate(made.secret)
        let other = try await world.addOrganisation("Other")
        let foreign = try world.admin(of: other.id)
        let keys = world.parts.apiKeys
        let refused = await reason {
            try await world.database.transaction {
                try keys.revoke(made.key.id, reason: "why", scope: foreign, in: $0)
            }
        }
        #expect(refused == .notFound)
        for _ in 0..<2 {
            try await world.database.transaction { [scope = world.ada] in
                try keys.revoke(made.key.id, reason: "left a laptop", scope: scope, in: $0)
            }
        }
        #expect(await reason { try await world.authenticate(made.secret) } == .revokedToken)
        let revoked = try await world.parts.audit.list(scope: world.ada).filter {
            $0.action == "key.revoked"
        }
        #expect(revoked.map { $0.detail["reason"] } == ["left a laptop"])
        let listed = try await world.database.read {
            try keys.list(scope: world.ada, in: $0)
        }
        #expect(listed.map(\.revokedAt) == [IdentityWorld.start])
        #expect(try await world.database.read { try keys.list(scope: foreign, in: $0) }.isEmpty)
    }

    @Test("What a key's maker may no longer do, the key may not either")
    func maker() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world, roles: [.admin, .planner])
        _ = try await world.authenticate(made.secret)
        let scope = try world.admin()
        let id = world.person.id
        let accounts = world.parts.accounts
        try await world.database.transaction {
            try accounts.setRoles(of: id, to: [.planner, .viewer], scope: scope, in: $0)
        }
        #expect(try await world.authenticate(made.secret).roles == [.planner])
        try await world.database.transaction {
            try accounts.setDisabled(true, account: id, scope: scope, in: $0)
        }
        #expect(await reason { try await world.authenticate(made.secret) } == .revokedToken)
        try await world.database.transaction {
            try accounts.setDisabled(false, account: id, scope: scope, in: $0)
            try accounts.removeMembership(of: id, scope: scope, in: $0)
        }
        #expect(await reason { try await world.authenticate(made.secret) } == .revokedToken)
    }

    @Test("The last use is written at most once a minute")
    func lastUse() async throws {
        let world = try await IdentityWorld()
        let made = try await Self.make(world)
        func lastUse() async throws -> Timestamp? {
            try await world.database.read {
                try world.parts.apiKeys.list(scope: world.ada, in: $0).first?.lastUsedAt
            }
        }
        #expect(try await lastUse() == nil)
        let times = [(0, 0), (59, 0), (60, 60), (119, 60), (121, 121)]
        for (second, expected) in times {
            world.clock.advance(to: IdentityWorld.start + .seconds(second))
            _ = try await world.authenticate(made.secret)
            #expect(try await lastUse() == IdentityWorld.start + .seconds(expected))
        }
    }
}
