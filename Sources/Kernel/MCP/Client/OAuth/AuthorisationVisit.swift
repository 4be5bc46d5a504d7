public import Core

/// A person's visit to an authorization server: where to go, and what must be remembered until they return.
public struct AuthorisationVisit: Sendable, Hashable {
    /// The page that asks the person.
    public var location: String
    /// What comes back with the person, and nobody else knows.
    public var state: String
    /// PKCE's secret (RFC 7636).
    var verifier: String
    /// Who must answer: recorded before the person leaves (RFC 9207).
    public var issuer: String
    var namesItself: Bool
    var tokenEndpoint: String
    var authenticationMethods: [String]?
    var resource: String
    var redirectURI: String
    var credentials: ClientCredentials
    /// What is asked for.
    public var scopes: [String]

    /// For the store, sealed.
    public var json: JSON {
        [
            "location": .string(location), "state": .string(state), "verifier": .string(verifier),
            "issuer": .string(issuer), "namesItself": .bool(namesItself),
            "tokenEndpoint": .string(tokenEndpoint),
            "authenticationMethods": authenticationMethods.map { methods in
                .array(methods.map { .string($0) })
            } ?? .null,
            "resource": .string(resource), "redirectURI": .string(redirectURI),
            "credentials": credentials.json, "scopes": .array(scopes.map { .string($0) }),
        ]
    }
}

extension AuthorisationVisit {
    /// Reads what ``json`` wrote; nil when it is something else.
    public init?(json: JSON) {
        guard let location = json["location"]?.string, let state = json["state"]?.string,
            let verifier = json["verifier"]?.string, let issuer = json["issuer"]?.string,
            let namesItself = json["namesItself"]?.bool,
            let tokenEndpoint = json["tokenEndpoint"]?.string,
            let resource = json["resource"]?.string,
            let redirectURI = json["redirectURI"]?.string,
            let credentials = ClientCredentials(json: json["credentials"])
        else { return nil }
        self.init(
            location: location,
            state: state,
            verifier: verifier,
            issuer: issuer,
            namesItself: namesItself,
            tokenEndpoint: tokenEndpoint,
            authenticationMethods: json["authenticationMethods"]?.array?.compactMap(\.string),
            resource: resource,
            redirectURI: redirectURI,
            credentials: credentials,
            scopes: (json["scopes"]?.array ?? []).compactMap(\.string)
        )
    }
}

/// What the browser brought back from an authorization server.
public struct AuthorisationReturn: Sendable, Hashable {
    /// What was given to the browser on its way out.
    public var state: String?
    /// The code to trade for tokens.
    public var code: String?
    /// Who the server says it is (RFC 9207).
    public var issuer: String?
    /// Why it refuses.
    public var error: String?

    /// What came back.
    public init(state: String?, code: String?, issuer: String?, error: String?) {
        self.state = state
        self.code = code
        self.issuer = issuer
        self.error = error
    }

    /// What came back in a query.
    public init(query: String) {
        let parameters = WebAddress.parameters(of: query)
        self.init(
            state: parameters["state"],
            code: parameters["code"],
            issuer: parameters["iss"],
            error: parameters["error"]
        )
    }
}
