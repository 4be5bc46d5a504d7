import CZlib
import Core
import Glibc
import Synchronization
import Testing

@testable import HTTP

/// The sections are those of the Autobahn test suite; what is expected is RFC 6455's.
@Suite struct WebSocketTests {
    // MARK: 1 framing, 9 limits

    @Test(
        "A text of any length comes back, however its bytes are split",
        arguments: WebSocketCases.lengths
    )
    func text(length: Int) async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            let text = String(repeating: "*", count: length)
            peer.send(Peer.text(text))
            #expect(try peer.frame() == Peer.Frame(first: 0x81, payload: Array(text.utf8)))
            let bytes = Peer.text(text)
            for start in stride(from: 0, to: bytes.count, by: 997) {
                peer.send(Array(bytes[start..<min(start + 997, bytes.count)]))
            }
            #expect(try peer.frame()?.payload.count == length)
            peer.send(Peer.frame(0x2, [UInt8](repeating: 0xFE, count: length)))
            #expect(try peer.frame()?.text == "\(length) bytes")
        }
    }

    @Test("Frames that come byte by byte are understood")
    func byteByByte() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            peer.sendSlowly(Peer.text("one") + Peer.frame(0x9, [7]) + Peer.text("two"))
            #expect(try peer.frame()?.text == "one")
            #expect(try peer.frame() == Peer.Frame(first: 0x8A, payload: [7]))
            #expect(try peer.frame()?.text == "two")
        }
    }

    @Test("Many frames in one segment are answered in order")
    func manyAtOnce() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            peer.send((0..<1_000).flatMap { Peer.text("\($0)") })
            var inOrder = 0
            while inOrder < 1_000, try peer.frame()?.text == "\(inOrder)" { inOrder += 1 }
            #expect(inOrder == 1_000)
        }
    }

    // MARK: 2 pings

    @Test("Each ping is answered with its payload, also between fragments")
    func pings() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            for payload in [
                [], Array("hello".utf8), [0, 0xFF, 0xFE], [UInt8](repeating: 7, count: 125),
            ] {
                peer.send(Peer.frame(0x9, payload))
                #expect(try peer.frame() == Peer.Frame(first: 0x8A, payload: payload))
            }
            // A pong nobody asked for is ignored (section 5.5.3).
            peer.send(Peer.frame(0xA, [1, 2]))
            peer.send(
                Peer.text("fra", final: false) + Peer.frame(0x9, [9])
                    + Peer.frame(0x0, Array("gment".utf8))
            )
            #expect(try peer.frame() == Peer.Frame(first: 0x8A, payload: [9]))
            #expect(try peer.frame()?.text == "fragment")
        }
    }

    // MARK: 3 reserved bits, 4 opcodes, 5 fragments, 6 UTF-8, 7 closes, 9 limits

    @Test(
        "What RFC 6455 forbids ends the connection with the code that says so",
        arguments: WebSocketCases.refused
    )
    func refuses(_ refused: RefusedBytes) async throws {
        let ends = Ends()
        try await withEcho(ends: ends) { port in
            let peer = try Peer(port: port)
            // The rest of a flood does not turn the close into a reset.
            peer.send(Peer.text("before") + refused.bytes + Peer.text("after"))
            let frames = try peer.rest()
            #expect(frames.map(\.opcode) == [0x1, 0x8])
            #expect(frames.first?.text == "before")
            #expect(frames.last?.code == refused.code)
            #expect(ends.wait(1) == [refused.code])
        }
    }

    @Test("A message in fragments is one, split within a character too")
    func fragments() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            let text = "Hello-µ@ßöäüàá-UTF-8!! κόσμε 😀"
            let bytes = Array(text.utf8)
            var frames = Peer.frame(0x1, [bytes[0]], final: false)
            for byte in bytes[1...] { frames += Peer.frame(0x0, [byte], final: false) }
            peer.send(frames + Peer.frame(0x0))
            #expect(try peer.frame()?.text == text)
            peer.send(
                Peer.frame(0x1, final: false) + Peer.frame(0x0, final: false) + Peer.frame(0x0)
            )
            #expect(try peer.frame() == Peer.Frame(first: 0x81, payload: []))
            let part = [UInt8](repeating: 0x2A, count: 256)
            var many = Peer.frame(0x1, part, final: false)
            for _ in 1..<255 { many += Peer.frame(0x0, part, final: false) }
            peer.send(many + Peer.frame(0x0, part))
            #expect(try peer.frame()?.payload.count == 65_536)
        }
    }

    @Test("A text that cannot become UTF-8 is refused before it is complete")
    func failsFast() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port)
            peer.send(Peer.frame(0x1, [0xF4, 0x90], final: false))
            #expect(try peer.rest().map(\.code) == [1007])
        }
    }

    @Test(
        "A close is answered with its code, and what follows it is not heard",
        arguments: WebSocketCases.closes
    )
    func closing(sent: [UInt8], answer: [UInt8]) async throws {
        let ends = Ends()
        try await withEcho(ends: ends) { port in
            let peer = try Peer(port: port)
            peer.send(sent + Peer.text("too late") + Peer.frame(0x9))
            #expect(try peer.rest() == [Peer.Frame(first: 0x88, payload: answer)])
            let code = answer.isEmpty ? 1005 : Int(answer[0]) << 8 | Int(answer[1])
            #expect(ends.wait(1) == [code])
        }
    }

    @Test("A connection that breaks is told as 1006")
    func broken() async throws {
        let ends = Ends()
        try await withEcho(ends: ends) { port in
            _ = try Peer(port: port)
            #expect(ends.wait(1) == [1006])
        }
    }

    // MARK: Handshake

    /// The example of RFC 6455 section 1.3.
    @Test("The handshake's answer is RFC 6455's")
    func handshake() async throws {
        #expect(Response.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        var options = WebSocketOptions()
        options.subprotocols = ["b", "c"]
        try await withEcho(options) { port in
            let peer = try Peer(port: port, fields: "Sec-WebSocket-Protocol: a, c, b\r\n")
            #expect(peer.head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(
                peer.head.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
            )
            #expect(peer.head.contains("\r\nSec-WebSocket-Protocol: c\r\n"))
            #expect(!peer.head.contains("Sec-WebSocket-Extensions"))
        }
    }

    @Test("A handshake is taken only as RFC 6455 has it", arguments: WebSocketCases.handshakes)
    func handshakes(change: [String: String?], status: Int) async throws {
        var fields: [String: String] = [
            "Host": "weft.test", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        for (name, value) in change { fields[name] = value }
        var headers = Headers()
        for (name, value) in fields { headers.add(name, value) }
        var options = WebSocketOptions()
        options.origins = ["https://console.example"]
        let settled = options
        var router = Router()
        router.get("/echo") { request in
            try Response.webSocket(for: request, options: settled) { _ in Echo(Ends()) }
        }
        let response = await router.respond(to: Request(.get, "/echo", headers: headers))
        #expect(response.status.rawValue == status)
        if status == 426 { #expect(response.headers["sec-websocket-version"] == "13") }
    }

    // MARK: permessage-deflate

    @Test(
        "Of the offers of compression the first that can be met is chosen",
        arguments: WebSocketCases.offers
    )
    func offers(offer: String, bits: Int32?) {
        #expect(DeflateAgreement(offers: [offer])?.windowBits == bits)
    }

    private static let compression = "Sec-WebSocket-Extensions: permessage-deflate\r\n"

    @Test("RFC 7692's examples of compressed messages are understood, in fragments too")
    func inflating() async throws {
        try await withEcho { port in
            let peer = try Peer(port: port, fields: Self.compression)
            #expect(
                peer.head.contains(
                    "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                        + "client_no_context_takeover\r\n"
                )
            )
            // Section 7.2.3.1, then 7.2.3.1 in two frames, 7.2.3.3 without compression, 7.2.3.5 in two blocks.
            let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
            peer.send(Peer.frame(0x1, hello, reserved: 4))
            peer.send(
                Peer.frame(0x1, Array(hello[..<3]), final: false, reserved: 4)
                    + Peer.frame(0x0, Array(hello[3...]))
            )
            let stored: [UInt8] = [
                0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00,
            ]
            peer.send(Peer.frame(0x1, stored, reserved: 4))
            let blocks: [UInt8] = [
                0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00,
            ]
            peer.send(Peer.frame(0x1, blocks, reserved: 4))
            // Section 7.2.3.4: a final block.
            peer.send(
                Peer.frame(0x1, [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], reserved: 4)
            )
            for _ in 0..<5 {
                #expect(try peer.frame() == Peer.Frame(first: 0x81, payload: Array("Hello".utf8)))
            }
            // Uncompressed messages stay possible.
            peer.send(Peer.text("plain"))
            #expect(try peer.frame()?.text == "plain")
        }
    }

    @Test(
        "A long message comes compressed, in the window that was agreed on, and inflates to itself"
    )
    func deflating() async throws {
        try await withEcho { port in
            for fields in [
                Self.compression,
                "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n",
            ] {
                let peer = try Peer(port: port, fields: fields)
                let text = (0..<2_000).map { "order \($0 * 7_919 % 1_000) " }.joined()
                for _ in 0..<2 {
                    peer.send(Peer.text(text))
                    let frame = try #require(try peer.frame())
                    #expect(frame.first == 0xC1)
                    #expect(frame.payload.count < text.utf8.count / 2)
                    let inflater = try #require(MessageInflater())
                    #expect(try inflater.inflate(frame.payload, limit: 1 << 20) == Array(text.utf8))
                }
            }
        }
    }

    @Test(
        "A badly compressed message ends the connection",
        arguments: WebSocketCases.badlyCompressed
    )
    func badlyCompressed(_ refused: RefusedBytes) async throws {
        try await withEcho { port in
            let peer = try Peer(port: port, fields: Self.compression)
            peer.send(refused.bytes)
            #expect(try peer.rest().map(\.code) == [refused.code])
        }
    }

    @Test("Without an agreement a compressed message is refused")
    func notAgreed() async throws {
        var options = WebSocketOptions()
        options.compresses = false
        try await withEcho(options) { port in
            let peer = try Peer(port: port, fields: Self.compression)
            #expect(!peer.head.contains("Extensions"))
            peer.send(Peer.frame(0x1, [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], reserved: 4))
            #expect(try peer.rest().map(\.code) == [1002])
        }
    }
}
