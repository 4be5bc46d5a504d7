public import Agents
public import Core
public import Events
public import Identity
public import Store
public import Vault

/// The outside MCP servers of organisations, as they are kept.
public struct OutsideServers: Sendable {
    /// What operators allow.
    public struct Rules: Sendable {
        /// Whether organisations may have this machine run programs.
        public var allowsPrograms: Bool
        /// Whether plain http and private addresses may be reached.
        public var allowsPrivate: Bool

        /// Rules; by default neither.
        public init(allowsPrograms: Bool = false, allowsPrivate: Bool = false) {
            self.allowsPrograms = allowsPrograms
            self.allowsPrivate = allowsPrivate
        }
    }

    /// The most servers of an organisation.
    static let limit = 100

    let rules: Rules
    let vault: Vault
    let audit: AuditLog
    let events: EventLog
    let ids: IDGenerator
    let clock: any WallClock

    /// Servers whose secrets are sealed by `vault`.
    public init(
        rules: Rules,
        vault: Vault,
        audit: AuditLog,
        events: EventLog,
        ids: IDGenerator,
        clock: any WallClock
    ) {
        self.rules = rules
        self.vault = vault
        self.audit = audit
        self.events = events
        self.ids = ids
        self.clock = clock
    }

    /// The organisation's servers by name.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [OutsideServer] {
        try reader.query(
            """
            SELECT \(OutsideServer.columns) FROM \(OutsideServer.source)
            WHERE s.organisation = ? ORDER BY s.name
            """,
            [.id(scope.organisation)],
            OutsideServer.read
        )
    }

    /// One server.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func server(
        _ id: ID<OutsideServer>,
        scope: Scope,
        in reader: any Reader
    ) throws -> OutsideServer {
        try server(id, organisation: scope.organisation, in: reader)
    }

    func server(
        _ id: ID<OutsideServer>,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> OutsideServer {
        let found = try reader.first(
            """
            SELECT \(OutsideServer.columns) FROM \(OutsideServer.source)
            WHERE s.id = ? AND s.organisation = ?
            """,
            [.id(id), .id(organisation)],
            OutsideServer.read
        )
        guard let found else { throw Self.notFound("server") }
        return found
    }

    static func notFound(_ what: String) -> GeneralFault {
        GeneralFault(.notFound, code: "not-found", "there is no such \(what)")
    }

    /// Registers a server.
    ///
    /// - Throws: a fault with the pointer to what is wrong; `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> OutsideServer {
        let count = try transaction.first(
            "SELECT COUNT(*) FROM mcp_server WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        guard (count ?? 0) < Self.limit else {
            throw GeneralFault(
                .conflict,
                code: "too-many-servers",
                "an organisation may have \(Self.limit) outside servers"
            )
        }
        let name = try input.member("name")
        let text = try name.string(length: 1...40)
        guard Self.isName(text) else {
            throw name.fault("expected lower-case letters, digits and hyphens, a letter first")
        }
        let taken = try transaction.exists(
            "SELECT 1 FROM mcp_server WHERE organisation = ? AND name = ?",
            [.id(scope.organisation), .text(text)]
        )
        guard !taken else {
            throw GeneralFault(
                .conflict,
                code: "name-taken",
                "there is a server \"\(text)\" already",
                pointer: name.pointer
            )
        }
        let transport = try input.member("transport").choice(OutsideServer.Transport.self)
        var server = OutsideServer(
            id: ids.next(),
            organisation: scope.organisation,
            name: text,
            transport: transport,
            url: nil,
            command: [],
            enabled: true,
            answersWithDefaults: false,
            revision: nil,
            timeout: 60,
            scopes: [],
            headerNames: [],
            variableNames: [],
            clientID: nil,
            status: .new,
            message: nil,
            description: nil,
            checkedAt: nil,
            createdAt: clock.now(),
            version: 1,
            isAuthorised: false,
            sealed: ""
        )
        // Says what is missing, and where.
        _ = try input.member(transport == .http ? "url" : "command")
        var secrets = OutsideSecrets()
        try apply(input, to: &server, &secrets)
        server.sealed = try seal(secrets, server.id)
        try transaction.execute(
            """
            INSERT INTO mcp_server
                (id, organisation, name, transport, url, command, settings, secret, enabled, status,
                 message, description, checked_at, created_at, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?, 1)
            """,
            [
                .id(server.id), .id(server.organisation), .text(server.name),
                .text(transport.rawValue), .text(server.url),
                server.command.isEmpty ? .null : .json(Self.texts(server.command)),
                .json(server.settings), .text(server.sealed), .bool(server.enabled),
                .text(server.status.rawValue), .time(server.createdAt),
            ]
        )
        try note("added", server, scope: scope, in: transaction)
        return server
    }

    /// Changes what the input names; secrets that it does not name stay.
    ///
    /// A change of where the server is withdraws every admission: it may be another's now. For the same
    /// reason another origin or program needs the secrets anew: they do not go where nobody meant them to.
    ///
    /// - Throws: a fault with the pointer to what is wrong; `StoreError`.
    public func change(
        _ id: ID<OutsideServer>,
        _ input: JSONReader,
        expected: ExpectedVersion?,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> OutsideServer {
        var server = try server(id, scope: scope, in: transaction)
        try expected?.check(server.version, of: "the server's entry")
        var secrets = try self.secrets(of: server)
        let place = (server.url, server.command)
        let kept = secrets
        try apply(input, to: &server, &secrets)
        if Self.origin(place.0) != Self.origin(server.url) || place.1 != server.command {
            try Self.requireAnew(kept, input)
        }
        server.sealed = try seal(secrets, server.id)
        server.version += 1
        if place != (server.url, server.command) {
            try suspendAll(server, "the server's place was changed", scope: scope, in: transaction)
            try forgetAuthorisation(server, in: transaction)
            server.isAuthorised = false
        }
        try transaction.execute(
            """
            UPDATE mcp_server SET url = ?, command = ?, settings = ?, secret = ?, enabled = ?, version = ?
            WHERE id = ?
            """,
            [
                .text(server.url),
                server.command.isEmpty ? .null : .json(Self.texts(server.command)),
                .json(server.settings), .text(server.sealed), .bool(server.enabled),
                .int(server.version), .id(id),
            ]
        )
        try note("changed", server, scope: scope, in: transaction)
        return server
    }

    private static func origin(_ url: String?) -> String? {
        url.flatMap { WebAddress($0)?.origin }
    }

    /// Refuses a change that would leave some of `secrets` as they are.
    private static func requireAnew(
        _ secrets: OutsideSecrets,
        _ input: JSONReader
    ) throws(GeneralFault) {
        // An explicit null takes the client away; the others are emptied by {}.
        let kept = [
            ("headers", !secrets.headers.isEmpty && input.value["headers"]?.isNull ?? true),
            (
                "environment",
                !secrets.environment.isEmpty && input.value["environment"]?.isNull ?? true
            ),
            ("client", secrets.client?.secret != nil && input.value["client"] == nil),
        ].filter(\.1).map(\.0)
        guard let first = kept.first else { return }
        throw GeneralFault(
            .invalid,
            code: "secrets-needed",
            "another address or command needs \(kept.joined(separator: " and ")) anew",
            pointer: "/\(first)"
        )
    }

    /// Removes a server with everything that belongs to it.
    ///
    /// - Throws: a fault of code `not-found`; `StoreError`.
    public func remove(
        _ id: ID<OutsideServer>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let server = try server(id, scope: scope, in: transaction)
        for table in ["mcp_server_tool", "mcp_tool_grant", "mcp_authorisation", "mcp_visit"] {
            try transaction.execute("DELETE FROM \(table) WHERE server = ?", [.id(id)])
        }
        try transaction.execute("DELETE FROM mcp_server WHERE id = ?", [.id(id)])
        try note("removed", server, scope: scope, in: transaction)
    }

    /// Writes down how the server was when it was asked.
    ///
    /// - Throws: `StoreError`.
    func record(
        _ status: OutsideServer.Status,
        _ message: String?,
        description: JSON?,
        of id: ID<OutsideServer>,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE mcp_server SET status = ?, message = ?, checked_at = ?,
                description = COALESCE(?, description)
            WHERE id = ?
            """,
            [
                .text(status.rawValue), .text(message.map { OutsideText.line($0, 500) }),
                .time(clock.now()), .json(description), .id(id),
            ]
        )
    }

    /// The secret parts.
    func secrets(of server: OutsideServer) throws -> OutsideSecrets {
        let bytes = try vault.open(server.sealed, for: "mcp-server:\(server.id)")
        return OutsideSecrets(json: try JSON(parsing: bytes))
    }

    private func seal(_ secrets: OutsideSecrets, _ id: ID<OutsideServer>) throws -> String {
        try vault.seal(secrets.json.bytes(), for: "mcp-server:\(id)")
    }

    static func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }

    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        } && text.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
    }

    func note(
        _ done: String,
        _ server: OutsideServer,
        _ more: JSONObject = [:],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        var detail: JSONObject = [
            "name": .string(server.name), "transport": .string(server.transport.rawValue),
            "enabled": .bool(server.enabled),
        ]
        for member in more { detail[member.key] = member.value }
        try audit.append(
            "mcp-server.\(done)",
            subject: "mcp-server:\(server.id)",
            detail: .object(detail),
            scope: scope,
            in: transaction
        )
    }
}
