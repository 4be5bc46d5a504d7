import CLinux
import Core
import Glibc

/// One client's WebSocket, driven by its loop: no task, and next to no memory while it is idle.
///
/// Invariant behind `@unchecked Sendable`: it owns the socket's descriptor, and everything but `perform`
/// is for the loop's thread only, which the entrances check.
public final class WebSocket: ServedChannel, @unchecked Sendable {
    enum Phase {
        case open
        /// Our close is on its way; the peer's is awaited.
        case closing
        /// Nothing more is to be said; ends once everything is written.
        case finishing
        /// Our side is shut; reads the rest away, so that the peer gets the close instead of a reset.
        case lingering
        case closed
    }

    private let worker: Worker
    let loop: EventLoop
    let descriptor: Int32
    let slot: Int
    let options: WebSocketOptions
    private let deflate: DeflateAgreement?
    var handler: (any WebSocketHandler)?
    var phase = Phase.open
    /// The client's address without the port.
    public let address: String
    /// The subprotocol that was agreed on.
    public let subprotocol: String?

    // In.
    private var reader: FrameReader?
    private var assembler: MessageAssembler
    var interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
    var peerHasLeft = false

    // Out.
    var queue: [[UInt8]] = []
    var queueStart = 0
    var firstSent = 0
    var willFlush = false
    /// How many bytes the client has not taken yet.
    public internal(set) var unsent = 0
    var isFull = false

    // Times, in the loop's milliseconds.
    var lastHeard: UInt64
    private var pingedAt: UInt64?
    var writeDeadline = UInt64.max
    private var closeDeadline = UInt64.max

    private var tasks: [Int: Task<Void, Never>] = [:]
    private var nextTask = 0

    /// Takes over a connection's descriptor and slot.
    init(
        worker: Worker,
        descriptor: Int32,
        slot: Int,
        address: String,
        upgrade: WebSocketUpgrade
    ) {
        self.worker = worker
        loop = worker.loop
        self.descriptor = descriptor
        self.slot = slot
        self.address = address
        options = upgrade.options
        deflate = upgrade.deflate
        subprotocol = upgrade.subprotocol
        assembler = MessageAssembler(
            limit: upgrade.options.messageLimit,
            allowsCompression: upgrade.deflate != nil
        )
        lastHeard = worker.loop.now
    }

    /// Begins: `out` goes before everything else, and `early` is what has come already.
    func open(_ upgrade: WebSocketUpgrade, out: [UInt8], early: [UInt8]) {
        // What is unsent should wait here, where it is counted, and not in the kernel.
        var notSent: Int32 = 128 << 10
        setsockopt(descriptor, Int32(IPPROTO_TCP), Int32(TCP_NOTSENT_LOWAT), &notSent, 4)
        loop.modify(slot, descriptor: descriptor, events: interest)
        enqueue(out)
        enqueue(upgrade.head(date: worker.date))
        schedule()
        handler = upgrade.handler(self)
        handler?.opened(self)
        if worker.isDraining { drain() }
        if !early.isEmpty { early.withUnsafeBufferPointer { take($0) } }
    }

    // MARK: For handlers

    /// Whether messages can be sent.
    public var isOpen: Bool { phase == .open }

    /// How many more bytes should be sent now; with none left, senders should wait for `drained`.
    public var room: Int { options.fullAt - unsent }

    /// Whether senders should wait for `drained`.
    public var mustWait: Bool { room <= 0 }

    /// The loop that the socket belongs to.
    public var home: SocketLoop { SocketLoop(loop: loop) }

    /// Sends a text.
    ///
    /// - Returns: whether there is room for more; when not, `drained` will tell.
    @discardableResult
    public func send(text: [UInt8]) -> Bool { send(PreparedText(text)) }

    /// Sends a text that others of the same loop get, too.
    ///
    /// - Returns: whether there is room for more; when not, `drained` will tell.
    @discardableResult
    public func send(_ text: PreparedText) -> Bool {
        loop.preconditionOnLoop()
        guard phase == .open else { return false }
        guard let frame = text.frame(worker.codec, windowBits: deflate?.windowBits) else {
            close(.internalError, reason: "no memory")
            return false
        }
        enqueue(frame)
        if unsent > options.unsentLimit {
            close(.policy, reason: "too slow")
            return false
        }
        return !mustWait
    }

    /// Runs work that waits for something, on the loop; it is cancelled when the socket ends.
    public func run(_ body: @escaping @Sendable () async -> Void) {
        loop.preconditionOnLoop()
        guard phase == .open else { return }
        let number = nextTask
        nextTask += 1
        loop.obligations += 1
        tasks[number] = Task(executorPreference: loop) { [self] in
            await body()
            loop.perform {
                self.loop.obligations -= 1
                self.tasks[number] = nil
                if self.tasks.isEmpty { self.tasks = [:] }
            }
        }
    }

