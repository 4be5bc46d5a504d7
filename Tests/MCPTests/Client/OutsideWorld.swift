import Agents
import Core
import Events
import Foundation
import Identity
import Store
import StoreTesting
import Synchronization
import Vault

@testable import MCP

/// Outside servers over a real store, and one such server that answers by itself.
final class OutsideWorld: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let other: ID<Organisation> = ID(high: 1, low: 2)
    static let start = Timestamp(microseconds: 1_750_000_000_000_000)

    let database: TestDatabase
    let clock = ManualClock(now: OutsideWorld.start)
    let site = OutsideSite()
    let servers: OutsideServers
    let toolbox: OutsideToolbox
    let registry: ToolRegistry
    private let folder: String

    init(rules: OutsideServers.Rules = .init()) async throws {
        folder = NSTemporaryDirectory() + "weft-outside-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try TestDatabase(path: folder + "/weft.db")
        try await database.migrate(
            EventLog.migrations + IdentityTables.migrations + OutsideTables.migrations
        )
        servers = OutsideServers(
            rules: rules,
            vault: try Vault(key: Array(repeating: 7, count: 32)),
            audit: AuditLog(database: database, clock: clock),
            events: EventLog(database: database),
            ids: IDGenerator(clock: clock, random: SystemRandom()),
            clock: clock
        )
        toolbox = OutsideToolbox(
            .init(
                servers: servers,
                connections: OutsideConnections(clock: clock),
                database: database,
                web: site,
                identity: ClientIdentity(
                    redirectURI: "https://weft.example/auth/mcp/callback",
                    isNative: false
                ),
                version: "1.2.3",
                clock: clock,
                random: SystemRandom(),
                check: .seconds(60)
            ) { _, _ in }
        )
        registry = try ToolRegistry(
            tools: [],
            agents: [Agent(name: "shop.buyer", purpose: "Buys.", tools: [], policy: NoRules())],
            outside: toolbox
        )
    }

    deinit {
        database.close()
        do { try FileManager.default.removeItem(atPath: folder) } catch {}
    }

    static func scope(
        _ roles: Set<Role> = [.admin],
        _ number: UInt64 = 2,
        in organisation: ID<Organisation> = organisation
    ) -> Scope {
        let isAgent = roles == [.aiAgent]
        return Scope(
            organisation: organisation,
            actor: Actor(
                id: ID(high: 8, low: number),
                kind: isAgent ? .service : .person,
                name: isAgent ? "shop.buyer" : "Ana"
            ),
            roles: roles,
            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
        )
    }

    func invocation(_ scope: Scope) -> Invocation {
        Invocation(
            scope: scope,
            now: clock.now(),
            key: "key-1",
            ids: IDGenerator(clock: clock, random: SystemRandom())
        )
    }

    func add(_ change: JSONObject = [:]) async throws -> OutsideServer {
        var input: JSONObject = [
            "name": "site", "transport": "http", "url": "https://mcp.example/mcp",
        ]
        for member in change {
            input[member.key] = member.value.isNull ? Optional.none : member.value
        }
        let json = JSON.object(input)
        return try await database.transaction { [servers] in
            try servers.add(JSONReader(json), scope: Self.scope(), in: $0)
        }
    }

    /// Why a change of a server's entry is refused; nil when it is done.
    func fault(of server: OutsideServer, changed input: JSON) async -> GeneralFault? {
        do {
            _ = try await database.transaction { [servers] in
                try servers.change(
                    server.id,
                    JSONReader(input),
                    expected: nil,
                    scope: Self.scope(),
                    in: $0
                )
            }
            return nil
        } catch {
            return error as? GeneralFault
        }
    }

    /// Gives a server tokens, as a person's visit does.
    @discardableResult
    func keep(_ grant: AccessGrant, of server: OutsideServer) async throws -> AuthorisationRecord? {
        try await database.transaction { [servers] transaction in
            let opened = try servers.open(
                AuthorisationMemory(),
                over: AuthorisationRecord(),
                of: server,
                in: transaction
            )
            return try servers.keep(
                AuthorisationMemory(grant: grant),
                over: opened,
                isPersonal: true,
                of: server,
                in: transaction
            )
        }
    }

    func record(of server: OutsideServer) async throws -> AuthorisationRecord {
        try await database.read { [servers] in try servers.record(of: server.id, in: $0) }
    }

    func tools(_ server: OutsideServer) async throws -> [AdmittedTool] {
        try await database.read { [servers] in
            try servers.tools(of: server.id, scope: Self.scope(), in: $0)
        }
    }

    /// Registers the site and admits its tool.
    func admitted() async throws -> (server: OutsideServer, tool: AdmittedTool) {
        let server = try await add()
        try await toolbox.refresh(server.id, scope: Self.scope())
        return (server, try await admit(server))
    }

    func admit(_ server: OutsideServer) async throws -> AdmittedTool {
        let hash = try await tools(server)[0].offeredHash ?? ""
        return try await database.transaction { [servers, toolbox] transaction in
            let tool = try servers.admit(
                "echo",
                of: server.id,
                hash: hash,
                needsApproval: false,
                scope: Self.scope(),
                in: transaction
            )
            try toolbox.renew(Self.organisation, in: transaction)
            return tool
        }
    }

    func call(_ invocation: Invocation, _ text: JSON = "hi") async throws -> JSON {
        try await registry.call(
            "mcp.site.echo",
            input: ["text": text],
            invocation: invocation,
            database: database
        )
    }

    func events() async throws -> [String] {
        try await database.query("SELECT type FROM event ORDER BY seq", []) { try $0.text(0) }
    }
}

