import Core

extension OutsideServers {
    /// Takes over what the input names.
    func apply(
        _ input: JSONReader,
        to server: inout OutsideServer,
        _ secrets: inout OutsideSecrets
    ) throws(GeneralFault) {
        try applyPlace(input, to: &server)
        if let enabled = try input.optional("enabled") { server.enabled = try enabled.bool() }
        if let questions = try input.optional("questions") {
            let word = try questions.string(length: 1...20)
            guard ["decline", "defaults"].contains(word) else {
                throw questions.fault("expected decline or defaults")
            }
            server.answersWithDefaults = word == "defaults"
        }
        if let revision = try input.optional("revision") {
            guard let known = ProtocolRevision(rawValue: try revision.string(length: 1...20)) else {
                throw revision.fault(
                    "expected one of \(ProtocolRevision.names.joined(separator: ", "))"
                )
            }
            server.revision = known
        } else if input.value["revision"]?.isNull ?? false {
            server.revision = nil
        }
        if let timeout = try input.optional("timeoutSeconds") {
            server.timeout = try timeout.int(in: 1...600)
        }
        if let scopes = try input.optional("scopes") {
            var words: [String] = []
            for word in try scopes.array(count: 0...50) {
                let text = try word.string(length: 1...200)
                guard ScopeList.read(text) == [text] else { throw word.fault("expected one scope") }
                words.append(text)
            }
            server.scopes = words
        }
        try applySecrets(input, to: &server, &secrets)
    }

    private func applyPlace(
        _ input: JSONReader,
        to server: inout OutsideServer
    ) throws(GeneralFault) {
        if let url = try input.optional("url") {
            guard server.transport == .http else {
                throw url.fault("a program has no address", code: "unknown-field")
            }
            guard let address = WebAddress(try url.string(length: 1...2_000)),
                address.scheme == "https" || rules.allowsPrivate
            else {
                throw url.fault(
                    "expected a whole \(rules.allowsPrivate ? "http or https" : "https") address "
                        + "without a user name or fragment"
                )
            }
            server.url = address.description
        }
        if let command = try input.optional("command") {
            guard server.transport == .stdio else {
                throw command.fault("a server at an address has no command", code: "unknown-field")
            }
            guard rules.allowsPrograms else {
                throw GeneralFault(
                    .forbidden,
                    code: "programs-not-allowed",
                    "this installation runs no programs for organisations "
                        + "(mcp-servers.programs is false)",
                    pointer: command.pointer
                )
            }
            var words: [String] = []
            for word in try command.array(count: 1...100) {
                let text = try word.string(length: 0...4_000)
                guard !text.utf8.contains(0) else { throw word.fault("holds a NUL") }
                words.append(text)
            }
            guard words.first?.isEmpty == false else {
                throw command.fault("the first word names the program")
            }
            server.command = words
        }
    }

    private func applySecrets(
        _ input: JSONReader,
        to server: inout OutsideServer,
        _ secrets: inout OutsideSecrets
    ) throws(GeneralFault) {
        if let headers = try input.optional("headers") {
            secrets.headers = []
            for member in try Self.members(headers) {
                let value = try member.value.string(length: 0...8_000)
                let name = member.key.lowercased()
                guard FieldName.isValid(member.key), !Self.own.contains(name),
                    !name.hasPrefix("mcp-")
                else { throw member.value.fault("\"\(member.key)\" cannot be set") }
                guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                    throw member.value.fault("expected one line of ASCII")
                }
                secrets.headers.append((name: member.key, value: value))
            }
        }
        if let environment = try input.optional("environment") {
            secrets.environment = [:]
            for member in try Self.members(environment) {
                guard !member.key.contains("="), !member.key.utf8.contains(0) else {
                    throw member.value.fault("\"\(member.key)\" is no name of a variable")
                }
                let value = try member.value.string(length: 0...8_000)
                guard !value.utf8.contains(0) else { throw member.value.fault("holds a NUL") }
                secrets.environment[member.key] = value
            }
        }
        if let client = try input.optional("client") {
            try client.onlyKeys(["id", "secret", "issuer"])
            secrets.client = ClientCredentials(
                issuer: try client.optional("issuer")?.string(length: 1...2_000),
                id: try client.member("id").string(length: 1...2_000),
                secret: try client.optional("secret")?.string(length: 1...2_000)
            )
        } else if input.value["client"]?.isNull ?? false {
            secrets.client = nil
        }
        server.headerNames = secrets.headers.map(\.name)
        server.variableNames = secrets.environment.keys.sorted()
        server.clientID = secrets.client?.id
    }

    /// Fields that are the transport's.
    private static let own: Set<String> = [
        "accept", "connection", "content-length", "content-type", "expect", "host", "keep-alive",
        "last-event-id", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func members(
        _ reader: JSONReader
    ) throws(GeneralFault) -> [(key: String, value: JSONReader)] {
        guard let object = reader.value.object, object.count <= 30 else {
            throw reader.fault("expected an object of at most 30 members", code: "wrong-type")
        }
        var members: [(key: String, value: JSONReader)] = []
        for member in object {
            guard (1...200).contains(member.key.utf8.count) else {
                throw reader.fault("a name must have 1 to 200 characters")
            }
            members.append((member.key, try reader.member(member.key)))
        }
        return members
    }
}
