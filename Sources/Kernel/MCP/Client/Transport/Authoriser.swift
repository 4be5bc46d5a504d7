import Core
import Synchronization

/// Keeps what is known about the authorization of one server, and reaches a person when one is needed.
public protocol AuthorisationKeeper: Sendable {
    /// Whether a person can be asked now.
    var canVisit: Bool { get }
    /// What is known.
    func memory() async throws(OutsideFault) -> AuthorisationMemory
    /// Keeps what is known now.
    func keep(_ memory: AuthorisationMemory) async throws(OutsideFault)
    /// Has a person visit the page, and waits for what comes back.
    func visit(_ visit: AuthorisationVisit) async throws(OutsideFault) -> AuthorisationReturn
}

/// Gives requests their tokens, and gets new ones when a server refuses those.
actor Authoriser {
    private let server: WebAddress
    private let identity: ClientIdentity
    private let keeper: any AuthorisationKeeper
    private let web: any WebClient
    private let clock: any WallClock
    private let random: any RandomSource
    private var turn: [CheckedContinuation<Void, Never>] = []
    private var isBusy = false

    init(
        server: WebAddress,
        identity: ClientIdentity,
        keeper: any AuthorisationKeeper,
        web: any WebClient,
        clock: any WallClock,
        random: any RandomSource
    ) {
        self.server = server
        self.identity = identity
        self.keeper = keeper
        self.web = web
        self.clock = clock
        self.random = random
    }

    /// The present access token, renewed first when it is about to end; nil when there is none.
    func token() async throws(OutsideFault) -> String? {
        guard let grant = try await keeper.memory().grant else { return nil }
        guard let end = grant.expiresAt, grant.refreshToken != nil,
            end - clock.now() < .seconds(30)
        else { return grant.accessToken }
        do throws(OutsideFault) {
            return try await authorise(nil, refused: grant.accessToken, mayVisit: false)
        } catch  where error.reason == .authorisation {
            // The server may take the old one still, or says itself what it wants.
            return grant.accessToken
        }
    }

    /// Gets a token other than `refused`.
    ///
    /// - Parameters:
    ///   - challenge: what the server asks for.
    ///   - refused: the token that it refused; nil when there was none.
    ///   - mayVisit: whether a person may be asked.
    ///   - mayRefresh: whether a refresh may help.
    /// - Returns: the token.
    /// - Throws: `OutsideFault` of code `authorisation`.
    func authorise(
        _ challenge: BearerChallenge?,
        refused: String?,
        mayVisit: Bool = true,
        mayRefresh: Bool = true
    ) async throws(OutsideFault) -> String {
        await enter()
        defer { leave() }
        let memory = try await keeper.memory()
        // Somebody else was quicker. More scopes than it has are not had that way.
        if let grant = memory.grant, grant.accessToken != refused, refused != nil,
            challenge?.error != "insufficient_scope"
        {
            return grant.accessToken
        }
        var authorisation = Authorisation(
            server: server,
            identity: identity,
            memory: memory,
            challenge: challenge,
            mayVisit: mayVisit && keeper.canVisit,
            mayRefresh: mayRefresh,
            random: random,
            now: clock.now()
        )
        var action = authorisation.begin()
        while true {
            switch action {
            case .ask(let request):
                action = authorisation.handle(await ask(request))
            case .visit(let visit):
                // What was registered is known even if nobody comes back.
                try await keeper.keep(authorisation.memory)
                action = authorisation.handle(.returned(try await keeper.visit(visit)))
            case .granted(let memory):
                try await keeper.keep(memory)
                guard let token = memory.grant?.accessToken else {
                    throw OutsideFault(AuthorisationFault(.ours, "there is no token"))
                }
                return token
            case .failed(let fault):
                try await keeper.keep(authorisation.memory)
                throw OutsideFault(fault)
            }
        }
    }

    private func ask(_ request: OAuthRequest) async -> Authorisation.Input {
        await Self.ask(request, of: web, private: identity.allowsPlain)
    }

    /// Performs one request of the state machine.
    static func ask(
        _ request: OAuthRequest,
        of web: any WebClient,
        private reachesPrivateAddresses: Bool
    ) async -> Authorisation.Input {
        do throws(WebFault) {
            let answer = try await web.send(request.request(private: reachesPrivateAddresses))
            return .answer(status: answer.status, body: answer.body)
        } catch {
            return .unanswered(error.message)
        }
    }

    /// One authorization at a time: refresh tokens are good once.
    private func enter() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { turn.append($0) }
    }

    private func leave() {
        if turn.isEmpty { isBusy = false } else { turn.removeFirst().resume() }
    }
}
