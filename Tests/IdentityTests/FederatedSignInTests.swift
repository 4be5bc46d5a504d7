import Core
import Store
import Synchronization
import Testing

@testable import Identity

@Suite struct FederatedSignInTests {
    private struct Stage {
        let world: IdentityWorld
        let issuer: LocalIssuer
        var federation: FederatedSignIn { world.parts.federation }

        init(matchesEmail: Bool = false, createsAccounts: Bool = true) async throws {
            let box = Relay()
            world = try await IdentityWorld(
                web: box,
                providers: [
                    try LocalIssuer.configuration(
                        matchesEmail: matchesEmail,
                        createsAccounts: createsAccounts
                    )
                ]
            )
            issuer = try LocalIssuer(clock: world.clock)
            box.target.withLock { [issuer] in $0 = issuer }
        }

        /// A whole visit: out, agree, back; what came back can be changed.
        func visit(
            cookie: String?? = nil,
            change: (inout [String: String]) -> Void = { _ in }
        ) async throws -> FederatedSignIn.Step {
            let out = try await federation.start("oidc", back: "/console/orders")
            var answer = issuer.authorise(out.location)
            change(&answer)
            return try await federation.finish(
                "oidc",
                .init(
                    code: answer["code"],
                    state: answer["state"],
                    issuer: answer["iss"],
                    error: answer["error"]
                ),
                cookie: cookie ?? out.cookie?.exposed,
                visitor: world.visitor()
            )
        }

        func exchange(_ step: FederatedSignIn.Step) async throws -> SignedIn {
            let code = try #require(step.location.split(separator: "=").dropFirst().first)
            return try await federation.exchange(
                Secret(String(code.prefix { $0 != "&" })),
                cookie: step.cookie?.exposed,
                visitor: world.visitor()
            )
        }
    }

    @Test("A person whom the provider knows gets an account of the configured roles, once")
    func creation() async throws {
        let stage = try await Stage()
        for _ in 0..<2 {
            let step = try await stage.visit()
            #expect(step.location.hasPrefix("/console/sign-in?code="))
            #expect(step.location.hasSuffix("&return=%2Fconsole%2Forders"))
            let signedIn = try await stage.exchange(step)
            #expect(signedIn.roles == [.viewer, .loader])
            #expect(signedIn.actor.name == "New Person")
            #expect(try await stage.world.authenticate(signedIn.accessToken).session != nil)
        }
        let people = try await stage.world.parts.accounts.list(scope: stage.world.ada)
        #expect(people.map(\.email) == ["ada@example.org", "new@example.org"])
        let audit = try await stage.world.parts.audit.list(scope: stage.world.ada)
        #expect(audit.count { $0.action == "account.linked" } == 1)
        #expect(audit.count { $0.detail["provider"] == "oidc" && $0.outcome == .done } == 3)
    }

    @Test("The way out asks for what the rules ask for")
    func request() async throws {
        let stage = try await Stage()
        let out = try await stage.federation.start("oidc", back: nil)
        #expect(out.location.hasPrefix("https://issuer.example/authorize?response_type=code&"))
        for part in [
            "client_id=weft-test", "scope=openid%20email%20profile",
            "redirect_uri=https%3A%2F%2Fweft.example%2Fauth%2Foidc%2Foidc%2Fcallback",
            "code_challenge_method=S256", "state=", "nonce=", "code_challenge=",
        ] {
            #expect(out.location.contains(part), "\(part)")
        }
        #expect(await reason { try await stage.federation.start("other", back: nil) } == .notFound)
    }

    @Test(
        "Nobody is led out of the console after signing in",
        arguments: [
            ("/console/orders?x=1", "/console/orders?x=1"), ("//evil.example", "/console/"),
            ("https://evil.example", "/console/"), ("/console\\evil", "/console/"),
            ("/consoles", "/console/"), ("/console/\r\nX: y", "/console/"), (nil, "/console/"),
        ]
    )
    func back(wanted: String?, expected: String) {
        #expect(FederatedSignIn.page(wanted) == expected)
    }

