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
        ("unknown-expectation", "Node answers 417 as well, but goes on"),
        ("Host is no host", "RFC 9112 section 3.2; RFC 9110 section 4.2.1 wants it not empty"),
        (
            "a line must end with CR LF",
            "RFC 9112 section 2.2: Node skips any CR and LF before a request, we one empty line"
        ),
        (
            "the method must be a token",
            "RFC 9112 section 2.2: Node skips any CR and LF before a request, we one empty line"
        ),
        (
            "a tab must not follow what frames the body",
            "RFC 9112 section 6.1: a second Transfer-Encoding is refused anyway, Node reads the last"
        ),
        ("204 ", "OPTIONS * is answered by the server itself"),
        (
            "the version is malformed",
            "RFC 9112 section 3: one space stands before the version, Node takes more"
        ),
    ]

    private static func echo() -> Router {
        var router = Router()
        let handler: Handler = { request in
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

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The parts of what a server saw that both tell alike.
    private static func normal(_ text: String) -> String {
        var parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 else { return text }
        parts[2] = ""
        // Node leaves a target in absolute form as it is; RFC 9112 section 3.2.2 has the path taken.
        let target = Self.text(parts[1][...])
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            let path = target.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
            parts[1] = (path.first == "/" ? "" : "2f") + hex(path.utf8)
        }
        return parts.joined(separator: " ")
    }

    /// Whether a request as it was seen asks for the end of its connection.
    private static func closes(_ seen: String) -> Bool {
        let parts = seen.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 5 else { return false }
        return parts[3].split(separator: ",").contains { field in
            let pair = field.split(separator: ":", omittingEmptySubsequences: false).map(Self.text)
            return pair.count == 2 && pair[0].lowercased() == "connection"
                && pair[1].lowercased().split(separator: ",").contains {
                    $0.trimmingCharacters(in: .whitespaces) == "close"
                }
        }
    }

    /// The text that these hexadecimal digits are.
    private static func text(_ digits: Substring) -> String {
        let digits = Array(digits.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
            (Byte.hexadecimal(digits[$0]) ?? 0) << 4 | (Byte.hexadecimal(digits[$0 + 1]) ?? 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is to be said of one stream.
    private enum Verdict {
        case alike
        case stricter(String)
        /// A class of failures.
        case wrong(String)
    }

    private static func judge(_ ours: Sighting, _ theirs: Sighting) -> Verdict {
        let (seen, known) = (ours.requests.map(normal), theirs.requests.map(normal))
        guard known.starts(with: seen) else {
            guard let refusal = theirs.refusal, seen.starts(with: known) else {
                return .wrong("a request is seen differently")
            }
            return .wrong("Node refuses with \(refusal), we take it")
        }
        if seen.count == known.count { return .alike }
        if let refusal = ours.refusal {
            if let reason = stricter.first(where: { refusal.contains($0.words) }) {
                return .stricter(reason.words)
            }
            return .wrong("we refuse with \(refusal), Node takes it")
        }
        if let last = seen.last, closes(last) { return .stricter(closing) }
        return .wrong("we stop early without a word")
    }

    /// RFC 9112 section 9.6: nothing after a request with `close` is processed, whatever stands beside
    /// it; Node goes on when `keep-alive` does.
    private static let closing = "close wins over keep-alive"

    private static func compare(_ cases: [(name: String, bytes: [UInt8])]) async throws {
        let node = try NodeServer(try #require(NodeServer.program))
        let nodePort = node.port
        try await withServer(echo(), configure: { $0.connectionsPerAddress = 10_000 }) { port in
            var alike = 0
            var reasons: [String: Int] = [:]
            var wrong: [String: [String]] = [:]
            for (name, bytes) in cases {
                let theirs = try Sighting(bytes, port: nodePort)
                var ours = try Sighting(bytes, port: port)
                if ours.refusal == "400 " {
                    // The answer to HEAD does not say why; the one to GET does.
                    let asked = String(decoding: bytes, as: Unicode.ASCII.self)
                    ours.refusal = try Sighting(
                        Array(asked.replacing("HEAD ", with: "GET ").utf8),
                        port: port
                    ).refusal
                }
                switch judge(ours, theirs) {
                case .alike: alike += 1
                case .stricter(let words): reasons[words, default: 0] += 1
                case .wrong(let kind):
                    let text = String(decoding: bytes, as: UTF8.self).debugDescription
                    wrong[kind, default: []].append(
                        "\(name): \(text)\n  ours \(ours)\n  Node's \(theirs)"
                    )
                }
            }
            for (kind, examples) in wrong.sorted(by: { $0.key < $1.key }) {
                let shown = examples.prefix(3).joined(separator: "\n")
                Issue.record("\(kind), \(examples.count) streams:\n\(shown)")
            }
            print(
                "compared with Node: \(cases.count) streams, \(alike) understood alike, stricter in",
                "\(reasons.values.reduce(0, +)):"
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
