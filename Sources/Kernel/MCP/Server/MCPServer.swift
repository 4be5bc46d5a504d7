public import Core
public import Observability
import Synchronization
public import Vault

/// A server of the Model Context Protocol: what it offers, its sessions and its streams.
///
/// Transports stand before it: ``MCPEndpoint`` for HTTP, ``StandardStreams`` for a child process.
public final class MCPServer: Service {
    /// `mcp`.
    public let name = "mcp"

    let limits: ServerLimits
    let clock: any WallClock
    let handler: RequestHandler
    let reader: MessageReader
    let sessions: SessionTable
    let board: ChangeBoard
    let meter: AccountMeter
    private let work: AsyncStream<@Sendable () async -> Void>
    private let workers: AsyncStream<@Sendable () async -> Void>.Continuation

    var features: any ServerFeatures { handler.features }

    /// A server.
    ///
    /// - Parameters:
    ///   - features: what it offers.
    ///   - vault: seals what clients carry between rounds.
    ///   - clock: for ends of sessions and states.
    ///   - logger: hears of failures.
    ///   - limits: what clients may cost.
    public init(
        features: any ServerFeatures,
        vault: Vault,
        clock: any WallClock,
        logger: Logger,
        limits: ServerLimits = ServerLimits()
    ) {
        self.limits = limits
        self.clock = clock
        handler = RequestHandler(
            features: features,
            limits: limits,
            state: RequestState(vault: vault, clock: clock),
            logger: logger
        )
        reader = MessageReader(sizeLimit: limits.messageSize, depthLimit: limits.messageDepth)
        sessions = SessionTable(limits: limits, clock: clock)
        meter = AccountMeter(limit: limits.requestsPerAccount)
        board = ChangeBoard(limit: limits.streamsPerAccount)
        (work, workers) = AsyncStream.makeStream()
    }

    /// Runs requests that outlive their connections, ends idle sessions, and keeps streams alive.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    do {
                        try await clock.sleep(for: limits.heartbeat)
                    } catch {
                        return
                    }
                    sessions.tick()
                    board.beat()
                }
            }
            ready()
            for await task in work { group.addTask { await task() } }
            board.close()
            sessions.endAll()
            group.cancelAll()
        }
    }

    /// Runs `task` whatever becomes of the connection that it was asked for on.
    func perform(_ task: @escaping @Sendable () async -> Void) { workers.yield(task) }

    /// Tells clients of a change; may be called on any thread.
    public func announce(_ change: ServerChange) {
        board.tell(change)
        let sessions = sessions.all
        guard !sessions.isEmpty else { return }
        let message = MessageWriter.bytes(.notification(change.notification))
        for session in sessions
        where change.organisation == nil || change.organisation == session.owner.organisation {
            if case .resource(let uri, _) = change, !session.watches(uri) { continue }
            session.aside.append(message)
        }
    }

    /// How many sessions and streams are open, for operators.
    public var load: (sessions: Int, streams: Int) { (sessions.count, board.count) }

    /// Whether somebody may want to hear of changes.
    public var isWatched: Bool { board.count > 0 || sessions.count > 0 }
}
