public import Core

/// Who Weft is before authorization servers.
public struct ClientIdentity: Sendable {
    /// The name that people see when they are asked.
    public var name: String
    /// Where the browser comes back to.
    public var redirectURI: String
    /// Whether it runs on the person's own machine (OpenID Connect Registration 1.0, `application_type`).
    public var isNative: Bool
    /// The https address of our own description, which serves as client id where that is taken.
    public var document: String?
    /// What somebody registered for us by hand.
    public var registered: ClientCredentials?
    /// Whether plain http is allowed beyond this machine: the operator's decision.
    public var allowsPlain: Bool

    /// An identity.
    public init(
        name: String = "Weft",
        redirectURI: String,
        isNative: Bool,
        document: String? = nil,
        registered: ClientCredentials? = nil,
        allowsPlain: Bool = false
    ) {
        self.name = name
        self.redirectURI = redirectURI
        self.isNative = isNative
        self.document = document
        self.registered = registered
        self.allowsPlain = allowsPlain
    }

    /// Our description, for the address in ``document`` and for registration.
    public func description(method: String) -> JSON {
        [
            "client_name": .string(name), "redirect_uris": [.string(redirectURI)],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": .string(method),
            "application_type": isNative ? "native" : "web",
        ]
    }
}

/// What a client shows at one authorization server.
public struct ClientCredentials: Sendable, Hashable {
    /// How the token endpoint is shown who asks (RFC 7591 section 2).
    public enum Method: String, Sendable, CaseIterable {
        /// In the header.
        case basic = "client_secret_basic"
        /// In the body.
        case post = "client_secret_post"
        /// The id alone.
        case none
    }

    /// The authorization server that knows it; nil for whichever is met first, or for any.
    public var issuer: String?
    /// The id.
    public var id: String
    /// The secret; nil for a public client.
    public var secret: String?
    /// The way the server chose; nil when it did not.
    public var method: Method?
    /// Whether it was made by dynamic registration, so that another can be had.
    public var isDynamic: Bool

    /// Credentials.
    public init(
        issuer: String? = nil,
        id: String,
        secret: String? = nil,
        method: Method? = nil,
        isDynamic: Bool = false
    ) {
        self.issuer = issuer
        self.id = id
        self.secret = secret
        self.method = method
        self.isDynamic = isDynamic
    }

    /// The way to use of those that the server takes.
    ///
    /// Without a list it is `client_secret_basic` (RFC 8414 section 2).
    func method(among supported: [String]?) -> Method {
        guard secret != nil else { return .none }
        let supported = supported ?? [Method.basic.rawValue]
        if let method, supported.contains(method.rawValue) || supported.isEmpty { return method }
        return [Method.basic, .post, .none].first { supported.contains($0.rawValue) }
            ?? method ?? .basic
    }

    /// For the store, sealed.
    public var json: JSON {
        [
            "issuer": .optional(issuer), "id": .string(id), "secret": .optional(secret),
            "method": .optional(method?.rawValue), "dynamic": .bool(isDynamic),
        ]
    }

    /// Reads what ``json`` wrote; nil when it is something else.
    public init?(json: JSON?) {
        guard let id = json?["id"]?.string else { return nil }
        self.init(
            issuer: json?["issuer"]?.string,
            id: id,
            secret: json?["secret"]?.string,
            method: json?["method"]?.string.flatMap(Method.init(rawValue:)),
            isDynamic: json?["dynamic"]?.bool ?? false
        )
    }
}
