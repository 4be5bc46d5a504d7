import Core
import Testing

@testable import HTTP

@Suite struct RouterTests {
    private enum Order {}

    private static let id = "018f3c7e-2b1a-7000-8000-000000000001"

    private static func router() -> Router {
        var router = Router()
        router.get("/") { _ in .text("root") }
        router.get("/api/orders") { request in
            .text("list \(try request.query.int("limit", in: 1...100) ?? 20)")
        }
        router.post("/api/orders") { request in
            .json(try request.json(), status: .created)
        }
        router.get("/api/orders/open") { _ in .text("open") }
        router.get("/api/orders/{id}") { request in
            let id = try request.parameter("id", as: ID<Order>.self)
            return .text("order \(id) \(request.route ?? "")")
        }
        router.delete("/api/orders/{id}") { _ in .noContent }
        router.get("/api/orders/{id}/lines/{line}") { request in
            .text(
                "\(try request.parameter("id")) \(try request.parameter("line", as: Int.self))"
            )
        }
        router.get("/files/{path...}") { request in .text(try request.parameter("path")) }
        router.put("/small", options: RouteOptions(bodyLimit: 4)) { _ in .noContent }
        return router
    }

    private func text(_ method: HTTP.Method, _ target: String) async -> String {
        let response = await Self.router().respond(to: Request(method, target))
        return "\(response.status.rawValue) "
            + String(decoding: response.bytes ?? [], as: UTF8.self)
    }

    @Test(
        "The most literal route answers",
        arguments: [
            ("/", "200 root"), ("/api/orders", "200 list 20"),
            ("/api/orders?limit=7", "200 list 7"),
            ("/api/orders/open", "200 open"),
            ("/api/orders/\(id)", "200 order \(id) /api/orders/{id}"),
            ("/api/orders/open/lines/3", "200 open 3"), ("/files/a/b%20c", "200 a/b c"),
            ("/files/", "200 "), ("/files", "200 "), ("/files/a%2525", "200 a%25"),
        ]
    )
    func matches(_ target: String, _ expected: String) async {
        #expect(await text(.get, target) == expected)
    }

    @Test(
        "A path that fits nothing is not found",
        arguments: [
            "/nothing", "/api/orders/", "/api//orders", "/api/orders/not-a-uuid", "/API/orders",
            "/api/orders/x/lines/y", "/api/orders//lines/1",
        ]
    )
    func notFound(_ target: String) async {
        #expect(await text(.get, target).hasPrefix("404 "))
    }

    @Test(
        "Ambiguous paths and bad encodings are refused",
        arguments: [
            "/files/a%2Fb", "/files/a%2fb", "/files/a%5Cb", "/files/a\\b", "/files/%00",
            "/files/%0a",
            "/files/../x", "/files/./x", "/files/%2e%2E/x", "/files/%", "/files/%4", "/files/%zz",
            "/files/%ff", "/files/%c0%af", "/files?a=%00", "/files?a=%f", "files",
        ]
    )
    func badPaths(_ target: String) async {
        #expect(await text(.get, target).hasPrefix("400 "))
    }

    @Test("Another method is answered 405 with Allow, OPTIONS with Allow")
    func methods() async {
        let router = Self.router()
        let wrong = await router.respond(to: Request(.patch, "/api/orders/\(Self.id)"))
        #expect(wrong.status.rawValue == 405)
        #expect(wrong.headers["allow"] == "GET, HEAD, DELETE, OPTIONS")
        let options = await router.respond(to: Request(.options, "/api/orders"))
        #expect(options.status == .noContent)
        #expect(options.headers["Allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(await router.respond(to: Request(.options, "*")).status == .noContent)
    }

