import Core
import Observability
import Testing

@testable import HTTP

@Suite struct TrafficGuardTests {
    @Test(
        "An address lies in a range or not",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.1", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::/65", "2001:db8:0:0:8000::1", false), ("::/0", "2001:db8::1", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ]
    )
    func ranges(_ range: String, _ address: String, _ expected: Bool) throws {
        let parsed = try #require(NetworkAddress(address))
        #expect(try AddressRange(range).contains(parsed) == expected)
    }

    @Test(
        "What is no range is refused",
        arguments: ["", "10", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "x/8"]
    )
    func wrongRanges(_ text: String) {
        #expect(throws: GeneralFault.self) { try AddressRange(text) }
    }

    @Test("A client of IPv6 is its /64, of IPv4 its address")
    func clients() {
        func client(_ text: String) -> NetworkAddress? { NetworkAddress(text)?.client }
        #expect(client("2001:db8::1") == client("2001:db8::ffff:2"))
        #expect(client("2001:db8:0:1::1") != client("2001:db8::1"))
        #expect(client("192.0.2.1") != client("192.0.2.2"))
    }

    @Test(
        "Attacks are told apart from text that looks like one",
        arguments: [
            ("' or ''='", .sqlInjection), ("x\") OR (\"1\"=\"1", .sqlInjection),
            ("1 AND 1=1", .sqlInjection), ("a' || '1'='1", .sqlInjection),
            ("1 union all select null,null", .sqlInjection),
            ("1 UNION/**/SELECT password FROM users", .sqlInjection),
            ("1; delete from orders", .sqlInjection), ("1; EXEC xp_cmdshell 'dir'", .sqlInjection),
            ("pg_sleep(10)", .sqlInjection), ("x' --", .sqlInjection),
            ("select 1 from sqlite_master", .sqlInjection),
            ("<ScRiPt src=//x>", .script), ("<svg/onload=alert(1)>", .script),
            ("<a href=\"javascript:x()\">", .script), ("  javascript:alert(1)", .script),
            ("%3Cscript%3E", .script), ("..\\..\\boot.ini", .traversal),
            ("file:///etc/hosts", .traversal), ("${${lower:j}ndi:x}", .expression),
            ("O'Brien; drop", .suspicious), ("it's either or", .suspicious),
            ("select a van from the list", .suspicious), ("x <b", .suspicious),
            ("O'Brien", nil), ("Union Select GmbH", nil), ("drop table lamps", nil),
            ("5 < 6", nil), ("Müller & Söhne (Köln)", nil), ("50% off", nil), ("a;b", nil),
            ("on = off", nil), ("sleep well", nil), ("1 or 2", nil), ("", nil),
        ] as [(String, RequestScreen.Finding?)]
    )
    func screening(_ text: String, _ expected: RequestScreen.Finding?) {
        #expect(RequestScreen.finding(in: text) == expected)
    }

    @Test("Screening of any bytes ends, and a long text is no slower than a short one")
    func anything() {
        let random = SeededRandom(seed: 20_261_120)
        let alphabet = Array("'\"<>;:=()/*-+%&|{}$. aorunionselect0189\u{0}\u{7F}é".unicodeScalars)
        for _ in 0..<2_000 {
            let count = Int(random.next() % 60)
            var text = ""
            for _ in 0..<count {
                text.unicodeScalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            _ = RequestScreen.finding(in: text)
        }
        _ = RequestScreen.finding(in: String(repeating: "<on", count: 300))
    }

    private func sentry(_ change: (inout TrafficGuard.Configuration) throws -> Void) throws
        -> Router
    {
        var configuration = TrafficGuard.Configuration(
            plans: try UsagePlans(plans: "standard=1/2"),
            origins: try CrossOrigin(origins: "")
        )
        try change(&configuration)
        let sentry = TrafficGuard(
            configuration,
            clock: ManualClock(now: Timestamp(microseconds: 1_763_640_000_000_000)),
            metrics: Metrics()
        ) { $0 == "known" }
        var router = Router()
        router.prepare(sentry.admit)
        router.prepare { request in
            guard let header = request.headers["authorization"] else { return nil }
            guard header.hasSuffix("known") else {
                throw GeneralFault(.unauthenticated, code: "invalid-token", "no")
            }
            request.scope = Scope(
                organisation: ID(high: 0x7000, low: 1 << 63 | 1),
                actor: Actor(id: ID(high: 0x7000, low: 1 << 63 | 2), kind: .person, name: "A"),
                roles: [],
                trace: request.trace
            )
            return nil
        }
        router.prepare(sentry.charge)
        router.finish(sentry.finish)
        router.get("/a") { _ in .text("a") }
        router.get("/auth/a") { _ in .text("a") }
        router.get("/file", options: RouteOptions(servesFiles: true)) { _ in .text("file") }
        return router
    }

    private func status(
        _ router: Router,
        _ target: String = "/a",
        _ headers: Headers = [:],
        from address: String = "192.0.2.1"
    ) async -> Int {
        let request = Request(.get, target, headers: headers, remoteAddress: address)
        return await router.respond(to: request).status.rawValue
    }

    @Test("Who is signed in, who is not, and who fails have budgets of their own")
    func budgets() async throws {
        let router = try sentry {
            $0.anonymous = RateBudget(perSecond: 1, burst: 3)
            $0.failing = RateBudget(perSecond: 1, burst: 1)
        }
        for expected in [200, 200, 200, 429, 429] { #expect(await status(router) == expected) }
        #expect(await status(router, from: "192.0.2.2") == 200)
        #expect(await status(router, "/none", from: "192.0.2.2") == 404)
        let forged: Headers = ["Authorization": "Bearer forged"]
        let known: Headers = ["Authorization": "Bearer known"]
        for expected in [401, 429, 429] { #expect(await status(router, "/a", forged) == expected) }
        for expected in [200, 200, 429] { #expect(await status(router, "/a", known) == expected) }
    }

    @Test("The console's files are not taken from the budget for what is asked without a sign-in")
    func files() async throws {
        let router = try sentry {
            $0.anonymous = RateBudget(perSecond: 1, burst: 1)
            $0.files = RateBudget(perSecond: 1, burst: 3)
        }
        for expected in [200, 200, 200, 429] { #expect(await status(router, "/file") == expected) }
        for expected in [200, 429] { #expect(await status(router) == expected) }
        #expect(await status(router, "/file", from: "192.0.2.2") == 200)
    }

    @Test("A refusal closes the connection of who is not signed in, and says when to come again")
    func refusal() async throws {
        let router = try sentry { $0.anonymous = RateBudget(perSecond: 0.1, burst: 1) }
        _ = await status(router)
        let answer = await router.respond(to: Request(.get, "/a", remoteAddress: "192.0.2.1"))
        #expect(answer.status == .tooManyRequests)
        #expect(answer.headers["retry-after"] == "10")
        #expect(answer.headers["connection"] == "close")
        #expect(answer.headers["ratelimit-remaining"] == "0")
    }

    @Test(
        "Screening blocks, counts only, or is off",
        arguments: [("block", 403), ("count", 200), ("off", 200)]
    )
    func modes(_ mode: String, _ expected: Int) async throws {
        let router = try sentry { $0.screening = TrafficGuard.Screening(rawValue: mode) ?? .block }
        #expect(await status(router, "/a?q=%27%20or%201=1") == expected)
        #expect(await status(router, "/a?q=O%27Brien%3B%20drop") == 200)
    }

    @Test("Only those who are allowed may come, and of them none who is denied")
    func rules() async throws {
        let router = try sentry {
            $0.allowed = try [AddressRange("10.0.0.0/8")]
            $0.denied = try [AddressRange("10.1.0.0/16")]
        }
        #expect(await status(router, from: "10.0.0.1") == 200)
        #expect(await status(router, from: "10.1.0.1") == 403)
        #expect(await status(router, from: "192.0.2.1") == 403)
    }

    @Test("Open to all origins, the answer says so, and never lets credentials through")
    func openOrigins() async throws {
        let router = try sentry { $0.origins = try CrossOrigin(origins: "*") }
        let request = Request(.get, "/a", headers: ["Origin": "https://any.example"])
        let answer = await router.respond(to: request)
        #expect(answer.headers["access-control-allow-origin"] == "*")
        #expect(!answer.headers.contains("access-control-allow-credentials"))
        let auth = Request(.get, "/auth/a", headers: ["Origin": "https://any.example"])
        let closed = await router.respond(to: auth)
        #expect(!closed.headers.contains("access-control-allow-origin"))
    }

    @Test(
        "What is no origin is refused",
        arguments: ["erp.example", "https://erp.example/", "ftp://erp.example", "https://"]
    )
    func wrongOrigins(_ text: String) {
        #expect(throws: GeneralFault.self) { try CrossOrigin(origins: text) }
    }
}
