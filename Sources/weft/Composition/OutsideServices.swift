import Core
import HTTP
import Identity
import MCP
import Observability
import Platform
import Store
import Vault
import Web

/// Outside MCP servers, composed.
struct OutsideServices {
    let connections: OutsideConnections
    let servers: OutsideServers
    let toolbox: OutsideToolbox

    /// Where the browser comes back to from an authorization server.
    static let callback = "/auth/mcp/callback"
    /// Our description, for authorization servers that take its address as client id.
    static let document = "/auth/mcp/client.json"

    init(_ kernel: Kernel, folder: DataFolder, audit: AuditLog) throws {
        let configuration = kernel.configuration
        connections = OutsideConnections(
            .init(
                idle: .seconds(configuration.integer("mcp-servers.idle")),
                limit: configuration.integer("mcp-servers.connections")
            ),
            clock: kernel.clock
        )
        servers = OutsideServers(
            rules: .init(
                allowsPrograms: configuration.flag("mcp-servers.programs"),
                allowsPrivate: configuration.flag("mcp-servers.private-targets")
            ),
            vault: try Vault.loadOrCreate(folder: folder.keys),
            audit: audit,
            events: kernel.events,
            ids: kernel.ids,
            clock: kernel.clock
        )
        let logger = kernel.logger
        toolbox = OutsideToolbox(
            .init(
                servers: servers,
                connections: connections,
                database: kernel.database,
                web: kernel.webClient,
                identity: Self.identity(configuration),
                version: Weft.version,
                clock: kernel.clock,
                random: SystemRandom(),
                check: .seconds(configuration.integer("mcp-servers.check"))
            ) { line, organisation in
                logger.info(
                    "outside MCP server",
                    ["line": .string(line), "organisation": organisation.json]
                )
            }
        )
    }

    /// Who we are at authorization servers.
    static func identity(_ configuration: Configuration) -> ClientIdentity {
        var base = configuration.text("server.url") ?? ""
        if base.hasSuffix("/") { base.removeLast() }
        let isPublic = base.hasPrefix("https://")
        return ClientIdentity(
            redirectURI: base.isEmpty ? "" : base + callback,
            isNative: WebAddress(base)?.isLoopback ?? false,
            document: isPublic ? base + document : nil,
            allowsPlain: configuration.flag("mcp-servers.private-targets")
        )
    }

    /// What runs all along: connections, hearing of what other processes change, and looking every hour
    /// whether admitted tools are the same.
    func services(_ kernel: Kernel) -> [any Service] {
        [
            connections, OutsideWatch(toolbox: toolbox, kernel: kernel),
            OutsideRounds(toolbox: toolbox, kernel: kernel),
        ]
    }
}

/// Asks outside servers every hour whether their tools are the same.
///
/// Not a chore of the housekeeping: servers may be slow, and nothing else must wait for them.
struct OutsideRounds: Service {
    let toolbox: OutsideToolbox
    let kernel: Kernel

    var name: String { "outside servers" }

    func run(ready: @escaping @Sendable () -> Void) async {
        ready()
        while !Task.isCancelled {
            do {
                try await kernel.clock.sleep(for: .seconds(3_600))
                try await toolbox.refreshAll()
            } catch is CancellationError {
                return
            } catch {
                kernel.logger.error("outside tools", ["error": .string(String(describing: error))])
            }
        }
    }
}

/// Has tools that another process admitted or suspended take effect here, too.
struct OutsideWatch: Service {
    let toolbox: OutsideToolbox
    let kernel: Kernel

    var name: String { "outside tools" }

    func run(ready: @escaping @Sendable () -> Void) async throws {
        let signal = Signal()
        kernel.database.onAnnouncement(of: "mcp") { signal.notify() }
        ready()
        try await signal.forEach(orEvery: .seconds(30), clock: kernel.clock) {
            do {
                try await toolbox.reload()
            } catch {
                kernel.logger.error("outside tools", ["error": .string(String(describing: error))])
            }
        }
    }
}
