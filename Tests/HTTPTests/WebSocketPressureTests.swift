import Core
import Foundation
import Glibc
import Synchronization
import Testing

@testable import HTTP

/// Sends numbered texts as fast as the socket lets, or as fast as it can.
private final class Flood: WebSocketHandler {
    private let count: Int
    private let waits: Bool
    private let ends: Ends
    private let sent = Mutex(0)

    init(count: Int, waits: Bool, ends: Ends) {
        self.count = count
        self.waits = waits
        self.ends = ends
    }

    func opened(_ socket: WebSocket) { go(on: socket) }
    func drained(_ socket: WebSocket) { go(on: socket) }
    func received(text _: [UInt8], from _: WebSocket) {}
    func received(binary _: [UInt8], from _: WebSocket) {}
    func closed(_: WebSocket, code: CloseCode) { ends.codes.withLock { $0.append(code.rawValue) } }

    private func go(on socket: WebSocket) {
        sent.withLock { sent in
            while sent < count, socket.isOpen {
                let text = "\(sent) " + String(repeating: "x", count: 1_000)
                sent += 1
                if !socket.send(text: Array(text.utf8)), waits { return }
            }
        }
    }
}

/// Waits for ever in a task of the socket.
private final class Waiter: WebSocketHandler {
    private let cancelled: Counter

    init(_ cancelled: Counter) {
        self.cancelled = cancelled
    }

    func opened(_ socket: WebSocket) {
        socket.run { [cancelled] in
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.increment()
            }
        }
    }

    func received(text _: [UInt8], from _: WebSocket) {}
    func received(binary _: [UInt8], from _: WebSocket) {}
    func drained(_: WebSocket) {}
    func closed(_: WebSocket, code _: CloseCode) {}
}

@Suite struct WebSocketPressureTests {
    private func withHandler(
        _ handler: @escaping @Sendable () -> any WebSocketHandler,
        options: WebSocketOptions = WebSocketOptions(),
        _ work: @escaping @Sendable (Int) throws -> Void
    ) async throws {
        var router = Router()
        router.get("/echo") { request in
            try Response.webSocket(for: request, options: options) { _ in handler() }
        }
        try await withServer(router, work)
    }

    @Test("Whoever waits for a slow reader loses nothing")
    func patientSender() async throws {
        let ends = Ends()
        try await withHandler({ Flood(count: 4_000, waits: true, ends: ends) }) { port in
            let peer = try Peer(port: port, receiveBuffer: 4_096)
            usleep(200_000)
            var inOrder = 0
            while inOrder < 4_000, try peer.frame()?.text.hasPrefix("\(inOrder) ") == true {
                inOrder += 1
            }
            #expect(inOrder == 4_000)
            peer.send(Peer.close(1000))
            #expect(try peer.rest().map(\.code) == [1000])
        }
    }

    @Test("Whoever does not wait for a slow reader is closed, in bounded memory")
    func impatientSender() async throws {
        let ends = Ends()
        try await withHandler({ Flood(count: 100_000, waits: false, ends: ends) }) { port in
            let peer = try Peer(port: port, receiveBuffer: 4_096)
            #expect(ends.wait(1) == [1008])
            let frames = try peer.rest()
            #expect(frames.last?.opcode == 0x8 && frames.last?.code == 1008)
            // The kernel took some before the limit of 1 MiB was reached; all but the close are texts.
            #expect((1_000..<10_000).contains(frames.count))
        }
    }

    @Test("A reader who takes nothing is given up")
    func stalledReader() async throws {
        let ends = Ends()
        var options = WebSocketOptions()
        options.writeTimeout = .milliseconds(200)
        try await withHandler(
            { Flood(count: 100_000, waits: true, ends: ends) },
            options: options
        ) { port in
            let peer = try Peer(port: port, receiveBuffer: 4_096)
            #expect(ends.wait(1) == [1006])
            withExtendedLifetime(peer) {}
        }
    }

    @Test("A silent peer is asked for a sign of life, and given up without one")
    func silentPeer() async throws {
        let ends = Ends()
        var options = WebSocketOptions()
        options.pingInterval = .milliseconds(60)
        options.pongTimeout = .milliseconds(500)
        try await withEcho(options, ends: ends) { port in
            let peer = try Peer(port: port)
            for _ in 0..<3 {
                #expect(try peer.frame() == Peer.Frame(first: 0x89, payload: []))
                peer.send(Peer.frame(0xA))
            }
            #expect(ends.codes.withLock { $0 }.isEmpty)
            #expect(try peer.rest() == [Peer.Frame(first: 0x89, payload: [])])
            #expect(ends.wait(1) == [1006])
        }
    }

