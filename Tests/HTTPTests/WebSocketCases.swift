import Core
import Testing

@testable import HTTP

/// Bytes after which the server must end the connection with this code.
struct RefusedBytes: CustomTestStringConvertible, Sendable {
    var name: String
    var code: Int
    var bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ code: Int, _ bytes: [UInt8]) {
        self.name = name
        self.code = code
        self.bytes = bytes
    }
}

/// Tables for the tests of WebSockets; what is expected is RFC 6455's and RFC 7692's.
enum WebSocketCases {
    static let lengths: [Int] = [0, 1, 125, 126, 127, 128, 65_535, 65_536]

    private static let notUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF],
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80],
        [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        Array("κόσμε".utf8) + [0xED, 0xA0, 0x80] + Array("edited".utf8),
    ]

    static let refused: [RefusedBytes] =
        (1...7).map { RefusedBytes("RSV \($0)", 1002, Peer.frame(0x1, [0x61], reserved: $0)) }
        + (1...7).map { RefusedBytes("RSV \($0) on a ping", 1002, Peer.frame(0x9, reserved: $0)) }
        + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap { opcode in
            [
                RefusedBytes("opcode \(opcode)", 1002, Peer.frame(opcode)),
                RefusedBytes("opcode \(opcode) with a payload", 1002, Peer.frame(opcode, [1, 2])),
            ]
        }
        + [
            RefusedBytes("a frame without a mask", 1002, Peer.frame(0x1, [0x61], masked: false)),
            RefusedBytes("a ping without a mask", 1002, Peer.frame(0x9, masked: false)),
            RefusedBytes("a fragmented ping", 1002, Peer.frame(0x9, [1], final: false)),
            RefusedBytes("a fragmented pong", 1002, Peer.frame(0xA, [1], final: false)),
            RefusedBytes("a fragmented close", 1002, Peer.frame(0x8, [3, 0xE8], final: false)),
            RefusedBytes(
                "a ping of 126 bytes",
                1002,
                Peer.frame(0x9, [UInt8](repeating: 1, count: 126))
            ),
            RefusedBytes("a continuation of nothing", 1002, Peer.frame(0x0, [0x61])),
            RefusedBytes("a last continuation of nothing", 1002, Peer.frame(0x0, final: false)),
            RefusedBytes(
                "a text within a text",
                1002,
                Peer.text("a", final: false) + Peer.text("b")
            ),
            RefusedBytes(
                "a reserved bit on a continuation",
                1002,
                Peer.text("a", final: false) + Peer.frame(0x0, [0x62], reserved: 4)
            ),
            // Section 5.2: the minimal number of bytes must be used, and the highest bit is 0.
            RefusedBytes(
                "5 bytes as 16 bits",
                1002,
                [0x81, 0xFE, 0, 5, 0, 0, 0, 0, 1, 2, 3, 4, 5]
            ),
            RefusedBytes(
                "5 bytes as 64 bits",
                1002,
                [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1, 2, 3, 4, 5]
            ),
            RefusedBytes(
                "a length with the highest bit",
                1002,
                [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1]
            ),
            RefusedBytes("a close of one byte", 1002, Peer.frame(0x8, [3])),
            RefusedBytes(
                "a close whose reason is not UTF-8",
                1007,
                Peer.close(1000, [0xCE, 0xBA, 0xE1])
            ),
            RefusedBytes(
                "a text of 64 KiB and a byte",
                1009,
                Peer.frame(0x1, [UInt8](repeating: 0x2A, count: 65_537))
            ),
            RefusedBytes(
                "a text that grows beyond 64 KiB",
                1009,
                Peer.frame(0x1, [UInt8](repeating: 0x2A, count: 65_000), final: false)
                    + Peer.frame(0x0, [UInt8](repeating: 0x2A, count: 537))
            ),
            RefusedBytes(
                "a binary message that announces 2^62 bytes",
                1009,
                [0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
            ),
        ]
        + notUTF8.map { RefusedBytes("the text \($0)", 1007, Peer.frame(0x1, $0)) }
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map {
            RefusedBytes("the close code \($0)", 1002, Peer.close($0))
        }

    static let closes: [(sent: [UInt8], answer: [UInt8])] =
        [
            (Peer.frame(0x8), []),
            (Peer.close(1000, Array("bye".utf8)), [3, 0xE8]),
            (Peer.close(1000, [UInt8](repeating: 0x2A, count: 123)), [3, 0xE8]),
        ]
        + [1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map {
            (Peer.close($0), [UInt8($0 >> 8), UInt8($0 & 0xFF)])
        }

    static let handshakes: [(change: [String: String?], status: Int)] = [
        ([:], 101),
        (["Upgrade": nil], 426), (["Upgrade": "h2c"], 426), (["Upgrade": "h2c, WebSocket"], 101),
        (["Connection": "keep-alive"], 426), (["Connection": "keep-alive, Upgrade"], 101),
        (["Sec-WebSocket-Version": "8"], 426), (["Sec-WebSocket-Version": nil], 426),
        (["Sec-WebSocket-Key": nil], 400), (["Sec-WebSocket-Key": "short"], 400),
        (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j!Q=="], 400),
        (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZTEyMw=="], 400),
        (["Origin": "http://weft.test"], 101), (["Origin": "https://weft.test"], 101),
        (["Origin": "https://console.example"], 101), (["Origin": "https://evil.example"], 403),
        (["Origin": "https://weft.test.evil.example"], 403), (["Origin": "null"], 403),
        (["Origin": "http://weft.test:81"], 403),
    ]

    static let offers: [(offer: String, bits: Int32?)] = [
        ("permessage-deflate", 15),
        ("permessage-deflate; client_max_window_bits", 15),
        ("permessage-deflate; client_max_window_bits=10; server_no_context_takeover", 15),
        ("permessage-deflate; server_max_window_bits=10", 10),
        ("permessage-deflate; server_max_window_bits=\"12\"", 12),
        ("x-webkit-deflate-frame, permessage-deflate", 15),
        // 2^8 cannot be met; the second offer can.
        ("permessage-deflate; server_max_window_bits=8, permessage-deflate", 15),
        ("permessage-deflate; server_max_window_bits=8", nil),
        ("permessage-deflate; server_max_window_bits", nil),
        ("permessage-deflate; server_max_window_bits=16", nil),
        ("permessage-deflate; server_max_window_bits=010", nil),
        ("permessage-deflate; client_max_window_bits=7", nil),
        ("permessage-deflate; client_no_context_takeover=1", nil),
        ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", nil),
        ("permessage-deflate; unknown", nil), ("gzip", nil), ("", nil),
    ]

    static let badlyCompressed: [RefusedBytes] = [
        RefusedBytes("no deflate stream", 1007, Peer.frame(0x1, [0xFF, 0xFF, 0xFF], reserved: 4)),
        RefusedBytes(
            "an inflated text that is not UTF-8",
            1007,
            Peer.frame(0x1, [0x00, 0x01, 0x00, 0xFE, 0xFF, 0xFF, 0x00], reserved: 4)
        ),
        RefusedBytes("a compressed ping", 1002, Peer.frame(0x9, reserved: 4)),
        RefusedBytes(
            "a compressed continuation",
            1002,
            Peer.text("a", final: false) + Peer.frame(0x0, [0x00], reserved: 4)
        ),
        RefusedBytes("RSV2", 1002, Peer.frame(0x1, reserved: 6)),
        RefusedBytes("a bomb", 1009, Peer.frame(0x2, bomb, reserved: 4)),
    ]

    /// 16 KiB that inflate to some 16 MiB of zeros.
    private static var bomb: [UInt8] {
        let deflater = MessageDeflater(windowBits: 15)
        return deflater?.compress([UInt8](repeating: 0, count: 16 << 20)) ?? []
    }
}
