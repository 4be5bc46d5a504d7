import Core

/// A request to an authorization server or for a metadata document.
public struct OAuthRequest: Sendable {
    /// The method.
    public var method: String
    /// The address.
    public var url: String
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The body; nil for none.
    public var body: [UInt8]?

    static func get(_ url: String) -> OAuthRequest {
        OAuthRequest(
            method: "GET",
            url: url,
            headers: [
                (name: "Accept", value: "application/json"),
                // Documents may depend on the revision; servers that know none ignore it.
                (name: "MCP-Protocol-Version", value: ProtocolRevision.newest.rawValue),
            ]
        )
    }

    static func post(_ url: String, json: JSON) -> OAuthRequest {
        OAuthRequest(
            method: "POST",
            url: url,
            headers: [
                (name: "Accept", value: "application/json"),
                (name: "Content-Type", value: "application/json"),
            ],
            body: json.bytes()
        )
    }

    /// A request to a token endpoint, with the client's proof of who it is (RFC 6749 section 2.3.1).
    static func token(
        _ url: String,
        _ form: [(String, String)],
        _ client: ClientCredentials,
        _ supported: [String]?
    ) -> OAuthRequest {
        var form = form
        var headers = [
            (name: "Accept", value: "application/json"),
            (name: "Content-Type", value: "application/x-www-form-urlencoded"),
        ]
        switch client.method(among: supported) {
        case .basic:
            let pair =
                WebAddress.escaped(client.id) + ":" + WebAddress.escaped(client.secret ?? "")
            headers.append((name: "Authorization", value: "Basic " + Base64.encode(pair.utf8)))
        case .post:
            form += [("client_id", client.id), ("client_secret", client.secret ?? "")]
        case .none:
            form.append(("client_id", client.id))
        }
        return OAuthRequest(
            method: "POST",
            url: url,
            headers: headers,
            body: Array(WebAddress.form(form).utf8)
        )
    }

    /// The request as the web client makes it.
    func request(private reachesPrivateAddresses: Bool) -> WebRequest {
        WebRequest(
            method,
            url,
            headers: headers,
            body: body,
            timeout: .seconds(15),
            answerLimit: 256 << 10,
            reachesPrivateAddresses: reachesPrivateAddresses
        )
    }
}
