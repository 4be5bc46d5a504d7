public import Core
public import Events
import HTTP
public import Observability
public import Store
import Synchronization

/// Follows the event log once for the whole program, and offers each event to whoever follows it.
///
/// Each loop of the server has a shard with its connections; events go to a shard in one call and are
/// encoded once there. What a connection cannot take now, it reads from the log later.
public final class LiveHub: Service {
    /// Turns a bearer token into who holds it.
    public typealias Authenticate = @Sendable (String) async throws -> LivePrincipal

    private struct State {
        var shards: [SocketLoop: LiveShard] = [:]
        var position: Int64 = 0
        var hints: Set<LivePlace> = []
        var board: PresenceBoard
        var connections = 0
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextListener = 0
        var observers: [Observer] = []
    }

    /// Hears which topics have changed, and whose; on any thread.
    public typealias Observer = @Sendable (_ topics: [String], ID<Organisation>) -> Void

    /// `live`.
    public let name = "live"

    let topics: LiveTopics
    let limits: LiveLimits
    let clock: any WallClock
    private let log: EventLog
    private let database: any Database
    private let authenticator: Authenticate
    private let random: any RandomSource
    private let logger: Logger
    private let signal: Signal
    private let hintSignal = Signal()
    private let revocations = Atomic<Int>(0)
    private let state: Mutex<State>
    private let delivered: Counter

    /// A hub.
    ///
    /// - Parameters:
    ///   - topics: what can be followed.
    ///   - log: the log to follow.
    ///   - database: where members are looked up.
    ///   - clock: for ends of tokens and for presence.
    ///   - random: trace ids of look-ups.
    ///   - metrics: numbers for operators.
    ///   - logger: hears of failures of the store.
    ///   - limits: what a connection may cost.
    ///   - authenticate: turns a bearer token into who holds it; throws a `Fault` when it is not good.
    public init(
        topics: [LiveTopic],
        log: EventLog,
        database: any Database,
        clock: any WallClock,
        random: any RandomSource,
        metrics: Metrics,
        logger: Logger,
        limits: LiveLimits = LiveLimits(),
        authenticate: @escaping Authenticate
    ) {
        self.topics = LiveTopics(topics)
        self.log = log
        self.database = database
        self.clock = clock
        self.random = random
        self.logger = logger
        self.limits = limits
        authenticator = authenticate
        signal = log.follow()
        state = Mutex(State(board: PresenceBoard(limits: limits)))
        delivered = metrics.counter(
            "weft_live_events_total",
            help: "Events that somebody could follow."
        ).with()
        let gauge = metrics.gauge(
            "weft_live_connections",
            help: "WebSockets of the live channel that are open."
        ).with()
        metrics.beforeRendering { [weak self] in
            gauge.set(Double(self?.state.withLock { $0.connections } ?? 0))
        }
    }

