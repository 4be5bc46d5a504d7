import Core

/// How a server at an address is reached.
public struct HTTPAccess: Sendable {
    /// Fields that go with every request, for instance a key.
    public var headers: [(name: String, value: String)]
    /// Whether addresses of this machine and of private networks may be reached.
    public var reachesPrivateAddresses: Bool
    /// Who we are at authorization servers, and who keeps the tokens; nil for none.
    public var authorisation: (identity: ClientIdentity, keeper: any AuthorisationKeeper)?

    /// A way.
    public init(
        headers: [(name: String, value: String)] = [],
        reachesPrivateAddresses: Bool = false,
        authorisation: (identity: ClientIdentity, keeper: any AuthorisationKeeper)? = nil
    ) {
        self.headers = headers
        self.reachesPrivateAddresses = reachesPrivateAddresses
        self.authorisation = authorisation
    }
}
