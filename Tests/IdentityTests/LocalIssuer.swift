import Core
import Synchronization

@testable import Identity

/// An identity provider in the test's own process, which can be made to lie.
final class LocalIssuer: WebClient {
    struct State {
        var key: SigningKey
        var published: [JSON]
        var description: JSON
        var claims: JSON = [:]
        var header: JSON?
        var tokenStatus = 200
        var codes: [String: (challenge: String, nonce: String)] = [:]
        var keyFetches = 0
    }

    static let issuer = "https://issuer.example"
    static let clientID = "weft-test"

    let state: Mutex<State>
    private let clock: ManualClock

    init(clock: ManualClock) throws {
        let key = try SigningKey.generate()
        self.clock = clock
        state = Mutex(
            State(
                key: key,
                published: [key.publicKey.jwk],
                description: [
                    "issuer": .string(Self.issuer),
                    "authorization_endpoint": .string(Self.issuer + "/authorize"),
                    "token_endpoint": .string(Self.issuer + "/token"),
                    "jwks_uri": .string(Self.issuer + "/keys"),
                ]
            )
        )
    }

    static func configuration(
        matchesEmail: Bool = false,
        createsAccounts: Bool = false
    ) throws -> ProviderConfiguration {
        try ProviderConfiguration(
            issuer: issuer,
            clientID: clientID,
            clientSecret: Secret("s3cret"),
            publicURL: "https://weft.example",
            matchesEmail: matchesEmail,
            createsAccounts: createsAccounts,
            roles: [.viewer, .loader]
        )
    }

    /// What the person at the issuer does: agrees, and is sent back with a code.
    func authorise(_ location: String) -> [String: String] {
        let query = location.split(separator: "?")[1].split(separator: "&").map {
            $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        }
        let values = Dictionary(uniqueKeysWithValues: query.map { ($0[0], $0[1]) })
        return state.withLock { state in
            let code = "code-\(state.codes.count)"
            state.codes[code] = (values["code_challenge"] ?? "", values["nonce"] ?? "")
            return ["code": code, "state": values["state"] ?? ""]
        }
    }

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        let answer: (Int, JSON) = state.withLock { state in
            switch request.url {
            case Self.issuer + "/.well-known/openid-configuration": return (200, state.description)
            case Self.issuer + "/keys":
                state.keyFetches += 1
                return (200, ["keys": .array(state.published)])
            case Self.issuer + "/token": return self.token(request, &state)
            default: return (404, [:])
            }
        }
        return WebAnswer(status: answer.0, body: answer.1.bytes())
    }

    private func token(_ request: WebRequest, _ state: inout State) -> (Int, JSON) {
        let form = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&").map {
            $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        }
        let values = Dictionary(uniqueKeysWithValues: form.map { ($0[0], $0[1]) })
        // "weft-test:s3cret" in base64.
        let secret = "Basic d2VmdC10ZXN0OnMzY3JldA=="
        guard request.headers.contains(where: { $0.name == "Authorization" && $0.value == secret }),
            let known = state.codes.removeValue(forKey: values["code"] ?? ""),
            let verifier = values["code_verifier"],
            OpenSSL.digest("SHA256", Array(verifier.utf8)).map({ Base64.encodeForURL($0) })
                == known.challenge,
            values["redirect_uri"]
                == "https%3A%2F%2Fweft.example%2Fauth%2Foidc%2Foidc%2Fcallback"
        else { return (400, ["error": "invalid_grant"]) }
        guard state.tokenStatus == 200 else { return (state.tokenStatus, [:]) }
        let now = clock.now().microseconds / 1_000_000
        var claims: JSON = [
            "iss": .string(Self.issuer), "sub": "person-1", "aud": .string(Self.clientID),
            "exp": .int(now + 300), "iat": .int(now), "nonce": .string(known.nonce),
            "email": "new@example.org", "email_verified": true, "name": "New Person",
        ]
        for member in state.claims.object ?? JSONObject() {
            claims[member.key] = member.value.isNull ? nil : member.value
        }
        let header = state.header ?? ["alg": "ES256", "kid": .string(state.key.id)]
        let input = Base64.encodeForURL(header.bytes()) + "." + Base64.encodeForURL(claims.bytes())
        let signature = (try? state.key.sign(Array(input.utf8))) ?? []
        return (
            200,
            [
                "token_type": "Bearer", "access_token": "at-1",
                "id_token": .string(input + "." + Base64.encodeForURL(signature)),
            ]
        )
    }
}
