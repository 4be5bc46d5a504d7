import Core
import Foundation
import Testing
import Web

@Suite(.enabled(if: BadServer.isAvailable, "run scripts/deps first"), .timeLimit(.minutes(1)))
struct WebStreamTests {
    private let server: BadServer
    private let client = CurlWebClient()

    init() throws {
        server = try BadServer.shared.get()
    }

    private func request(
        _ path: String,
        timeout: Duration = .seconds(20),
        idle: Duration? = nil,
        answerLimit: Int = 1 << 20,
        private: Bool = true
    ) -> WebRequest {
        WebRequest(
            "GET",
            "http://127.0.0.1:\(server.port)/\(path)",
            timeout: timeout,
            idleTimeout: idle,
            answerLimit: answerLimit,
            reachesPrivateAddresses: `private`
        )
    }

    /// All of a stream, and the fault that ended it.
    private func whole(_ request: WebRequest) async -> (body: [UInt8], fault: WebFault?) {
        var body: [UInt8] = []
        do throws(WebFault) {
            let stream = try await client.stream(request)
            while let piece = try await stream.body.next() { body += piece }
            return (body, nil)
        } catch {
            return (body, error)
        }
    }

    @Test("The head comes before the body, and the body in pieces as they are sent")
    func pieces() async throws {
        let stream = try await client.stream(request("pieces/4/300"))
        #expect(stream.status == 200)
        #expect(stream.header("x-said") == "early")
        var pieces: [String] = []
        for try await piece in stream.body { pieces.append(String(decoding: piece, as: UTF8.self)) }
        #expect(pieces.joined() == "piece 0\npiece 1\npiece 2\npiece 3\n")
        // How the pieces are cut is the network's affair, and a busy machine's.
        #expect(pieces.count > 1)
        #expect(try await stream.body.next() == nil)
    }

    @Test(
        "Any status streams, redirections and empty bodies too",
        arguments: [("status/204", 204), ("status/500", 500), ("redirect", 302), ("continue", 200)]
    )
    func statuses(path: String, status: Int) async throws {
        let stream = try await client.stream(request(path))
        #expect(stream.status == status)
        var body: [UInt8] = []
        while let piece = try await stream.body.next() { body += piece }
        #expect(body == (path == "continue" ? Array("after".utf8) : []))
    }

    @Test("While nobody reads, the other side is held up, and nothing is lost when somebody does")
    func pressure() async throws {
        let size = 64 << 20
        let stream = try await client.stream(
            request("flood/64", idle: .milliseconds(600), answerLimit: size)
        )
        let first = try await stream.body.next()
        // Longer than the idle timeout, which counts only while somebody reads.
        var sent = -1
        while case let now = try await client.send(request("sent")).body,
            let number = Int(String(decoding: now, as: UTF8.self)), number != sent
        {
            sent = number
            try await Task.sleep(for: .milliseconds(400))
        }
        // What the two sockets' buffers take, and ours.
        #expect(sent < 32 << 20)
        var count = 0
        var isRight = true
        func check(_ piece: [UInt8]) {
            for byte in piece {
                isRight = isRight && byte == UInt8(truncatingIfNeeded: count >> 16)
                count += 1
            }
        }
        check(first ?? [])
        while let piece = try await stream.body.next() { check(piece) }
        #expect(count == size)
        #expect(isRight)
    }

    @Test("What is no good answer fails by its sort, after what came before")
    func failures() async {
        let cut = await whole(request("cut"))
        #expect(String(decoding: cut.body, as: UTF8.self) == "wholeha")
        #expect(cut.fault?.code == .malformedAnswer)
        #expect(await whole(request("silence")).fault?.code == .unreachable)
        #expect(await whole(request("garbage")).fault?.code == .malformedAnswer)
        #expect(await whole(request("huge")).fault?.code == .malformedAnswer)
        #expect(await whole(request("echo", private: false)).fault?.code == .forbiddenAddress)
    }

    @Test("The whole and each pause have a time of their own")
    func timeouts() async {
        // Pieces come often enough, but not for ever.
        let long = await whole(
            request("pieces/100/50", timeout: .milliseconds(500), idle: .seconds(5))
        )
        #expect(long.fault?.code == .timedOut)
        #expect(long.body.starts(with: "piece 0\n".utf8))
        // Each piece resets the pause.
        let steady = await whole(request("pieces/5/300", idle: .milliseconds(2_000)))
        #expect(steady.fault == nil)
        #expect(steady.body.count == 40)
        let silent = await whole(request("hang", idle: .milliseconds(300)))
        #expect(silent.fault?.code == .timedOut)
        let paused = await whole(request("pieces/2/5000", idle: .milliseconds(300)))
        #expect(paused.fault?.code == .timedOut)
    }

    @Test("An answer as long as allowed is read, a byte more is not")
    func limit() async {
        #expect(await whole(request("pieces/2/0", answerLimit: 16)).fault == nil)
        #expect(await whole(request("pieces/2/0", answerLimit: 15)).fault?.code == .malformedAnswer)
    }

    @Test("A reader who leaves, or whose task is cancelled, frees the place")
    func leaving() async throws {
        let client = CurlWebClient(.init(concurrency: 1))
        do {
            let stream = try await client.stream(request("pieces/1000/20"))
            _ = try await stream.body.next()
        }
        #expect(try await client.send(request("status/204")).status == 204)
        let stream = try await client.stream(request("pieces/1000/20"))
        stream.body.cancel()
        await #expect(throws: WebFault.self) { while try await stream.body.next() != nil {} }
        #expect(try await client.send(request("status/204")).status == 204)
        let task = Task {
            do throws(WebFault) {
                let stream = try await client.stream(request("hang"))
                _ = try await stream.body.next()
                return nil as WebFault.Code?
            } catch {
                return error.code
            }
        }
        await Task.yield()
        task.cancel()
        #expect(await task.value == .cancelled)
        let waiting = try await client.stream(request("pieces/2/20000"))
        let reading = Task {
            do throws(WebFault) {
                while try await waiting.body.next() != nil {}
                return nil as WebFault.Code?
            } catch {
                return error.code
            }
        }
        await Task.yield()
        reading.cancel()
        #expect(await reading.value == .cancelled)
        #expect(try await client.send(request("status/204")).status == 204)
    }

    @Test("A stream keeps the client alive")
    func lifetime() async throws {
        let stream = try await CurlWebClient().stream(request("pieces/3/50"))
        var count = 0
        while let piece = try await stream.body.next() { count += piece.count }
        #expect(count == 24)
    }

    @Test("A client without streams of its own answers in one piece")
    func standIn() async throws {
        let stream = try await Fixed().stream(request("x"))
        #expect(stream.status == 201)
        #expect(stream.header("x-a") == "b")
        #expect(try await stream.body.next() == [1, 2])
        #expect(try await stream.body.next() == nil)
    }
}

private struct Fixed: WebClient {
    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        WebAnswer(status: 201, headers: [("x-a", "b")], body: [1, 2])
    }
}