    @Test("An answer that is not this browser's own is refused")
    func mixedUp() async throws {
        let stage = try await Stage()
        let other = try await stage.federation.start("oidc", back: nil)
        let tries: [(String, String??, (inout [String: String]) -> Void)] = [
            ("no cookie", .some(nil), { _ in }),
            ("another visit's cookie", .some(other.cookie?.exposed), { _ in }),
            ("a made-up cookie", .some("v1.AAAA"), { _ in }),
            ("another state", nil, { $0["state"] = "other" }),
            ("no state", nil, { $0["state"] = nil }),
            ("another issuer's answer", nil, { $0["iss"] = "https://evil.example" }),
            ("a refusal", nil, { $0["error"] = "access_denied" }),
            ("no code", nil, { $0["code"] = nil }),
            ("a made-up code", nil, { $0["code"] = "guess" }),
        ]
        for (what, cookie, change) in tries {
            let found = await reason { try await stage.visit(cookie: cookie, change: change) }
            #expect(found == .providerRefused, "\(what)")
        }
        let people = try await stage.world.parts.accounts.list(scope: stage.world.ada)
        #expect(people.count == 1)
    }

    @Test("A provider that always names itself must do so")
    func namesItself() async throws {
        let stage = try await Stage()
        stage.issuer.state.withLock {
            $0.description["authorization_response_iss_parameter_supported"] = true
        }
        #expect(await reason { try await stage.visit() } == .providerRefused)
        _ = try await stage.visit { $0["iss"] = LocalIssuer.issuer }
    }

    @Test(
        "An ID token that breaks a rule is refused",
        arguments: [
            ("iss", "https://evil.example"), ("iss", nil), ("aud", "somebody"), ("aud", []),
            ("aud", ["weft-test", "somebody"]), ("aud", nil), ("azp", "somebody"),
            ("nonce", "other"), ("nonce", nil), ("exp", 1_763_639_900), ("exp", nil),
            ("exp", "soon"), ("iat", 1_763_640_100), ("iat", 1_763_639_000), ("iat", nil),
            ("nbf", 1_763_640_100), ("sub", ""), ("sub", nil), ("sub", 7), ("at_hash", "AAAA"),
        ] as [(String, JSON?)]
    )
    func claims(member: String, value: JSON?) async throws {
        let stage = try await Stage()
        stage.issuer.state.withLock { $0.claims = [member: value ?? .null] }
        // JSON null stands for: not there.
        #expect(await reason { try await stage.visit() } == .providerRefused)
    }

    @Test("Claims that the rules allow are accepted")
    func allowed() async throws {
        let stage = try await Stage()
        // The left half of SHA-256 of "at-1", by `printf at-1 | openssl dgst -sha256 -binary | head -c 16`.
        let half = "R8PYaIQdcYEdkSc9TeGyiQ"
        for claims: JSON in [
            ["aud": ["weft-test"]], ["azp": "weft-test"], ["nbf": 1_763_640_000],
            ["exp": 1_763_640_000.5], ["at_hash": .string(half)],
        ] {
            stage.issuer.state.withLock { $0.claims = claims }
            _ = try await stage.visit()
        }
    }

    @Test(
        "A signature by another key, or by no key, is refused",
        arguments: [
            ["alg": "none"], ["alg": "HS256"], ["alg": "ES256", "kid": "unknown"],
            ["alg": "RS256"], ["alg": "ES256", "crit": ["b64"]],
        ] as [JSON]
    )
    func signatures(header: JSON) async throws {
        let stage = try await Stage()
        stage.issuer.state.withLock { $0.header = header }
        #expect(await reason { try await stage.visit() } == .providerRefused)
    }

    @Test("New keys of the provider are fetched when first seen, but not at everybody's whim")
    func keyRotation() async throws {
        let stage = try await Stage()
        _ = try await stage.visit()
        let fresh = try SigningKey.generate()
        stage.issuer.state.withLock { state in
            state.key = fresh
            state.published.append(fresh.publicKey.jwk)
        }
        _ = try await stage.visit()
        #expect(stage.issuer.state.withLock { $0.keyFetches } == 2)
        let unknown = try SigningKey.generate()
        stage.issuer.state.withLock { $0.key = unknown }
        for _ in 0..<3 {
            #expect(await reason { try await stage.visit() } == .providerRefused)
        }
        #expect(stage.issuer.state.withLock { $0.keyFetches } == 2)
        stage.world.clock.advance(by: Provider.refetch)
        #expect(await reason { try await stage.visit() } == .providerRefused)
        #expect(stage.issuer.state.withLock { $0.keyFetches } == 3)
    }

