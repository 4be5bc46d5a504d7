import Core
import Store
import StoreTesting
import Synchronization
import Testing

@testable import MCP

/// Two who use the same refresh token, and an end in the middle of a refresh.
@Suite(.timeLimit(.minutes(1))) struct AuthorisationRaceTests {
    private static let issuer = "https://auth.example"
    private static let server = "https://mcp.example/mcp"

    private static func grant(_ number: Int, refresh: Bool = true) -> AccessGrant {
        AccessGrant(
            issuer: issuer,
            resource: server,
            accessToken: "access-\(number)",
            refreshToken: refresh ? "refresh-\(number)" : nil,
            expiresAt: nil,
            scopes: []
        )
    }

    private static func memory(_ number: Int, refresh: Bool = true) -> AuthorisationMemory {
        AuthorisationMemory(
            credentials: [ClientCredentials(issuer: issuer, id: "weft", method: .some(.none))],
            grant: grant(number, refresh: refresh)
        )
    }

    @Test("Whoever is refused a refresh uses what another process has got with it meanwhile")
    func loserUsesTheWinnersTokens() async throws {
        let keeper = TestKeeper(Self.memory(0))
        let site = IssuerSite { _ in
            keeper.set(Self.memory(1))
            return (400, ["error": "invalid_grant"])
        }
        let authoriser = try authoriser(keeper, site, ManualClock(now: OutsideWorld.start))
        #expect(try await authoriser.authorise(nil, refused: "access-0") == "access-1")
        #expect(keeper.memory == Self.memory(1))
    }

    @Test("What another process is about to keep is waited for, once")
    func loserWaits() async throws {
        let keeper = TestKeeper(Self.memory(0))
        let site = IssuerSite { _ in (400, ["error": "invalid_grant"]) }
        let clock = ManualClock(now: OutsideWorld.start)
        let authoriser = try authoriser(keeper, site, clock)
        async let token = authoriser.authorise(nil, refused: "access-0")
        while clock.nextWakeUp == nil { await Task.yield() }
        keeper.set(Self.memory(1))
        clock.advance(by: .seconds(1))
        #expect(try await token == "access-1")
    }

    @Test("A spent refresh token is forgotten when nobody has another one")
    func spent() async throws {
        let keeper = TestKeeper(Self.memory(0))
        let site = IssuerSite { _ in (400, ["error": "invalid_grant"]) }
        let clock = ManualClock(now: OutsideWorld.start)
        let authoriser = try authoriser(keeper, site, clock)
        async let refused: OutsideFault? = {
            do throws(OutsideFault) {
                _ = try await authoriser.authorise(nil, refused: "access-0")
                return nil
            } catch {
                return error
            }
        }()
        while clock.nextWakeUp == nil { await Task.yield() }
        clock.advance(by: .seconds(1))
        #expect(await refused?.code == "authorisation-needed")
        #expect(keeper.memory == Self.memory(0, refresh: false))
    }

    @Test("A loser who keeps first takes nothing from the winner, nor does one who keeps last")
    func merges() {
        let before = Self.memory(0)
        let lost = Self.memory(0, refresh: false)
        let won = Self.memory(1)
        #expect(before.taking(lost, over: before).taking(won, over: before) == won)
        #expect(before.taking(won, over: before).taking(lost, over: before) == won)
        // A third one, later still, keeps what it has; a person's word is the last one.
        let later = Self.memory(2)
        #expect(later.taking(won, over: before) == later)
        #expect(later.taking(won, over: before, isPersonal: true) == won)
    }

    @Test("An authorization that was ended while tokens were refreshed does not come back")
    func ended() async throws {
        let world = try await OutsideWorld()
        let server = try await world.add()
        _ = try await world.keep(Self.grant(0), of: server)
        let keeper = StoredKeeper(
            servers: world.servers,
            server: server,
            database: world.database
        )
        let site = IssuerSite { _ in
            try? await world.database.transaction {
                try world.servers.endAuthorisation(
                    server.id,
                    scope: OutsideWorld.scope(),
                    in: $0
                )
            }
            return (200, ["access_token": "access-1", "token_type": "Bearer"])
        }
        let authoriser = try authoriser(keeper, site, world.clock)
        let fault = await #expect(throws: OutsideFault.self) {
            _ = try await authoriser.authorise(nil, refused: "access-0")
        }
        #expect(fault?.code == "authorisation-needed")
        #expect(site.tokens == 1)
        #expect(try await world.record(of: server) == AuthorisationRecord())
    }

    @Test("Nor does it come into another authorization that was begun since")
    func begunAnew() async throws {
        let world = try await OutsideWorld()
        let server = try await world.add()
        let old = try #require(try await world.keep(Self.grant(0), of: server))
        try await world.database.transaction {
            try world.servers.endAuthorisation(server.id, scope: OutsideWorld.scope(), in: $0)
        }
        let new = try #require(try await world.keep(Self.grant(5), of: server))
        let keeper = StoredKeeper(
            servers: world.servers,
            server: server,
            database: world.database
        )
        #expect(try await keeper.keep(Self.memory(1), over: old, isPersonal: false) == nil)
        #expect(try await world.record(of: server) == new)
    }

    private func authoriser(
        _ keeper: any AuthorisationKeeper,
        _ site: IssuerSite,
        _ clock: any WallClock
    ) throws -> Authoriser {
        Authoriser(
            server: try #require(WebAddress(Self.server)),
            identity: ClientIdentity(
                redirectURI: "https://weft.example/back",
                isNative: false,
                registered: ClientCredentials(id: "weft")
            ),
            keeper: keeper,
            web: site,
            clock: clock,
            random: SeededRandom(seed: 1)
        )
    }
}

