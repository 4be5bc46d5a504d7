import Core
import Foundation
import Testing
import Web

@Suite(.enabled(if: BadServer.isAvailable, "run scripts/deps first"), .timeLimit(.minutes(1)))
struct CurlWebClientTests {
    private let server: BadServer
    private let client = CurlWebClient()

    init() throws {
        server = try BadServer.shared.get()
    }

    private func request(
        _ path: String,
        _ method: String = "GET",
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(10),
        answerLimit: Int = 1 << 20,
        private: Bool = true
    ) -> WebRequest {
        WebRequest(
            method,
            "http://127.0.0.1:\(server.port)/\(path)",
            headers: headers,
            body: body,
            timeout: timeout,
            answerLimit: answerLimit,
            reachesPrivateAddresses: `private`
        )
    }

    private func fault(_ request: WebRequest) async -> WebFault? {
        do throws(WebFault) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("A request arrives as it was made, and the answer comes back as it was given")
    func echo() async throws {
        let body = Array("{\"größe\":1}".utf8) + [0, 255]
        let fields = [("Content-Type", "application/json"), ("X-Empty", ""), ("X-Key", "a: b")]
        let answer = try await client.send(request("echo", "PUT", headers: fields, body: body))
        #expect(answer.status == 200)
        #expect(answer.header("x-twice") == "a")
        #expect(answer.headers.filter { $0.name == "x-twice" }.map(\.value) == ["a", "b"])
        let told = try JSON(parsing: answer.body)
        #expect(told["method"]?.string == "PUT")
        #expect(told["body"]?.string == Data(body).base64EncodedString())
        let heard = (told["fields"]?.array ?? []).compactMap { field in
            field.array.map { "\($0[0].string ?? ""): \($0[1].string ?? "")" }
        }
        #expect(
            Set(heard) == [
                "Host: 127.0.0.1:\(server.port)", "User-Agent: Weft", "Accept: */*",
                "Content-Type: application/json", "X-Empty: ", "X-Key: a: b",
                "Content-Length: \(body.count)",
            ]
        )
    }

    @Test("Methods do not leak from one request into the next on the same connection")
    func methods() async throws {
        let client = CurlWebClient(.init(concurrency: 1))
        for (method, body) in [
            ("POST", "one"), ("GET", nil), ("HEAD", nil), ("DELETE", nil), ("PATCH", ""),
            ("GET", nil), ("POST", nil), ("OPTIONS", nil),
        ] {
            let answer = try await client.send(
                request("echo", method, body: body.map { Array($0.utf8) })
            )
            if method == "HEAD" {
                #expect(answer.body.isEmpty)
                continue
            }
            let told = try JSON(parsing: answer.body)
            #expect(told["method"]?.string == method)
            #expect(told["body"]?.string == Data((body ?? "").utf8).base64EncodedString())
            let names = (told["fields"]?.array ?? []).compactMap { $0.array?.first?.string }
            #expect(names.contains("Content-Length") == (body != nil))
            #expect(!names.contains("Content-Type"))
        }
    }

    @Test("Statuses are answers, redirections too; 1xx are passed over; chunks are joined")
    func answers() async throws {
        for status in [200, 204, 404, 429, 500, 599] {
            #expect(try await client.send(request("status/\(status)")).status == status)
        }
        let redirected = try await client.send(request("redirect"))
        #expect(redirected.status == 302)
        #expect(redirected.header("location") == "http://127.0.0.1:\(server.port)/echo")
        let early = try await client.send(request("continue"))
        #expect(early.status == 200)
        #expect(early.header("link") == nil)
        #expect(early.body == Array("after".utf8))
        let chunked = try await client.send(request("chunked"))
        #expect(chunked.body == Array("onetwo".utf8))
        #expect(chunked.header("x-trailer") == nil)
    }

    @Test(
        "What is no good answer fails by its sort, and in time",
        arguments: [
            ("hang", WebFault.Code.timedOut), ("drip", .timedOut), ("garbage", .malformedAnswer),
            ("huge", .malformedAnswer), ("declared", .malformedAnswer),
            ("head", .malformedAnswer), ("partial", .malformedAnswer),
            ("bad-chunk", .malformedAnswer), ("silence", .unreachable),
        ]
    )
    func badAnswers(path: String, code: WebFault.Code) async {
        let started = ContinuousClock.now
        #expect(await fault(request(path, timeout: .milliseconds(700)))?.code == code)
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    @Test("An answer as long as allowed is read, a byte more is not")
    func limit() async throws {
        #expect(try await client.send(request("slow/0", answerLimit: 7)).body.count == 7)
        #expect(await fault(request("slow/0", answerLimit: 6))?.code == .malformedAnswer)
    }

    @Test("Nobody listening is unreachable, and so is an unknown name")
    func unreachable() async {
        let closed = WebRequest("GET", "http://127.0.0.1:1/", reachesPrivateAddresses: true)
        #expect(await fault(closed)?.code == .unreachable)
        #expect(
            await fault(WebRequest("GET", "http://no-such-name.invalid/"))?.code == .unreachable
        )
    }

    @Test(
        "Private addresses are refused however they are written",
        arguments: [
            "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]",
            "[::ffff:127.0.0.1]", "0.0.0.0", "10.1.2.3", "169.254.169.254", "100.64.1.1",
            "[fd00::1]", "[fe80::1]",
        ]
    )
    func forbidden(host: String) async throws {
        let found = await fault(
            WebRequest("GET", "http://\(host):\(server.port)/echo", timeout: .seconds(3))
        )
        #expect(found?.code == .forbiddenAddress)
    }

