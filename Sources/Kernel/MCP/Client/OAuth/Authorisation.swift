public import Core
import Vault

/// Getting tokens for one server: decides what is asked next, and asks nothing itself.
///
/// The order is the MCP specification's: the resource's metadata, the authorization server's, a client id
/// there, then a refresh or a person's visit, then the token endpoint. Whoever drives it performs each
/// action and hands over what came of it.
public struct Authorisation: Sendable {
    /// What is to be done.
    public enum Action: Sendable {
        /// Make this request and hand over the answer; redirections are not followed.
        case ask(OAuthRequest)
        /// A person must visit a page; hand over what comes back, perhaps in another process.
        case visit(AuthorisationVisit)
        /// Here are the tokens; keep the memory.
        case granted(AuthorisationMemory)
        /// There will be none.
        case failed(AuthorisationFault)
    }

    /// What came of an action.
    public enum Input: Sendable {
        /// The answer to a request.
        case answer(status: Int, body: [UInt8])
        /// Nobody answered.
        case unanswered(String)
        /// The browser came back.
        case returned(AuthorisationReturn)
    }

    enum State: Sendable {
        case new
        case resource([String])
        case issuer(ResourceMetadata, [String])
        case registering(Plan)
        case visiting(AuthorisationVisit)
        case exchanging(AuthorisationVisit)
        case refreshing(Plan, AccessGrant)
        case ended
    }

    /// What is known once both documents were read.
    struct Plan: Sendable {
        var resource: String
        var issuer: IssuerMetadata
        var scopes: [String]
    }

    let server: WebAddress
    let identity: ClientIdentity
    let challenge: BearerChallenge?
    let random: any RandomSource
    let now: Timestamp
    /// Whether a person can be asked; without one only a refresh is possible.
    let mayVisit: Bool
    /// Whether a refresh may help: not when the server refused a token that is new.
    let mayRefresh: Bool
    var memory: AuthorisationMemory
    var state: State = .new
    private var assumesServer = false

    /// The way to tokens for `server`.
    ///
    /// - Parameters:
    ///   - server: the MCP endpoint.
    ///   - identity: who asks.
    ///   - memory: what is known from before.
    ///   - challenge: what the server asks for; nil when it did not say.
    ///   - mayVisit: whether a person can be asked.
    ///   - mayRefresh: whether a refresh may help.
    ///   - random: for PKCE's secret and the state.
    ///   - now: the present moment.
    public init(
        server: WebAddress,
        identity: ClientIdentity,
        memory: AuthorisationMemory,
        challenge: BearerChallenge?,
        mayVisit: Bool,
        mayRefresh: Bool = true,
        random: any RandomSource,
        now: Timestamp
    ) {
        self.server = server
        self.identity = identity
        self.memory = memory
        self.challenge = challenge
        self.mayVisit = mayVisit
        self.mayRefresh = mayRefresh
        self.random = random
        self.now = now
    }

    /// Goes on where a person's visit began; the first input is what came back.
    public init(
        resuming visit: AuthorisationVisit,
        server: WebAddress,
        identity: ClientIdentity,
        memory: AuthorisationMemory,
        random: any RandomSource,
        now: Timestamp
    ) {
        self.init(
            server: server,
            identity: identity,
            memory: memory,
            challenge: nil,
            mayVisit: true,
            random: random,
            now: now
        )
        state = .visiting(visit)
    }

    /// The first action.
    public mutating func begin() -> Action {
        guard case .new = state else { return fail(.ours, "the authorization has begun already") }
        guard server.scheme == "https" || identity.allowsPlain || server.isLoopback else {
            return fail(.badMetadata, "tokens are sent over https only")
        }
        guard let named = challenge?.resourceMetadata else {
            return nextResource(ResourceMetadata.places(of: server))
        }
        guard let address = WebAddress(named),
            address.scheme == "https" || identity.allowsPlain || address.isLoopback
        else {
            return fail(.badMetadata, "the server's resource_metadata is no https address")
        }
        return nextResource([named])
    }

