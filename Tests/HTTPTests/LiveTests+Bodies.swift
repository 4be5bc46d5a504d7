import Core
import Glibc
import Testing

@testable import HTTP

extension LiveTests {
    @Test("JSON is compressed for those who accept it")
    func compression() async throws {
        try await withServer(Self.router()) { port in
            let client = try Client(port: port)
            client.send("GET /json HTTP/1.1\r\nHost: x\r\n\r\n")
            let plain = try client.answer()
            #expect(plain.head.contains("Vary: Accept-Encoding"))
            client.send("GET /json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
            let small = try client.answer()
            #expect(small.head.contains("Content-Encoding: gzip"))
            #expect(small.body.starts(with: [0x1F, 0x8B]))
            #expect(small.body.count < plain.body.count)
        }
    }

    @Test("A file is sent from disk")
    func file() async throws {
        let path = "/tmp/weft-http-file-\(getpid())"
        let handle = try #require(fopen(path, "w"))
        fputs(Self.big, handle)
        fclose(handle)
        defer { unlink(path) }
        var router = Router()
        router.get("/file") { _ in .file(try OpenFile(path: path), type: "text/plain") }
        try await withServer(router) { port in
            let client = try Client(port: port)
            for _ in 0..<2 {
                client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.answer().text == Self.big)
            }
        }
    }

    @Test("A port in use is an error that names it")
    func portInUse() async throws {
        try await withServer(Self.router()) { port in
            #expect(throws: ListenFault.self) { try Listener(address: "127.0.0.1", port: port) }
        }
    }
}
