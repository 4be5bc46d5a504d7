import Core
import Glibc
import Synchronization
import Testing

@testable import HTTP

extension LiveTests {
    /// `/count` answers how many bytes came, `/ignore` reads nothing, `/gated` waits before each part.
    private static func uploads(
        parts: Counter = Counter(),
        failures: Failures = Failures(),
        gate: Counter = Counter()
    ) -> Router {
        var router = Router()
        let options = RouteOptions(bodyLimit: 100 << 20, streamsBody: true)
        router.post("/count", options: options) { request in
            #expect(request.body.isEmpty)
            var (count, sum) = (0, 0)
            do {
                for try await part in request.chunks {
                    parts.increment()
                    count += part.count
                    sum = part.reduce(sum) { $0 &+ Int($1) }
                }
            } catch {
                failures.add(error)
                throw error
            }
            return .text("\(count) \(sum)")
        }
        router.post("/small", options: RouteOptions(bodyLimit: 10, streamsBody: true)) { request in
            for try await _ in request.chunks {}
            return .text("read")
        }
        router.post("/ignore", options: options) { _ in .text("ignored") }
        router.post("/gated", options: options) { request in
            var count = 0
            while gate.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            for try await part in request.chunks { count += part.count }
            return .text("\(count)")
        }
        router.post("/echo", options: options) { request in
            .stream(type: "text/plain") { writer in
                for try await part in request.chunks { try await writer.write(part) }
            }
        }
        router.get("/hello") { _ in .text("hello") }
        return router
    }

    private static func head(_ path: String, _ fields: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n"
    }

