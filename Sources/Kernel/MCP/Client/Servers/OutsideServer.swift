public import Core
import Store

/// An MCP server of others that an organisation uses.
public struct OutsideServer: Sendable {
    /// How it is spoken to.
    public enum Transport: String, Sendable, CaseIterable {
        /// At an address.
        case http
        /// A program that this machine runs.
        case stdio
    }

    /// How it was when it was last asked.
    public enum Status: String, Sendable, CaseIterable {
        /// It was not asked yet.
        case new
        /// It answered.
        case ready
        /// It did not, or wrongly.
        case failing
        /// A person must authorise Weft there.
        case unauthorised = "needs-authorisation"
    }

    /// The server.
    public var id: ID<OutsideServer>
    /// Whose it is.
    public var organisation: ID<Organisation>
    /// The name, part of its tools' names: lower-case letters, digits and hyphens.
    public var name: String
    /// How it is spoken to.
    public var transport: Transport
    /// Its address.
    public var url: String?
    /// The program and its arguments.
    public var command: [String]
    /// Whether it may be used.
    public var enabled: Bool
    /// Whether questions are answered with the defaults in their forms; else they are declined.
    public var answersWithDefaults: Bool
    /// The only revision to speak.
    public var revision: ProtocolRevision?
    /// Seconds that a call may take.
    public var timeout: Int
    /// The scopes to ask for besides those the server names.
    public var scopes: [String]
    /// Names of the header fields, variables and client id that it has; values are secrets.
    public var headerNames: [String]
    /// Names of the variables that its program gets.
    public var variableNames: [String]
    /// The client id that was registered by hand.
    public var clientID: String?
    /// How it was when it was last asked.
    public var status: Status
    /// What was wrong then.
    public var message: String?
    /// What it said about itself.
    public var description: JSON?
    /// When it was last asked.
    public var checkedAt: Timestamp?
    /// When it was registered.
    public var createdAt: Timestamp
    /// Grows with every change of what is told about it here.
    public var version: Int
    /// Whether there are tokens for it.
    public var isAuthorised: Bool
    /// The secret parts, sealed.
    var sealed: String

    static let columns = """
        s.id, s.organisation, s.name, s.transport, s.url, s.command, s.settings, s.secret, s.enabled,
        s.status, s.message, s.description, s.checked_at, s.created_at, s.version, a.issuer
        """
    static let source = "mcp_server s LEFT JOIN mcp_authorisation a ON a.server = s.id"

    static func read(_ row: any Row) throws -> OutsideServer {
        guard let transport = Transport(rawValue: try row.text(3)),
            let status = Status(rawValue: try row.text(9))
        else { throw StoreError(.corrupt, "an outside server of an unknown sort") }
        let settings = try row.json(6)
        func names(_ key: String) -> [String] { (settings[key]?.array ?? []).compactMap(\.string) }
        return OutsideServer(
            id: try row.id(0),
            organisation: try row.id(1),
            name: try row.text(2),
            transport: transport,
            url: try row.optionalText(4),
            command: row.isNull(5) ? [] : (try row.json(5).array ?? []).compactMap(\.string),
            enabled: try row.bool(8),
            answersWithDefaults: settings["answersWithDefaults"] == true,
            revision: settings["revision"]?.string.flatMap(ProtocolRevision.init),
            timeout: settings["timeout"]?.int.map { Int($0) } ?? 60,
            scopes: names("scopes"),
            headerNames: names("headers"),
            variableNames: names("environment"),
            clientID: settings["clientId"]?.string,
            status: status,
            message: try row.optionalText(10),
            description: try row.optionalJSON(11),
            checkedAt: try row.optionalTimestamp(12),
            createdAt: try row.timestamp(13),
            version: Int(try row.int(14)),
            isAuthorised: !row.isNull(15),
            sealed: try row.text(7)
        )
    }

    /// What is kept besides the columns, without secrets.
    var settings: JSON {
        func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
        return [
            "answersWithDefaults": .bool(answersWithDefaults),
            "revision": .optional(revision?.rawValue), "timeout": .int(timeout),
            "scopes": texts(scopes), "headers": texts(headerNames),
            "environment": texts(variableNames), "clientId": .optional(clientID),
        ]
    }

    /// What people see; of secrets the names alone.
    public var json: JSON {
        func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
        return [
            "id": id.json, "name": .string(name), "transport": .string(transport.rawValue),
            "url": .optional(url), "command": texts(command), "enabled": .bool(enabled),
            "questions": answersWithDefaults ? "defaults" : "decline",
            "revision": .optional(revision?.rawValue), "timeoutSeconds": .int(timeout),
            "scopes": texts(scopes), "headers": texts(headerNames),
            "environment": texts(variableNames), "clientId": .optional(clientID),
            "authorised": .bool(isAuthorised), "status": .string(status.rawValue),
            "message": .optional(message), "server": description ?? .null,
            "checkedAt": checkedAt?.json ?? .null, "createdAt": createdAt.json,
            "version": .int(version),
        ]
    }
}

/// The secret parts of a server's entry.
struct OutsideSecrets: Sendable {
    var headers: [(name: String, value: String)] = []
    var environment: [String: String] = [:]
    var client: ClientCredentials?

    var json: JSON {
        [
            "headers": .array(headers.map { [.string($0.name), .string($0.value)] }),
            "environment": .object(
                JSONObject(
                    environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
                )
            ),
            "client": client?.json ?? .null,
        ]
    }

    init() {}

    init(json: JSON) {
        headers = (json["headers"]?.array ?? []).compactMap { pair in
            guard let name = pair[0]?.string, let value = pair[1]?.string else { return nil }
            return (name: name, value: value)
        }
        for member in json["environment"]?.object ?? JSONObject() {
            environment[member.key] = member.value.string
        }
        client = ClientCredentials(json: json["client"])
    }
}