    /// The next action after `input`.
    public mutating func handle(_ input: Input) -> Action {
        switch (state, input) {
        case (.resource(let rest), .answer(200, let body)):
            do throws(AuthorisationFault) {
                return nextIssuer(try ResourceMetadata(body, of: server))
            } catch  where error.reason == .badMetadata && !rest.isEmpty {
                return nextResource(rest)
            } catch {
                return fail(error)
            }
        case (.resource(let rest), .answer(400..<500, _)):
            if !rest.isEmpty { return nextResource(rest) }
            guard challenge?.resourceMetadata == nil else {
                return fail(.badMetadata, "there is no resource metadata where the server says")
            }
            assumesServer = true
            return nextIssuer(ResourceMetadata(assumedOf: server))
        case (.issuer(let resource, let rest), .answer(200, let body)):
            return read(issuer: body, of: resource, else: rest)
        case (.issuer(let resource, let rest), .answer(let status, _)):
            if !rest.isEmpty { return askIssuer(resource, rest) }
            return fail(
                .badMetadata,
                assumesServer
                    ? "the server wants authorization and does not say of whom"
                    : "\(resource.issuers.first ?? "the authorization server") does not describe "
                        + "itself (status \(status))"
            )
        case (.registering(let plan), .answer(let status, let body)):
            return registered(plan, status, body)
        case (.visiting(let visit), .returned(let answer)):
            return returned(visit, answer)
        case (.exchanging(let visit), .answer(let status, let body)):
            return exchanged(visit, status, body)
        case (.refreshing(let plan, let grant), .answer(let status, let body)):
            return refreshed(plan, grant, status, body)
        case (_, .unanswered(let why)):
            return fail(.unreachable, why)
        case (.resource, .answer(let status, _)):
            return fail(.unreachable, "asked for the resource's metadata it answers \(status)")
        default:
            return fail(.ours, "that is no answer to what was asked")
        }
    }

    private mutating func nextResource(_ places: [String]) -> Action {
        guard let place = places.first else { return fail(.badMetadata, "there is no metadata") }
        state = .resource(Array(places.dropFirst()))
        return .ask(.get(place))
    }

    private mutating func nextIssuer(_ resource: ResourceMetadata) -> Action {
        var resource = resource
        if let registered = identity.registered {
            // What was registered by hand is good at one authorization server alone.
            if let issuer = registered.issuer ?? memory.credentials(ofID: registered.id)?.issuer {
                guard resource.issuers.contains(issuer) else {
                    return fail(
                        .issuerMismatch,
                        "the client id was registered with \(issuer), and the server now names "
                            + "\(resource.issuers.joined(separator: ", ")): register there"
                    )
                }
                resource.issuers = [issuer]
            }
        } else if let known = resource.issuers.first(where: { memory.grant?.issuer == $0 })
            ?? resource.issuers.first(where: { memory.credentials(at: $0) != nil })
        {
            resource.issuers = [known]
        }
        guard let text = resource.issuers.first, let issuer = WebAddress(text),
            issuer.scheme == "https" || identity.allowsPlain || issuer.isLoopback
        else { return fail(.badMetadata, "the authorization server has no https address") }
        resource.issuers = [text]
        return askIssuer(resource, IssuerMetadata.places(of: issuer))
    }

    private mutating func askIssuer(_ resource: ResourceMetadata, _ places: [String]) -> Action {
        guard let place = places.first else { return fail(.ours, "there is no issuer to ask") }
        state = .issuer(resource, Array(places.dropFirst()))
        return .ask(.get(place))
    }

