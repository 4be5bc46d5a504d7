import Core
import Store
import Vault

/// Signs people in by an identity provider: authorization code with PKCE, state and nonce.
///
/// What must be remembered between the way out and the way back is sealed into a cookie of the browser
/// that started, so nothing is stored for visitors, and another browser cannot end what one began. Back
/// here the browser gets a one-time code that only it can trade for tokens.
public final class FederatedSignIn: Sendable {
    /// The name of the cookie.
    public static let cookie = "weft-oidc"
    /// How long the visit to the provider may take.
    static let patience = Duration.seconds(600)
    /// How long the one-time code is good.
    static let exchangeLifetime = Duration.seconds(60)

    /// Where the browser is sent, and what it is to remember.
    public struct Step: Sendable {
        /// The address or path to go to.
        public var location: String
        /// The cookie's value; nil removes it.
        public var cookie: Secret?
        /// How long it is kept, in seconds.
        public var seconds: Int
    }

    let providers: [Provider]
    let signIn: SignIn
    let vault: Vault
    let random: any RandomSource
    let clock: any WallClock

    init(
        _ configurations: [ProviderConfiguration],
        web: any WebClient,
        signIn: SignIn,
        vault: Vault,
        random: any RandomSource,
        clock: any WallClock
    ) {
        providers = configurations.map { Provider($0, web: web, clock: clock) }
        self.signIn = signIn
        self.vault = vault
        self.random = random
        self.clock = clock
    }

    /// The names and labels of the providers.
    public var list: [(name: String, label: String)] {
        providers.map { ($0.configuration.name, $0.configuration.label) }
    }

    /// Whether the provider's cookies may travel over TLS only.
    public func isSecure(_ name: String) -> Bool {
        providers.first { $0.configuration.name == name }?.configuration.isSecure ?? true
    }

    /// Begins a sign-in.
    ///
    /// - Parameters:
    ///   - name: the provider's.
    ///   - back: the page to come back to; anything but one of the console's is replaced by its first.
    /// - Returns: the provider's address, and the cookie.
    /// - Throws: `IdentityError` of code `notFound` or `providerUnavailable`.
    public func start(_ name: String, back: String?) async throws -> Step {
        let provider = try provider(name)
        let description = try await provider.description()
        let state = random.token()
        let nonce = random.token()
        let verifier = random.token()
        guard let digest = OpenSSL.digest("SHA256", Array(verifier.utf8)) else {
            throw OpenSSL.failure("hashing")
        }
        let configuration = provider.configuration
        let parameters = [
            ("response_type", "code"), ("client_id", configuration.clientID),
            ("redirect_uri", configuration.redirectURI), ("scope", configuration.scopes),
            ("state", state), ("nonce", nonce), ("code_challenge", Base64.encodeForURL(digest)),
            ("code_challenge_method", "S256"),
        ].map { "\($0)=\(SecondFactor.escaped($1))" }.joined(separator: "&")
        let memory: JSON = [
            "provider": .string(name), "state": .string(state), "nonce": .string(nonce),
            "verifier": .string(verifier), "back": .string(Self.page(back)),
            "until": .int((clock.now() + Self.patience).microseconds),
        ]
        let joint = description.authorisation.contains("?") ? "&" : "?"
        return Step(
            location: description.authorisation + joint + parameters,
            cookie: Secret(
                try vault.seal(memory.bytes(), for: "oidc-visit")
            ),
            seconds: 600
        )
    }

    /// What the provider sent the browser back with.
    public struct Return: Sendable {
        /// The code.
        public var code: String?
        /// The state.
        public var state: String?
        /// Who the provider says it is (RFC 9207).
        public var issuer: String?
        /// Why it refuses.
        public var error: String?

        /// What came back.
        public init(code: String?, state: String?, issuer: String?, error: String?) {
            self.code = code
            self.state = state
            self.issuer = issuer
            self.error = error
        }
    }

    /// Ends the visit to a provider: checks everything, finds or makes the account.
    ///
    /// - Parameters:
    ///   - name: the provider's.
    ///   - what: what the browser brought back.
    ///   - cookie: the cookie of ``start(_:back:)``.
    ///   - visitor: whose browser.
    /// - Returns: the console's sign-in page with a one-time code, and the cookie that goes with it.
    /// - Throws: `IdentityError` of code `providerRefused`, `providerUnavailable`, `providerAccount` or
    ///   `throttled`; `StoreError`.
    public func finish(
        _ name: String,
        _ what: Return,
        cookie: String?,
        visitor: Visitor
    ) async throws -> Step {
        let provider = try provider(name)
        let attempt = try signIn.gate.arrival(address: visitor.address)
        do {
            let step = try await admit(provider, what, cookie: cookie, visitor: visitor)
            signIn.gate.settle(attempt, forgives: false)
            return step
        } catch {
            let message = (error as? IdentityError)?.message ?? "\(type(of: error))"
            try await note(provider, refusal: message, visitor: visitor)
            throw error
        }
    }

