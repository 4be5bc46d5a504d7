import Core
import Glibc
import Testing

@testable import HTTP

@Suite(.serialized) struct LiveTests {
    static let big = String(repeating: "0123456789", count: 400_000)

    static func router(cancelled: Counter = Counter(), started: Counter = Counter())
        -> Router
    {
        var router = Router()
        router.get("/hello") { _ in .text("hello") }
        router.post("/echo", options: RouteOptions(bodyLimit: 1_000)) { request in
            .bytes(request.body, type: "application/octet-stream")
        }
        router.post("/large", options: RouteOptions(bodyLimit: 8 << 20)) { request in
            .text("\(request.body.count)")
        }
        router.get("/slow") { _ in
            try await Task.sleep(for: .milliseconds(100))
            return .text("slow")
        }
        router.get("/forever") { _ in
            started.increment()
            do {
                try await Task.sleep(for: .seconds(3_600))
            } catch {
                cancelled.increment()
                throw error
            }
            return .text("never")
        }
        router.get("/big") { _ in .bytes(Array(big.utf8), type: "application/octet-stream") }
        router.get("/json") { _ in
            .json(.array((0..<1_000).map { .int($0) }))
        }
        return router
    }

    private static let get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("An answer has date and length and no word about the server")
    func hello() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            for _ in 0..<3 {
                client.send(Self.get)
                let answer = try client.answer()
                #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
                #expect(answer.head.contains(" GMT\r\n"))
                #expect(!answer.head.lowercased().contains("server:"))
                #expect(answer.text == "hello")
            }
        }
    }

    @Test("Pipelined requests are answered in order, also when one suspends")
    func pipelining() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            let slow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
            let echo = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
            client.send(slow + Self.get + echo + slow + Self.get)
            let texts = try (0..<5).map { _ in try client.answer().text }
            #expect(texts == ["slow", "hello", "abc", "slow", "hello"])
            client.send(String(repeating: Self.get, count: 1_000))
            for _ in 0..<1_000 { #expect(try client.answer().text == "hello") }
        }
    }

    @Test("A client that sends byte by byte is understood")
    func slowClient() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            let chunked =
                "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n"
            for character in chunked.utf8 {
                client.send(String(decoding: [character], as: UTF8.self))
                usleep(300)
            }
            #expect(try client.answer().text == "abcde")
        }
    }

    @Test(
        "Connections are kept and closed as asked",
        arguments: [
            ("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true),
            ("GET /hello HTTP/1.0\r\n\r\n", true),
            ("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        ]
    )
    func keepAlive(_ text: String, _ closes: Bool) async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send(text)
            let answer = try client.answer()
            #expect(answer.head.contains("Connection: close") == closes)
            if closes {
                #expect(client.rest() == "")
            } else {
                #expect(answer.head.contains("Connection: keep-alive"))
                client.send(Self.get)
                #expect(try client.answer().text == "hello")
            }
        }
    }

    @Test("HEAD has the length but no body")
    func head() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            #expect(try client.answer(hasBody: false).head.contains("Content-Length: 5"))
            #expect(try client.answer().text == "hello")
        }
    }

    @Test("A body is asked for with 100 only when it will be read")
    func expectation() async throws {
        try await withServer(Self.router()) { port in
            func head(_ path: String, _ length: Int) -> String {
                "POST \(path) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(length)\r\n\r\n"
            }
            let good = try Client(port: port)
            good.send(head("/echo", 3))
            #expect(try good.answer().status == 100)
            good.send("abc")
            #expect(try good.answer().text == "abc")
            for (path, length, status) in [("/echo", 1_001, 413), ("/nothing", 3, 404)] {
                let client = try Client(port: port)
                client.send(head(path, length))
                let answer = try client.answer()
                #expect(answer.status == status)
                #expect(answer.head.contains("Connection: close"))
                #expect(client.rest() == "")
            }
        }
    }

    @Test("A client that goes on sending a body that is too large still gets its 413")
    func tooLarge() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
            client.send(Self.big)
            #expect(try client.answer().status == 413)
        }
    }

    @Test("A large body comes in, a large answer goes out")
    func large() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
            client.send(Self.big)
            #expect(try client.answer().text == "4000000")
            client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            let answer = try client.answer()
            #expect(answer.body.count == 4_000_000)
            #expect(answer.body.elementsEqual(Self.big.utf8))
            #expect(try client.answer().text == "hello")
        }
    }

    @Test(
        "What is refused gets one answer and the end of the connection",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\nHost: x\n\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                400
            ),
            (
                "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
                400
            ),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n", 400),
            ("GET /" + String(repeating: "a", count: 17_000) + " HTTP/1.1\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 17_000) + "\r\n\r\n", 431),
        ]
    )
    func refused(_ text: String, _ status: Int) async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send(text + Self.get)
            let answer = try client.answer()
            #expect(answer.status == status)
            #expect(answer.head.contains("Connection: close"))
            #expect(client.rest() == "")
        }
    }

    @Test(
        "A slow head, a slow body and an idle connection are ended",
        arguments: [
            (\.headerTimeout, "", ""), (\.headerTimeout, "GET /hello HTTP/1.1\r\nHo", "408"),
            (
                \.bodyTimeout,
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc", "408"
            ),
            (\.idleTimeout, get, "200"),
        ] as [(WritableKeyPath<HTTPServer.Configuration, Duration> & Sendable, String, String)]
    )
    func timeouts(
        _ limit: WritableKeyPath<HTTPServer.Configuration, Duration> & Sendable,
        _ text: String,
        _ status: String
    ) async throws {
        // The others stay long: a client that is slow to begin must not meet one of them.
        try await withServer(
            Self.router(),
            configure: { $0[keyPath: limit] = .milliseconds(400) }
        ) { port in
            let client = try Client(port: port)
            client.send(text)
            let answer = client.rest()
            #expect(!client.wasSilent)
            #expect(answer.isEmpty == status.isEmpty)
            #expect(status.isEmpty || answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("Dripping bytes does not extend the head's time")
    func drip() async throws {
        try await withServer(Self.router(), configure: { $0.headerTimeout = .milliseconds(150) }) {
            port in
            let client = try Client(port: port)
            let began = ContinuousClock.now
            for byte in "GET /hello HTTP/1.1\r\nHost: xxxxxxxxxxxxxxxxxxxxxxx".utf8 {
                client.send(String(decoding: [byte], as: UTF8.self))
                usleep(10_000)
            }
            #expect(client.rest().hasPrefix("HTTP/1.1 408 "))
            #expect(ContinuousClock.now - began < .seconds(30))
        }
    }

    @Test("A client that leaves cancels its handler", arguments: [true, false])
    func leaving(_ resets: Bool) async throws {
        let (cancelled, started) = (Counter(), Counter())
        try await withServer(Self.router(cancelled: cancelled, started: started)) { port in
            var client: Client? = try Client(port: port)
            client?.send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(started.reaches(1))
            if resets { client = nil } else { client?.shutdownWriting() }
            #expect(cancelled.reaches(1))
            _ = client
        }
    }

    @Test("Connections are limited, for one address and altogether", arguments: [true, false])
    func connectionLimits(_ perAddress: Bool) async throws {
        try await withServer(
            Self.router(),
            configure: {
                if perAddress { $0.connectionsPerAddress = 2 } else { $0.connections = 2 }
            }
        ) { port in
            var kept = try [Client(port: port), Client(port: port)]
            for client in kept {
                client.send(Self.get)
                #expect(try client.answer().status == 200)
            }
            #expect(try Client(port: port).rest().hasPrefix("HTTP/1.1 503 "))
            kept.removeLast()
            var status = 503
            for _ in 0..<200 where status == 503 {
                usleep(5_000)
                let client = try Client(port: port)
                client.send(Self.get)
                status = try client.answer().status
            }
            #expect(status == 200)
        }
    }

    @Test("Draining ends idle connections at once and lets requests in flight finish")
    func drain() async throws {
        let started = Counter()
        var router = Router()
        router.get("/slow") { _ in
            started.increment()
            try await Task.sleep(for: .milliseconds(300))
            return .text("done")
        }
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        let server = HTTPServer(router, configuration: configuration)
        let (signals, ready) = AsyncStream.makeStream(of: Void.self)
        let running = Task { try await server.run { ready.finish() } }
        for await _ in signals {}
        let port = try #require(server.boundPort)
        try await onThread {
            let idle = try Client(port: port)
            let busy = try Client(port: port)
            busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(started.reaches(1))
            running.cancel()
            #expect(idle.rest() == "")
            let answer = try busy.answer()
            #expect(answer.text == "done")
            #expect(answer.head.contains("Connection: close"))
            #expect(busy.rest() == "")
        }
        try await running.value
    }

    @Test("Draining gives up at its deadline and cancels what is left")
    func drainDeadline() async throws {
        let (cancelled, started) = (Counter(), Counter())
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        configuration.drainDeadline = .milliseconds(100)
        let server = HTTPServer(
            Self.router(cancelled: cancelled, started: started),
            configuration: configuration
        )
        let (signals, ready) = AsyncStream.makeStream(of: Void.self)
        let running = Task { try await server.run { ready.finish() } }
        for await _ in signals {}
        let port = try #require(server.boundPort)
        try await onThread {
            let client = try Client(port: port)
            client.send("GET /forever HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(started.reaches(1))
            let began = ContinuousClock.now
            running.cancel()
            #expect(client.rest() == "")
            #expect(ContinuousClock.now - began < .seconds(30))
            #expect(cancelled.reaches(1))
        }
        try await running.value
    }

    @Test("Running out of descriptors does not spin, and the server recovers")
    func exhausted() async {
        // In a process of its own, because the limit holds for everything that runs beside it.
        await #expect(processExitsWith: .success) {
            var router = Router()
            router.get("/hello") { _ in .text("hello") }
            try await withServer(router) { port in
                let client = Client()
                // The next descriptor would be at least 3.
                let old = Client.limitDescriptors(to: 3)
                try client.connect(port: port)
                client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                usleep(50_000)
                let began = clock()
                usleep(400_000)
                // Spinning would burn all of the 400 ms.
                let spent = Double(clock() - began) / Double(CLOCKS_PER_SEC)
                _ = Client.limitDescriptors(to: old)
                if spent > 0.2 { exit(3) }
                if try client.answer().status != 200 { exit(4) }
            }
        }
    }
}
