import Core
import HTTP

/// `weft bench http`: a server that answers `hello, world`, to measure what the server itself costs.
enum HelloServer {
    /// Serves until it is told to stop; prints the port once it listens.
    static func run(threads: Int) async throws {
        var router = Router()
        router.get("/hello") { _ in .text("hello, world") }
        router.get("/hello/{name}") { request in
            .text("hello, \(try request.parameter("name"))")
        }
        var configuration = HTTPServer.Configuration()
        configuration.port = 0
        configuration.threads = threads
        let server = HTTPServer(router, configuration: configuration)
        let stop = StopSignals()
        let group = ServiceGroup([server]) { _ in }
        try await group.run(
            ready: { say(String(server.boundPort ?? 0)) },
            until: { await stop.wait() }
        )
    }
}
