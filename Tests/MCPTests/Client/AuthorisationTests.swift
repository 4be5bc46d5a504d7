import Core
import Testing
import Vault

@testable import MCP

/// The order and the rules are those of the MCP specification of 2026-07-28, "Authorization", and of the RFCs
/// that it names.
@Suite struct AuthorisationTests {
    static let server = "https://mcp.example.com/mcp"
    static let issuer = "https://auth.example.com"
    static let now = Timestamp(microseconds: 1_700_000_000_000_000)

    static func identity(
        document: String? = nil,
        registered: ClientCredentials? = nil
    ) -> ClientIdentity {
        ClientIdentity(
            redirectURI: "http://127.0.0.1:3000/callback",
            isNative: true,
            document: document,
            registered: registered
        )
    }

    static func begin(
        _ identity: ClientIdentity = identity(),
        memory: AuthorisationMemory = AuthorisationMemory(),
        challenge: BearerChallenge? = BearerChallenge(),
        mayVisit: Bool = true,
        mayRefresh: Bool = true
    ) throws -> Authorisation {
        Authorisation(
            server: try #require(WebAddress(server)),
            identity: identity,
            memory: memory,
            challenge: challenge,
            mayVisit: mayVisit,
            mayRefresh: mayRefresh,
            random: SeededRandom(seed: 1),
            now: now
        )
    }

    static func resource(
        _ change: JSONObject = [:]
    ) -> Authorisation.Input {
        var document: JSONObject = [
            "resource": .string(server), "authorization_servers": [.string(issuer)],
        ]
        for member in change { document[member.key] = member.value }
        return .answer(status: 200, body: JSON.object(document).bytes())
    }

