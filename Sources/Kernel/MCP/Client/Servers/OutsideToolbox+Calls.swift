public import Agents
public import Core
import Identity
import Store
import Synchronization

extension OutsideToolbox {
    /// Calls an admitted tool with arguments that are checked first.
    ///
    /// - Throws: a fault that says what is wrong with the arguments, or of code `tool-suspended`;
    ///   ``OutsideFault``; `StoreError`.
    public func call(
        _ tool: AdmittedTool,
        _ arguments: JSONReader,
        _ invocation: Invocation
    ) async throws -> JSON {
        let organisation = invocation.scope.organisation
        guard let known = self.tool(tool.toolName, organisation: organisation) else {
            throw Self.suspended(tool.toolName, tool.suspendedReason ?? "it was not admitted")
        }
        try known.input.validate(arguments.value)
        return try await call(tool.name, of: tool.server, arguments.value, invocation)
    }

    /// Calls an admitted tool.
    func call(
        _ name: String,
        of id: ID<OutsideServer>,
        _ input: JSON,
        _ invocation: Invocation
    ) async throws -> JSON {
        let scope = invocation.scope
        let servers = surroundings.servers
        let (server, row) = try await surroundings.database.read { reader in
            (
                try servers.server(id, scope: scope, in: reader),
                try servers.tool(name, of: id, scope: scope, in: reader)
            )
        }
        guard server.enabled else {
            throw GeneralFault(
                .conflict,
                code: "server-disabled",
                "the outside server \"\(server.name)\" is switched off"
            )
        }
        guard row.state == .admitted, let hash = row.admittedHash else {
            throw Self.suspended(row.toolName, row.suspendedReason)
        }
        do {
            let result = try await connected(server) { [self] connection in
                let tool = try await current(name, connection, server, scope)
                guard let tool, try tool.fingerprint() == hash else {
                    throw Self.suspended(row.toolName, "the server changed it")
                }
                return try await connection.client.call(
                    name,
                    input.object ?? JSONObject(),
                    tool: tool,
                    key: invocation.key,
                    trace: scope.trace,
                    timeout: .seconds(server.timeout)
                )
            }
            let answer = try OutsideAnswer(result)
            guard !answer.isError else {
                throw OutsideFault(
                    .toolFailed,
                    "\(row.toolName) failed: \(OutsideText.paragraph(answer.text, 4_000))"
                )
            }
            return answer.json
        } catch let fault as OutsideFault {
            if fault.reason == .authorisation {
                try await record(.unauthorised, fault.message, nil, of: server)
            }
            throw fault
        }
    }

    private static func suspended(_ name: String, _ reason: String?) -> GeneralFault {
        GeneralFault(
            .conflict,
            code: "tool-suspended",
            "\(name) may not be used until an administrator admits it again: "
                + (reason ?? "it was withdrawn")
        )
    }

    /// The tool as the server has it now; the list is read again when it is old or said to be another.
    private func current(
        _ name: String,
        _ connection: OutsideConnections.Connection,
        _ server: OutsideServer,
        _ scope: Scope
    ) async throws -> OutsideTool? {
        let now = surroundings.clock.now()
        let known = connection.known.withLock { known -> OutsideTool?? in
            guard let at = known.listedAt, now - at < surroundings.check else { return nil }
            return .some(known.tools[name])
        }
        if let known, !connection.client.toolsHaveChanged { return known }
        let list = try await connection.client.tools()
        remember(list, connection)
        try await record(list, connection.client.server, of: server, scope)
        return list.tools.first { $0.name == name }
    }

    private func remember(
        _ list: OutsideToolList,
        _ connection: OutsideConnections.Connection
    ) {
        let now = surroundings.clock.now()
        connection.known.withLock {
            $0.tools = Dictionary(list.tools.map { ($0.name, $0) }) { first, _ in first }
            $0.listedAt = now
        }
    }

    /// Writes down what a server offers, on the program's own authority.
    @discardableResult
    private func record(
        _ list: OutsideToolList,
        _ description: ServerDescription?,
        of server: OutsideServer,
        _ scope: Scope
    ) async throws -> [String] {
        let own = try Scope.installation(trace: scope.trace).entering(server.organisation)
        let servers = surroundings.servers
        return try await surroundings.database.transaction { [self] transaction in
            try servers.record(
                .ready,
                nil,
                description: description.map(Self.told),
                of: server.id,
                in: transaction
            )
            let suspended = try servers.record(list, of: server, scope: own, in: transaction)
            if !suspended.isEmpty { try renew(server.organisation, in: transaction) }
            return suspended
        }
    }

