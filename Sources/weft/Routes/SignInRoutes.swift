import Core
import HTTP
import Identity
import Observability
import Platform
import Store

/// What people reach before they are signed in, and who they are once they are.
struct SignInRoutes {
    let installation: Installation

    private static func small(_ documentation: RouteDocumentation) -> RouteOptions {
        RouteOptions(bodyLimit: 16 << 10, documentation: documentation)
    }

    private var identity: IdentityAssembly { installation.identity }

    func add(to router: inout Router) {
        addTokens(to: &router)
        addPasswords(to: &router)
        addProviders(to: &router)
        addOwn(to: &router)
        router.get("/.well-known/jwks.json", options: RouteOptions(documentation: .keys)) { _ in
            .json(identity.keys.jwks, headers: ["Cache-Control": "public, max-age=300"])
        }
    }

    private func addTokens(to router: inout Router) {
        router.post("/auth/token", options: Self.small(.signIn)) { request in
            let body = try request.reader()
            try body.onlyKeys(["email", "password", "organisation", "code"])
            let signedIn = try await identity.signIn.token(
                email: body.member("email").string(length: 0...320),
                password: Secret(body.member("password").string(length: 0...1_000)),
                code: body.optional("code")?.string(length: 1...64),
                organisation: body.optional("organisation")?.id(),
                visitor: Self.visitor(request)
            )
            return try await answer(signedIn)
        }
        router.post("/auth/refresh", options: Self.small(.refresh)) { request in
            let token = try Self.refreshToken(request)
            let signedIn = try await identity.signIn.refresh(
                token,
                visitor: Self.visitor(request)
            )
            return try await answer(signedIn)
        }
        router.post("/auth/revoke", options: Self.small(.revoke)) { request in
            try await identity.signIn.revoke(Self.refreshToken(request), trace: request.trace)
            return .noContent
        }
    }

    private func addPasswords(to router: inout Router) {
        router.post("/auth/password/forgot", options: Self.small(.forgot)) { request in
            let body = try request.reader()
            try body.onlyKeys(["email"])
            try await identity.reset.ask(
                email: body.member("email").string(length: 0...320),
                visitor: Self.visitor(request)
            )
            return .json([:], status: .accepted)
        }
        router.post("/auth/password/reset", options: Self.small(.reset)) { request in
            let body = try request.reader()
            try body.onlyKeys(["token", "password"])
            try await identity.reset.reset(
                token: Secret(body.member("token").string(length: 0...200)),
                to: Secret(body.member("password").string(length: 0...1_000)),
                visitor: Self.visitor(request)
            )
            return .noContent
        }
    }

    private func addProviders(to router: inout Router) {
        router.get("/auth/oidc", options: RouteOptions(documentation: .providers)) { _ in
            let items = identity.federation.list.map { provider -> JSON in
                ["name": .string(provider.name), "label": .string(provider.label)]
            }
            return .json(["items": .array(items), "nextCursor": .null])
        }
        router.get("/auth/oidc/{name}/start", options: RouteOptions(documentation: .providerStart))
        { request in
            let name = try request.parameter("name")
            do {
                let step = try await identity.federation.start(name, back: request.query["return"])
                return redirect(step, provider: name)
            } catch let error as IdentityError where error.reason == .providerUnavailable {
                installation.kernel.logger.with(trace: request.trace).warning(
                    "identity provider",
                    ["provider": .string(name), "error": .string(error.message)]
                )
                return Self.back(with: error)
            }
        }
        router.get(
            "/auth/oidc/{name}/callback",
            options: RouteOptions(documentation: .providerReturn)
        ) { request in
            let name = try request.parameter("name")
            do {
                let step = try await identity.federation.finish(
                    name,
                    FederatedSignIn.Return(
                        code: request.query["code"],
                        state: request.query["state"],
                        issuer: request.query["iss"],
                        error: request.query["error"]
                    ),
                    cookie: Self.cookie(request),
                    visitor: Self.visitor(request)
                )
                return redirect(step, provider: name)
            } catch let error as IdentityError where error.reason != .notFound {
                // The browser is on its way to a page, so a problem in JSON would help nobody.
                installation.kernel.logger.with(trace: request.trace).warning(
                    "sign-in by identity provider refused",
                    ["provider": .string(name), "error": .string(error.message)]
                )
                return Self.back(with: error)
            }
        }
        router.post("/auth/oidc/exchange", options: Self.small(.exchange)) { request in
            let body = try request.reader()
            try body.onlyKeys(["code"])
            let signedIn = try await identity.federation.exchange(
                Secret(body.member("code").string(length: 1...200)),
                cookie: Self.cookie(request),
                visitor: Self.visitor(request)
            )
            var response = try await answer(signedIn)
            response.headers.add("Set-Cookie", Self.cookie("", seconds: 0, secure: false))
            return response
        }
    }