/// Nobody asks it.
private struct NoRules: RulePolicy {
    let name = "none"
    let version = 1

    func decide(_ run: AgentRun) async throws -> Conclusion {
        throw GeneralFault(.conflict, code: "nothing", "there is nothing to decide")
    }
}

/// A server of revision 2026-07-28 that answers without a network.
final class OutsideSite: WebClient {
    struct State {
        var tool: JSON = [
            "name": "echo", "description": "Says it.",
            "inputSchema": [
                "type": "object", "required": ["text"],
                "properties": ["text": ["type": "string", "maxLength": 5]],
            ],
        ]
        var isThere = true
        var requests: [WebRequest] = []
        var failure: WebFault?
        /// The address that is never answered.
        var silent: String?
    }

    let state = Mutex(State())

    /// The requests of a method.
    func calls(_ method: String) -> [WebRequest] {
        state.withLock { state in
            state.requests.filter {
                $0.headers.contains { $0.name == "Mcp-Method" && $0.value == method }
            }
        }
    }

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        let (tool, isThere, failure) = state.withLock { state in
            state.requests.append(request)
            return (state.tool, state.isThere, state.failure)
        }
        if let failure { throw failure }
        if state.withLock({ $0.silent }) == request.url {
            do {
                try await ManualClock(now: OutsideWorld.start).sleep(for: .seconds(1))
            } catch {
                throw WebFault(.cancelled, "given up")
            }
        }
        guard let message = try? JSON(parsing: request.body ?? []) else {
            return WebAnswer(status: 400)
        }
        let result: JSON
        switch message["method"]?.string {
        case "server/discover": result = ["supportedVersions": ["2026-07-28"], "capabilities": [:]]
        case "tools/list": result = ["tools": isThere ? [tool] : []]
        default:
            let said = message["params"]?["arguments"]?["text"] ?? .null
            result = ["content": [["type": "text", "text": said]]]
        }
        let answer: JSON = ["jsonrpc": "2.0", "id": message["id"] ?? .null, "result": result]
        return WebAnswer(
            status: 200,
            headers: [(name: "content-type", value: "application/json")],
            body: answer.bytes()
        )
    }
}
