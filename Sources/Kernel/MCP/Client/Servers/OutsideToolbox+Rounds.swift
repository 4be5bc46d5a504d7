import Core
import Identity
import Store

extension OutsideToolbox {
    /// A server with admitted tools, and whose it is.
    struct Place: Sendable, Hashable {
        var id: ID<OutsideServer>
        var organisation: ID<Organisation>
    }

    /// How many servers are asked at once.
    private static let width = 8
    /// How long one server may take.
    static let patience = Duration.seconds(120)

    /// Asks all servers with admitted tools whether these are the same still.
    ///
    /// Several are asked at once, and everybody's first server before anybody's second: one organisation's
    /// servers that do not answer hold up nobody else's.
    ///
    /// - Throws: `StoreError`; what servers fail at is written down with them and in the log.
    public func refreshAll() async throws {
        let places = try await surroundings.database.query(
            """
            SELECT DISTINCT s.id, s.organisation FROM mcp_server s
            JOIN mcp_server_tool t ON t.server = s.id
            WHERE s.enabled = 1 AND t.admitted IS NOT NULL
            ORDER BY s.organisation, s.id
            """,
            []
        ) { Place(id: try $0.id(0), organisation: try $0.id(1)) }
        await withTaskGroup(of: Void.self) { group in
            for (index, place) in Self.inTurn(places).enumerated() {
                if index >= Self.width { await group.next() }
                group.addTask { [self] in await look(at: place) }
            }
        }
    }

    /// The first of each organisation's, then the second of each, and so on.
    static func inTurn(_ places: [Place]) -> [Place] {
        var counts: [ID<Organisation>: Int] = [:]
        let numbered = places.enumerated().map { index, place in
            let turn = counts[place.organisation, default: 0]
            counts[place.organisation] = turn + 1
            return (turn: turn, index: index, place: place)
        }
        return numbered.sorted { ($0.turn, $0.index) < ($1.turn, $1.index) }.map(\.place)
    }

    private func look(at place: Place) async {
        do {
            let scope = try Scope.installation(trace: TraceContext(random: surroundings.random))
                .entering(place.organisation)
            let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { [self] in
                    try await refresh(place.id, scope: scope)
                    return true
                }
                group.addTask { [clock = surroundings.clock] in
                    try await clock.sleep(for: Self.patience)
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next() ?? false
            }
            if !isDone { try await giveUp(place, scope) }
        } catch {
            let said = (error as? any Fault)?.message ?? String(describing: error)
            surroundings.log("asked for its tools: \(said)", place.organisation)
        }
    }

    private func giveUp(_ place: Place, _ scope: Scope) async throws {
        let servers = surroundings.servers
        let server = try await surroundings.database.read {
            try servers.server(place.id, scope: scope, in: $0)
        }
        let message = "it did not list its tools within \(Int(Self.patience.seconds)) s"
        try await record(.failing, message, nil, of: server)
        surroundings.log("\(server.name): \(message)", place.organisation)
    }
}
