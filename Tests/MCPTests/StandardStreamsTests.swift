import Core
import Foundation
import Observability
import Testing
import Vault

@testable import MCP

/// Messages go in at once, the input ends, and what was written is looked at afterwards.
@Suite(.timeLimit(.minutes(1))) struct StandardStreamsTests {
    private static let scope = Scope(
        organisation: ID(high: 1, low: 1),
        actor: Actor(id: ID(high: 1, low: 2), kind: .person, name: "Ana"),
        roles: [],
        trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3)
    )

    private static func call(_ id: Int, _ tool: String) -> JSON {
        [
            "jsonrpc": "2.0", "id": .int(id), "method": "tools/call",
            "params": [
                "name": .string(tool),
                "_meta": [
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientCapabilities": [:],
                ],
            ],
        ]
    }

    private static func cancel(_ id: Int) -> JSON {
        [
            "jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": ["requestId": .int(id)],
        ]
    }

    /// What the server writes, when one request may run at a time.
    private static func answers(
        _ messages: [JSON],
        _ change: (inout ServerLimits) -> Void = { _ in }
    ) async throws -> [JSON] {
        var limits = ServerLimits()
        limits.requestsPerAccount = 1
        change(&limits)
        let clock = ManualClock(now: Timestamp(microseconds: 0))
        let server = MCPServer(
            features: TwoTools(),
            vault: try Vault(key: Array(repeating: 7, count: 32)),
            clock: clock,
            logger: Logger(sink: StandardErrorLog(), clock: clock, minimum: .error),
            limits: limits
        )
        let input = Pipe()
        let output = Pipe()
        try input.fileHandleForWriting.write(
            contentsOf: Data(messages.flatMap { $0.bytes() + [0x0A] })
        )
        try input.fileHandleForWriting.close()
        await StandardStreams(
            server,
            scope: { Self.scope },
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        ).run()
        try output.fileHandleForWriting.close()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        return try bytes.split(separator: 0x0A).map { try JSON(parsing: Array($0)) }
    }

    @Test("A cancellation is heard although as many requests are running as may, and more wait")
    func cancels() async throws {
        let answers = try await Self.answers([
            Self.call(1, "wait"), Self.call(2, "echo"), Self.call(3, "echo"), Self.cancel(1),
        ])
        #expect(answers.map { $0["id"]?.int } == [2, 3])
        #expect(answers.allSatisfy { $0["result"] != nil })
    }

    @Test("A request that waits can be cancelled, too, and its id used again")
    func cancelsWaiting() async throws {
        let answers = try await Self.answers([
            Self.call(1, "wait"), Self.call(2, "wait"), Self.call(2, "echo"), Self.cancel(2),
            Self.call(2, "echo"), Self.cancel(1),
        ])
        #expect(answers.map { $0["id"]?.int } == [2, 2])
        #expect(answers.first?["error"]?["code"] == -32_600)
        #expect(answers.last?["result"] != nil)
    }

    @Test("What would wait beyond the limit is refused at once")
    func refuses() async throws {
        let waiting = Self.call(2, "echo").bytes().count
        let answers = try await Self.answers([
            Self.call(1, "wait"), Self.call(2, "echo"), Self.call(3, "echo"), Self.cancel(1),
        ]) { $0.heldBytes = waiting }
        #expect(answers.map { $0["id"]?.int } == [3, 2])
        #expect(answers.first?["error"]?["code"] == 429)
    }

    // Fewer answers than fill the pipe, which nobody reads meanwhile.
    @Test("A hundred requests that come at once are all answered, in their order")
    func many() async throws {
        let answers = try await Self.answers((1...100).map { Self.call($0, "echo") })
        #expect(answers.map { $0["id"]?.int } == Array(1...100))
    }
}

/// A server with a tool that answers and one that does not.
private struct TwoTools: ServerFeatures {
    let info = ServerInfo(name: "two", title: "Two", version: "1")
    let changing: ListChanges = []

    func tools(for scope: Scope) -> [ServedTool] {
        ["echo", "wait"].compactMap { tool($0, for: scope) }
    }

    func tool(_ name: String, for scope: Scope) -> ServedTool? {
        try? ServedTool(name: name, purpose: "", input: ["type": "object"])
    }

    func call(_ name: String, _ arguments: JSON, _ exchange: Exchange) async throws -> ToolAnswer {
        if name == "wait" {
            try await ManualClock(now: .init(microseconds: 0)).sleep(for: .seconds(1))
        }
        return .content([.text(name)])
    }

    func resources(for scope: Scope) async throws -> [ServedResource] { [] }
    func templates(for scope: Scope) -> [ServedTemplate] { [] }
    func read(_ uri: String, _ exchange: Exchange) async throws -> ResourceAnswer? { nil }
    func prompts(for scope: Scope) -> [ServedPrompt] { [] }

    func prompt(
        _ name: String,
        _ arguments: [String: String],
        _ exchange: Exchange
    ) async throws -> PromptAnswer { PromptAnswer([]) }

    func complete(
        _ reference: CompletionReference,
        argument: String,
        value: String,
        known: [String: String],
        _ exchange: Exchange
    ) async throws -> CompletionAnswer { CompletionAnswer([]) }
}
