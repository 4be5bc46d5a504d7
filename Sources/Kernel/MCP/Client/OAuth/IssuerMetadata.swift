import Core

/// What an authorization server says about itself (RFC 8414, OpenID Connect Discovery 1.0).
struct IssuerMetadata: Sendable {
    /// Its identifier, exactly as the resource named it.
    var issuer: String
    var authorisationEndpoint: String
    var tokenEndpoint: String
    var registrationEndpoint: String?
    /// How clients may prove themselves at the token endpoint; nil when it does not say.
    var authenticationMethods: [String]?
    /// nil when it does not say.
    var scopes: [String]?
    /// Whether it takes the address of a client's own description as client id.
    var takesClientDocuments: Bool
    /// Whether it always names itself in its answers (RFC 9207).
    var namesItself: Bool

    /// Where the description of an issuer may be, in the order of the MCP specification.
    static func places(of issuer: WebAddress) -> [String] {
        let origin = issuer.origin
        let path = issuer.trimmedPath
        guard !path.isEmpty else {
            return [
                origin + "/.well-known/oauth-authorization-server",
                origin + "/.well-known/openid-configuration",
            ]
        }
        return [
            origin + "/.well-known/oauth-authorization-server" + path,
            origin + "/.well-known/openid-configuration" + path,
            origin + path + "/.well-known/openid-configuration",
        ]
    }

    /// Reads the document that was found for `issuer`.
    init(
        _ body: [UInt8],
        issuer: String,
        allowsPlain: Bool
    ) throws(AuthorisationFault) {
        let json = try OAuthDocument.read(body, "the authorization server's metadata")
        // RFC 8414 section 3.3: identical, or anybody could speak in another's name.
        guard json["issuer"]?.string == issuer else {
            throw AuthorisationFault(
                .issuerMismatch,
                "the authorization server's metadata is that of "
                    + "\(json["issuer"]?.string?.prefix(200) ?? "nobody"), not of \(issuer)"
            )
        }
        self.issuer = issuer
        func endpoint(_ name: String) throws(AuthorisationFault) -> String? {
            guard let text = json[name]?.string else { return nil }
            guard let address = WebAddress(text),
                address.scheme == "https" || allowsPlain || address.isLoopback
            else {
                throw AuthorisationFault(
                    .badMetadata,
                    "\"\(name)\" of \(issuer) is no https address"
                )
            }
            return text
        }
        guard let authorisation = try endpoint("authorization_endpoint"),
            let token = try endpoint("token_endpoint")
        else {
            throw AuthorisationFault(
                .badMetadata,
                "the metadata of \(issuer) lacks its authorization or token endpoint"
            )
        }
        authorisationEndpoint = authorisation
        tokenEndpoint = token
        registrationEndpoint = try endpoint("registration_endpoint")
        // OAuth 2.1 section 7.5.2, and the MCP specification: without the list there is no PKCE.
        let methods = (json["code_challenge_methods_supported"]?.array ?? []).compactMap(\.string)
        guard methods.contains("S256") else {
            throw AuthorisationFault(
                .noPKCE,
                "\(issuer) does not say that it supports PKCE with S256"
            )
        }
        authenticationMethods = json["token_endpoint_auth_methods_supported"]?.array
            .map { $0.compactMap(\.string) }
        scopes = json["scopes_supported"]?.array.map { $0.compactMap(\.string) }
        takesClientDocuments = json["client_id_metadata_document_supported"] == true
        namesItself = json["authorization_response_iss_parameter_supported"] == true
    }
}