    @Test("A connection that another request opened to a private address is not used either")
    func keptConnection() async throws {
        let client = CurlWebClient(.init(concurrency: 1))
        _ = try await client.send(request("echo"))
        await #expect(throws: WebFault.self) {
            _ = try await client.send(request("echo", private: false))
        }
        _ = try await client.send(request("echo"))
    }

    @Test(
        "Addresses that are not whole https or http ones are refused",
        arguments: [
            "", "example.com", "/path", "ftp://example.com/", "file:///etc/passwd",
            "http://user:secret@example.com/", "http://exa mple.com/",
            "http://example.com/\r\nX: y",
            "http://example.com/é", "http://", "http://example.com:99999/", "gopher://example.com/",
            "http://example.com\\@127.0.0.1/", "unix:/run/x",
        ]
    )
    func invalidAddresses(url: String) async {
        let found = await fault(WebRequest("GET", url))
        #expect(found?.code == .invalidAddress)
        #expect(found?.message.contains("secret") != true)
    }

    @Test("Header fields and methods cannot smuggle anything")
    func injection() async {
        for (name, value) in [
            ("X-A", "1\r\nX-B: 2"), ("X-A", "1\nX-B: 2"), ("X-A", "1\0"), ("X-A\r\nX-B", "1"),
            ("X A", "1"), ("", "1"), ("Host", "other"), ("content-length", "3"),
            ("Transfer-Encoding", "chunked"), ("Connection", "close"),
        ] {
            let found = await fault(request("echo", headers: [(name, value)]))
            #expect(found?.code == .invalidRequest, "\(name): \(value)")
        }
        for method in ["", "GET / HTTP/1.1\r\nX: y\r\n\r\nPOST", "get", "CONNECT"] {
            #expect(await fault(request("echo", method))?.code == .invalidRequest)
        }
    }

    @Test("A certificate that nobody vouches for is refused, the trusted one only for its name")
    func certificates() async throws {
        func secure(_ host: String) -> WebRequest {
            WebRequest(
                "GET",
                "https://\(host):\(server.securePort)/echo",
                reachesPrivateAddresses: true
            )
        }
        #expect(await fault(secure("localhost"))?.code == .insecure)
        let trusting = CurlWebClient(.init(certificates: server.certificates))
        #expect(try await trusting.send(secure("localhost")).status == 200)
        await #expect(throws: WebFault.self) { try await trusting.send(secure("127.0.0.1")) }
        // Plain text where TLS was expected.
        let plain = WebRequest(
            "GET",
            "https://localhost:\(server.port)/echo",
            timeout: .seconds(3),
            reachesPrivateAddresses: true
        )
        #expect(await fault(plain)?.code == .insecure)
    }

    @Test("A cancelled request ends at once, under way or waiting")
    func cancellation() async throws {
        let client = CurlWebClient(.init(concurrency: 1))
        let requests = (0..<3).map { _ in
            Task {
                do throws(WebFault) {
                    _ = try await client.send(request("hang", timeout: .seconds(50)))
                    return nil as WebFault.Code?
                } catch {
                    return error.code
                }
            }
        }
        for task in requests {
            await Task.yield()
            task.cancel()
        }
        for task in requests {
            #expect(await task.value == .cancelled)
        }
        // And the slot is free again.
        #expect(try await client.send(request("status/204")).status == 204)
    }

    /// Sends requests that hang, all at once; answers how each ended.
    private func hanging(_ count: Int, on client: CurlWebClient) async -> [WebFault.Code?] {
        await withTaskGroup(of: WebFault.Code?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(WebFault) {
                        _ = try await client.send(request("hang", timeout: .seconds(3)))
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("A full queue refuses at once")
    func fullQueue() async {
        let client = CurlWebClient(.init(concurrency: 4, concurrencyPerOrigin: 2, queue: 6))
        let codes = await hanging(7, on: client)
        #expect(codes.count { $0 == .timedOut } == 6)
        #expect(codes.count { $0 == .overloaded } == 1)
    }

    @Test("Targets that hang hold up no other")
    func fairness() async throws {
        let client = CurlWebClient(.init(concurrency: 4, concurrencyPerOrigin: 2))
        async let codes = hanging(6, on: client)
        // Another origin: the same server by another name.
        let other = WebRequest(
            "GET",
            "http://localhost:\(server.port)/status/200",
            timeout: .milliseconds(2_500),
            reachesPrivateAddresses: true
        )
        for _ in 0..<20 {
            #expect(try await client.send(other).status == 200)
        }
        #expect(await codes == Array(repeating: .timedOut, count: 6))
    }

    @Test("Many requests at once share a few connections")
    func many() async throws {
        let client = CurlWebClient(.init(concurrencyPerOrigin: 8))
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<400 {
                group.addTask { try await client.send(request("status/200")).status }
            }
            return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
        }
        #expect(count == 400)
    }

    @Test("A client lives as long as its last request")
    func letGo() async {
        let task: Task<WebFault.Code?, Never>
        do {
            let client = CurlWebClient()
            _ = try? await client.send(request("status/200"))
            task = Task { [request = request("hang", timeout: .milliseconds(500))] in
                do throws(WebFault) {
                    _ = try await client.send(request)
                    return nil
                } catch {
                    return error.code
                }
            }
        }
        #expect(await task.value == .timedOut)
    }
}