    private mutating func read(
        issuer body: [UInt8],
        of resource: ResourceMetadata,
        else rest: [String]
    ) -> Action {
        let issuer: IssuerMetadata
        do throws(AuthorisationFault) {
            issuer = try IssuerMetadata(
                body,
                issuer: resource.issuers.first ?? "",
                allowsPlain: identity.allowsPlain
            )
        } catch  where error.reason == .badMetadata && !rest.isEmpty {
            // A page for people, for instance, that some servers show at every address.
            return askIssuer(resource, rest)
        } catch {
            return fail(error)
        }
        let plan = Plan(
            resource: resource.resource,
            issuer: issuer,
            scopes: scopes(resource, issuer)
        )
        // More scopes than were granted cannot be had by a refresh (RFC 6749 section 6).
        if mayRefresh, let grant = memory.grant, grant.issuer == issuer.issuer,
            grant.resource == plan.resource, let token = grant.refreshToken,
            challenge?.error != "insufficient_scope", let client = credentials(plan)
        {
            state = .refreshing(plan, grant)
            return .ask(
                .token(
                    plan.issuer.tokenEndpoint,
                    [
                        ("grant_type", "refresh_token"), ("refresh_token", token),
                        ("resource", plan.resource),
                    ],
                    client,
                    plan.issuer.authenticationMethods
                )
            )
        }
        return enter(plan)
    }

    /// The challenge's scopes, else the resource's own; with those had before at the same server, and what
    /// a refresh token needs.
    private func scopes(_ resource: ResourceMetadata, _ issuer: IssuerMetadata) -> [String] {
        var scopes = challenge?.scopes ?? resource.scopes ?? []
        if let grant = memory.grant, grant.issuer == issuer.issuer {
            scopes = ScopeList.union(grant.scopes, scopes)
        }
        if !scopes.isEmpty, issuer.scopes?.contains("offline_access") == true {
            scopes = ScopeList.union(scopes, ["offline_access"])
        }
        return scopes
    }

    /// What we are known by at the plan's server; nil when we are not yet.
    private func credentials(_ plan: Plan) -> ClientCredentials? {
        if var registered = identity.registered {
            registered.issuer = plan.issuer.issuer
            return registered
        }
        if plan.issuer.takesClientDocuments, let document = identity.document {
            return ClientCredentials(issuer: plan.issuer.issuer, id: document, method: .some(.none))
        }
        return memory.credentials(at: plan.issuer.issuer)
    }