    @Test("A code of the provider's works once, and so does ours, in the browser it was made for")
    func once() async throws {
        let stage = try await Stage()
        let out = try await stage.federation.start("oidc", back: nil)
        let answer = stage.issuer.authorise(out.location)
        func finish() async throws -> FederatedSignIn.Step {
            try await stage.federation.finish(
                "oidc",
                .init(code: answer["code"], state: answer["state"], issuer: nil, error: nil),
                cookie: out.cookie?.exposed,
                visitor: stage.world.visitor()
            )
        }
        let step = try await finish()
        #expect(await reason { try await finish() } == .providerRefused)
        _ = try await stage.exchange(step)
        #expect(await reason { try await stage.exchange(step) } == .invalidExchange)

        var stolen = try await stage.visit()
        stolen.cookie = Secret("another browser's")
        let elsewhere = stolen
        let refused = await reason { try await stage.exchange(elsewhere) }
        #expect(refused == .invalidExchange)
        let late = try await stage.visit()
        stage.world.clock.advance(by: FederatedSignIn.exchangeLifetime)
        #expect(await reason { try await stage.exchange(late) } == .invalidExchange)
    }

    @Test("A visit that takes longer than ten minutes has to begin again")
    func patience() async throws {
        let stage = try await Stage()
        let out = try await stage.federation.start("oidc", back: nil)
        let answer = stage.issuer.authorise(out.location)
        stage.world.clock.advance(by: FederatedSignIn.patience)
        let found = await reason {
            try await stage.federation.finish(
                "oidc",
                .init(code: answer["code"], state: answer["state"], issuer: nil, error: nil),
                cookie: out.cookie?.exposed,
                visitor: stage.world.visitor()
            )
        }
        #expect(found == .providerRefused)
    }

    @Test("Without leave to make accounts, strangers are turned away")
    func noCreation() async throws {
        let stage = try await Stage(createsAccounts: false)
        #expect(await reason { try await stage.visit() } == .providerAccount)
    }

    @Test("An account is found by its e-mail only where that is configured and the e-mail verified")
    func byEmail() async throws {
        for (matches, verified, expected) in [
            (true, true, nil), (true, false, .providerAccount), (false, true, .providerAccount),
        ] as [(Bool, Bool, IdentityError.Code?)] {
            let stage = try await Stage(matchesEmail: matches, createsAccounts: true)
            stage.issuer.state.withLock {
                $0.claims = ["email": "Ada@example.org", "email_verified": .bool(verified)]
            }
            let found = await reason {
                let signedIn = try await stage.exchange(try await stage.visit())
                #expect(signedIn.actor == stage.world.person.actor)
            }
            #expect(found == expected, "matches \(matches), verified \(verified)")
        }
    }

    @Test("A disabled account stays out, however it comes")
    func disabled() async throws {
        let stage = try await Stage(matchesEmail: true)
        stage.issuer.state.withLock { $0.claims = ["email": "ada@example.org"] }
        _ = try await stage.exchange(try await stage.visit())
        let scope = try stage.world.admin()
        try await stage.world.database.transaction { [world = stage.world] in
            try world.parts.accounts.setDisabled(
                true,
                account: world.person.id,
                scope: scope,
                in: $0
            )
        }
        #expect(await reason { try await stage.visit() } == .providerAccount)
    }

    @Test("A provider that describes another, or answers nonsense, is not used")
    func badProvider() async throws {
        let changes: [(String, JSON)] = [
            ("issuer", "https://evil.example"), ("issuer", "https://issuer.example/"),
            ("token_endpoint", "http://issuer.example/token"), ("jwks_uri", "file:///etc/passwd"),
            ("authorization_endpoint", .null),
        ]
        for (member, value) in changes {
            let stage = try await Stage()
            stage.issuer.state.withLock { $0.description[member] = value }
            #expect(await reason { try await stage.visit() } == .providerUnavailable, "\(member)")
        }
        let stage = try await Stage()
        stage.issuer.state.withLock { $0.tokenStatus = 500 }
        #expect(await reason { try await stage.visit() } == .providerUnavailable)
        stage.issuer.state.withLock {
            $0.tokenStatus = 200
            $0.published = [["kty": "oct", "k": "AAAA"]]
        }
        #expect(await reason { try await stage.visit() } == .providerUnavailable)
    }
}
