import Testing

@testable import HTTP

@Suite struct StaticFilesTests {
    private static func router() -> Router {
        let script = Array(String(repeating: "console.log('weft');\n", count: 200).utf8)
        let files = StaticFiles([
            "index.html": Array("<p>index".utf8), "main-3F9A1C2B.js": script,
            "plain.js": script, "sub/a.txt": Array("a".utf8),
        ])
        var router = Router()
        router.mount("/console", files)
        return router
    }

    private func get(_ target: String, _ headers: Headers = [:]) async -> Response {
        await Self.router().respond(to: Request(.get, target, headers: headers))
    }

    @Test("A hashed name is immutable, another is asked for again")
    func caching() async {
        let hashed = await get("/console/main-3F9A1C2B.js")
        #expect(hashed.headers["cache-control"] == "public, max-age=31536000, immutable")
        #expect(hashed.headers["content-type"] == "text/javascript; charset=utf-8")
        let plain = await get("/console/plain.js")
        #expect(plain.headers["cache-control"] == "no-cache")
        let tag = plain.headers["etag"] ?? ""
        let again = await get("/console/plain.js", ["If-None-Match": "\"x\", W/\(tag)"])
        #expect(again.status == .notModified)
        #expect(again.bytes == [])
        #expect(again.headers["etag"] == tag)
    }

    @Test(
        "gzip is sent to those who accept it",
        arguments: [
            ("gzip", true), ("deflate, GZIP;q=0.5", true), ("*", true), ("gzip;q=0", false),
            ("identity", false), ("*;q=0", false), ("", false),
        ]
    )
    func coding(_ accept: String, _ expected: Bool) async {
        let response = await get("/console/plain.js", ["Accept-Encoding": accept])
        #expect((response.headers["content-encoding"] == "gzip") == expected)
        #expect((response.bytes?.starts(with: [0x1F, 0x8B]) ?? false) == expected)
        #expect(response.headers["vary"] == "Accept-Encoding")
    }

    @Test("Paths without a dot fall back to the index, missing files are not found")
    func fallback() async {
        for target in ["/console", "/console/", "/console/orders/7"] {
            #expect(await get(target).bytes == Array("<p>index".utf8))
        }
        #expect(await get("/console/missing.js").status == .notFound)
        #expect(await get("/console/agents/logistics.transport").status == .ok)
        #expect(await get("/console/sub/a.txt").bytes == Array("a".utf8))
        #expect(await get("/console/../secret").status == .badRequest)
    }
}
