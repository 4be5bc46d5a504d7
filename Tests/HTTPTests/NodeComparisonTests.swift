import Core
import Foundation
import Glibc
import Testing

@testable import HTTP

/// What one server made of a stream of bytes.
private struct Sighting {
    /// What it saw of each request that it answered.
    var requests: [String] = []
    /// Its status and words when it refused; empty when it closed without a word.
    var refusal: String?

    init(_ bytes: [UInt8], port: Int) throws {
        let client = try Client(port: port)
        _ = client.offer(bytes, within: 2_000)
        client.shutdownWriting()
        var rest = client.rest()[...]
        while let end = rest.range(of: "\r\n\r\n") {
            let head = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            let status = Int(head.dropFirst(9).prefix(3)) ?? 0
            if status == 100 { continue }
            var length = 0
            for line in head.lowercased().split(separator: "\r\n")
            where line.hasPrefix("content-length: ") {
                length = Int(line.dropFirst(16)) ?? 0
            }
            // What answers HEAD has a length and no body.
            let body = rest.hasPrefix("HTTP/1.1 ") ? "" : rest.prefix(length)
            rest = rest.dropFirst(body.count)
            if status != 200 {
                refusal = "\(status) \(body)"
                return
            }
            requests.append(String(body))
        }
        if requests.isEmpty { refusal = "" }
    }
}

/// Weft's server and Node's are shown the same bytes.
@Suite(.serialized, .enabled(if: NodeServer.program != nil, "node is not installed"))
struct NodeComparisonTests {
    /// Why we refuse what Node takes: words of the answer, and the reason.
    private static let stricter: [(words: String, reason: String)] = [
        ("unknown-method", "WebDAV and other methods have no meaning here"),
        ("unknown-version", "only HTTP/1.0 and HTTP/1.1 are spoken"),
        ("bad-target", "paths that two readers decode differently: encoded slashes, dot segments"),
        ("the target must be a path", "an authority or nonsense in place of a path"),
        (
            "the target must be visible ASCII",
            "RFC 3986 has no other bytes, and no fragment is sent"
        ),
        ("the target's authority differs from Host", "one of the two would be believed downstream"),
        ("the target has no valid host", "RFC 9112 section 3.2.2"),
        ("there must be one Host", "RFC 9112 section 3.2"),
        ("Host is no host", "RFC 9112 section 3.2"),
        ("HTTP/1.0 has no Transfer-Encoding", "RFC 9112 section 6.1: a faulty message"),
        (
            "the only transfer coding is chunked",
            "no other coding is implemented, so none is passed"
        ),
        (
            "a trailer field is malformed",
            "RFC 9110 section 6.5.1: fields that frame are no trailers"
        ),
        ("the chunked framing is malformed", "white space and emptiness in chunk extensions"),
        ("a field must", "obs-fold, and controls in values"),
        ("unknown-expectation", "Node answers 417 as well, but goes on"),
        (
            "there must be one Content-Length",
            "RFC 9110 section 8.6 lets equal ones pass; we do not"
        ),
        ("a line must end with CR LF", "one empty line is forgiven, not two"),
        ("the method must be a token", "white space before a request"),
        ("204 ", "OPTIONS * is answered by the server itself"),
        ("too-large", "sizes above 32 bits"),
    ]

    private static func echo() -> Router {
        var router = Router()
        let handler: Handler = { request in
            func hex(_ bytes: some Sequence<UInt8>) -> String {
                bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
            let headers = request.headers
            let fields = headers.fields.map {
                "\(hex(headers.nameBytes($0))):\(hex(headers.valueBytes($0)))"
            }
            return .text(
                [
                    request.method.rawValue, hex(request.target.utf8), "HTTP/?",
                    fields.joined(separator: ","), hex(request.body),
                ].joined(separator: " ")
            )
        }
        for method in HTTP.Method.allCases where method != .head {
            router.on(method, "/{path...}", handler: handler)
        }
        return router
    }

    /// The parts of what a server saw that both tell alike.
    private static func normal(_ text: String) -> String {
        var parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 else { return text }
        parts[2] = ""
        // Node leaves a target in absolute form as it is: `http://x` are these bytes.
        let scheme = "687474703a2f2f"
        if parts[1].hasPrefix(scheme) {
            let rest = Array(parts[1].dropFirst(scheme.count))
            let pairs = stride(from: 0, to: rest.count - 1, by: 2).map {
                String(rest[$0...($0 + 1)])
            }
            let path = pairs.drop { $0 != "2f" && $0 != "3f" }
            parts[1] = (path.first == "2f" ? "" : "2f") + path.joined()
        }
        return parts.joined(separator: " ")
    }

    private static func compare(_ cases: [(name: String, bytes: [UInt8])]) async throws {
        let node = try NodeServer(try #require(NodeServer.program))
        let nodePort = node.port
        try await withServer(echo(), configure: { $0.connectionsPerAddress = 10_000 }) { port in
            var both = 0
            var refused = 0
            var reasons: [String: Int] = [:]
            for (name, bytes) in cases {
                let theirs = try Sighting(bytes, port: nodePort)
                let ours = try Sighting(bytes, port: port)
                let text = "\(name): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
                let (seen, known) = (ours.requests.map(normal), theirs.requests.map(normal))
                if theirs.refusal != nil {
                    refused += 1
                    #expect(
                        known.starts(with: seen),
                        "Node refuses with \(theirs.refusal ?? ""), we take \(text)"
                    )
                } else if let refusal = ours.refusal {
                    let reason = stricter.first { refusal.contains($0.words) }
                    #expect(reason != nil, "we refuse \(refusal), Node takes \(text)")
                    #expect(known.starts(with: seen), "seen differently: \(text)")
                    reasons[reason?.words ?? "", default: 0] += 1
                } else {
                    both += 1
                    #expect(seen == known, "seen differently: \(text)")
                }
            }
            print(
                "compared with Node: \(cases.count) streams, \(both) taken by both,",
                "\(refused) refused by Node and us, stricter in \(reasons.values.reduce(0, +)):"
            )
            for (words, count) in reasons.sorted(by: { $0.key < $1.key }) {
                print("  \(count) \(words)")
            }
        }
        withExtendedLifetime(node) {}
    }

    @Test("What every table of the parser's tests holds, both servers understand alike")
    func named() async throws {
        try await Self.compare(
            (Stream.good + Stream.refused).map { ($0.name, Array($0.text.utf8)) }
        )
    }

    @Test("What a seed makes of valid requests, both servers understand alike or we are stricter")
    func mutated() async throws {
        let isLong = getenv("WEFT_TESTS").map { String(cString: $0) }?.contains("long") ?? false
        let seed = getenv("WEFT_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261_121
        let corpus = RequestCorpus(seed: seed)
        try await Self.compare(
            (0..<(isLong ? 60_000 : 4_000)).map { ("seed \(seed) case \($0)", corpus.next()) }
        )
    }
}
