public import Agents
public import Core
import Identity
public import Store
import Synchronization

/// The admitted tools of all organisations, ready to be called.
///
/// They are kept in memory, and made anew in the transactions that change them. Each call looks into the
/// store once more whether its tool still is what was admitted, and asks the server now and then.
public final class OutsideToolbox: OutsideTools {
    /// What calls need.
    public struct Surroundings: Sendable {
        var servers: OutsideServers
        var connections: OutsideConnections
        var database: any Database
        var web: any WebClient
        var identity: ClientIdentity
        var version: String
        var clock: any WallClock
        var random: any RandomSource
        var check: Duration
        var log: @Sendable (String, ID<Organisation>) -> Void

        /// What calls need.
        ///
        /// - Parameters:
        ///   - servers: the records.
        ///   - connections: the ways there.
        ///   - database: where the records are.
        ///   - web: makes requests.
        ///   - identity: who we are at authorization servers.
        ///   - version: of Weft, which servers are told.
        ///   - clock: for ages and ends.
        ///   - random: for OAuth.
        ///   - check: after how long a server is asked again whether its tools are the same.
        ///   - log: hears of oddities, and lines that programs write.
        public init(
            servers: OutsideServers,
            connections: OutsideConnections,
            database: any Database,
            web: any WebClient,
            identity: ClientIdentity,
            version: String,
            clock: any WallClock,
            random: any RandomSource,
            check: Duration,
            log: @escaping @Sendable (String, ID<Organisation>) -> Void
        ) {
            self.servers = servers
            self.connections = connections
            self.database = database
            self.web = web
            self.identity = identity
            self.version = version
            self.clock = clock
            self.random = random
            self.check = check
            self.log = log
        }
    }

    /// What one organisation has.
    struct Shelf: Sendable {
        var tools: [String: Tool] = [:]
        var grants: Set<String> = []
    }

    let surroundings: Surroundings
    private struct State {
        var shelves: [ID<Organisation>: Shelf] = [:]
        /// Counts changes, so that what was read before one does not replace it.
        var changes = 0
    }

    private let state = Mutex(State())

    /// A toolbox that is empty until ``reload()``.
    public init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    /// See `OutsideTools`.
    public func tool(_ name: String, organisation: ID<Organisation>) -> Tool? {
        guard name.hasPrefix("mcp.") else { return nil }
        return state.withLock { $0.shelves[organisation]?.tools[name] }
    }

    /// See `OutsideTools`.
    public func tools(of organisation: ID<Organisation>) -> [Tool] {
        state.withLock { $0.shelves[organisation]?.tools.values.sorted { $0.name < $1.name } ?? [] }
    }

    /// See `OutsideTools`.
    public func isGranted(
        _ name: String,
        to agent: String,
        organisation: ID<Organisation>
    ) -> Bool {
        state.withLock { $0.shelves[organisation]?.grants.contains("\(agent) \(name)") ?? false }
    }

    /// Makes everything anew of what is in the store.
    ///
    /// - Throws: `StoreError`.
    public func reload() async throws {
        let changes = state.withLock { $0.changes }
        let fresh = try await surroundings.database.read { [self] reader in
            let organisations = try reader.query(
                "SELECT DISTINCT organisation FROM mcp_server",
                []
            ) { try $0.id(0, Organisation.self) }
            var fresh: [ID<Organisation>: Shelf] = [:]
            for organisation in organisations {
                fresh[organisation] = try shelf(of: organisation, in: reader)
            }
            return fresh
        }
        state.withLock { state in
            if state.changes == changes { state.shelves = fresh }
        }
    }

    /// Has what the transaction changes of an organisation's tools take effect when it is committed.
    ///
    /// - Throws: `StoreError`.
    public func renew(_ organisation: ID<Organisation>, in transaction: any Transaction) throws {
        let shelf = try shelf(of: organisation, in: transaction)
        transaction.afterCommit { [self] in
            state.withLock { state in
                state.shelves[organisation] = shelf
                state.changes += 1
            }
        }
        transaction.announce("mcp")
    }

    private func shelf(of organisation: ID<Organisation>, in reader: any Reader) throws -> Shelf {
        var shelf = Shelf()
        let rows = try reader.query(
            """
            SELECT \(AdmittedTool.columns) FROM \(AdmittedTool.source)
            WHERE t.organisation = ? AND t.admitted IS NOT NULL AND t.suspended_at IS NULL
                AND s.enabled = 1
            """,
            [.id(organisation)],
            AdmittedTool.read
        )
        for row in rows {
            if let tool = make(row, organisation) { shelf.tools[tool.name] = tool }
        }
        try reader.forEach(
            """
            SELECT g.agent, s.name, g.tool FROM mcp_tool_grant g JOIN mcp_server s ON s.id = g.server
            WHERE g.organisation = ?
            """,
            [.id(organisation)]
        ) { row in
            let tool = AdmittedTool.toolName(try row.text(1), try row.text(2))
            shelf.grants.insert("\(try row.text(0)) \(tool)")
        }
        return shelf
    }

    /// What every outside tool answers.
    public static let output = Shape.record(
        nil,
        [
            (
                "text",
                Shape.described(Shape.text, "The texts of the answer, as the tool wrote them.")
            ),
            ("structured", Shape.described(Shape.any, "The structured part; null without one.")),
            (
                "parts",
                Shape.described(
                    Shape.list(of: Shape.object),
                    "Pictures, sound, files and links, without their bytes."
                )
            ),
            ("truncated", Shape.described(Shape.flag, "Whether something was left out.")),
        ]
    )

    private func make(_ row: AdmittedTool, _ organisation: ID<Organisation>) -> Tool? {
        guard let definition = row.admitted, let input = definition["inputSchema"] else {
            return nil
        }
        let server = row.server
        let name = row.name
        do throws(GeneralFault) {
            var tool = try Tool(
                name: row.toolName,
                purpose: definition["description"]?.string ?? row.name,
                input: true,
                output: Self.output,
                roles: [.admin],
                needsApproval: row.needsApproval,
                body: .external { [weak self] input, invocation in
                    guard let self else { throw OutsideServers.notFound("tool") }
                    return try await call(name, of: server, input.value, invocation)
                }
            )
            tool.input = try Schema.outside(input).schema
            return tool
        } catch {
            surroundings.log("\(row.toolName) cannot be made: \(error.message)", organisation)
            return nil
        }
    }
}
