import CLinux
import Core
import Glibc

/// One client's connection: reads requests, has them answered one after the other, writes the answers.
///
/// Invariant behind `@unchecked Sendable`: it owns the socket's descriptor, and everything is touched on
/// the loop's thread only; the task of a handler comes back through `loop.perform`.
final class Connection: ServedChannel, @unchecked Sendable {
    enum Phase {
        /// Waits for a request or reads its head.
        case head
        case body
        /// A handler is at work; what comes meanwhile waits in `pending`.
        case answering
        /// Everything is answered and our side is shut; reads the rest away, so that the client gets
        /// the answer instead of a reset.
        case lingering
        case closed
    }

    /// The part of an answer that is too large to be copied into `out`; it follows `out`.
    enum Tail {
        case bytes([UInt8], sent: Int)
        case file(OpenFile, sent: Int)
    }

    /// Bodies up to this size are copied behind their head and leave with it in one system call.
    static let copyLimit = 32 << 10
    /// With more unsent bytes than this no further request is read.
    static let outLimit = 256 << 10
    static let pendingLimit = 64 << 10

    let worker: Worker
    let loop: EventLoop
    let descriptor: Int32
    /// The other end's address.
    let address: String
    /// Whether the other end is a proxy that says for whom it asks.
    let isProxied: Bool
    @exclusivity(unchecked) var slot = -1
    @exclusivity(unchecked) var phase = Phase.head

    // In.
    @exclusivity(unchecked) var parser: RequestParser
    @exclusivity(unchecked) var pending: [UInt8] = []
    @exclusivity(unchecked) var pendingStart = 0
    @exclusivity(unchecked) var interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
    @exclusivity(unchecked) var peerHasLeft = false
    @exclusivity(unchecked) var isResuming = false

    // The request under way.
    @exclusivity(unchecked) var request: Request?
    @exclusivity(unchecked) var match = RouteMatch.notFound
    @exclusivity(unchecked) var body: [UInt8] = []
    @exclusivity(unchecked) var bodyWindow = 0
    /// Where the rest of the body goes when the handler is at work already.
    @exclusivity(unchecked) var inflow: BodyInflow?
    /// Whether the client waits for `100 Continue`, which is sent once the handler asks for the body.
    @exclusivity(unchecked) var awaitsInvitation = false
    /// The client has ended its side, but what it sent before is not read yet.
    @exclusivity(unchecked) var hangupSeen = false
    @exclusivity(unchecked) var minorVersion = 1
    @exclusivity(unchecked) var keepsAlive = true
    @exclusivity(unchecked) var task: Task<Void, Never>?
    @exclusivity(unchecked) var startedAt: ContinuousClock.Instant?

    // Out.
    @exclusivity(unchecked) var out: [UInt8] = []
    @exclusivity(unchecked) var sent = 0
    @exclusivity(unchecked) var tail: Tail?
    @exclusivity(unchecked) var willFlush = false
    /// The answer under way, if it is a streamed one.
    @exclusivity(unchecked) var stream: AnswerStream?
    /// Close once everything is written.
    @exclusivity(unchecked) var isClosing = false
    /// The client may still be sending, so closing must not reset what it has not read yet.
    @exclusivity(unchecked) var mustLinger = false

    /// When the phase has lasted too long, in the loop's milliseconds.
    @exclusivity(unchecked) var phaseDeadline = UInt64.max
    /// When the client has taken nothing for too long.
    @exclusivity(unchecked) var writeDeadline = UInt64.max
    /// How many bytes were given to the socket since the connection began.
    @exclusivity(unchecked) var written = 0
    /// How many of them the client had acknowledged when `writeDeadline` was set.
    var acknowledgedBefore = 0
    @exclusivity(unchecked) var headHasBegun = false

    init(worker: Worker, descriptor: Int32, address: String) {
        self.worker = worker
        loop = worker.loop
        self.descriptor = descriptor
        self.address = address
        isProxied = worker.configuration.trusts(address)
        parser = RequestParser(
            limits: RequestParser.Limits(
                head: worker.configuration.headerLimit,
                fields: worker.configuration.fieldLimit
            )
        )
    }

    /// Begins to watch the socket; false when epoll refuses.
    func open() -> Bool {
        guard let slot = loop.add(self, descriptor: descriptor, events: interest) else {
            return false
        }
        self.slot = slot
        headHasBegun = true
        setPhaseDeadline(worker.configuration.headerTimeout)
        return true
    }

    // MARK: Events

    func ready(_ events: UInt32) {
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
            close()
            return
        }
        if events & interest & EPOLLIN.rawValue != 0 {
            receive()
        } else if events & EPOLLRDHUP.rawValue != 0 {
            peerLeft()
        }
        // The handler of a client that has left would work for nobody.
        if events & EPOLLRDHUP.rawValue != 0, phase == .answering {
            if inflow == nil {
                peerLeft()
            } else {
                hangupSeen = true
                updateInterest()
            }
        }
        if events & EPOLLOUT.rawValue != 0, phase != .closed { flush() }
    }

    func resume() {
        isResuming = false
        processPending()
    }

    func resumeLater() {
        guard !isResuming, pendingStart < pending.count else { return }
        isResuming = true
        loop.resumeLater(self)
    }

    /// The server stops: an idle connection ends at once, others after the answer under way.
    func drain() {
        if isUnused, sent == out.count, tail == nil { close() }
        if let stream, stream.isEndless { task?.cancel() }
    }

    /// Whether no byte of a further request has come.
    var isUnused: Bool { phase == .head && parser.isIdle && pendingStart == pending.count }

    /// Ends the connection now, and the handler's task with it.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        task?.cancel()
        task = nil
        if let stream {
            stream.end()
            // Its answer has begun, so somebody may want to know how it ended.
            if let request { tellAccess(request, stream.status, stream.count) }
        }
        stream = nil
        inflow?.fail(CancellationError())
        inflow = nil
        request = nil
        tail = nil
        loop.remove(slot, descriptor: descriptor)
        Glibc.close(descriptor)
        worker.left(address)
    }

    // MARK: Deadlines

    func setPhaseDeadline(_ duration: Duration) {
        phaseDeadline = loop.now + duration.milliseconds
        loop.setDeadline(slot, min(phaseDeadline, writeDeadline))
    }

    func clearPhaseDeadline() {
        phaseDeadline = .max
        loop.setDeadline(slot, writeDeadline)
    }

    func deadlinePassed() {
        if writeDeadline <= loop.now {
            guard acknowledged - acknowledgedBefore >= worker.configuration.writeProgress else {
                reset()
                return
            }
            expectReader()
        }
        guard phaseDeadline <= loop.now else {
            loop.setDeadline(slot, min(phaseDeadline, writeDeadline))
            return
        }
        switch phase {
        case .head:
            if !parser.isIdle {
                refuse(Self.tooSlow)
            } else if acknowledged < written {
                // What the system still holds for this client would stay for minutes.
                reset()
            } else {
                close()
            }
        case .body:
            if bodyWindow >= worker.configuration.bodyProgress {
                expectBody()
            } else {
                refuse(Self.tooSlow)
            }
        case .answering:
            if bodyWindow >= worker.configuration.bodyProgress {
                expectBody()
            } else {
                cutBody(Self.tooSlow)
            }
        case .closed: break
        case .lingering: close()
        }
    }

    static let tooSlow = HTTPFault(
        .requestTimeout,
        code: "too-slow",
        "the request did not arrive in time"
    )
}