    func record(
        _ status: OutsideServer.Status,
        _ message: String?,
        _ description: JSON?,
        of server: OutsideServer
    ) async throws {
        let servers = surroundings.servers
        try await surroundings.database.transaction {
            try servers.record(
                status,
                message,
                description: description,
                of: server.id,
                in: $0
            )
        }
    }

    private static func told(_ server: ServerDescription) -> JSON {
        [
            "name": .string(OutsideText.line(server.info["name"]?.string ?? "", 200)),
            "version": .string(OutsideText.line(server.info["version"]?.string ?? "", 100)),
            "revision": .string(server.revision.rawValue),
            "instructions": .optional(server.instructions),
        ]
    }

    /// Asks a server for its tools, and writes down what it offers or why it does not answer.
    ///
    /// - Returns: the tools that were suspended by this.
    /// - Throws: a fault of code `not-found`; ``OutsideFault``; `StoreError`.
    @discardableResult
    public func refresh(_ id: ID<OutsideServer>, scope: Scope) async throws -> [String] {
        let servers = surroundings.servers
        let server = try await surroundings.database.read {
            try servers.server(id, scope: scope, in: $0)
        }
        do {
            return try await connected(server) { [self] connection in
                let list = try await connection.client.tools()
                remember(list, connection)
                return try await record(list, connection.client.server, of: server, scope)
            }
        } catch let fault as OutsideFault {
            try await record(
                fault.reason == .authorisation ? .unauthorised : .failing,
                fault.message,
                nil,
                of: server
            )
            throw fault
        }
    }

    /// Uses the connection to a server.
    func connected<Value: Sendable>(
        _ server: OutsideServer,
        _ body: (OutsideConnections.Connection) async throws -> Value
    ) async throws -> Value {
        let secrets = try surroundings.servers.secrets(of: server)
        return try await surroundings.connections.use(
            .init(server: server.id, version: server.version),
            make: { [self] () throws(OutsideFault) in try client(server, secrets) },
            body
        )
    }

    /// Has the connections to a server, whose entry changed or is gone, closed once nobody uses them.
    public func retire(_ id: ID<OutsideServer>) { surroundings.connections.retire(id) }

    private func client(
        _ server: OutsideServer,
        _ secrets: OutsideSecrets
    ) throws(OutsideFault) -> OutsideClient {
        let configuration = OutsideClient.Configuration(
            version: surroundings.version,
            revision: server.revision,
            elicitation: server.answersWithDefaults ? .answer([:]) : .decline,
            timeout: .seconds(server.timeout)
        )
        let organisation = server.organisation
        let name = server.name
        let report = surroundings.log
        let log: @Sendable (String) -> Void = { report("\(name): \($0)", organisation) }
        switch server.transport {
        case .stdio:
            guard surroundings.servers.rules.allowsPrograms else {
                throw OutsideFault(
                    .invalidRequest,
                    "this installation runs no programs for organisations"
                )
            }
            return try OutsideClient(
                ServerProgram(
                    command: server.command.first ?? "",
                    arguments: Array(server.command.dropFirst()),
                    environment: secrets.environment
                ),
                configuration: configuration,
                log: log
            )
        case .http:
            guard let address = server.url.flatMap({ WebAddress($0) }) else {
                throw OutsideFault(.invalidRequest, "the server has no address")
            }
            return OutsideClient(
                address,
                web: surroundings.web,
                access: HTTPAccess(
                    headers: secrets.headers,
                    reachesPrivateAddresses: surroundings.servers.rules.allowsPrivate,
                    authorisation: (
                        identity: identity(secrets),
                        keeper: StoredKeeper(
                            servers: surroundings.servers,
                            server: server,
                            database: surroundings.database
                        )
                    )
                ),
                configuration: configuration,
                clock: surroundings.clock,
                random: surroundings.random,
                log: log
            )
        }
    }

    func identity(_ secrets: OutsideSecrets) -> ClientIdentity {
        var identity = surroundings.identity
        identity.registered = secrets.client
        return identity
    }
}