    static func metadata(
        _ change: JSONObject = [:]
    ) -> Authorisation.Input {
        var document: JSONObject = [
            "issuer": .string(issuer),
            "authorization_endpoint": .string(issuer + "/authorize?tenant=1"),
            "token_endpoint": .string(issuer + "/token"),
            "registration_endpoint": .string(issuer + "/register"),
            "code_challenge_methods_supported": ["plain", "S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        ]
        for member in change {
            document[member.key] = member.value.isNull ? Optional.none : member.value
        }
        return .answer(status: 200, body: JSON.object(document).bytes())
    }

    static func json(_ json: JSON, status: Int = 200) -> Authorisation.Input {
        .answer(status: status, body: json.bytes())
    }

    static func asked(_ action: Authorisation.Action) throws -> OAuthRequest {
        guard case .ask(let request) = action else {
            Issue.record("expected a request, got \(action)")
            throw CancellationError()
        }
        return request
    }

    static func failure(_ action: Authorisation.Action) -> AuthorisationFault.Code? {
        if case .failed(let fault) = action { return fault.reason }
        return nil
    }

    static func form(_ request: OAuthRequest) -> [String: String] {
        WebAddress.parameters(of: String(decoding: request.body ?? [], as: UTF8.self))
    }

    @Test("The whole way: metadata, registration, visit with PKCE and resource, code for tokens")
    func wholeWay() throws {
        var way = try Self.begin(challenge: BearerChallenge(scopes: ["read"]))
        #expect(
            try Self.asked(way.begin()).url
                == "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"
        )
        #expect(
            try Self.asked(way.handle(.answer(status: 404, body: []))).url
                == "https://mcp.example.com/.well-known/oauth-protected-resource"
        )
        #expect(
            try Self.asked(way.handle(Self.resource())).url
                == "https://auth.example.com/.well-known/oauth-authorization-server"
        )
        let registration = try Self.asked(way.handle(Self.metadata()))
        #expect(registration.url == Self.issuer + "/register")
        let registered = try JSON(parsing: try #require(registration.body))
        #expect(registered["application_type"] == "native")
        #expect(registered["grant_types"] == ["authorization_code", "refresh_token"])
        #expect(registered["token_endpoint_auth_method"] == "none")
        let action = way.handle(
            Self.json(["client_id": "c:1", "client_secret": "s/1"], status: 201)
        )
        guard case .visit(let visit) = action else {
            Issue.record("expected a visit, got \(action)")
            return
        }
        let page = try #require(WebAddress(visit.location))
        let query = WebAddress.parameters(of: try #require(page.query))
        #expect(page.path == "/authorize" && query["tenant"] == "1")
        #expect(query["response_type"] == "code" && query["client_id"] == "c:1")
        #expect(query["scope"] == "read" && query["resource"] == Self.server)
        #expect(query["redirect_uri"] == "http://127.0.0.1:3000/callback")
        #expect(query["code_challenge_method"] == "S256")
        // RFC 7636 section 4.2: the challenge is the SHA-256 of the verifier, in base64url.
        #expect(
            try query["code_challenge"]
                == Base64.encodeForURL(Authentication.sha256(Array(visit.verifier.utf8)))
        )
        #expect(visit.verifier.utf8.count >= 43 && visit.verifier != visit.state)
        // What must be remembered survives being written down.
        #expect(AuthorisationVisit(json: try JSON(parsing: visit.json.bytes())) == visit)

        let exchange = try Self.asked(
            way.handle(
                .returned(.init(state: visit.state, code: "code", issuer: nil, error: nil))
            )
        )
        #expect(exchange.url == Self.issuer + "/token")
        let form = Self.form(exchange)
        #expect(form["grant_type"] == "authorization_code" && form["code"] == "code")
        #expect(form["code_verifier"] == visit.verifier && form["resource"] == Self.server)
        // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
        #expect(
            exchange.headers.contains {
                $0.name == "Authorization"
                    && $0.value == "Basic " + Base64.encode("c%3A1:s%2F1".utf8)
            }
        )
        #expect(form["client_id"] == nil && form["client_secret"] == nil)
        let end = way.handle(
            Self.json([
                "access_token": "t-1", "token_type": "bearer", "expires_in": 60,
                "refresh_token": "r-1", "scope": "read write",
            ])
        )
        guard case .granted(let memory) = end else {
            Issue.record("expected tokens, got \(end)")
            return
        }
        #expect(memory.grant?.accessToken == "t-1" && memory.grant?.refreshToken == "r-1")
        #expect(memory.grant?.expiresAt == Self.now + .seconds(60))
        #expect(memory.grant?.scopes == ["read", "write"])
        #expect(AuthorisationMemory(json: try JSON(parsing: memory.json.bytes())) == memory)
    }

    @Test("The place that the server names is the only one that is asked")
    func namedPlace() throws {
        let place = "https://mcp.example.com/meta.json"
        var way = try Self.begin(challenge: BearerChallenge(resourceMetadata: place))
        #expect(try Self.asked(way.begin()).url == place)
        #expect(Self.failure(way.handle(.answer(status: 404, body: []))) == .badMetadata)
        var plain = try Self.begin(
            challenge: BearerChallenge(resourceMetadata: "http://mcp.example.com/meta.json")
        )
        #expect(Self.failure(plain.begin()) == .badMetadata)
    }

    @Test(
        "Metadata of others, or that is not what it must be, is not used",
        arguments: [
            (["resource": "https://evil.example/mcp"] as JSONObject, .resourceMismatch),
            (["resource": "https://mcp.example.com/mc"] as JSONObject, .resourceMismatch),
            (["authorization_servers": []] as JSONObject, .badMetadata),
            (["authorization_servers": ["http://auth.example.com"]] as JSONObject, .badMetadata),
        ] as [(JSONObject, AuthorisationFault.Code)]
    )
    func resources(_ change: JSONObject, _ code: AuthorisationFault.Code) throws {
        var way = try Self.begin(
            challenge: BearerChallenge(resourceMetadata: "https://mcp.example.com/m")
        )
        _ = way.begin()
        #expect(Self.failure(way.handle(Self.resource(change))) == code)
    }

    @Test(
        "Authorization servers must be themselves, know PKCE and have https endpoints",
        arguments: [
            (["issuer": "https://auth.example.com/"] as JSONObject, .issuerMismatch),
            (["issuer": "https://evil.example"] as JSONObject, .issuerMismatch),
            (["code_challenge_methods_supported": .null] as JSONObject, .noPKCE),
            (["code_challenge_methods_supported": ["plain"]] as JSONObject, .noPKCE),
            (["registration_endpoint": .null] as JSONObject, .noClient),
        ] as [(JSONObject, AuthorisationFault.Code)]
    )
    func issuers(_ change: JSONObject, _ code: AuthorisationFault.Code) throws {
        var way = try Self.begin()
        _ = way.begin()
        _ = way.handle(Self.resource())
        #expect(Self.failure(way.handle(Self.metadata(change))) == code)
    }

    @Test("A page for people at a well-known address is passed over for the next one")
    func pages() throws {
        var way = try Self.begin()
        _ = way.begin()
        _ = way.handle(Self.resource())
        let next = way.handle(.answer(status: 200, body: Array("<html>".utf8)))
        #expect(try Self.asked(next).url.hasSuffix("/.well-known/openid-configuration"))
    }

    /// The table of "Authorization Response Validation".
    @Test(
        "Who answers is compared as text, and must be named where that was promised",
        arguments: [
            (true, "https://auth.example.com", true), (true, nil, false),
            (false, "https://auth.example.com", true), (false, nil, true),
            (false, "https://evil.example", false), (true, "https://auth.example.com/", false),
            (true, "HTTPS://auth.example.com", false),
            (true, "https://auth.example.com:443", false),
        ] as [(Bool, String?, Bool)]
    )
    func answerers(_ isPromised: Bool, _ named: String?, _ isGood: Bool) throws {
        var way = try Self.begin(Self.identity(registered: ClientCredentials(id: "c")))
        _ = way.begin()
        _ = way.handle(Self.resource())
        let action = way.handle(
            Self.metadata(["authorization_response_iss_parameter_supported": .bool(isPromised)])
        )
        guard case .visit(let visit) = action else {
            Issue.record("expected a visit, got \(action)")
            return
        }
        let next = way.handle(
            .returned(.init(state: visit.state, code: "c", issuer: named, error: nil))
        )
        if isGood {
            #expect(try Self.asked(next).url == Self.issuer + "/token")
        } else {
            #expect(Self.failure(next) == .issuerMismatch)
        }
    }

    @Test("An answer with another state, or without one, is thrown away before it is read")
    func states() throws {
        for state in [nil, "", "other"] as [String?] {
            var way = try Self.begin(Self.identity(registered: ClientCredentials(id: "c")))
            _ = way.begin()
            _ = way.handle(Self.resource())
            _ = way.handle(Self.metadata())
            let answer = AuthorisationReturn(
                state: state,
                code: "c",
                issuer: "https://evil.example",
                error: "access_denied"
            )
            #expect(Self.failure(way.handle(.returned(answer))) == .foreignReturn)
        }
    }

    @Test(
        "Scopes: the challenge's, else the resource's, with those had before and for refreshing",
        arguments: [
            (["a"], ["b"], [], ["x"], ["a"]), (nil, ["b", "c"], [], nil, ["b", "c"]),
            (nil, nil, [], ["offline_access"], []), (["w"], ["b"], ["r"], nil, ["r", "w"]),
            (["a"], nil, [], ["offline_access"], ["a", "offline_access"]),
        ] as [([String]?, [String]?, [String], [String]?, [String])]
    )
    func scopes(
        _ challenged: [String]?,
        _ supported: [String]?,
        _ granted: [String],
        _ offered: [String]?,
        _ expected: [String]
    ) throws {
        func list(_ words: [String]?) -> JSON {
            words.map { .array($0.map { .string($0) }) } ?? .null
        }
        var memory = AuthorisationMemory(credentials: [.init(issuer: Self.issuer, id: "c")])
        if !granted.isEmpty {
            memory.grant = AccessGrant(
                issuer: Self.issuer,
                resource: Self.server,
                accessToken: "t",
                refreshToken: "r",
                expiresAt: nil,
                scopes: granted
            )
        }
        var way = try Self.begin(
            memory: memory,
            challenge: BearerChallenge(scopes: challenged, error: "insufficient_scope")
        )
        _ = way.begin()
        _ = way.handle(
            Self.resource(supported == nil ? [:] : ["scopes_supported": list(supported)])
        )
        let action = way.handle(
            Self.metadata(offered == nil ? [:] : ["scopes_supported": list(offered)])
        )
        guard case .visit(let visit) = action else {
            Issue.record("expected a visit, got \(action)")
            return
        }
        #expect(visit.scopes == expected)
        let query = WebAddress.parameters(of: try #require(WebAddress(visit.location)?.query))
        #expect(query["scope"] == (expected.isEmpty ? nil : expected.joined(separator: " ")))
    }
}
