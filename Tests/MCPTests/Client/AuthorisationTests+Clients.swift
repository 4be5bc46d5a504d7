import Core
import Testing
import Vault

@testable import MCP

/// What is kept of a client and its tokens, and used again.
extension AuthorisationTests {
    private static func memory(
        issuer: String = issuer,
        refreshToken: String? = "r-1"
    ) -> AuthorisationMemory {
        AuthorisationMemory(
            credentials: [.init(issuer: issuer, id: "known", isDynamic: true)],
            grant: AccessGrant(
                issuer: issuer,
                resource: server,
                accessToken: "old",
                refreshToken: refreshToken,
                expiresAt: nil,
                scopes: ["read"]
            )
        )
    }

    @Test("A refresh comes first; a spent refresh token leads to a person, and is forgotten")
    func refreshes() throws {
        var way = try Self.begin(memory: Self.memory())
        _ = way.begin()
        _ = way.handle(Self.resource())
        let request = try Self.asked(way.handle(Self.metadata()))
        #expect(Self.form(request)["refresh_token"] == "r-1")
        #expect(Self.form(request)["resource"] == Self.server)
        #expect(Self.form(request)["client_id"] == "known")
        var other = way
        let renewed = way.handle(Self.json(["access_token": "new", "token_type": "Bearer"]))
        guard case .granted(let memory) = renewed else {
            Issue.record("expected tokens, got \(renewed)")
            return
        }
        // A server that does not rotate leaves the refresh token as it is.
        #expect(memory.grant?.accessToken == "new" && memory.grant?.refreshToken == "r-1")
        let spent = other.handle(Self.json(["error": "invalid_grant"], status: 400))
        guard case .visit(let visit) = spent else {
            Issue.record("expected a visit, got \(spent)")
            return
        }
        #expect(visit.credentials.id == "known" && other.memory.grant?.refreshToken == nil)
        var alone = try Self.begin(memory: Self.memory(refreshToken: nil), mayVisit: false)
        _ = alone.begin()
        _ = alone.handle(Self.resource())
        #expect(Self.failure(alone.handle(Self.metadata())) == .signInNeeded)
    }

    @Test("Another authorization server gets nothing of what the former one gave")
    func migrates() throws {
        var way = try Self.begin(memory: Self.memory(issuer: "https://former.example"))
        _ = way.begin()
        _ = way.handle(Self.resource())
        let next = try Self.asked(way.handle(Self.metadata()))
        #expect(next.url == Self.issuer + "/register")
        #expect(!String(decoding: next.body ?? [], as: UTF8.self).contains("known"))
    }

    @Test("What was registered by hand is good at its own authorization server alone")
    func preRegistered() throws {
        let client = ClientCredentials(issuer: "https://other.example", id: "c", secret: "s")
        var way = try Self.begin(Self.identity(registered: client))
        _ = way.begin()
        #expect(Self.failure(way.handle(Self.resource())) == .issuerMismatch)
        // Without a word on whose it is, the first one that took it.
        var memory = AuthorisationMemory()
        memory.credentials = [ClientCredentials(issuer: "https://other.example", id: "c")]
        var bound = try Self.begin(
            Self.identity(registered: ClientCredentials(id: "c", secret: "s")),
            memory: memory
        )
        _ = bound.begin()
        #expect(Self.failure(bound.handle(Self.resource())) == .issuerMismatch)
    }

    @Test("Our own description is the client id where that is taken, also at a new server")
    func documents() throws {
        let document = "https://weft.example/client.json"
        var way = try Self.begin(Self.identity(document: document))
        _ = way.begin()
        _ = way.handle(Self.resource())
        let action = way.handle(Self.metadata(["client_id_metadata_document_supported": true]))
        guard case .visit(let visit) = action else {
            Issue.record("expected a visit, got \(action)")
            return
        }
        #expect(visit.credentials.id == document && visit.credentials.secret == nil)
    }

    @Test(
        "Clients prove themselves in the way that both know",
        arguments: [
            ("s", nil, nil, ClientCredentials.Method.basic),
            ("s", nil, ["client_secret_post"], .post), ("s", nil, ["none"], .none),
            ("s", .post, ["client_secret_basic", "client_secret_post"], .post),
            ("s", .post, ["client_secret_basic"], .basic),
            (nil, nil, ["client_secret_basic"], .none),
            ("s", .post, ["private_key_jwt"], .post),
        ] as [(String?, ClientCredentials.Method?, [String]?, ClientCredentials.Method)]
    )
    func methods(
        _ secret: String?,
        _ chosen: ClientCredentials.Method?,
        _ supported: [String]?,
        _ expected: ClientCredentials.Method
    ) {
        let client = ClientCredentials(id: "c", secret: secret, method: chosen)
        #expect(client.method(among: supported) == expected)
    }

    @Test("Answers that are no bearer token are refused")
    func badTokens() throws {
        let answers: [JSON] = [
            [:], ["access_token": "t"], ["access_token": "t", "token_type": "mac"],
            ["access_token": "a b", "token_type": "Bearer"],
            ["access_token": "", "token_type": "Bearer"],
            ["access_token": "t\u{7F}", "token_type": "Bearer"],
        ]
        for answer in answers {
            var way = try Self.begin(memory: Self.memory())
            _ = way.begin()
            _ = way.handle(Self.resource())
            _ = way.handle(Self.metadata())
            #expect(Self.failure(way.handle(Self.json(answer))) == .badMetadata)
        }
    }
}