    /// Follows the log until cancelled.
    ///
    /// - Parameter ready: called once it is known where the log ends.
    /// - Throws: `StoreError` when the log cannot be read at the start.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        let head = try await log.head()
        state.withLock { $0.position = head }
        ready()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.followLog() }
            group.addTask { try await self.passHintsOn() }
            try await group.waitForAll()
        }
    }

    private func followLog() async throws {
        var ticked = clock.now()
        try await signal.forEach(orEvery: .seconds(1), clock: clock) {
            do {
                while try await deliverPage(), !Task.isCancelled {}
            } catch {
                // The store is busy: the position has not moved, the next turn tries again.
                report(error)
            }
            let now = clock.now()
            if now >= ticked + .milliseconds(900) {
                ticked = now
                tick(now)
            }
        }
    }

    /// Takes the next stretch of the log; answers whether there may be more.
    func deliverPage() async throws -> Bool {
        let position = position
        let page = try await log.page(after: position, of: nil)
        guard page.through > position else { return false }
        let events = page.events.compactMap(liveEvent)
        delivered.add(Double(events.count))
        let (shards, listeners, observers) = state.withLock { state in
            state.position = page.through
            return (Array(state.shards.values), Array(state.listeners.values), state.observers)
        }
        for observer in observers {
            for event in events { observer(event.names, event.organisation) }
        }
        for shard in shards {
            shard.loop.perform { shard.offer(events, through: page.through) }
        }
        for listener in listeners { listener.yield() }
        return !page.isEnd
    }

    private func liveEvent(_ event: LoggedEvent) -> LiveEvent? {
        let names = topics.names(of: event)
        return names.isEmpty ? nil : LiveEvent(event, names: names)
    }

    private func tick(_ now: Timestamp) {
        let changed = state.withLock { state in
            state.board.expire(now: now).map { ($0, state.board.people(at: $0)) }
        }
        for (place, people) in changed { tell(place, people) }
        let (shards, listeners) = state.withLock { state in
            (Array(state.shards.values), Array(state.listeners.values))
        }
        for shard in shards { shard.loop.perform { shard.tick(now) } }
        for listener in listeners { listener.yield() }
    }

    func report(_ error: any Error) {
        guard !(error is CancellationError) else { return }
        logger.error("live channel", ["error": .string(String(describing: error))])
    }

    /// Lets somebody within the program hear of everything that changes.
    public func observe(_ observer: @escaping Observer) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Up to here everything was given to the shards.
    var position: Int64 { state.withLock { $0.position } }

    // MARK: Hints

    /// Tells those who follow a topic that it has changed without an event; to be called after the
    /// commit, from any thread.
    ///
    /// - Parameters:
    ///   - topic: the name, for instance `runs/018f…`.
    ///   - organisation: whose.
    ///   - account: for a topic of one's own: whose.
    public func hint(
        _ topic: String,
        organisation: ID<Organisation>,
        account: ID<Account>? = nil
    ) {
        state.withLock { state in
            _ = state.hints.insert(
                LivePlace(organisation: organisation, name: topic, account: account)
            )
        }
        hintSignal.notify()
    }

    /// Says something at a topic that is kept nowhere, such as words of a model as it writes them; from any
    /// thread, in order for each caller.
    ///
    /// - Parameters:
    ///   - words: what is said.
    ///   - topic: the name, for instance `runs/018f…`.
    ///   - organisation: whose.
    public func say(_ words: JSON, at topic: String, organisation: ID<Organisation>) {
        let place = LivePlace(organisation: organisation, name: topic, account: nil)
        for shard in state.withLock({ Array($0.shards.values) }) {
            shard.loop.perform { shard.say(words, at: place) }
        }
    }

    /// Hints that come close together are told once.
    private func passHintsOn() async throws {
        try await hintSignal.forEach(orEvery: .seconds(60), clock: clock) {
            let (hints, shards, observers) = state.withLock { state in
                let hints = Array(state.hints)
                state.hints = []
                return (hints, Array(state.shards.values), state.observers)
            }
            guard !hints.isEmpty else { return }
            for observer in observers {
                for hint in hints where hint.account == nil {
                    observer([hint.name], hint.organisation)
                }
            }
            for shard in shards { shard.loop.perform { shard.hint(hints) } }
            // Cancelled: the loop around sees it.
            try? await clock.sleep(for: limits.hintPause)
        }
    }

    // MARK: Presence

    func setPresence(
        _ presence: PresenceState?,
        of actor: Actor,
        connection: Int,
        at place: LivePlace
    ) {
        let now = clock.now()
        let people = state.withLock { state -> [JSON]? in
            let changed = state.board.set(
                presence,
                of: actor,
                connection: connection,
                at: place,
                now: now
            )
            return changed ? state.board.people(at: place) : nil
        }
        if let people { tell(place, people) }
    }

    func people(at place: LivePlace) -> [JSON] {
        state.withLock { $0.board.people(at: place) }
    }

    private func tell(_ place: LivePlace, _ people: [JSON]) {
        for shard in state.withLock({ Array($0.shards.values) }) {
            shard.loop.perform { shard.present(place, people) }
        }
    }

    // MARK: Credentials

    /// Ends the connections of a credential that is no longer good; may be called on any thread.
    public func revoke(_ revocation: LiveRevocation) {
        // First the count, then the connections: a check that this overtook is repeated.
        revocations.add(1, ordering: .sequentiallyConsistent)
        let (shards, listeners) = state.withLock { state in
            (Array(state.shards.values), Array(state.listeners.values))
        }
        for shard in shards { shard.loop.perform { shard.revoke(revocation) } }
        for listener in listeners { listener.yield() }
    }

    /// Checks a token.
    func ticket(_ token: String) async -> Result<LiveTicket, GeneralFault> {
        let seen = revocations.load(ordering: .sequentiallyConsistent)
        do {
            let principal = try await authenticator(token)
            return .success(LiveTicket(token: token, principal: principal, revocations: seen))
        } catch let fault as any Fault where fault.kind != .internal {
            return .failure(GeneralFault(fault.kind, code: fault.code, fault.message))
        } catch {
            report(error)
            return .failure(GeneralFault(.unavailable, code: "unavailable", "try again"))
        }
    }

    /// Whether nothing was revoked since the token was checked.
    func isCurrent(_ ticket: LiveTicket) -> Bool {
        revocations.load(ordering: .sequentiallyConsistent) == ticket.revocations
    }

    // MARK: For connections

    /// What hears a new socket; on the socket's loop.
    func connection(on socket: WebSocket, ticket: LiveTicket?) -> LiveConnection {
        let (number, shard) = state.withLock { state in
            state.connections += 1
            state.nextListener += 1
            let home = socket.home
            let shard = state.shards[home] ?? LiveShard(loop: home, position: state.position)
            state.shards[home] = shard
            return (state.nextListener, shard)
        }
        return LiveConnection(number: number, hub: self, shard: shard, ticket: ticket)
    }

    /// A connection has ended.
    func left() { state.withLock { $0.connections -= 1 } }

    /// Whether a topic's member exists in the organisation of whoever asks.
    func exists(_ id: String, _ topic: Int, for principal: LivePrincipal) async throws -> Bool {
        guard let exists = topics.all[topic].exists else { return false }
        let scope = Scope(
            organisation: principal.organisation,
            actor: principal.actor,
            roles: principal.roles,
            trace: TraceContext(random: AnyRandom(random))
        )
        return try await database.read { try exists(id, scope, $0) }
    }

    /// A stretch of the log as one organisation may see it.
    func page(
        after place: Int64,
        of organisation: ID<Organisation>
    ) async throws -> (events: [LiveEvent], through: Int64, isEnd: Bool) {
        let page = try await log.page(after: place, of: organisation, limit: limits.pageSize)
        return (page.events.compactMap(liveEvent), page.through, page.isEnd)
    }

    // MARK: For streams

    /// Hears, once for several, that the log has grown, that time has passed, or that something was
    /// revoked.
    func listen() -> (number: Int, wakes: AsyncStream<Void>) {
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = wake
            return state.nextListener
        }
        return (number, wakes)
    }

    func stopListening(_ number: Int) {
        state.withLock { $0.listeners.removeValue(forKey: number) }?.finish()
    }
}

/// A token that was found good, and what had been revoked by then.
struct LiveTicket: Sendable {
    var token: String
    var principal: LivePrincipal
    var revocations: Int
}

/// A random source as a concrete type.
private struct AnyRandom: RandomSource {
    private let source: any RandomSource

    init(_ source: any RandomSource) {
        self.source = source
    }

    func next() -> UInt64 { source.next() }
}

extension LivePlace {
    /// No organisation's.
    static let nowhere = ID<Organisation>(high: 0, low: 0)
}
