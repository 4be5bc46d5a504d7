public import Core
import Synchronization

/// Connections to outside servers, opened when they are first needed and shared by all calls.
public final class OutsideConnections: Service {
    /// How connections behave.
    public struct Configuration: Sendable {
        /// How long an unused connection is kept; default 5 min.
        public var idle: Duration
        /// The most connections; the one unused for longest makes room; default 64.
        public var limit: Int

        /// A behaviour; everything has a default.
        public init(idle: Duration = .seconds(300), limit: Int = 64) {
            self.idle = idle
            self.limit = limit
        }
    }

    /// What a connection leads to; another version of a server's entry is another connection.
    struct Key: Hashable {
        var server: ID<OutsideServer>
        var version: Int
    }

    /// A connection, and what is known of the server's tools through it.
    final class Connection: Sendable {
        struct Known {
            var tools: [String: OutsideTool] = [:]
            var listedAt: Timestamp?
        }

        let client: OutsideClient
        let known = Mutex(Known())

        init(_ client: OutsideClient) {
            self.client = client
        }
    }

    private struct Entry {
        var connection: Connection
        var users = 0
        var usedAt: Timestamp
        var isStale = false
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// Connections that were replaced while somebody used them, with how many do.
        var leaving: [ObjectIdentifier: Int] = [:]
    }

    private let configuration: Configuration
    private let clock: any WallClock
    private let state = Mutex(State())
    private let opened: AsyncStream<OutsideClient>
    private let opening: AsyncStream<OutsideClient>.Continuation

    /// No connections yet.
    public init(_ configuration: Configuration = Configuration(), clock: any WallClock) {
        self.configuration = configuration
        self.clock = clock
        (opened, opening) = AsyncStream.makeStream(of: OutsideClient.self)
    }

    /// `outside MCP servers`.
    public var name: String { "outside MCP servers" }

    /// Keeps connections, and closes those that nobody uses, until cancelled.
    public func run(ready: @escaping @Sendable () -> Void) async {
        ready()
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    do { try await clock.sleep(for: .seconds(10)) } catch { break }
                    await closeIdle()
                }
            }
            // Ends with the task's cancellation; what runs in the group is cancelled with it.
            for await client in opened { group.addTask { await client.run() } }
            group.cancelAll()
        }
        let all = state.withLock { state in
            defer { state.entries = [:] }
            return state.entries.values.map(\.connection.client)
        }
        for client in all { await client.close() }
    }

    /// Uses the connection of `key`, which `make` opens when there is none.
    ///
    /// A connection whose server went away, or did not answer, is not used again.
    func use<Value: Sendable>(
        _ key: Key,
        make: @Sendable () throws(OutsideFault) -> OutsideClient,
        _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let (connection, isNew, leaving) = try state.withLock {
            state throws(OutsideFault) -> (Connection, Bool, OutsideClient?) in
            var leaving: OutsideClient?
            if var entry = state.entries[key] {
                if !entry.isStale {
                    entry.users += 1
                    entry.usedAt = clock.now()
                    state.entries[key] = entry
                    return (entry.connection, false, nil)
                }
                // Whoever uses the old one still may end what they began.
                if entry.users > 0 {
                    state.leaving[ObjectIdentifier(entry.connection)] = entry.users
                } else {
                    leaving = entry.connection.client
                }
                state.entries[key] = nil
            }
            if state.entries.count >= configuration.limit {
                let unused = state.entries.filter { $0.value.users == 0 }
                    .min { $0.value.usedAt < $1.value.usedAt }
                guard let unused else {
                    throw OutsideFault(
                        .unreachable,
                        "\(configuration.limit) outside servers are in use already"
                    )
                }
                leaving = state.entries.removeValue(forKey: unused.key)?.connection.client
            }
            let connection = Connection(try make())
            state.entries[key] = Entry(connection: connection, users: 1, usedAt: clock.now())
            return (connection, true, leaving)
        }
        if isNew { opening.yield(connection.client) }
        await leaving?.close()
        do {
            let value = try await body(connection)
            await leave(key, connection, isStale: false)
            return value
        } catch {
            let reason = (error as? OutsideFault)?.reason
            let isStale =
                [.cutOff, .unreachable, .tooLarge, .malformed, .timedOut].contains(reason)
            await leave(key, connection, isStale: isStale)
            throw error
        }
    }

    private func leave(_ key: Key, _ connection: Connection, isStale: Bool) async {
        let closes = state.withLock { state -> Bool in
            let id = ObjectIdentifier(connection)
            guard var entry = state.entries[key], entry.connection === connection else {
                let users = (state.leaving[id] ?? 1) - 1
                state.leaving[id] = users > 0 ? users : nil
                return users == 0
            }
            entry.users -= 1
            entry.isStale = entry.isStale || isStale
            entry.usedAt = clock.now()
            state.entries[key] = entry.isStale && entry.users == 0 ? nil : entry
            return entry.isStale && entry.users == 0
        }
        if closes { await connection.client.close() }
    }

    /// Has every connection to a server closed soon, once nobody uses it.
    func retire(_ server: ID<OutsideServer>) {
        state.withLock { state in
            for key in state.entries.keys where key.server == server {
                state.entries[key]?.isStale = true
            }
        }
    }

    private func closeIdle() async {
        let now = clock.now()
        let idle = state.withLock { state -> [OutsideClient] in
            let idle = state.entries.filter {
                $0.value.users == 0
                    && ($0.value.isStale || now - $0.value.usedAt >= configuration.idle)
            }
            for key in idle.keys { state.entries[key] = nil }
            return idle.values.map(\.connection.client)
        }
        for client in idle { await client.close() }
    }
}
