import CLinux
import Core
import Glibc
import Synchronization

/// One thread that sends everybody's single queries down a few pipelined connections, and listens to
/// what other processes announce.
///
/// A query is answered by whichever connection has the least on its way; each is followed by a sync, so
/// that one that fails concerns no other. When a connection is lost, its queries are sent again on
/// another, until their time is over.
final class PostgresReactor: Sendable {
    private struct State {
        var inbox: [PostgresRequest] = []
        var isAsleep = false
        var closed = false
        var listens = false
        var listeners: [String: [@Sendable () -> Void]] = [:]
    }

    fileprivate let address: PostgresAddress
    fileprivate let purpose: PostgresAddress.Purpose
    fileprivate let configuration: PostgresConfiguration
    /// Where commits are announced, and which of them are this process's own.
    fileprivate let channel: String
    fileprivate let own: String
    /// Called from time to time; answers whether it wants to be called again soon.
    fileprivate let tick: @Sendable () -> Bool
    private let state = Mutex(State())
    private let bell: Int32

    init(
        _ address: PostgresAddress,
        for purpose: PostgresAddress.Purpose,
        _ configuration: PostgresConfiguration,
        channel: String,
        own: String,
        tick: @escaping @Sendable () -> Bool
    ) throws(StoreError) {
        self.address = address
        self.purpose = purpose
        self.configuration = configuration
        self.channel = channel
        self.own = own
        self.tick = tick
        bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard bell >= 0 else { throw StoreError(.cannotOpen, "no descriptor is left") }
    }

    deinit { Glibc.close(bell) }

    /// Starts the thread; the reactor lives until `close`.
    func start() throws(StoreError) {
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, reactorMain, this.toOpaque()) == 0 else {
            this.release()
            throw StoreError(.cannotOpen, "no thread for the reads")
        }
        pthread_detach(thread)
    }

    /// Takes a query in.
    func submit(_ request: PostgresRequest) {
        let (refused, rings) = state.withLock { state -> (Bool, Bool) in
            if state.closed { return (true, false) }
            state.inbox.append(request)
            defer { state.isAsleep = false }
            return (false, state.isAsleep)
        }
        if refused { request.fail(StoreError(.closed, "the store is closed")) }
        if rings { ring() }
    }

    /// Has `action` called after commits of other processes that announce `topic`.
    func listen(to topic: String, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.listeners[topic, default: []].append(action)
            state.listens = true
        }
        ring()
    }

    /// Makes the thread look up from its waiting.
    func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }

    /// Refuses what waits and what comes later; the thread ends.
    func close() {
        state.withLock { $0.closed = true }
        ring()
    }

    fileprivate func takeInbox() -> (requests: [PostgresRequest], closed: Bool, listens: Bool) {
        state.withLock { state in
            defer { state.inbox.removeAll(keepingCapacity: true) }
            return (state.inbox, state.closed, state.listens)
        }
    }

    /// Whether the thread may go to sleep: nothing has come meanwhile.
    fileprivate func fallsAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.inbox.isEmpty && !state.closed
            return state.isAsleep
        }
    }

    fileprivate func wokeUp() {
        state.withLock { $0.isAsleep = false }
        var count: UInt64 = 0
        _ = read(bell, &count, 8)
    }

    /// Tells whoever listens to one of the topics; nil means all, as something may have been missed.
    fileprivate func announce(_ topics: [String]?) {
        let actions = state.withLock { state in
            (topics ?? Array(state.listeners.keys)).flatMap { state.listeners[$0] ?? [] }
        }
        for action in actions { action() }
    }

    /// What the thread does until the store is closed.
    fileprivate func serve() {
        let links = (0..<max(1, configuration.pipelines)).map { _ in link() }
        var listener: PostgresListener?
        var waiting: [PostgresRequest] = []
        while true {
            let (requests, closed, listens) = takeInbox()
            waiting += requests
            if closed {
                for link in links { waiting += link.requests + link.takeReturned() }
                let error = StoreError(.closed, "the store is closed")
                for request in waiting { request.fail(error) }
                return
            }
            if listens, listener == nil {
                listener = PostgresListener(link(), channel: channel, own: own) { [self] in
                    announce($0)
                }
            }
            let now = ContinuousClock.now
            distribute(&waiting, among: links, now: now)
            wait(links, listener, isWaitedFor: !waiting.isEmpty, isBusy: tick(), now: now)
            for link in links { waiting += link.takeReturned() }
        }
    }

    private func link() -> PostgresLink {
        PostgresLink(address, for: purpose, connectTimeout: configuration.connectTimeout)
    }

    /// Gives what waits to the connections that have the least to do, and refuses what waited too long.
    private func distribute(
        _ waiting: inout [PostgresRequest],
        among links: [PostgresLink],
        now: ContinuousClock.Instant
    ) {
        guard !waiting.isEmpty else { return }
        var left: [PostgresRequest] = []
        for request in waiting {
            let usable = links.filter {
                $0.connection != nil && $0.requests.count < Self.onTheirWay
            }
            let isLate = request.deadline <= now
            // One that is lost again and again may be why.
            if let link = usable.min(by: { $0.requests.count < $1.requests.count }),
                !(isLate && request.isRepeated)
            {
                link.send(request, now: now)
            } else if isLate {
                let reason = links.lazy.compactMap(\.failure).first.map { ": \($0.message)" }
                request.fail(
                    StoreError(
                        .unavailable,
                        "the database could not be read within \(configuration.readTimeout)"
                            + (reason ?? "")
                    )
                )
            } else {
                left.append(request)
            }
        }
        waiting = left
        for link in links { link.flush(now: now) }
    }

    /// At most so many queries are on their way on one connection.
    private static let onTheirWay = 256

    private func wait(
        _ links: [PostgresLink],
        _ listener: PostgresListener?,
        isWaitedFor: Bool,
        isBusy: Bool,
        now: ContinuousClock.Instant
    ) {
        var polled = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
        var waiting: [PostgresLink] = []
        var isDown = false
        for link in links + (listener.map { [$0.link] } ?? []) {
            // A connection is made when it is first needed.
            if link.isDown, !isWaitedFor, link !== listener?.link { continue }
            if let descriptor = link.prepare(now: now) {
                polled.append(descriptor)
                waiting.append(link)
            } else {
                isDown = true
            }
            if link.connection == nil { isDown = true }
        }
        let sleeps = fallsAsleep()
        // Without anything to wait for, only the bell wakes the thread; the pause is for deadlines.
        let pause: Int32 = !sleeps ? 0 : isDown ? 20 : isBusy || isWaitedFor ? 100 : 1_000
        let ready = poll(&polled, UInt(polled.count), pause)
        if sleeps { wokeUp() }
        guard ready > 0 else { return }
        let later = ContinuousClock.now
        for (link, descriptor) in zip(waiting, polled.dropFirst())
        where descriptor.revents != 0 {
            if descriptor.revents & Int16(POLLOUT) != 0 { link.flush(now: later) }
            let isNew = link.receive(now: later)
            if let listener, link === listener.link { listener.hear(isNew: isNew, now: later) }
        }
    }
}

private func reactorMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<PostgresReactor>.fromOpaque(argument).takeRetainedValue().serve()
    return nil
}
