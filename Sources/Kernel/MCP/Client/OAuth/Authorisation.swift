public import Core

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
    /// The authorization server took the refresh token no more; somebody else may have used it.
    private(set) var refreshWasRefused = false
    /// The server did not say who authorises: it may be the server itself.
    var assumesServer = false

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
            refreshWasRefused = (400..<500).contains(status)
            return refreshed(plan, grant, status, body)
        case (_, .unanswered(let why)):
            return fail(.unreachable, why)
        case (.resource, .answer(let status, _)):
            return fail(.unreachable, "asked for the resource's metadata it answers \(status)")
        default:
            return fail(.ours, "that is no answer to what was asked")
        }
    }

    mutating func fail(_ reason: AuthorisationFault.Code, _ message: String) -> Action {
        fail(AuthorisationFault(reason, message))
    }

    mutating func fail(_ fault: AuthorisationFault) -> Action {
        state = .ended
        return .failed(fault)
    }

    static func error(_ body: [UInt8]) -> String? {
        guard body.count <= 65_536 else { return nil }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: body, limits: .init(depth: 8))["error"]?.string
        } catch {
            return nil
        }
    }

    static func told(_ body: [UInt8]) -> String {
        error(body).map { ", \(plain($0))" } ?? ""
    }

    /// Words of others, shortened and without anything that is not printed.
    static func plain(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) }.prefix(80), as: UTF8.self)
    }
}
