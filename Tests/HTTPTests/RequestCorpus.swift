import Core

@testable import HTTP

/// Requests to show to two servers: valid ones, and what a seed makes of them.
struct RequestCorpus {
    private let random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    private static let bases: [String] = [
        "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "HEAD /a/b HTTP/1.1\r\nHost: x:8080\r\nUser-Agent: a (b; c)\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
        "PUT /p HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PATCH /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nB: \tc d \r\n\r\n"
            + "3;a=b\r\nabc\r\nA;c=\"d e\"\r\n0123456789\r\n0\r\nDigest: x\r\n\r\n",
        "DELETE /q/%20 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "POST http://x/p?q HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n!",
        "POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
    ]

    private static let lines: [String] = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length: +5", "Content-Length: 5, 5",
        "Content-Length: 05", "Content-Length:", "content-length: 6", "Content-Length: 0x5",
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, chunked", "transfer-encoding:chunked ",
        "Transfer-Encoding : chunked", "Host: x", "Host: y", "Host:", "Host: x, y", " folded",
        "\tfolded", "A: b", "A : b", ": b", "A", "Connection: close", "Connection: keep-alive",
        "Connection: close, keep-alive", "Expect: 100-continue", "Expect: x", "A: \u{b}b",
        "Upgrade: h2c", "Trailer: Host", "Content-Length: 5\n", "Content-Length: 5\t",
        "Transfer-Encoding: chunked\t", "A: b\u{0}", "Accept: \u{e9}",
    ]

    private static let harmless: [String] = [
        "A: b", "Accept-Encoding: gzip, br;q=0.5", "Cookie: a=b; c=\"d\"", "X:",
        "Content-Type: a/b",
        "!#$%&'*+-.^_`|~: token", "User-Agent: \ta\tb ", "Referer: http://x/?a=b#c",
    ]

    /// Bytes that parsers disagree on.
    private static let bytes: [UInt8] = [
        0x00, 0x01, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x21, 0x22, 0x23, 0x25, 0x2B, 0x2C,
        0x2D, 0x2E, 0x2F, 0x30, 0x3A, 0x3B, 0x3D, 0x40, 0x5B, 0x5C, 0x61, 0x66, 0x67, 0x7F, 0x80,
        0x85, 0xA0, 0xFF,
    ]

    private func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(1, limit))) }

    private func one<Element>(of list: [Element]) -> Element { list[below(list.count)] }

    /// A valid request after one to three changes.
    func next() -> [UInt8] {
        var bytes = Array(one(of: Self.bases).utf8)
        for _ in 0...below(3) { change(&bytes) }
        return bytes
    }

    private func change(_ bytes: inout [UInt8]) {
        let at = below(bytes.count)
        switch below(18) {
        case 0, 1: bytes.insert(one(of: Self.bytes), at: at)
        case 2, 3: if !bytes.isEmpty { bytes[at] = one(of: Self.bytes) }
        case 4: if !bytes.isEmpty { bytes.remove(at: at) }
        case 5:
            let end = min(bytes.count, at + 1 + below(8))
            bytes.insert(contentsOf: bytes[at..<end], at: at)
        case 6, 7, 8: insertLine(&bytes, one(of: Self.lines))
        case 9: loseReturn(&bytes)
        case 10: bytes.removeLast(min(bytes.count, below(6)))
        case 11, 12: bytes.insert(one(of: Array("abcXYZ0159-_.~".utf8)), at: at)
        case 13:
            let letters = bytes.indices.filter { (0x41...0x5A).contains(bytes[$0] & 0xDF) }
            if !letters.isEmpty { bytes[one(of: letters)] ^= 0x20 }
        case 14, 15: bytes += one(of: Self.bases).utf8
        case 16: insertLine(&bytes, one(of: Self.harmless))
        default:
            // Another request in the middle of this one.
            bytes.insert(contentsOf: one(of: Self.bases).utf8, at: at)
        }
    }

    /// Where lines begin that are not the first.
    private func lineStarts(_ bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { $0 > 0 && bytes[$0 - 1] == 0x0A }
    }

    private func insertLine(_ bytes: inout [UInt8], _ line: String) {
        guard let at = lineStarts(bytes).first else { return }
        bytes.insert(contentsOf: Array(line.utf8) + [0x0D, 0x0A], at: at)
    }

    private func loseReturn(_ bytes: inout [UInt8]) {
        let starts = lineStarts(bytes).filter { $0 > 1 && bytes[$0 - 2] == 0x0D }
        guard !starts.isEmpty else { return }
        let at = one(of: starts)
        bytes.remove(at: below(2) == 0 ? at - 2 : at - 1)
    }
}
