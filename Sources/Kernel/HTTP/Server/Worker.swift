import CLinux
import Core
import Glibc
import Synchronization

/// A client's connection as its server stops it.
protocol ServedChannel: LoopChannel {
    /// Ends as soon as what is under way allows.
    func drain()
    /// Ends now.
    func close()
}

/// The server's part that lives on one event loop: its share of the listener and its connections.
///
/// Invariant behind `@unchecked Sendable`: it guards the descriptors of its connections, and everything
/// but `loop` is touched on the loop's thread only; other threads come in through `loop.perform`.
final class Worker: LoopChannel, @unchecked Sendable {
    let loop: EventLoop
    let routes: Routes
    let configuration: HTTPServer.Configuration
    private let listener: Listener
    private let admission: Admission
    @exclusivity(unchecked) private var traceSeed: UInt64
    @exclusivity(unchecked) private var spare: [RequestStorage] = []
    let codec = WebSocketCodec()
    @exclusivity(unchecked) private(set) var isDraining = false
    private var peers: [Worker] = []
    private var slot: Int?
    private var isWatching = false
    private var onDrained: (@Sendable () -> Void)?
    @exclusivity(unchecked) private var dateSecond = UInt64.max
    @exclusivity(unchecked) private var dateText: [UInt8] = []
    private var deflater: Deflater?

    init(
        routes: Routes,
        configuration: HTTPServer.Configuration,
        listener: Listener,
        admission: Admission
    ) throws {
        loop = try EventLoop()
        self.routes = routes
        self.configuration = configuration
        self.listener = listener
        self.admission = admission
        traceSeed = SystemRandom().next()
    }

    // MARK: Accepting

    private static let listenEvents = EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue

    /// Starts to accept, for itself and its peers.
    func listen(with peers: [Worker]) {
        self.peers = peers
        slot = loop.add(self, descriptor: listener.descriptor, events: Self.listenEvents)
        isWatching = slot != nil
    }

    func ready(_ events: UInt32) {
        // Bounded, so that a flood of connections does not starve those that are open.
        for _ in 0..<32 where isWatching {
            switch listener.accept() {
            case .connection(let descriptor, let address): accepted(descriptor, address)
            case .failed: break
            case .nothing: return
            case .exhausted:
                pause()
                return
            }
        }
    }

    /// Stops accepting for a while: the listener stays readable, and asking again would only spin.
    private func pause() {
        guard let slot else { return }
        loop.unwatch(slot, descriptor: listener.descriptor)
        isWatching = false
        loop.setDeadline(slot, loop.now + 200)
    }

    private func accepted(_ descriptor: Int32, _ address: String) {
        guard admission.enter(address, isProxy: configuration.trusts(address)) else {
            turnAway(descriptor, address)
            return
        }
        var chosen = self
        var least = loop.load.load(ordering: .relaxed)
        for peer in peers {
            let load = peer.loop.load.load(ordering: .relaxed)
            if load < least {
                chosen = peer
                least = load
            }
        }
        let worker = chosen
        worker.loop.perform { worker.adopt(descriptor, address) }
    }

    /// Answers 503 in place of a connection that would be one too many.
    private func turnAway(_ descriptor: Int32, _ address: String) {
        let request = Request(unreadableFrom: address, traceSeed: nextTraceSeed())
        let response = routes.refusal(of: request, Self.tooManyConnections)
        var answer: [UInt8] = []
        ResponseWriter.appendHead(
            response,
            ResponseWriter.Frame(date: date, closes: true),
            to: &answer
        )
        answer += response.bytes ?? []
        _ = answer.withUnsafeBufferPointer {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        close(descriptor)
        configuration.onAccess?(request, response.status, response.body.count, .zero)
    }

    private static let tooManyConnections = HTTPFault(
        .serviceUnavailable,
        code: "too-many-connections",
        "there are too many connections",
        headers: ["Retry-After": "1"]
    )

    private func adopt(_ descriptor: Int32, _ address: String) {
        let connection = Connection(worker: self, descriptor: descriptor, address: address)
        if isDraining || !connection.open() {
            close(descriptor)
            admission.leave(address)
        }
    }

    func left(_ address: String) {
        admission.leave(address)
        finishDrainIfEmpty()
    }

    // MARK: Draining

    /// Stops accepting, closes what is idle, and calls `onDrained` once nothing is left or the deadline
    /// has passed.
    func drain(onDrained: @escaping @Sendable () -> Void) {
        isDraining = true
        self.onDrained = onDrained
        if let slot {
            if isWatching { loop.unwatch(slot, descriptor: listener.descriptor) }
            isWatching = false
            loop.setDeadline(slot, loop.now + configuration.drainDeadline.milliseconds)
        }
        for case let channel as any ServedChannel in loop.channels { channel.drain() }
        finishDrainIfEmpty()
    }

    func deadlinePassed() {
        guard let slot else { return }
        if isDraining {
            for case let channel as any ServedChannel in loop.channels { channel.close() }
            finishDrainIfEmpty()
        } else {
            loop.watch(slot, descriptor: listener.descriptor, events: Self.listenEvents)
            isWatching = true
        }
    }

    private func finishDrainIfEmpty() {
        guard isDraining, let onDrained,
            loop.load.load(ordering: .relaxed) == (slot == nil ? 0 : 1)
        else { return }
        self.onDrained = nil
        if let slot { loop.remove(slot, descriptor: listener.descriptor) }
        slot = nil
        // The peers hold each other.
        peers = []
        loop.stop()
        onDrained()
    }

    func flush() {}
    func resume() {}

    // MARK: For connections

    /// The `Date` field's value, made once a second.
    var date: [UInt8] {
        let second = loop.now / 1_000
        if second != dateSecond {
            dateSecond = second
            dateText = ResponseWriter.date(configuration.clock.now())
        }
        return dateText
    }

    func nextTraceSeed() -> UInt64 {
        traceSeed &+= TraceSeed.step
        return traceSeed
    }

    /// An empty storage for a request, as far as possible one that was used before.
    func takeStorage() -> RequestStorage {
        guard var storage = spare.popLast(), isKnownUniquelyReferenced(&storage) else {
            return RequestStorage()
        }
        storage.clear()
        return storage
    }

    /// Keeps a storage for another request; if somebody still holds it then, it is left to them.
    func giveBack(_ storage: RequestStorage) {
        if spare.count < 16 { spare.append(storage) }
    }

    /// Compresses a body at the fastest level; nil when that does not make it smaller.
    func compress(_ bytes: [UInt8]) -> [UInt8]? {
        if deflater == nil { deflater = Deflater(level: 1) }
        return deflater?.compress(bytes)
    }
}

extension Duration {
    var milliseconds: UInt64 { UInt64(max(0, microseconds / 1_000)) }
}