    private mutating func enter(_ plan: Plan) -> Action {
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

    private mutating func registered(_ plan: Plan, _ status: Int, _ body: [UInt8]) -> Action {
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

    private mutating func visit(_ plan: Plan, _ client: ClientCredentials) -> Action {
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

    private mutating func returned(
        _ visit: AuthorisationVisit,
        _ answer: AuthorisationReturn
    ) -> Action {
        guard answer.state == visit.state else {
            return fail(
                .foreignReturn,
                "the answer belongs to no authorization that was begun here"
            )
        }
        // RFC 9207 section 2.4: as text, without any normalising, before anything else is believed.
        switch answer.issuer {
        case visit.issuer?: break
        case nil where !visit.namesItself: break
        case nil: return fail(.issuerMismatch, "the answer does not say who gives it")
        case .some: return fail(.issuerMismatch, "the answer comes from another issuer")
        }
        if let error = answer.error {
            return fail(.refused, "\(visit.issuer) refused: \(Self.plain(error))")
        }
        guard let code = answer.code, (1...4_096).contains(code.utf8.count) else {
            return fail(.foreignReturn, "the answer has no code")
        }
        state = .exchanging(visit)
        return .ask(
            .token(
                visit.tokenEndpoint,
                [
                    ("grant_type", "authorization_code"), ("code", code),
                    ("redirect_uri", visit.redirectURI), ("code_verifier", visit.verifier),
                    ("resource", visit.resource),
                ],
                visit.credentials,
                visit.authenticationMethods
            )
        )
    }

    private mutating func exchanged(
        _ visit: AuthorisationVisit,
        _ status: Int,
        _ body: [UInt8]
    ) -> Action {
        guard status == 200 else {
            if Self.error(body) == "invalid_client", visit.credentials.isDynamic {
                memory.credentials.removeAll { $0.issuer == visit.issuer }
            }
            return fail(
                .refused,
                "\(visit.issuer) refused the code it had given (status \(status)"
                    + Self.told(body) + ")"
            )
        }
        do throws(AuthorisationFault) {
            if !visit.credentials.isDynamic, identity.registered != nil {
                // Remembered without its secret: where the id belongs.
                memory.keep(ClientCredentials(issuer: visit.issuer, id: visit.credentials.id))
            }
            memory.grant = try grant(
                body,
                issuer: visit.issuer,
                resource: visit.resource,
                asked: visit.scopes,
                refreshToken: nil
            )
        } catch {
            return fail(error)
        }
        state = .ended
        return .granted(memory)
    }

    private mutating func refreshed(
        _ plan: Plan,
        _ old: AccessGrant,
        _ status: Int,
        _ body: [UInt8]
    ) -> Action {
        guard status == 200 else {
            guard (400..<500).contains(status) else {
                return fail(.unreachable, "asked for a new token it answers \(status)")
            }
            // The token is spent or taken back: only a person helps now.
            memory.grant?.refreshToken = nil
            if Self.error(body) == "invalid_client" {
                memory.credentials.removeAll { $0.issuer == plan.issuer.issuer && $0.isDynamic }
            }
            return enter(plan)
        }
        do throws(AuthorisationFault) {
            memory.grant = try grant(
                body,
                issuer: old.issuer,
                resource: old.resource,
                asked: old.scopes,
                refreshToken: old.refreshToken
            )
        } catch {
            return fail(error)
        }
        state = .ended
        return .granted(memory)
    }

    /// RFC 6749 section 5.1.
    private func grant(
        _ body: [UInt8],
        issuer: String,
        resource: String,
        asked: [String],
        refreshToken: String?
    ) throws(AuthorisationFault) -> AccessGrant {
        let json = try OAuthDocument.read(body, "the token")
        guard let token = json["access_token"]?.string, (1...32_768).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            json["token_type"]?.string?.lowercased() == "bearer"
        else { throw AuthorisationFault(.badMetadata, "\(issuer) gave no bearer token") }
        let seconds = json["expires_in"]?.double.map { min(max($0, 0), 10 * 365 * 86_400) }
        let given = json["scope"]?.string.map(ScopeList.read) ?? []
        return AccessGrant(
            issuer: issuer,
            resource: resource,
            accessToken: token,
            refreshToken: json["refresh_token"]?.string ?? refreshToken,
            expiresAt: seconds.map { now + .seconds($0) },
            scopes: ScopeList.union(asked, given)
        )
    }

    private func token() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            withUnsafeBytes(of: random.next().bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Base64.encodeForURL(bytes)
    }

    private mutating func fail(_ reason: AuthorisationFault.Code, _ message: String) -> Action {
        fail(AuthorisationFault(reason, message))
    }

    private mutating func fail(_ fault: AuthorisationFault) -> Action {
        state = .ended
        return .failed(fault)
    }

    private static func error(_ body: [UInt8]) -> String? {
        guard body.count <= 65_536 else { return nil }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: body, limits: .init(depth: 8))["error"]?.string
        } catch {
            return nil
        }
    }

    private static func told(_ body: [UInt8]) -> String {
        error(body).map { ", \(plain($0))" } ?? ""
    }

    /// Words of others, shortened and without anything that is not printed.
    private static func plain(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) }.prefix(80), as: UTF8.self)
    }
}

extension AuthorisationMemory {
    /// What is remembered of a client id.
    fileprivate func credentials(ofID id: String) -> ClientCredentials? {
        credentials.first { $0.id == id }
    }
}