    @Test(
        "A streamed body comes in parts, of known length and in chunks, and the connection is kept"
    )
    func upload() async throws {
        let parts = Counter()
        try await withServer(Self.uploads(parts: parts)) { port in
            let client = try Client(port: port)
            client.send(Self.head("/count", "Content-Length: 5") + "ab")
            #expect(parts.reaches(1))
            client.send("cde" + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            // a … e are 97 … 101.
            #expect(try client.answer().text == "5 495")
            #expect(try client.answer().text == "hello")
            client.send(Self.head("/count", "Transfer-Encoding: chunked") + "2\r\nab\r\n")
            #expect(parts.reaches(3))
            client.send("3\r\ncde\r\n0\r\n\r\n")
            #expect(try client.answer().text == "5 495")
            client.send(Self.head("/count", "Content-Length: 0"))
            #expect(try client.answer().text == "0 0")
            client.send(Self.head("/count", "Content-Length: 4000000") + Self.big)
            // 400,000 times the digits 0 … 9, which are 48 … 57.
            #expect(try client.answer().text == "4000000 210000000")
        }
    }

    @Test("The client is not read from while the handler takes nothing")
    func uploadBackPressure() async throws {
        let gate = Counter()
        try await withServer(Self.uploads(gate: gate)) { port in
            let client = try Client(port: port)
            let part = [UInt8](repeating: 0x61, count: 1 << 20)
            client.send(Self.head("/gated", "Content-Length: \(64 << 20)"))
            // Until the sockets are full and take no more for a while.
            var sent = 0
            while sent < 64 << 20 {
                let count = client.offer(part, within: 300)
                if count == 0 { break }
                sent += count
            }
            #expect(sent < 24 << 20)
            gate.increment()
            while sent < 64 << 20 {
                sent += client.offer(part[..<min(part.count, 64 << 20 - sent)], within: 5_000)
            }
            #expect(try client.answer().text == "\(64 << 20)")
        }
    }

    @Test("A streamed body beyond its limit is answered 413, at once when its length is known")
    func uploadTooLarge() async throws {
        try await withServer(Self.uploads()) { port in
            for text in [
                Self.head("/small", "Content-Length: 11\r\nExpect: 100-continue"),
                Self.head("/small", "Content-Length: 11"),
                Self.head("/small", "Transfer-Encoding: chunked") + "a\r\n0123456789\r\n1\r\n",
            ] {
                let client = try Client(port: port)
                client.send(text)
                let answer = try client.answer()
                #expect(answer.status == 413)
                #expect(answer.head.contains("Connection: close"))
                client.send(Self.big)
                #expect(client.rest() == "")
            }
        }
    }

    @Test("A streamed body is asked for with 100 once the handler reads it")
    func uploadInvited() async throws {
        try await withServer(Self.uploads()) { port in
            let client = try Client(port: port)
            client.send(Self.head("/count", "Content-Length: 2\r\nExpect: 100-continue"))
            #expect(try client.answer().status == 100)
            client.send("ab")
            #expect(try client.answer().text == "2 195")
            client.send(Self.head("/ignore", "Content-Length: 2\r\nExpect: 100-continue"))
            let answer = try client.answer()
            #expect(answer.text == "ignored")
            #expect(answer.head.contains("Connection: close"))
            #expect(client.rest() == "")
        }
    }

    @Test("A handler that does not read the body ends the connection with its answer")
    func uploadIgnored() async throws {
        try await withServer(Self.uploads()) { port in
            let client = try Client(port: port)
            client.send(Self.head("/ignore", "Content-Length: 4000000") + Self.big)
            #expect(try client.answer().text == "ignored")
            #expect(client.rest() == "")
        }
    }

    @Test("A streamed body that drips is ended with 408")
    func uploadDrips() async throws {
        let failures = Failures()
        try await withServer(
            Self.uploads(failures: failures),
            configure: { $0.bodyTimeout = .milliseconds(100) }
        ) { port in
            let client = try Client(port: port)
            client.send(Self.head("/count", "Content-Length: 1000"))
            for _ in 0..<40 {
                client.send("a")
                usleep(5_000)
            }
            #expect(try client.answer().status == 408)
            #expect(client.rest() == "")
            #expect((failures.first as? HTTPFault)?.code == "too-slow")
        }
    }

    @Test("Broken framing in a streamed body is answered 400")
    func uploadBroken() async throws {
        try await withServer(Self.uploads()) { port in
            let client = try Client(port: port)
            client.send(Self.head("/count", "Transfer-Encoding: chunked") + "1\r\nab\r\n")
            #expect(try client.answer().status == 400)
            #expect(client.rest() == "")
        }
    }

    @Test(
        "A client that leaves in the middle of a streamed body stops its handler",
        arguments: [true, false]
    )
    func uploadLeft(_ resets: Bool) async throws {
        let (parts, failures) = (Counter(), Failures())
        try await withServer(Self.uploads(parts: parts, failures: failures)) { port in
            var client: Client? = try Client(port: port)
            client?.send(Self.head("/count", "Content-Length: 1000") + "abc")
            #expect(parts.reaches(1))
            if resets { client = nil } else { client?.shutdownWriting() }
            #expect(failures.added.reaches(1))
            #expect(failures.first is CancellationError)
            _ = client
        }
    }

    @Test("A body can be answered while it comes in")
    func uploadEchoed() async throws {
        try await withServer(Self.uploads()) { port in
            let client = try Client(port: port)
            client.send(Self.head("/echo", "Transfer-Encoding: chunked") + "2\r\nab\r\n")
            _ = try client.answer(hasBody: false)
            #expect(try client.bytes(7) == "2\r\nab\r\n")
            client.send("3\r\ncde\r\n")
            #expect(try client.bytes(8) == "3\r\ncde\r\n")
            client.send("0\r\n\r\n")
            #expect(try client.bytes(5) == "0\r\n\r\n")
            client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.answer().text == "hello")
        }
    }

    @Test("In process a body is one part")
    func uploadInProcess() async throws {
        let request = Request(.post, "/count", body: Array("abcde".utf8))
        var router = Router()
        router.post("/count", options: RouteOptions(streamsBody: true)) { request in
            var parts = 0
            for try await part in request.chunks { parts += part.count * 100 + 1 }
            return .text("\(parts)")
        }
        #expect(await router.respond(to: request).bytes == Array("501".utf8))
    }
}

/// Collects errors that handlers saw.
final class Failures: Sendable {
    let added = Counter()
    private let errors = Mutex<[any Error]>([])
    func add(_ error: any Error) {
        errors.withLock { $0.append(error) }
        added.increment()
    }
    var first: (any Error)? { errors.withLock { $0.first } }
}
