import Core
import Vault

/// Becoming known to the authorization server, and a person's visit there.
extension Authorisation {
    mutating func enter(_ plan: Plan) -> Action {
        guard mayVisit else {
            state = .ended
            return .failed(
                AuthorisationFault(
                    .signInNeeded,
                    "a person must authorise Weft at \(plan.issuer.issuer)"
                )
            )
        }
        if let client = credentials(plan) { return visit(plan, client) }
        guard let endpoint = plan.issuer.registrationEndpoint else {
            return fail(
                .noClient,
                "\(plan.issuer.issuer) registers no clients by itself: register Weft there and give "
                    + "the server's entry the client id"
            )
        }
        let supported =
            plan.issuer.authenticationMethods ?? [ClientCredentials.Method.basic.rawValue]
        let method =
            [ClientCredentials.Method.none, .basic, .post]
            .first { supported.contains($0.rawValue) } ?? .basic
        state = .registering(plan)
        return .ask(.post(endpoint, json: identity.description(method: method.rawValue)))
    }

    mutating func registered(_ plan: Plan, _ status: Int, _ body: [UInt8]) -> Action {
        guard status == 200 || status == 201 else {
            return fail(
                .registrationRefused,
                "\(plan.issuer.issuer) refused to register Weft (status \(status)"
                    + Self.told(body) + ")"
            )
        }
        do throws(AuthorisationFault) {
            let json = try OAuthDocument.read(body, "the answer to the registration")
            guard let id = json["client_id"]?.string, (1...2_000).contains(id.utf8.count) else {
                return fail(.registrationRefused, "the answer to the registration has no client id")
            }
            let client = ClientCredentials(
                issuer: plan.issuer.issuer,
                id: id,
                secret: json["client_secret"]?.string,
                method: json["token_endpoint_auth_method"]?.string
                    .flatMap(ClientCredentials.Method.init(rawValue:)),
                isDynamic: true
            )
            memory.keep(client)
            return visit(plan, client)
        } catch {
            return fail(error)
        }
    }

    mutating func visit(_ plan: Plan, _ client: ClientCredentials) -> Action {
        let verifier = token()
        let state = token()
        let digest: [UInt8]
        do throws(VaultError) {
            digest = try Authentication.sha256(Array(verifier.utf8))
        } catch {
            return fail(.ours, "hashing failed")
        }
        guard let page = WebAddress(plan.issuer.authorisationEndpoint) else {
            return fail(.badMetadata, "the authorization endpoint is no address")
        }
        var parameters = [
            ("response_type", "code"), ("client_id", client.id),
            ("redirect_uri", identity.redirectURI), ("state", state),
            ("code_challenge", Base64.encodeForURL(digest)), ("code_challenge_method", "S256"),
            ("resource", plan.resource),
        ]
        if !plan.scopes.isEmpty {
            parameters.append(("scope", plan.scopes.joined(separator: " ")))
        }
        // OpenID Connect Core 1.0 section 11: without it the request for offline access is ignored.
        if plan.scopes.contains("offline_access") { parameters.append(("prompt", "consent")) }
        let visit = AuthorisationVisit(
            location: page.adding(parameters),
            state: state,
            verifier: verifier,
            issuer: plan.issuer.issuer,
            namesItself: plan.issuer.namesItself,
            tokenEndpoint: plan.issuer.tokenEndpoint,
            authenticationMethods: plan.issuer.authenticationMethods,
            resource: plan.resource,
            redirectURI: identity.redirectURI,
            credentials: client,
            scopes: plan.scopes
        )
        self.state = .visiting(visit)
        return .visit(visit)
    }

    private func token() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            withUnsafeBytes(of: random.next().bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Base64.encodeForURL(bytes)
    }
}
