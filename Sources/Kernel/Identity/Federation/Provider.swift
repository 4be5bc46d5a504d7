import Core
import Synchronization
import Vault

/// Speaks to an identity provider: its description, its keys, and codes for tokens.
final class Provider: Sendable {
    /// What the provider says about itself (OpenID Connect Discovery 1.0, section 3).
    struct Description: Sendable {
        var authorisation: String
        var token: String
        var keys: String
        /// Whether it takes the client's secret in the body rather than in the header.
        var secretInBody: Bool
        /// Whether it always names itself when it sends the browser back (RFC 9207).
        var namesItself: Bool
    }

    /// What a code was traded for.
    struct Tokens: Sendable {
        var idToken: String
        var accessToken: String?
    }

    private struct State {
        var description: (value: Description, at: Timestamp)?
        var keys: (value: VerificationKeySet, at: Timestamp)?
        var refetchedAt: Timestamp?
    }

    /// How long the description and the keys are kept.
    static let memory = Duration.seconds(3_600)
    /// The least time between two fetches because of unknown keys: strangers must not make us ask.
    static let refetch = Duration.seconds(30)

    let configuration: ProviderConfiguration
    private let web: any WebClient
    private let clock: any WallClock
    private let state = Mutex(State())

    init(_ configuration: ProviderConfiguration, web: any WebClient, clock: any WallClock) {
        self.configuration = configuration
        self.web = web
        self.clock = clock
    }

    /// The provider's description, fetched when it is not known or old.
    func description() async throws(IdentityError) -> Description {
        let now = clock.now()
        let known = state.withLock { $0.description }
        if let known, now - known.at < Self.memory { return known.value }
        let base =
            configuration.issuer.hasSuffix("/")
            ? String(configuration.issuer.dropLast()) : configuration.issuer
        let json = try await get(base + "/.well-known/openid-configuration", "its description")
        // Section 4.3: must be identical, or another could speak in its name.
        guard json["issuer"]?.string == configuration.issuer else {
            throw unavailable("its description names another issuer than \(configuration.issuer)")
        }
        let methods = json["token_endpoint_auth_methods_supported"]?.array ?? []
        let found = Description(
            authorisation: try address(json, "authorization_endpoint"),
            token: try address(json, "token_endpoint"),
            keys: try address(json, "jwks_uri"),
            secretInBody: !methods.isEmpty && !methods.contains("client_secret_basic")
                && methods.contains("client_secret_post"),
            namesItself: json["authorization_response_iss_parameter_supported"] == true
        )
        state.withLock { $0.description = (found, now) }
        return found
    }

    /// The provider's keys; fetched again when they are old, or `id` is none of them.
    func keys(for id: String?) async throws(IdentityError) -> VerificationKeySet {
        let now = clock.now()
        let known: VerificationKeySet? = state.withLock { state in
            guard let keys = state.keys, now - keys.at < Self.memory else { return nil }
            if let id, !keys.value.keys.contains(where: { $0.id == id }) {
                guard state.refetchedAt.map({ now - $0 >= Self.refetch }) ?? true else {
                    return keys.value
                }
                state.refetchedAt = now
                return nil
            }
            return keys.value
        }
        if let known { return known }
        let json = try await get(try await description().keys, "its keys")
        let found: VerificationKeySet
        do throws(IdentityError) {
            found = try VerificationKeySet(json)
        } catch {
            throw unavailable(error.message)
        }
        state.withLock { $0.keys = (found, now) }
        return found
    }

    /// Trades a code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    func redeem(_ code: String, verifier: String) async throws(IdentityError) -> Tokens {
        let description = try await description()
        var form = [
            ("grant_type", "authorization_code"), ("code", code),
            ("redirect_uri", configuration.redirectURI), ("code_verifier", verifier),
        ]
        var headers = [
            ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
        ]
        if let secret = configuration.clientSecret, !description.secretInBody {
            // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
            let pair =
                SecondFactor.escaped(configuration.clientID) + ":"
                + SecondFactor.escaped(secret.exposed)
            headers.append(("Authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        } else {
            form.append(("client_id", configuration.clientID))
            if let secret = configuration.clientSecret {
                form.append(("client_secret", secret.exposed))
            }
        }
        let body = form.map { "\($0)=\(SecondFactor.escaped($1))" }.joined(separator: "&")
        let answer = try await send(
            WebRequest(
                "POST",
                description.token,
                headers: headers.map { (name: $0, value: $1) },
                body: Array(body.utf8),
                reachesPrivateAddresses: true
            ),
            "a token"
        )
        guard answer.status == 200 else {
            // RFC 6749 section 5.2: the provider does not know the code any more, or never did.
            if answer.status == 400 || answer.status == 401 {
                throw IdentityError(
                    .providerRefused,
                    "the identity provider refused the code it had given"
                )
            }
            throw unavailable("asked for a token it answers \(answer.status)")
        }
        let json = try Self.json(answer.body).orThrow(unavailable("its token is not JSON"))
        guard json["token_type"]?.string?.lowercased() == "bearer",
            let token = json["id_token"]?.string
        else { throw unavailable("its answer holds no ID token") }
        return Tokens(idToken: token, accessToken: json["access_token"]?.string)
    }

    private func get(_ url: String, _ what: String) async throws(IdentityError) -> JSON {
        let answer = try await send(
            WebRequest(
                "GET",
                url,
                headers: [(name: "Accept", value: "application/json")],
                reachesPrivateAddresses: true
            ),
            what
        )
        guard answer.status == 200 else {
            throw unavailable("asked for \(what) it answers \(answer.status)")
        }
        return try Self.json(answer.body).orThrow(unavailable("\(what) is not JSON"))
    }

    private func send(
        _ request: WebRequest,
        _ what: String
    ) async throws(IdentityError) -> WebAnswer {
        do throws(WebFault) {
            return try await web.send(request)
        } catch {
            throw unavailable("asked for \(what) it cannot be reached: \(error.message)")
        }
    }

    private func address(_ json: JSON, _ name: String) throws(IdentityError) -> String {
        guard let url = json[name]?.string, ProviderConfiguration.isSafe(url) else {
            throw unavailable("\"\(name)\" in its description is no https address")
        }
        return url
    }

    private static func json(_ bytes: [UInt8]) -> JSON? {
        do {
            return try JSON(parsing: bytes, limits: .init(depth: 16))
        } catch {
            return nil
        }
    }

    private func unavailable(_ why: String) -> IdentityError {
        IdentityError(.providerUnavailable, "the identity provider cannot be used: \(why)")
    }
}

extension Optional {
    fileprivate func orThrow(_ error: IdentityError) throws(IdentityError) -> Wrapped {
        guard let self else { throw error }
        return self
    }
}