    private func addOwn(to router: inout Router) {
        router.get("/api/me", options: RouteOptions(documentation: .me)) { request in
            let scope = try request.authority()
            let found = try await installation.database.read { reader in
                (
                    account: try identity.accounts.acting(as: scope, in: reader),
                    organisation: try identity.accounts.organisation(scope: scope, in: reader),
                    totp: try identity.secondFactor.isOn(scope.actor.id, in: reader)
                )
            }
            return .json([
                "account": [
                    "id": scope.actor.id.json, "kind": .string(scope.actor.kind.rawValue),
                    "name": .string(found.account?.name ?? scope.actor.name),
                    "email": .optional(found.account?.email),
                ],
                "organisation": [
                    "id": found.organisation.id.json, "name": .string(found.organisation.name),
                ],
                "roles": .array(scope.roles.map(\.rawValue).sorted().map { .string($0) }),
                "totp": .bool(found.totp),
                "organisations": [
                    [
                        "id": found.organisation.id.json,
                        "name": .string(found.organisation.name),
                    ]
                ],
            ])
        }
    }

    /// The tokens; the access token is known to be good from now on, so that a flood of bad ones from
    /// the same address does not stop it.
    private func answer(_ signedIn: SignedIn) async throws -> Response {
        _ = try await identity.authenticator.credential(bearer: signedIn.accessToken.exposed)
        var json = signedIn.json
        let left = signedIn.accessExpiresAt - installation.clock.now()
        json["expiresIn"] = .int(max(0, Int(left.seconds)))
        return .json(json)
    }

    private func redirect(_ step: FederatedSignIn.Step, provider: String) -> Response {
        var response = Response.redirect(to: step.location)
        response.headers.add(
            "Set-Cookie",
            Self.cookie(
                step.cookie?.exposed ?? "",
                seconds: step.seconds,
                secure: identity.federation.isSecure(provider)
            )
        )
        return response
    }

    private static func back(with error: IdentityError) -> Response {
        var response = Response.redirect(to: "/console/sign-in?error=\(error.code)")
        response.headers.add("Set-Cookie", cookie("", seconds: 0, secure: false))
        return response
    }

    /// Only for the paths of a sign-in, out of reach for scripts, and not sent by other sites' requests
    /// but for the visit that comes back.
    private static func cookie(_ value: String, seconds: Int, secure: Bool) -> String {
        "\(FederatedSignIn.cookie)=\(value); Path=/auth/oidc; Max-Age=\(seconds); HttpOnly; "
            + "SameSite=Lax" + (secure ? "; Secure" : "")
    }

    /// The cookie of a sign-in under way (RFC 6265 section 4.2).
    private static func cookie(_ request: Request) -> String? {
        for header in request.headers.all("cookie") {
            for pair in header.split(separator: ";") {
                let trimmed = pair.drop { $0 == " " }
                if trimmed.hasPrefix(FederatedSignIn.cookie + "=") {
                    return String(trimmed.dropFirst(FederatedSignIn.cookie.count + 1))
                }
            }
        }
        return nil
    }

    private static func refreshToken(_ request: Request) throws -> Secret {
        let body = try request.reader()
        try body.onlyKeys(["refreshToken"])
        return Secret(try body.member("refreshToken").string(length: 0...1_000))
    }

    private static func visitor(_ request: Request) -> Visitor {
        Visitor(
            address: request.remoteAddress,
            userAgent: request.headers["user-agent"],
            trace: request.trace
        )
    }
}
