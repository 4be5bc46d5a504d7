import Core
import Synchronization
import Testing

@testable import MCP

/// Several calls at once on a connection of a revision with sessions.
@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
    private static func client(_ site: SessionSite) throws -> OutsideClient {
        OutsideClient(
            try #require(WebAddress("https://mcp.example/mcp")),
            web: site,
            configuration: .init(version: "1", revision: .november2025),
            clock: ManualClock(now: OutsideWorld.start),
            random: SeededRandom(seed: 1)
        )
    }

    @Test("Calls that share a new connection share its handshake")
    func joins() async throws {
        let site = SessionSite()
        let client = try Self.client(site)
        site.set { state in
            state.beforeHandshake = { while client.handshake.waiting < 2 { await Task.yield() } }
        }
        async let first = client.tools()
        async let second = client.resources()
        async let third = client.connect()
        _ = try await (first, second, third)
        #expect(site.handshakes == 1)
        #expect(site.sessions(of: "tools/list") == ["s-1"])
        #expect(site.sessions(of: "resources/list") == ["s-1"])
    }

    @Test("A refusal of the former session that comes late leaves the new one alone")
    func renews() async throws {
        let site = SessionSite()
        let client = try Self.client(site)
        try await client.connect()
        site.set { state in
            state.current = "gone"
            // The second refusal is told only once the first has led to another session.
            state.beforeRefusal = { method in
                if method == "resources/list" {
                    while site.handshakes < 2 { await Task.yield() }
                } else {
                    while site.asked("resources/list") == 0 { await Task.yield() }
                }
            }
        }
        async let first = client.tools()
        async let second = client.resources()
        _ = try await (first, second)
        #expect(site.handshakes == 2)
        #expect(site.sessions(of: "tools/list") == ["s-1", "s-2"])
        #expect(site.sessions(of: "resources/list") == ["s-1", "s-2"])
    }

    @Test("All who wait for a handshake hear why it failed, and the next one tries again")
    func fails() async throws {
        let site = SessionSite()
        let client = try Self.client(site)
        site.set { state in
            state.refusals = 1
            state.beforeHandshake = { while client.handshake.waiting < 1 { await Task.yield() } }
        }
        async let first = Self.fault { _ = try await client.tools() }
        async let second = Self.fault { _ = try await client.tools() }
        #expect(await [first, second] == ["mcp-refused", "mcp-refused"])
        #expect(site.handshakes == 1)
        site.set { $0.beforeHandshake = {} }
        #expect(try await client.tools().tools.isEmpty)
        #expect(site.handshakes == 2)
    }

    @Test("When the first one gives up, another one makes the handshake")
    func givesUp() async throws {
        let attempt = SharedAttempt<Int>()
        let clock = ManualClock(now: OutsideWorld.start)
        let signal = CancelSignal()
        async let first: Void = {
            _ = try? await signal.run {
                try await attempt { () async throws(OutsideFault) -> Int in
                    do { try await clock.sleep(for: .seconds(1)) } catch {}
                    throw OutsideFault(.cutOff, "given up")
                }
            }
        }()
        while clock.nextWakeUp == nil { await Task.yield() }
        async let second = attempt { () async throws(OutsideFault) -> Int in 7 }
        while attempt.waiting == 0 { await Task.yield() }
        signal.give()
        await first
        #expect(try await second == 7)
    }

    private static func fault(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? any Fault)?.code
        }
    }
}

/// A server of 2025-11-25 that numbers its sessions and refuses all but the last.
private final class SessionSite: WebClient {
    struct State {
        var handshakes = 0
        var refusals = 0
        var current = ""
        var seen: [(method: String, session: String?)] = []
        var beforeHandshake: @Sendable () async -> Void = {}
        var beforeRefusal: @Sendable (String) async -> Void = { _ in }
    }

    private let state = Mutex(State())

    func set(_ change: (inout sending State) -> Void) { state.withLock { change(&$0) } }

    var handshakes: Int { state.withLock { $0.handshakes } }

    func asked(_ method: String) -> Int { sessions(of: method).count }

    func sessions(of method: String) -> [String?] {
        state.withLock { $0.seen.filter { $0.method == method }.map(\.session) }
    }

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        guard let message = try? JSON(parsing: request.body ?? []) else {
            return WebAnswer(status: 400)
        }
        let method = message["method"]?.string ?? ""
        let session = request.headers.first { $0.name.lowercased() == "mcp-session-id" }?.value
        let (current, before) = state.withLock { state in
            state.seen.append((method, session))
            return (state.current, (state.beforeHandshake, state.beforeRefusal))
        }
        if method == "initialize" { return await greet(message, before.0) }
        guard session == current else {
            await before.1(method)
            return WebAnswer(status: 404)
        }
        if message["id"] == nil { return WebAnswer(status: 202) }
        return Self.answer(message, ["tools": [], "resources": []])
    }

    private func greet(_ message: JSON, _ before: @Sendable () async -> Void) async -> WebAnswer {
        await before()
        let number = state.withLock { state -> Int? in
            state.handshakes += 1
            guard state.refusals == 0 else {
                state.refusals -= 1
                return nil
            }
            state.current = "s-\(state.handshakes)"
            return state.handshakes
        }
        guard let number else { return WebAnswer(status: 503) }
        var answer = Self.answer(
            message,
            [
                "protocolVersion": "2025-11-25", "capabilities": [:],
                "serverInfo": ["name": "s", "version": "1"],
            ]
        )
        answer.headers.append((name: "mcp-session-id", value: "s-\(number)"))
        return answer
    }

    private static func answer(_ message: JSON, _ result: JSON) -> WebAnswer {
        let answer: JSON = ["jsonrpc": "2.0", "id": message["id"] ?? .null, "result": result]
        return WebAnswer(
            status: 200,
            headers: [(name: "content-type", value: "application/json")],
            body: answer.bytes()
        )
    }
}
