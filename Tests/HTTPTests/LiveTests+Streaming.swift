import Core
import Glibc
import Synchronization
import Testing

@testable import HTTP

extension LiveTests {
    private struct Broken: Error {}

    private static func get(_ path: String, version: String = "1.1") -> String {
        "GET \(path) HTTP/\(version)\r\nHost: x\r\n\r\n"
    }

    /// The data of chunks, and whether the last one, of no bytes, has come.
    private static func unchunked(_ text: String) -> (data: String, isWhole: Bool) {
        var rest = Array(text.utf8)[...]
        var data: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0A) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            guard let size = Int(line.dropLast(), radix: 16) else { break }
            rest = rest[(end + 1)...]
            if size == 0 {
                return (String(decoding: data, as: UTF8.self), rest.elementsEqual("\r\n".utf8))
            }
            guard rest.count >= size + 2 else { break }
            data += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return (String(decoding: data, as: UTF8.self), false)
    }

    private static func streamer(_ write: @escaping @Sendable (BodyWriter) async throws -> Void)
        -> Router
    {
        var router = Router()
        router.get("/stream") { _ in .stream(type: "text/plain", write) }
        router.get("/hello") { _ in .text("hello") }
        return router
    }

    @Test("A streamed answer is chunked, and the connection is kept")
    func streamed() async throws {
        let router = Self.streamer { writer in
            try await writer.write("hello")
            try await writer.write("")
            try await Task.sleep(for: .milliseconds(5))
            try await writer.write(", ")
            try await writer.write(String(repeating: "w", count: 300))
        }
        let whole =
            "5\r\nhello\r\n2\r\n, \r\n12c\r\n\(String(repeating: "w", count: 300))\r\n0\r\n\r\n"
        try await withServer(router) { port in
            let client = try Client(port: port)
            for _ in 0..<2 {
                client.send(Self.get("/stream"))
                let head = try client.answer(hasBody: false).head
                #expect(head.contains("\r\nTransfer-Encoding: chunked"))
                #expect(!head.contains("Content-Length"))
                #expect(try client.bytes(whole.utf8.count) == whole)
            }
            client.send(Self.get("/stream") + Self.get("/hello"))
            _ = try client.answer(hasBody: false)
            #expect(try client.bytes(whole.utf8.count) == whole)
            #expect(try client.answer().text == "hello")
        }
    }

    @Test("For HTTP/1.0 the end of a streamed answer is the end of the connection")
    func streamedForTheOld() async throws {
        let router = Self.streamer { try await $0.write("hello") }
        try await withServer(router) { port in
            let client = try Client(port: port)
            client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let head = try client.answer(hasBody: false).head
            #expect(head.contains("Connection: close"))
            #expect(!head.contains("Transfer-Encoding"))
            #expect(client.rest() == "hello")
        }
    }

    @Test("HEAD of a streamed answer calls no writer")
    func streamedHead() async throws {
        let calls = Counter()
        let router = Self.streamer { _ in calls.increment() }
        try await withServer(router) { port in
            let client = try Client(port: port)
            client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get("/hello"))
            #expect(try !client.answer(hasBody: false).head.contains("Content-Length"))
            #expect(try client.answer().text == "hello")
            #expect(calls.count == 0)
        }
    }

    @Test(
        "A writer that throws ends the connection without the last chunk",
        arguments: ["1.1", "1.0"]
    )
    func streamBreaks(_ version: String) async throws {
        let failures = Counter()
        var router = Self.streamer { writer in
            try await writer.write("hello")
            try await Task.sleep(for: .milliseconds(20))
            throw Broken()
        }
        router.onInternalError { error, _ in if error is Broken { failures.increment() } }
        try await withServer(router) { port in
            let client = try Client(port: port)
            client.send(Self.get("/stream", version: version))
            _ = try client.answer(hasBody: false)
            let rest = client.rest()
            #expect(rest == (version == "1.1" ? "5\r\nhello\r\n" : "hello"))
            // Nothing but a reset can tell HTTP/1.0 that the body is not complete.
            #expect(client.wasReset == (version == "1.0"))
            #expect(failures.reaches(1))
        }
    }

    @Test("A writer waits for a client that does not read, and loses nothing")
    func streamBackPressure() async throws {
        let written = Counter()
        let part = [UInt8](repeating: 0x61, count: 64 << 10)
        let router = Self.streamer { writer in
            for _ in 0..<1_000 {
                try await writer.write(part)
                written.increment()
            }
        }
        try await withServer(router) { port in
            let client = try Client(port: port, receiveBuffer: 16 << 10)
            client.send(Self.get("/stream"))
            #expect(written.reaches(5))
            // Steady when it no longer grows.
            var (before, now) = (0, written.count)
            while now != before {
                usleep(50_000)
                (before, now) = (now, written.count)
            }
            // 64 MiB are not in memory: the 256 KiB and what the sockets hold are.
            #expect(now < 200)
            _ = try client.answer(hasBody: false)
            var length = 0
            for _ in 0..<1_000 {
                #expect(try client.bytes(7) == "10000\r\n")
                length += try client.bytes(part.count + 2).utf8.count - 2
            }
            #expect(length == 65_536_000)
            #expect(try client.bytes(5) == "0\r\n\r\n")
        }
    }

    @Test("A client that leaves cancels the writer, wherever it waits", arguments: [true, false])
    func streamLeft(_ isWriting: Bool) async throws {
        let (started, cancelled, told) = (Counter(), Counter(), Counter())
        let router = Self.streamer { writer in
            started.increment()
            do {
                try await writer.write("x")
                while isWriting { try await writer.write([UInt8](repeating: 0x61, count: 100_000)) }
                try await Task.sleep(for: .seconds(3_600))
            } catch is CancellationError {
                cancelled.increment()
                throw CancellationError()
            }
        }
        try await withServer(
            router,
            configure: { $0.onAccess = { _, _, _, _ in told.increment() } }
        ) { port in
            for leaves in 1...2 {
                var client: Client? = try Client(port: port)
                client?.send(Self.get("/stream"))
                #expect(started.reaches(leaves))
                if leaves == 1 { client = nil } else { client?.shutdownWriting() }
                #expect(cancelled.reaches(leaves))
                if leaves == 2 { _ = client?.rest() }
            }
            #expect(told.reaches(2))
        }
    }

    @Test("Several tasks may write; each part stays whole")
    func streamTogether() async throws {
        let router = Self.streamer { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b", "c"] {
                    group.addTask {
                        for _ in 0..<50 {
                            try await writer.write(String(repeating: name, count: 20_000))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await withServer(router) { port in
            let client = try Client(port: port)
            client.send("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = try client.answer(hasBody: false)
            let (data, isWhole) = Self.unchunked(client.rest())
            #expect(isWhole)
            #expect(data.utf8.count == 3_000_000)
            var rest = data.utf8[...]
            while let first = rest.first {
                let part = rest.prefix(20_000)
                #expect(part.allSatisfy { $0 == first })
                rest = rest.dropFirst(20_000)
            }
        }
    }

    @Test("Draining lets a stream end by itself, and ends an endless one properly")
    func streamDrain() async throws {
        let started = Counter()
        var router = Self.streamer { writer in
            started.increment()
            for _ in 0..<3 {
                try await writer.write("x")
                try await Task.sleep(for: .milliseconds(60))
            }
        }
        router.get("/events") { _ in
            .events { writer in
                started.increment()
                try await writer.send(ServerSentEvent(data: "a", id: "1"))
                while true {
                    try await Task.sleep(for: .seconds(3_600))
                    try await writer.heartbeat()
                }
            }
        }
        try await withDrain(router) { port, drain in
            let (finite, endless) = try (Client(port: port), Client(port: port))
            finite.send(Self.get("/stream"))
            endless.send(Self.get("/events"))
            #expect(started.reaches(2))
            drain()
            let answer = try endless.answer(hasBody: false)
            #expect(answer.head.contains("Content-Type: text/event-stream"))
            #expect(Self.unchunked(endless.rest()) == ("id: 1\ndata: a\n\n", true))
            _ = try finite.answer(hasBody: false)
            #expect(Self.unchunked(finite.rest()) == ("xxx", true))
        }
    }

    @Test("Draining cuts at its deadline a stream that does not end")
    func streamDrainDeadline() async throws {
        let (started, cancelled) = (Counter(), Counter())
        let router = Self.streamer { writer in
            started.increment()
            do {
                while true {
                    try await writer.write("x")
                    try await Task.sleep(for: .milliseconds(5))
                }
            } catch {
                cancelled.increment()
                throw error
            }
        }
        try await withDrain(router, configure: { $0.drainDeadline = .milliseconds(100) }) {
            port,
            drain in
            let client = try Client(port: port)
            client.send(Self.get("/stream"))
            #expect(started.reaches(1))
            drain()
            _ = try client.answer(hasBody: false)
            #expect(!Self.unchunked(client.rest()).isWhole)
            #expect(cancelled.reaches(1))
        }
    }

    @Test("In process a streamed answer is collected")
    func streamCollected() async throws {
        let router = Self.streamer { try await $0.write("hello") }
        let response = await router.respond(to: Request(.get, "/stream"))
        #expect(response.headers["content-type"] == "text/plain")
        #expect(try await response.collected() == Array("hello".utf8))
        await #expect(throws: HTTPFault.self) { try await response.collected(limit: 4) }
    }
}