    /// Ends the conversation in order; what was sent before goes out first.
    public func close(_ code: CloseCode, reason: String) {
        loop.preconditionOnLoop()
        guard phase == .open else { return }
        sayClose(code, reason)
        phase = .closing
        closeDeadline = loop.now + options.closeTimeout.milliseconds
        schedule()
        ended(code)
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
        if events & EPOLLOUT.rawValue != 0, phase != .closed { flush() }
    }

    private func receive() {
        let buffer = loop.readBuffer
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else {
            if count == 0 {
                peerLeft()
            } else if errno != EAGAIN && errno != EINTR {
                close()
            }
            return
        }
        lastHeard = loop.now
        if phase == .open || phase == .closing {
            take(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<count]))
        }
        updateInterest()
    }

    /// Without a close of the peer's its end is a broken connection.
    private func peerLeft() {
        peerHasLeft = true
        switch phase {
        case .finishing where unsent > 0: updateInterest()
        default: close()
        }
    }

    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let reader = reader ?? worker.codec.borrow() else {
            close(.internalError, reason: "no memory")
            return
        }
        self.reader = reader
        reader.begin(bytes)
        do throws(WebSocketFault) {
            while phase == .open || phase == .closing {
                switch reader.next() {
                case .broken: throw WebSocketFault(.protocolError, "the frame is malformed")
                case .needsMore:
                    if reader.isClean {
                        worker.codec.giveBack(reader)
                        self.reader = nil
                    }
                    return
                case .chunk(let chunk):
                    let codec = worker.codec
                    let event = try assembler.take(chunk) {
                        (bytes: [UInt8], limit: Int) throws(WebSocketFault) in
                        try codec.inflate(bytes, limit: limit)
                    }
                    if let event { heard(event) }
                }
            }
        } catch {
            fail(error)
        }
        self.reader = nil
    }

    private func heard(_ event: MessageAssembler.Event) {
        switch event {
        case .text(let text):
            if phase == .open { handler?.received(text: text, from: self) }
        case .binary(let bytes):
            if phase == .open { handler?.received(binary: bytes, from: self) }
        case .ping(let payload):
            if phase == .open { enqueue(worker.codec.frame(.pong, payload)) }
        case .pong: break
        case .close(let code, _):
            if phase == .open {
                sayClose(code == .none ? nil : code, "")
                ended(code)
            }
            phase = .finishing
            closeDeadline = loop.now + options.closeTimeout.milliseconds
            schedule()
            flushSoon()
        }
    }

    /// The peer broke the protocol: tells it, and reads no further.
    private func fail(_ fault: WebSocketFault) {
        if phase == .open {
            sayClose(fault.code, fault.reason)
            ended(fault.code)
        }
        phase = .finishing
        closeDeadline = loop.now + options.closeTimeout.milliseconds
        schedule()
        flushSoon()
    }

    private func sayClose(_ code: CloseCode?, _ reason: String) {
        var payload: [UInt8] = []
        if let code {
            payload = [UInt8(truncatingIfNeeded: code.rawValue >> 8)]
            payload.append(UInt8(truncatingIfNeeded: code.rawValue))
            var room = 123
            for character in reason where character.utf8.count <= room {
                payload.append(contentsOf: character.utf8)
                room -= character.utf8.count
            }
        }
        enqueue(worker.codec.frame(.close, payload))
    }

    /// Tells the handler, once.
    private func ended(_ code: CloseCode) {
        for task in tasks.values { task.cancel() }
        let handler = handler
        self.handler = nil
        handler?.closed(self, code: code)
    }

    func drain() { close(.goingAway, reason: "the server stops") }

    /// Ends now.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        reader = nil
        queue = []
        unsent = 0
        loop.remove(slot, descriptor: descriptor)
        Glibc.close(descriptor)
        ended(.abnormal)
        worker.left(address)
    }

    func resume() {}

    // MARK: Deadlines

    private var nextPing: UInt64 {
        guard phase == .open else { return .max }
        if let pingedAt { return pingedAt + options.pongTimeout.milliseconds }
        return lastHeard + options.pingInterval.milliseconds
    }

    func schedule() {
        loop.setDeadline(slot, min(nextPing, writeDeadline, closeDeadline))
    }

    func deadlinePassed() {
        let now = loop.now
        guard writeDeadline > now, closeDeadline > now else {
            close()
            return
        }
        if let pinged = pingedAt, lastHeard >= pinged { pingedAt = nil }
        if nextPing <= now {
            if pingedAt != nil {
                close()
                return
            }
            pingedAt = now
            enqueue(worker.codec.frame(.ping, []))
        }
        schedule()
    }
}
