import Agents
import Core
import Identity
import Store
import StoreTesting
import Synchronization
import Testing

@testable import MCP

@Suite struct OutsideServersTests {
    private static func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any Fault)?.code ?? String(describing: error)
        }
    }

    private static func refusal(
        of invocation: Invocation,
        _ world: OutsideWorld
    ) async -> String? {
        await code { _ = try await world.call(invocation) }
    }

    @Test("An admitted tool is called by those who may, and checked before")
    func calls() async throws {
        let world = try await OutsideWorld()
        let (_, tool) = try await world.admitted()
        #expect(tool.state == .admitted && tool.toolName == "mcp.site.echo")
        let admin = world.invocation(OutsideWorld.scope())
        #expect(try await world.call(admin)["text"] == "hi")
        #expect(await Self.code { _ = try await world.call(admin, "too long") } == "invalid-value")
        #expect(await Self.code { _ = try await world.call(admin, 7) } == "wrong-type")
        let planner = world.invocation(OutsideWorld.scope([.planner]))
        #expect(await Self.code { _ = try await world.call(planner) } == "forbidden")
        #expect(world.site.calls("tools/call").count == 1)
        let meta = try JSON(parsing: world.site.calls("tools/call")[0].body ?? [])["params"]?[
            "_meta"
        ]
        #expect(meta?["weft/idempotency-key"] == "key-1")
        #expect(meta?["traceparent"]?.string?.hasPrefix("00-") == true)
    }

    @Test("Agents reach it once it is given to them, by a grant or by their settings")
    func grants() async throws {
        let world = try await OutsideWorld()
        _ = try await world.admitted()
        let agent = OutsideWorld.scope([.aiAgent])
        var invocation = world.invocation(agent)
        #expect(await Self.refusal(of: invocation, world) == "forbidden")
        invocation.outsideTools = ["mcp.site.echo"]
        #expect(try await world.call(invocation)["text"] == "hi")
        invocation.outsideTools = []
        try await world.database.transaction { transaction in
            _ = try world.servers.grant(
                "mcp.site.echo",
                to: "shop.buyer",
                scope: OutsideWorld.scope(),
                in: transaction
            )
            try world.toolbox.renew(OutsideWorld.organisation, in: transaction)
        }
        #expect(try await world.call(invocation)["text"] == "hi")
        let buyer = try #require(world.registry.agents["shop.buyer"])
        func names(_ organisation: ID<Organisation>) -> [String] {
            world.registry.tools(of: buyer, and: [], organisation).map(\.name)
        }
        #expect(names(OutsideWorld.organisation) == ["mcp.site.echo"])
        #expect(names(OutsideWorld.other).isEmpty)
        try await world.toolbox.reload()
        #expect(try await world.call(invocation)["text"] == "hi")
        try await world.database.transaction { transaction in
            try world.servers.revoke(
                "mcp.site.echo",
                from: "shop.buyer",
                scope: OutsideWorld.scope(),
                in: transaction
            )
            try world.toolbox.renew(OutsideWorld.organisation, in: transaction)
        }
        #expect(await Self.refusal(of: invocation, world) == "forbidden")
    }

    @Test("Another organisation finds nothing, whatever it asks")
    func organisations() async throws {
        let world = try await OutsideWorld()
        let (server, tool) = try await world.admitted()
        let stranger = OutsideWorld.scope(in: OutsideWorld.other)
        #expect(
            await Self.code { _ = try await world.call(world.invocation(stranger)) }
                == "unknown-tool"
        )
        let reads: [@Sendable (any Reader) throws -> Void] = [
            { _ = try world.servers.server(server.id, scope: stranger, in: $0) },
            { _ = try world.servers.tools(of: server.id, scope: stranger, in: $0) },
            { _ = try world.servers.tool("echo", of: server.id, scope: stranger, in: $0) },
        ]
        for read in reads {
            #expect(await Self.code { try await world.database.read(read) } == "not-found")
        }
        let hash = tool.admittedHash ?? ""
        let writes: [@Sendable (any Transaction) throws -> Void] = [
            {
                _ = try world.servers.change(
                    server.id,
                    JSONReader(["enabled": false]),
                    expected: nil,
                    scope: stranger,
                    in: $0
                )
            },
            { try world.servers.remove(server.id, scope: stranger, in: $0) },
            {
                _ = try world.servers.admit(
                    "echo",
                    of: server.id,
                    hash: hash,
                    needsApproval: false,
                    scope: stranger,
                    in: $0
                )
            },
            { try world.servers.withdraw("echo", of: server.id, scope: stranger, in: $0) },
            {
                _ = try world.servers.grant(
                    "mcp.site.echo",
                    to: "shop.buyer",
                    scope: stranger,
                    in: $0
                )
            },
            { try world.servers.endAuthorisation(server.id, scope: stranger, in: $0) },
        ]
        for write in writes {
            #expect(await Self.code { try await world.database.transaction(write) } == "not-found")
        }
        let listed = try await world.database.read {
            try world.servers.list(scope: stranger, in: $0).count
        }
        #expect(listed == 0)
    }

    @Test(
        "A tool that changes is suspended once it is looked at again, with an event, until admitted anew"
    )
    func suspends() async throws {
        let world = try await OutsideWorld()
        let (server, _) = try await world.admitted()
        let admin = world.invocation(OutsideWorld.scope())
        _ = try await world.call(admin)
        world.site.state.withLock { $0.tool["description"] = "Says it, and sends it to others." }
        // Within the interval the list is believed.
        _ = try await world.call(admin)
        world.clock.advance(by: .seconds(61))
        #expect(await Self.code { _ = try await world.call(admin) } == "tool-suspended")
        let tool = try await world.tools(server)[0]
        #expect(tool.state == .suspended && tool.suspendedAt == world.clock.now())
        #expect(try await world.events() == ["mcp.tool-admitted", "mcp.tool-suspended"])
        // It is gone from the registry, and asking again suspends nothing twice.
        #expect(await Self.code { _ = try await world.call(admin) } == "unknown-tool")
        try await world.toolbox.refreshAll()
        #expect(try await world.events().count == 2)
        _ = try await world.admit(server)
        #expect(try await world.call(admin)["text"] == "hi")
    }

    @Test("A tool that is gone is suspended, and comes back suspended")
    func goes() async throws {
        let world = try await OutsideWorld()
        let (server, _) = try await world.admitted()
        world.site.state.withLock { $0.isThere = false }
        try await world.toolbox.refresh(server.id, scope: OutsideWorld.scope())
        let gone = try await world.tools(server)[0]
        #expect(gone.state == .suspended && gone.offered == nil && gone.admitted != nil)
        world.site.state.withLock { $0.isThere = true }
        try await world.toolbox.refresh(server.id, scope: OutsideWorld.scope())
        #expect(try await world.tools(server)[0].state == .suspended)
    }

    @Test("Another place suspends all tools and forgets the authorization")
    func moves() async throws {
        let world = try await OutsideWorld()
        let (server, _) = try await world.admitted()
        let grant = AccessGrant(
            issuer: "https://auth.example",
            resource: "https://mcp.example/mcp",
            accessToken: "secret-token",
            refreshToken: nil,
            expiresAt: nil,
            scopes: []
        )
        try await world.keep(grant, of: server)
        let sealed = try await world.database.query("SELECT secret FROM mcp_authorisation", []) {
            try $0.text(0)
        }
        #expect(sealed.count == 1 && !sealed[0].contains("secret-token"))
        let changed = try await world.database.transaction { transaction in
            try world.servers.change(
                server.id,
                JSONReader(["url": "https://elsewhere.example/mcp"]),
                expected: ExpectedVersion([1]),
                scope: OutsideWorld.scope(),
                in: transaction
            )
        }
        #expect(!changed.isAuthorised && changed.version == 2)
        #expect(try await world.tools(server)[0].state == .suspended)
        #expect(try await world.record(of: server) == AuthorisationRecord())
        let stale = await Self.code {
            try await world.database.transaction { transaction in
                _ = try world.servers.change(
                    server.id,
                    JSONReader(["enabled": false]),
                    expected: ExpectedVersion([1]),
                    scope: OutsideWorld.scope(),
                    in: transaction
                )
            }
        }
        #expect(stale == "version-mismatch")
    }

    @Test("A visit can be ended by who began it, once, and in time")
    func visits() async throws {
        let world = try await OutsideWorld()
        let server = try await world.add()
        let visit = AuthorisationVisit(
            location: "https://auth.example/authorize",
            state: "state-1",
            verifier: "verifier",
            issuer: "https://auth.example",
            namesItself: false,
            tokenEndpoint: "https://auth.example/token",
            authenticationMethods: nil,
            resource: "https://mcp.example/mcp",
            redirectURI: "https://weft.example/auth/mcp/callback",
            credentials: ClientCredentials(id: "c"),
            scopes: []
        )
        let scope = OutsideWorld.scope()
        func begin() async throws {
            try await world.database.transaction {
                try world.servers.begin(
                    visit,
                    AuthorisationMemory(),
                    over: AuthorisationRecord(),
                    of: server,
                    scope: scope,
                    in: $0
                )
            }
        }
        func take(_ state: String, _ scope: Scope) async throws -> AuthorisationVisit? {
            try await world.database.transaction {
                try world.servers.take(state, scope: scope, in: $0)?.visit
            }
        }
        try await begin()
        #expect(try await take("other", scope) == nil)
        #expect(try await take("state-1", OutsideWorld.scope([.admin], 3)) == nil)
        #expect(try await take("state-1", OutsideWorld.scope(in: OutsideWorld.other)) == nil)
        #expect(try await take("state-1", scope) == visit)
        #expect(try await take("state-1", scope) == nil)
        try await begin()
        world.clock.advance(by: .seconds(601))
        #expect(try await take("state-1", scope) == nil)
    }

    private static let secrets: JSONObject = [
        "headers": ["X-Api-Key": "k"], "client": ["id": "c", "secret": "s"],
    ]

    @Test(
        "Secrets do not go to another address unless they are given with it",
        arguments: [
            (["url": "https://elsewhere.example/mcp"], "/headers"),
            (["url": "https://mcp.example:8443/mcp"], "/headers"),
            (["url": "https://elsewhere.example/mcp", "headers": [:]], "/client"),
            (["url": "https://elsewhere.example/mcp", "client": .null], "/headers"),
            (["url": "https://elsewhere.example/mcp", "headers": [:], "client": .null], nil),
            (
                [
                    "url": "https://elsewhere.example/mcp", "headers": ["A": "b"],
                    "client": ["id": "d"],
                ], nil
            ),
            (["url": "https://mcp.example/other"], nil), (["enabled": false], nil),
        ] as [(JSON, String?)]
    )
    func anew(_ input: JSON, _ pointer: String?) async throws {
        let world = try await OutsideWorld()
        let server = try await world.add(Self.secrets)
        let fault = await world.fault(of: server, changed: input)
        #expect(fault?.pointer == pointer)
        #expect(fault == nil || fault?.code == "secrets-needed")
        let kept = try await world.database.read {
            let server = try world.servers.server(server.id, scope: OutsideWorld.scope(), in: $0)
            return (server, try world.servers.secrets(of: server).headers.map(\.value))
        }
        #expect((kept.0.url == server.url) == (pointer != nil || input["url"] == nil))
        if pointer != nil || input["headers"] == nil { #expect(kept.1 == ["k"]) }
    }

    @Test("Another program needs its variables anew")
    func variables() async throws {
        let world = try await OutsideWorld(rules: .init(allowsPrograms: true))
        let server = try await world.add([
            "transport": "stdio", "url": .null, "command": ["a"], "environment": ["KEY": "v"],
        ])
        #expect(
            await world.fault(of: server, changed: ["command": ["b"]])?.pointer == "/environment"
        )
        #expect(await world.fault(of: server, changed: ["command": ["a"]]) == nil)
        #expect(
            await world.fault(of: server, changed: ["command": ["b"], "environment": [:]]) == nil
        )
    }

    @Test("Operators decide on programs and private addresses")
    func rules() async throws {
        let strict = try await OutsideWorld()
        let program: JSONObject = ["transport": "stdio", "url": .null, "command": ["server"]]
        #expect(await Self.code { _ = try await strict.add(program) } == "programs-not-allowed")
        let plain: JSONObject = ["url": "http://mcp.example/mcp"]
        #expect(await Self.code { _ = try await strict.add(plain) } == "invalid-value")
        let open = try await OutsideWorld(rules: .init(allowsPrograms: true, allowsPrivate: true))
        #expect(try await open.add(program).command == ["server"])
        #expect(try await open.add(["name": "plain", "url": "http://x/"]).url == "http://x/")
        #expect(await Self.code { _ = try await open.add(program) } == "name-taken")
    }

    @Test("A failure to reach a server is written down with it, and its tools stay as they were")
    func failures() async throws {
        let world = try await OutsideWorld()
        let (server, _) = try await world.admitted()
        world.site.state.withLock { $0.failure = WebFault(.unreachable, "nobody there") }
        let code = await Self.code {
            try await world.toolbox.refresh(server.id, scope: OutsideWorld.scope())
        }
        #expect(code == "mcp-unreachable")
        let found = try await world.database.read {
            try world.servers.server(server.id, scope: OutsideWorld.scope(), in: $0)
        }
        #expect(found.status == .failing && found.message == "nobody there")
        #expect(try await world.tools(server)[0].state == .admitted)
    }
}