    @Test("A flood of pings that nobody reads the pongs of is read no further")
    func pingFlood() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port, receiveBuffer: 4_096)
            let ping = Peer.frame(0x9, [UInt8](repeating: 7, count: 125))
            let flood = (0..<2_000).flatMap { _ in ping }
            let sender = Thread { for _ in 0..<8 { peer.send(flood) } }
            sender.start()
            var pongs = 0
            while pongs < 16_000, try peer.frame()?.first == 0x8A { pongs += 1 }
            #expect(pongs == 16_000)
            sender.join()
        }
    }

    @Test("The work of a socket is cancelled when it ends")
    func tasks() async throws {
        let cancelled = Counter()
        try await withHandler({ Waiter(cancelled) }) { port in
            do {
                let peer = try Peer(port: port)
                peer.send(Peer.close(1000))
                _ = try peer.rest()
            }
            #expect(cancelled.reaches(1))
            _ = try Peer(port: port)
            #expect(cancelled.reaches(2))
        }
    }

    /// A thread that can be waited for.
    private final class Thread: @unchecked Sendable {
        // Invariant: `work` is set once and run by the one thread that `start` makes.
        private let work: () -> Void
        private let done = Counter()

        init(_ work: @escaping () -> Void) {
            self.work = work
        }

        func start() {
            let this = self
            Foundation.Thread.detachNewThread {
                this.work()
                this.done.increment()
            }
        }

        func join() { _ = done.reaches(1) }
    }
}

@Suite struct WebSocketReadingTests {
    /// Messages, pings and fragments as a client may send them.
    private static func stream(_ random: SeededRandom) -> [UInt8] {
        func number(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var bytes: [UInt8] = []
        for _ in 0..<(5 + number(20)) {
            let payload = (0..<number(5) * number(90)).map { _ in UInt8(0x61 + number(26)) }
            let parts = 1 + number(4)
            for part in 0..<parts {
                let start = payload.count * part / parts
                let end = payload.count * (part + 1) / parts
                bytes += Peer.frame(
                    part > 0 ? 0x0 : 0x1,
                    Array(payload[start..<end]),
                    final: part == parts - 1
                )
                if number(3) == 0 { bytes += Peer.frame(0x9, [UInt8(number(256))]) }
            }
        }
        return bytes + Peer.close(1000)
    }

    /// What is heard when the bytes come in these pieces; a reader is kept only while it must be.
    private static func events(_ pieces: [ArraySlice<UInt8>]) throws -> [MessageAssembler.Event] {
        var assembler = MessageAssembler(limit: 1 << 16, allowsCompression: false)
        let codec = WebSocketCodec()
        var kept: FrameReader?
        var events: [MessageAssembler.Event] = []
        for piece in pieces {
            let reader = try #require(kept ?? codec.borrow())
            kept = reader
            try piece.withUnsafeBufferPointer { buffer in
                reader.begin(buffer)
                while case .chunk(let chunk) = reader.next() {
                    let event = try assembler.take(chunk) {
                        (bytes: [UInt8], _: Int) throws(WebSocketFault) in bytes
                    }
                    if let event { events.append(event) }
                }
            }
            if reader.isClean {
                codec.giveBack(reader)
                kept = nil
            }
        }
        #expect(kept == nil)
        return events
    }

    @Test("However the stream is split, the same is heard", arguments: 0..<UInt64(40))
    func splits(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        let bytes = Self.stream(random)
        let whole = try Self.events([bytes[...]])
        #expect(whole.last == .close(.normal, reason: ""))
        for most in [1, 7, 300] {
            var pieces: [ArraySlice<UInt8>] = []
            var at = 0
            while at < bytes.count {
                let end = min(bytes.count, at + 1 + Int(random.next() % UInt64(most)))
                pieces.append(bytes[at..<end])
                at = end
            }
            #expect(try Self.events(pieces) == whole, "seed \(seed)")
        }
    }

    @Test("UTF-8 is what Swift's own decoder takes", arguments: 0..<UInt64(10))
    func utf8(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        // Bytes at the borders of RFC 3629's table, so that about half of the texts are good.
        let borders: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
            0xE1,
            0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        var wrong: [[UInt8]] = []
        for _ in 0..<2_000 {
            let bytes = (0..<(1 + random.next() % 4)).map { _ in
                borders[Int(random.next() % UInt64(borders.count))]
            }
            let isGood = String(validating: bytes, as: UTF8.self) != nil
            if UTF8Check.isValid(bytes) != isGood { wrong.append(bytes) }
        }
        #expect(wrong.isEmpty, "seed \(seed)")
    }
}