    @Test("A path that is written out hides the parameter beside it, for every method")
    func literalBesideParameter() async {
        var router = Self.router()
        router.post("/api/orders/bulk") { _ in .text("bulk") }
        let answer = await router.respond(to: Request(.get, "/api/orders/bulk"))
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers["allow"] == "POST, OPTIONS")
        let trace = await router.respond(to: Request(.trace, "/api/orders/\(Self.id)"))
        #expect(trace.status == .methodNotAllowed)
    }

    @Test("A path that is written out hides the empty rest after it, for every method")
    func literalBeforeRest() async {
        var router = Self.router()
        router.get("/things") { _ in .text("list") }
        router.put("/things/{path...}") { request in .text(try request.parameter("path")) }
        let answer = await router.respond(to: Request(.put, "/things"))
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers["allow"] == "GET, HEAD, OPTIONS")
        #expect(await router.respond(to: Request(.put, "/things/a")).status == .ok)
    }

    @Test("Preparations see every request, also one that fits no route, and may answer themselves")
    func preparations() async {
        var router = Self.router()
        router.prepare { request in
            if request.headers.contains("stop") { return .text("stopped") }
            request.remoteAddress = "192.0.2.1"
            return nil
        }
        router.finish { request, response in response.headers.add("From", request.remoteAddress) }
        let missing = await router.respond(to: Request(.get, "/none"))
        #expect(missing.status == .notFound)
        #expect(missing.headers["from"] == "192.0.2.1")
        let stopped = await router.respond(to: Request(.get, "/none", headers: ["Stop": "1"]))
        #expect(stopped.bytes == Array("stopped".utf8))
    }

    @Test("HEAD is GET without the body")
    func head() async {
        let response = await Self.router().respond(to: Request(.head, "/api/orders/open"))
        #expect(response.status == .ok)
        #expect(response.bytes == [])
        #expect(response.declaredLength == 4)
    }

    @Test("JSON comes in and goes out; other types are answered 415, bad text says where")
    func json() async throws {
        let router = Self.router()
        let good = await router.respond(to: Request(.post, "/api/orders", json: ["a": 1]))
        #expect(good.status == .created)
        #expect(try good.json() == ["a": 1])
        let bare = Request(.post, "/api/orders", body: Array("[]".utf8))
        let untyped = await router.respond(to: bare)
        #expect(untyped.status == .unsupportedMediaType)
        #expect(try untyped.json()["detail"]?.string?.contains("application/json") == true)
        let vendor = Request(
            .post,
            "/api/orders",
            headers: ["content-type": "application/cloudevents+json; charset=utf-8"],
            body: Array("[]".utf8)
        )
        #expect(await router.respond(to: vendor).status == .created)
        let form = Request(
            .post,
            "/api/orders",
            headers: ["content-type": "text/plain"],
            body: Array("[]".utf8)
        )
        #expect(await router.respond(to: form).status == .unsupportedMediaType)
        let broken = Request(
            .post,
            "/api/orders",
            headers: ["content-type": "application/json"],
            body: Array("{\n \"a\": tru}".utf8)
        )
        let answer = await router.respond(to: broken)
        #expect(answer.status == .badRequest)
        #expect(try answer.json()["line"] == 2)
        #expect(answer.headers["content-type"] == "application/problem+json")
    }

    @Test("A body above the route's limit is answered 413")
    func limit() async {
        let router = Self.router()
        let four = Request(.put, "/small", body: [1, 2, 3, 4])
        #expect(await router.respond(to: four).status == .noContent)
        let five = Request(.put, "/small", body: [1, 2, 3, 4, 5])
        #expect(await router.respond(to: five).status == .contentTooLarge)
    }

    @Test("Middleware wraps in the order it was added, and may answer itself")
    func middleware() async {
        var router = Router()
        router.use { request, next in
            var response = try await next(request)
            response.headers.add("Trail", "outer")
            return response
        }
        router.use { request, next in
            if request.headers.contains("stop") { return .text("stopped") }
            var response = try await next(request)
            response.headers.add("Trail", "inner")
            return response
        }
        router.finish { _, response in response.headers["X-Frame-Options"] = "DENY" }
        router.get("/a") { _ in .text("a") }
        let through = await router.respond(to: Request(.get, "/a"))
        #expect(through.headers.all("trail") == ["inner", "outer"])
        let stopped = await router.respond(to: Request(.get, "/a", headers: ["Stop": "1"]))
        #expect(stopped.headers.all("trail") == ["outer"])
        let missing = await router.respond(to: Request(.get, "/b"))
        #expect(missing.status == .notFound)
        #expect(missing.headers["x-frame-options"] == "DENY")
    }

    @Test(
        "Each sort of fault has its status",
        arguments: [
            (FaultKind.malformed, 400), (.invalid, 422), (.unauthenticated, 401), (.forbidden, 403),
            (.notFound, 404), (.conflict, 409), (.tooLarge, 413), (.rateLimited, 429),
            (.unavailable, 503), (.timeout, 504), (.internal, 500),
        ]
    )
    func faults(_ kind: FaultKind, _ status: Int) throws {
        let fault = GeneralFault(
            kind,
            code: "some-code",
            "secret detail",
            pointer: "/a",
            details: JSONObject([("allowed", JSON.array(["x"])), ("status", JSON.int(1))])
        )
        let response = ProblemDetails.response(for: fault)
        let body = try response.json()
        #expect(response.status.rawValue == status)
        #expect(body["status"]?.int == status)
        if kind == .internal {
            #expect(body["code"] == "internal")
            #expect(!body.text().contains("secret"))
        } else {
            #expect(body["type"] == "https://weft.dev/problems/some-code")
            #expect(body["detail"] == "secret detail")
            #expect(body["pointer"] == "/a")
            #expect(body["allowed"] == ["x"])
        }
        #expect(response.headers.contains("www-authenticate") == (kind == .unauthenticated))
        #expect(response.headers.contains("retry-after") == (kind == .unavailable))
    }

    @Test("An unknown error is told to the hook and to nobody else")
    func unknownError() async {
        struct Secret: Error {}
        await confirmation { heard in
            var router = Router()
            router.onInternalError { error, _ in if error is Secret { heard() } }
            router.get("/") { _ in throw Secret() }
            let response = await router.respond(to: Request(.get, "/"))
            #expect(response.status == .internalServerError)
            #expect(!String(decoding: response.bytes ?? [], as: UTF8.self).contains("Secret"))
        }
    }

    @Test("A request continues the client's trace")
    func trace() {
        // The example of W3C Trace Context section 3.2.
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let request = Request(.get, "/", headers: ["TraceParent": parent])
        #expect(request.trace.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(request.trace.span != 0xb7ad_6b71_6920_3331)
    }

    @Test("Headers cannot be split by their values")
    func injection() {
        var headers = Headers()
        headers.add("Location", "/a\r\nSet-Cookie: x\u{0}")
        #expect(headers["location"] == "/a  Set-Cookie: x ")
        headers["LOCATION"] = "/b"
        #expect(headers.all("location") == ["/b"])
        headers["location"] = nil
        #expect(headers.count == 0)
    }

    @Test("Dates are written as RFC 9110 section 5.6.7 does")
    func dates() throws {
        let moment = try #require(Timestamp("1994-11-06T08:49:37Z"))
        #expect(
            String(decoding: ResponseWriter.date(moment), as: UTF8.self)
                == "Sun, 06 Nov 1994 08:49:37 GMT"
        )
    }
}
