import Core
import Synchronization

/// Keeps what is known about the authorization of one server, and reaches a person when one is needed.
public protocol AuthorisationKeeper: Sendable {
    /// Whether a person can be asked now.
    var canVisit: Bool { get }
    /// What is known now, also by what others have kept meanwhile.
    func record() async throws(OutsideFault) -> AuthorisationRecord
    /// Keeps what was learnt since `record` was read, without undoing what others have kept meanwhile.
    ///
    /// - Parameters:
    ///   - memory: what is known now.
    ///   - record: what it began with.
    ///   - isPersonal: whether a person has just agreed to the tokens.
    /// - Returns: what is kept now; nil when somebody ended the authorization meanwhile.
    /// - Throws: `OutsideFault` when nothing can be kept.
    func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool
    ) async throws(OutsideFault) -> AuthorisationRecord?
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
        guard let grant = try await keeper.record().memory.grant else { return nil }
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
        var record = try await keeper.record()
        // Somebody else was quicker. More scopes than it has are not had that way.
        if let grant = record.memory.grant, grant.accessToken != refused, refused != nil,
            challenge?.error != "insufficient_scope"
        {
            return grant.accessToken
        }
        var isPersonal = false
        var authorisation = Authorisation(
            server: server,
            identity: identity,
            memory: record.memory,
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
                if let token = try await newer(than: record, authorisation) { return token }
                // What was registered is known even if nobody comes back.
                record = try await keep(authorisation.memory, over: record, isPersonal: false)
                authorisation.memory = record.memory
                isPersonal = true
                action = authorisation.handle(.returned(try await keeper.visit(visit)))
            case .granted(let memory):
                let kept = try await keep(memory, over: record, isPersonal: isPersonal)
                guard let token = kept.memory.grant?.accessToken else {
                    throw OutsideFault(AuthorisationFault(.ours, "there is no token"))
                }
                return token
            case .failed(let fault):
                if let token = try await newer(than: record, authorisation) { return token }
                _ = try await keep(authorisation.memory, over: record, isPersonal: false)
                throw OutsideFault(fault)
            }
        }
    }

    /// The token that another process or connection got with the refresh token that was refused to us.
    ///
    /// It may be on its way into the store, so it is looked for twice.
    private func newer(
        than record: AuthorisationRecord,
        _ authorisation: Authorisation
    ) async throws(OutsideFault) -> String? {
        guard authorisation.refreshWasRefused, let old = record.memory.grant else { return nil }
        for attempt in 0..<2 {
            if attempt > 0 {
                do { try await clock.sleep(for: Self.patience) } catch { return nil }
            }
            let now = try await keeper.record()
            guard now.beginning == record.beginning else { return nil }
            if let grant = now.memory.grant, grant.accessToken != old.accessToken {
                return grant.accessToken
            }
        }
        return nil
    }

    /// How long after a refused refresh somebody else's tokens are waited for.
    private static let patience = Duration.milliseconds(500)

    private func keep(
        _ memory: AuthorisationMemory,
        over record: AuthorisationRecord,
        isPersonal: Bool
    ) async throws(OutsideFault) -> AuthorisationRecord {
        if let kept = try await keeper.keep(memory, over: record, isPersonal: isPersonal) {
            return kept
        }
        throw OutsideFault(
            AuthorisationFault(.signInNeeded, "the authorization was ended meanwhile")
        )
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
