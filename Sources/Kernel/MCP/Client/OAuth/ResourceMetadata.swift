import Core

/// What a protected resource says about itself (RFC 9728).
struct ResourceMetadata: Sendable {
    /// The resource's identifier.
    var resource: String
    /// The issuers whose tokens it takes; at least one.
    var issuers: [String]
    /// The scopes that basic use needs; nil when it does not say.
    var scopes: [String]?

    /// Where to look when the server names no place: at its path, then at the root.
    static func places(of server: WebAddress) -> [String] {
        let wellKnown = server.origin + "/.well-known/oauth-protected-resource"
        let path = server.trimmedPath
        return path.isEmpty ? [wellKnown] : [wellKnown + path, wellKnown]
    }

    /// Reads the document and holds its `resource` against the server that is meant.
    init(_ body: [UInt8], of server: WebAddress) throws(AuthorisationFault) {
        let json = try OAuthDocument.read(body, "the resource's metadata")
        guard let text = json["resource"]?.string, let resource = WebAddress(text) else {
            throw AuthorisationFault(
                .badMetadata,
                "the resource's metadata has no \"resource\" that is an address"
            )
        }
        // A token for somebody else's resource must never be sent here (RFC 9728 section 3.3). A resource
        // above the server's path in the same origin covers it.
        guard resource.covers(server) else {
            throw AuthorisationFault(
                .resourceMismatch,
                "the metadata is that of \(text.prefix(200)), not of \(server.resource)"
            )
        }
        self.resource = text
        let listed = (json["authorization_servers"]?.array ?? []).compactMap(\.string)
        issuers = Array(listed.filter { WebAddress($0) != nil }.prefix(20))
        guard !issuers.isEmpty else {
            throw AuthorisationFault(
                .badMetadata,
                "the resource's metadata names no authorization server"
            )
        }
        scopes = json["scopes_supported"]?.array.map { list in
            ScopeList.union(list.compactMap(\.string), [])
        }
    }

    /// What is taken for granted of a server without metadata, as revision 2025-03-26 had it: the server's
    /// origin is its own authorization server.
    init(assumedOf server: WebAddress) {
        resource = server.resource
        issuers = [server.origin]
    }
}

/// Documents and answers of OAuth servers.
enum OAuthDocument {
    static func read(_ body: [UInt8], _ what: String) throws(AuthorisationFault) -> JSON {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSON(parsing: body, limits: .init(depth: 16))
        } catch {
            throw AuthorisationFault(.badMetadata, "\(what) is not JSON: \(error)")
        }
        guard json.object != nil else {
            throw AuthorisationFault(.badMetadata, "\(what) is not a JSON object")
        }
        return json
    }
}
