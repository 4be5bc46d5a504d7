import Core
import Glibc
import HTTP
import MCP
import Observability
import Vault

/// A server of the Model Context Protocol with the tools, resources and prompts that the protocol's
/// conformance suite expects, built of the same parts as the product's.
///
/// `MCPFixture --http` prints `{"url"}` once it listens; `MCPFixture --stdio` talks on standard streams.
@main
struct Fixture {
    static func main() async throws {
        let clock = SystemClock()
        let features = FixtureFeatures()
        let logger = Logger(sink: StandardErrorLog(), clock: clock, minimum: .warning)
        var limits = ServerLimits()
        limits.retryMilliseconds = 200
        limits.sessionsPerAccount = 8
        limits.streamsPerAccount = 4
        let server = MCPServer(
            features: features,
            vault: try Vault(key: try Vault.random(32)),
            clock: clock,
            logger: logger,
            limits: limits
        )
        features.bind(server)
        let scope = scope("tester")
        if CommandLine.arguments.contains("--stdio") {
            let streams = StandardStreams(server) {
                var scope = scope
                scope.trace = TraceContext(random: SystemRandom())
                return scope
            }
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run {} }
                await streams.run()
                group.cancelAll()
            }
            return
        }
        var router = Router()
        MCPEndpoint(server: server, origins: OriginCheck(isLocal: true)) { request in
            // Another account, for tests of who may have what.
            request.headers["x-account"] == "other" ? other : scope
        }.add(to: &router)
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        let http = HTTPServer(router, configuration: configuration)
        try await ServiceGroup([http, server]).run(
            ready: {
                let line: JSON = ["url": .string("http://127.0.0.1:\(http.boundPort ?? 0)/mcp")]
                let bytes = line.bytes() + [UInt8(ascii: "\n")]
                _ = write(STDOUT_FILENO, bytes, bytes.count)
            },
            until: { await terminated() }
        )
    }

    private static let other = scope("other")

    private static func scope(_ name: String) -> Scope {
        let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
        return Scope(
            organisation: ids.next(),
            actor: Actor(id: ids.next(), kind: .person, name: name),
            roles: [],
            trace: TraceContext(random: SystemRandom())
        )
    }

    /// Waits for the end of standard input: the test that started the fixture has gone, or is done.
    private static func terminated() async {
        _ = try? await WorkerThread().value {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
        }
    }
}
