import Core
import Glibc
import Synchronization
import Testing

@testable import HTTP

extension LiveTests {
    /// What the access hook heard: route, method, status.
    private final class Heard: Sendable {
        private let lines = Mutex<[String]>([])
        let told = Counter()

        func hear(_ request: Request, _ status: Status) {
            let what = request.isUnreadable ? "unreadable" : request.method.rawValue
            lines.withLock {
                $0.append(
                    "\(what) \(request.route ?? "none") \(status.rawValue) \(request.remoteAddress)"
                )
            }
            told.increment()
        }

        var all: [String] { lines.withLock { $0 } }
    }

    @Test("What the server refuses by itself has the hooks' fields and is told to the access hook")
    func refusalsAreSeen() async throws {
        let heard = Heard()
        var router = Self.router()
        router.finish { _, response in response.headers["X-Content-Type-Options"] = "nosniff" }
        try await withServer(
            router,
            configure: {
                $0.headerTimeout = .milliseconds(400)
                $0.onAccess = { request, status, _, _ in heard.hear(request, status) }
            }
        ) { port in
            for (text, status) in [
                ("GET /hello HTTP/1.1\r\n\r\n", 400),
                ("GET /he", 408),
                ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413),
                (
                    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx", 400
                ),
            ] {
                let client = try Client(port: port)
                client.send(text)
                let answer = try client.answer()
                #expect(answer.status == status)
                #expect(answer.head.contains("\r\nX-Content-Type-Options: nosniff"))
                #expect(answer.head.contains("\r\nContent-Type: application/problem+json"))
                #expect(client.rest() == "")
            }
            #expect(heard.told.reaches(4))
        }
        // On a server of its own, since a refused connection counts until the server saw its end.
        try await withServer(
            router,
            configure: {
                $0.connectionsPerAddress = 2
                $0.onAccess = { request, status, _, _ in heard.hear(request, status) }
            }
        ) { port in
            let kept = try [Client(port: port), Client(port: port)]
            for client in kept {
                client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try client.answer()
            }
            let answer = try Client(port: port).answer()
            #expect(answer.status == 503)
            #expect(answer.head.contains("\r\nX-Content-Type-Options: nosniff"))
            #expect(answer.head.contains("\r\nRetry-After: 1"))
            #expect(heard.told.reaches(7))
        }
        #expect(
            heard.all.sorted() == [
                "GET /hello 200 127.0.0.1", "GET /hello 200 127.0.0.1",
                "POST /echo 400 127.0.0.1", "POST /echo 413 127.0.0.1",
                "unreadable none 400 127.0.0.1", "unreadable none 408 127.0.0.1",
                "unreadable none 503 127.0.0.1",
            ]
        )
    }

    @Test("A proxy's word on the client is taken, anybody else's is not", arguments: [true, false])
    func proxied(_ isTrusted: Bool) async throws {
        let range = try AddressRange("127.0.0.0/8")
        var router = Router()
        router.get("/") { .text($0.remoteAddress) }
        try await withServer(
            router,
            configure: {
                $0.connectionsPerAddress = 2
                if isTrusted { $0.proxies = [range] }
            }
        ) { port in
            let clients = try (0..<2).map { _ in try Client(port: port) }
            for client in clients {
                client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
                #expect(try client.answer().text == (isTrusted ? "203.0.113.7" : "127.0.0.1"))
            }
            // All that a proxy asks for comes from one address.
            let third = try Client(port: port)
            if isTrusted { third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            #expect(try third.answer().status == (isTrusted ? 200 : 503))
        }
    }

    @Test("A client that takes nothing, or a byte now and then, is dropped", arguments: [0, 1])
    func writeStall(_ bytes: Int) async throws {
        let ended = Counter()
        try await withServer(
            Self.router(),
            configure: {
                $0.writeTimeout = .milliseconds(150)
                $0.onAccess = { _, _, _, _ in ended.increment() }
            }
        ) { port in
            let client = try Client(port: port, receiveBuffer: 16 << 10)
            client.send(String(repeating: "GET /big HTTP/1.1\r\nHost: x\r\n\r\n", count: 8))
            #expect(ended.reaches(1))
            var taken = 0
            for _ in 0..<40 {
                usleep(20_000)
                if bytes > 0, (try? client.bytes(bytes)) != nil { taken += 1 }
            }
            #expect(taken <= 40)
            // Only what lay in the client's own buffer is left of 32 MB, and then comes the reset.
            #expect(client.rest().utf8.count < 1_000_000)
            #expect(client.wasReset)
            // The second answer was not even begun while the first was not taken.
            #expect(ended.count == 1)
        }
    }

    @Test("A client that takes little but goes on taking gets everything")
    func slowReader() async throws {
        try await withServer(
            Self.router(),
            configure: {
                $0.writeTimeout = .milliseconds(400)
                $0.writeProgress = 4 << 10
            }
        ) { port in
            let client = try Client(port: port, receiveBuffer: 16 << 10)
            client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try client.answer(hasBody: false).head
            #expect(head.contains("Content-Length: 4000000"))
            var count = 0
            // 20 kB each 20 ms, some three timeouts long.
            for _ in 0..<60 {
                usleep(20_000)
                count += try client.bytes(20_000).utf8.count
            }
            count += try client.bytes(4_000_000 - count).utf8.count
            #expect(count == 4_000_000)
        }
    }
}
