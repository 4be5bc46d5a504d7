public import Core

/// The tokens that an authorization server gave for one resource.
public struct AccessGrant: Sendable, Hashable {
    /// Who gave them.
    public var issuer: String
    /// What they are for.
    public var resource: String
    /// What opens the resource.
    public var accessToken: String
    /// What gets the next one; nil when none was given.
    public var refreshToken: String?
    /// When the access token ends; nil when that was not said.
    public var expiresAt: Timestamp?
    /// The scopes asked for and, where the server said so, those given.
    public var scopes: [String]

    /// Tokens.
    public init(
        issuer: String,
        resource: String,
        accessToken: String,
        refreshToken: String?,
        expiresAt: Timestamp?,
        scopes: [String]
    ) {
        self.issuer = issuer
        self.resource = resource
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
        self.scopes = scopes
    }

    /// For the store, sealed.
    public var json: JSON {
        [
            "issuer": .string(issuer), "resource": .string(resource),
            "accessToken": .string(accessToken), "refreshToken": .optional(refreshToken),
            "expiresAt": expiresAt.map { .int($0.microseconds) } ?? .null,
            "scopes": .array(scopes.map { .string($0) }),
        ]
    }

    /// Reads what ``json`` wrote; nil when it is something else.
    public init?(json: JSON?) {
        guard let issuer = json?["issuer"]?.string, let resource = json?["resource"]?.string,
            let accessToken = json?["accessToken"]?.string
        else { return nil }
        self.init(
            issuer: issuer,
            resource: resource,
            accessToken: accessToken,
            refreshToken: json?["refreshToken"]?.string,
            expiresAt: json?["expiresAt"]?.int.map { Timestamp(microseconds: Int64($0)) },
            scopes: (json?["scopes"]?.array ?? []).compactMap(\.string)
        )
    }
}

/// What is remembered about the authorization of one server.
public struct AuthorisationMemory: Sendable, Hashable {
    /// What we are known by, one for each authorization server.
    public var credentials: [ClientCredentials]
    /// The present tokens.
    public var grant: AccessGrant?

    /// A memory; empty by default.
    public init(credentials: [ClientCredentials] = [], grant: AccessGrant? = nil) {
        self.credentials = credentials
        self.grant = grant
    }

    /// What we are known by at `issuer`.
    func credentials(at issuer: String) -> ClientCredentials? {
        credentials.first { $0.issuer == issuer }
    }

    /// Keeps credentials in place of earlier ones at the same server.
    mutating func keep(_ new: ClientCredentials) {
        credentials.removeAll { $0.issuer == new.issuer }
        credentials.append(new)
        if credentials.count > 20 { credentials.removeFirst() }
    }

    /// For the store, sealed.
    public var json: JSON {
        [
            "credentials": .array(credentials.map(\.json)),
            "grant": grant?.json ?? .null,
        ]
    }

    /// Reads what ``json`` wrote.
    public init(json: JSON) {
        self.init(
            credentials: (json["credentials"]?.array ?? []).compactMap {
                ClientCredentials(json: $0)
            },
            grant: AccessGrant(json: json["grant"])
        )
    }
}