/// Keeps in memory what others may change meanwhile.
private final class TestKeeper: AuthorisationKeeper {
    let canVisit = false
    private let known: Mutex<AuthorisationMemory>

    init(_ memory: AuthorisationMemory) { known = Mutex(memory) }

    var memory: AuthorisationMemory { known.withLock { $0 } }

    func set(_ memory: AuthorisationMemory) { known.withLock { $0 = memory } }

    func record() async throws(OutsideFault) -> AuthorisationRecord {
        AuthorisationRecord(memory: memory, beginning: "1")
    }

    func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool
    ) async throws(OutsideFault) -> AuthorisationRecord? {
        set(self.memory.taking(memory, over: record.memory, isPersonal: isPersonal))
        return try await self.record()
    }

    func visit(_ visit: AuthorisationVisit) async throws(OutsideFault) -> AuthorisationReturn {
        throw OutsideFault(.refused, "there is nobody")
    }
}

/// A resource and its authorization server, whose token endpoint answers what the test says.
private final class IssuerSite: WebClient {
    private let answer: @Sendable (WebRequest) async -> (Int, JSON)
    private let count = Atomic(0)

    init(_ answer: @escaping @Sendable (WebRequest) async -> (Int, JSON)) { self.answer = answer }

    /// How often a token was asked for.
    var tokens: Int { count.load(ordering: .relaxed) }

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        let issuer = "https://auth.example"
        let (status, json): (Int, JSON) =
            switch request.url {
            case issuer + "/token":
                await token(request)
            case issuer + "/.well-known/oauth-authorization-server":
                (
                    200,
                    [
                        "issuer": .string(issuer),
                        "authorization_endpoint": .string(issuer + "/authorize"),
                        "token_endpoint": .string(issuer + "/token"),
                        "code_challenge_methods_supported": ["S256"],
                    ]
                )
            default:
                (
                    200,
                    [
                        "resource": "https://mcp.example/mcp",
                        "authorization_servers": [.string(issuer)],
                    ]
                )
            }
        return WebAnswer(status: status, body: json.bytes())
    }

    private func token(_ request: WebRequest) async -> (Int, JSON) {
        count.add(1, ordering: .relaxed)
        return await answer(request)
    }
}