    private func admit(
        _ provider: Provider,
        _ what: Return,
        cookie: String?,
        visitor: Visitor
    ) async throws -> Step {
        let visit = try visit(of: cookie, to: provider.configuration.name)
        guard let state = what.state, state == visit.state else {
            throw Self.refusal("the answer belongs to no sign-in that this browser began")
        }
        let description = try await provider.description()
        // RFC 9207 section 2.4, against a provider that passes on another one's codes.
        guard
            what.issuer == provider.configuration.issuer
                || what.issuer == nil && !description.namesItself
        else { throw Self.refusal("the answer comes from another issuer") }
        if let error = what.error {
            throw Self.refusal("the provider refused: \(error.prefix(60))")
        }
        guard let code = what.code, (1...2_048).contains(code.utf8.count) else {
            throw Self.refusal("the answer has no code")
        }
        let tokens = try await provider.redeem(code, verifier: visit.verifier)
        guard let header = VerificationKeySet.header(of: tokens.idToken) else {
            throw Self.refusal("the ID token is no signed text")
        }
        let check = IDTokenCheck(
            issuer: provider.configuration.issuer,
            clientID: provider.configuration.clientID,
            nonce: visit.nonce,
            now: clock.now()
        )
        let claims = try check.read(
            tokens.idToken,
            keys: try await provider.keys(for: header["kid"]?.string),
            accessToken: tokens.accessToken
        )
        let exchange = random.token()
        let browser = random.token()
        let now = clock.now()
        try await signIn.database.transaction { [self] transaction in
            let account = try account(
                of: claims,
                at: provider.configuration,
                trace: visitor.trace,
                in: transaction
            )
            try transaction.execute(
                """
                INSERT INTO identity_exchange (hash, browser, account, provider, expires_at)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    .text(try SHA256Digest(exchange).hexadecimal),
                    .text(try SHA256Digest(browser).hexadecimal), .id(account),
                    .text(provider.configuration.name), .time(now + Self.exchangeLifetime),
                ]
            )
        }
        return Step(
            location: "/console/sign-in?code=\(exchange)"
                + "&return=\(SecondFactor.escaped(visit.back))",
            cookie: Secret(browser),
            seconds: 60
        )
    }

    /// Trades the one-time code of ``finish(_:_:cookie:visitor:)`` for tokens.
    ///
    /// - Throws: `IdentityError` of code `invalidExchange` or `throttled`; `StoreError`.
    public func exchange(
        _ code: Secret,
        cookie: String?,
        visitor: Visitor
    ) async throws -> SignedIn {
        let attempt = try signIn.gate.arrival(address: visitor.address)
        let hash = try SHA256Digest(code.exposed).hexadecimal
        let browser = try SHA256Digest(cookie ?? "").hexadecimal
        let now = clock.now()
        let found = try await signIn.database.transaction {
            transaction -> (known: SignIn.Known, provider: String)? in
            let row = try transaction.first(
                """
                SELECT e.account, e.provider FROM identity_exchange e
                WHERE e.hash = ? AND e.browser = ? AND e.expires_at > ?
                """,
                [.text(hash), .text(browser), .time(now)]
            ) { (account: try $0.id(0, Account.self), provider: try $0.text(1)) }
            // Whoever shows a code, right browser or not, uses it up.
            try transaction.execute(
                "DELETE FROM identity_exchange WHERE hash = ?",
                [.text(hash)]
            )
            guard let row else { return nil }
            let known = try transaction.first(
                "SELECT \(SignIn.knownColumns) FROM identity_account WHERE id = ?",
                [.id(row.account)],
                SignIn.readKnown
            )
            return known.map { ($0, row.provider) }
        }
        guard let found, !found.known.disabled else {
            throw IdentityError(
                .invalidExchange,
                "the code was used, is too old, or is another browser's; sign in again"
            )
        }
        let signedIn = try await signIn.open(
            found.known,
            organisation: nil,
            factor: .provider(found.provider),
            visitor: visitor
        )
        signIn.gate.settle(attempt, forgives: false)
        return signedIn
    }

    private struct Visit {
        var state: String
        var nonce: String
        var verifier: String
        var back: String
    }

    private func visit(of cookie: String?, to name: String) throws(IdentityError) -> Visit {
        guard let cookie, cookie.utf8.count <= 4_096,
            let opened = try? vault.open(cookie, for: "oidc-visit"),
            let memory = SignedText.object(opened),
            memory["provider"]?.string == name,
            let until = memory["until"]?.int, clock.now().microseconds < until,
            let state = memory["state"]?.string, let nonce = memory["nonce"]?.string,
            let verifier = memory["verifier"]?.string, let back = memory["back"]?.string
        else { throw Self.refusal("this browser began no sign-in, or too long ago") }
        return Visit(state: state, nonce: nonce, verifier: verifier, back: back)
    }

    private func provider(_ name: String) throws(IdentityError) -> Provider {
        guard let found = providers.first(where: { $0.configuration.name == name }) else {
            throw IdentityError(.notFound, "there is no identity provider \"\(name.prefix(40))\"")
        }
        return found
    }

    private func note(_ provider: Provider, refusal: String, visitor: Visitor) async throws {
        let audit = signIn.accounts.audit
        let detail: JSON = [
            "provider": .string(provider.configuration.name), "reason": .string(refusal),
            "address": .string(visitor.address),
        ]
        try await signIn.database.transaction { transaction in
            try audit.append(
                "session.opened",
                subject: "account:unknown",
                outcome: .refused,
                detail: detail,
                scope: .installation(trace: visitor.trace),
                in: transaction
            )
        }
    }

    /// A page of the console and nothing else, so that nobody is led away after signing in.
    static func page(_ text: String?) -> String {
        guard let text, text == "/console" || text.hasPrefix("/console/"), text.utf8.count <= 500,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C })
        else { return "/console/" }
        return text
    }

    static func refusal(_ why: String) -> IdentityError {
        IdentityError(.providerRefused, "the sign-in was refused: \(why)")
    }
}
