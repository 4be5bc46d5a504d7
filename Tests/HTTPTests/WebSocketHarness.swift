import CLinux
import Core
import Glibc
import Synchronization
import Testing

@testable import HTTP

/// A WebSocket client that says exactly the bytes it is told to.
final class Peer {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    let head: String

    /// Connects and shakes hands; `receiveBuffer` makes it a slow reader's.
    init(
        port: Int,
        path: String = "/echo",
        fields: String = "",
        receiveBuffer: Int32? = nil
    ) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, 16)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, 16)
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let request =
            "GET \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Version: 13\r\n\(fields)\r\n"
        Self.write(descriptor, Array(request.utf8))
        var text: [UInt8] = []
        while !text.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            try #require(read(descriptor, &byte, 1) == 1, "no answer to the handshake")
            text.append(byte)
        }
        head = String(decoding: text, as: UTF8.self)
    }

    deinit { Glibc.close(descriptor) }

    private static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor,
                    $0.baseAddress.map { $0 + at },
                    bytes.count - at,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            at += count
        }
    }

    func send(_ bytes: [UInt8]) { Self.write(descriptor, bytes) }

    /// One byte in a segment of its own.
    func sendSlowly(_ bytes: [UInt8]) {
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        for byte in bytes { send([byte]) }
    }

    private func more() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &part, part.count)
        if count < 0, errno == EAGAIN { Issue.record("nothing came for 10 s") }
        guard count > 0 else { return false }
        buffer += part[..<count]
        return true
    }

    struct Frame: Equatable {
        var first: UInt8
        var payload: [UInt8]

        var opcode: UInt8 { first & 0x0F }
        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close; 0 for none.
        var code: Int { payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    /// The next frame; nil at the end of the stream.
    func frame() throws -> Frame? {
        while true {
            if let (frame, size) = Self.parse(buffer) {
                buffer.removeFirst(size)
                return frame
            }
            guard more() else {
                try #require(buffer.isEmpty, "the stream ends within a frame")
                return nil
            }
        }
    }

    private static func parse(_ bytes: [UInt8]) -> (Frame, Int)? {
        guard bytes.count >= 2 else { return nil }
        var size = Int(bytes[1])
        var start = 2
        if size >= 126 {
            let extra = size == 126 ? 2 : 8
            guard bytes.count >= 2 + extra else { return nil }
            size = bytes[2..<(2 + extra)].reduce(0) { $0 << 8 | Int($1) }
            start += extra
        }
        guard bytes.count >= start + size else { return nil }
        return (Frame(first: bytes[0], payload: Array(bytes[start..<(start + size)])), start + size)
    }

    /// The frames until the stream ends; throws when it goes on for 20 s.
    func rest() throws -> [Frame] {
        var frames: [Frame] = []
        let limit = ContinuousClock.now + .seconds(120)
        while let frame = try frame() {
            frames.append(frame)
            try #require(ContinuousClock.now < limit, "the stream does not end")
        }
        return frames
    }

    /// A client's frame (RFC 6455 section 5.2), masked unless told otherwise.
    static func frame(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        final: Bool = true,
        reserved: UInt8 = 0,
        masked: Bool = true
    ) -> [UInt8] {
        var out: [UInt8] = [(final ? 0x80 : 0) | reserved << 4 | opcode]
        let bit: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ..<126: out.append(bit | UInt8(payload.count))
        case ..<65_536:
            out += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            out.append(bit | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: payload.count >> shift))
            }
        }
        guard masked else { return out + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        out += mask
        for (index, byte) in payload.enumerated() { out.append(byte ^ mask[index & 3]) }
        return out
    }

    static func text(_ text: String, final: Bool = true) -> [UInt8] {
        frame(0x1, Array(text.utf8), final: final)
    }

    static func close(_ code: Int, _ reason: [UInt8] = []) -> [UInt8] {
        frame(0x8, [UInt8(code >> 8 & 0xFF), UInt8(code & 0xFF)] + reason)
    }
}

/// Sends back what it hears, and keeps how it ended.
final class Echo: WebSocketHandler {
    let ends: Ends

    init(_ ends: Ends) {
        self.ends = ends
    }

    func opened(_: WebSocket) {}
    func received(text: [UInt8], from socket: WebSocket) { socket.send(text: text) }
    func received(binary: [UInt8], from socket: WebSocket) {
        socket.send(text: Array("\(binary.count) bytes".utf8))
    }
    func drained(_: WebSocket) {}
    func closed(_: WebSocket, code: CloseCode) { ends.codes.withLock { $0.append(code.rawValue) } }
}

/// How sockets ended.
final class Ends: Sendable {
    let codes = Mutex<[Int]>([])

    /// The codes once there are so many, or after 5 s.
    func wait(_ count: Int) -> [Int] {
        for _ in 0..<1_000 {
            let codes = codes.withLock { $0 }
            if codes.count >= count { return codes }
            usleep(5_000)
        }
        return codes.withLock { $0 }
    }
}

/// Runs a server with an echo at `/echo` for as long as `work` takes.
func withEcho(
    _ options: WebSocketOptions = WebSocketOptions(),
    ends: Ends = Ends(),
    _ work: @escaping @Sendable (Int) throws -> Void
) async throws {
    var router = Router()
    router.get("/echo") { request in
        try Response.webSocket(for: request, options: options) { _ in Echo(ends) }
    }
    try await withServer(router, work)
}
