public import Core

/// An identity provider that people may sign in with, by OpenID Connect.
public struct ProviderConfiguration: Sendable {
    /// The name in addresses, lower case letters, digits and dashes; default `oidc`.
    public var name: String
    /// What the button says.
    public var label: String
    /// The issuer, exactly as its tokens say it: `https`, or `http` on this machine.
    public var issuer: String
    /// Our id there.
    public var clientID: String
    /// Our secret there; nil for a public client, which PKCE alone protects.
    public var clientSecret: Secret?
    /// What is asked for; default `openid email profile`.
    public var scopes: String
    /// The address of this installation as browsers see it, without a path.
    public var publicURL: String
    /// Whether a verified e-mail that an account has lets its owner in; default false.
    public var matchesEmail: Bool
    /// Whether an account is made for those who have none; default false.
    public var createsAccounts: Bool
    /// The roles of accounts that are made.
    public var roles: Set<Role>
    /// The name of the organisation they are made in; nil for the only one.
    public var organisation: String?

    /// A provider.
    ///
    /// - Throws: `IdentityError` of code `invalidName` or `invalidRole` that says what is wrong.
    public init(
        name: String = "oidc",
        label: String? = nil,
        issuer: String,
        clientID: String,
        clientSecret: Secret? = nil,
        scopes: String = "openid email profile",
        publicURL: String,
        matchesEmail: Bool = false,
        createsAccounts: Bool = false,
        roles: Set<Role> = [.viewer],
        organisation: String? = nil
    ) throws(IdentityError) {
        guard (1...40).contains(name.utf8.count),
            name.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            })
        else {
            throw IdentityError(
                .invalidName,
                "oidc.name: expected lower case letters, digits and dashes, at most 40"
            )
        }
        guard Self.isSafe(issuer), !issuer.contains("?"), !issuer.contains("#") else {
            throw IdentityError(
                .invalidName,
                "oidc.issuer: expected an https address (http only on this machine), found \(issuer)"
            )
        }
        guard Self.isSafe(publicURL) else {
            throw IdentityError(
                .invalidName,
                "server.url must be set for sign-in with a provider: an https address, or http on this "
                    + "machine"
            )
        }
        guard !clientID.isEmpty else {
            throw IdentityError(.invalidName, "oidc.client-id is needed beside oidc.issuer")
        }
        guard scopes.split(separator: " ").contains("openid") else {
            throw IdentityError(.invalidName, "oidc.scopes: \"openid\" must be among them")
        }
        try Role.checkGiven(roles, to: .person)
        self.name = name
        self.label = label ?? name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.matchesEmail = matchesEmail
        self.createsAccounts = createsAccounts
        self.roles = roles
        self.organisation = organisation
    }

    /// Where the provider sends the browser back to; to be registered there.
    public var redirectURI: String { "\(publicURL)/auth/oidc/\(name)/callback" }

    /// Whether cookies may travel over TLS only.
    public var isSecure: Bool { publicURL.hasPrefix("https://") }

    /// `https`, or `http` to this machine, without user information or control characters.
    static func isSafe(_ url: String) -> Bool {
        guard url.utf8.count <= 2_000, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return false
        }
        for (scheme, local) in [("https://", false), ("http://", true)] where url.hasPrefix(scheme)
        {
            let authority = url.dropFirst(scheme.count).prefix {
                $0 != "/" && $0 != "?" && $0 != "#"
            }
            guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else {
                return false
            }
            let host =
                authority.hasPrefix("[")
                ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
            return !local || ["localhost", "127.0.0.1", "::1"].contains(host)
        }
        return false
    }
}
