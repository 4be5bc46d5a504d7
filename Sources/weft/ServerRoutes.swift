import Core
import Glibc
import HTTP
import Identity
import Live
import Observability
import Platform
import Store

/// Everything the server answers: tools, sign-in, health, metrics, console.
struct ServerRoutes {
    let installation: Installation
    let health: Health

    private var identity: IdentityAssembly { installation.identity }
    private var clock: any WallClock { installation.clock }

    func router() throws -> Router {
        var router = Router()
        router.use { request, next in
            guard let header = request.headers["authorization"] else {
                return try await next(request)
            }
            guard header.prefix(7).lowercased() == "bearer " else {
                throw GeneralFault(
                    .unauthenticated,
                    code: "unauthenticated",
                    "the Authorization header must be \"Bearer <access token or API key>\""
                )
            }
            var request = request
            request.scope = try await identity.authenticator.authenticate(
                bearer: String(header.dropFirst(7)),
                trace: request.trace
            )
            return try await next(request)
        }
        router.finish { _, response in
            response.headers.addMissing(Self.securityHeaders)
        }
        let logger = installation.kernel.logger
        router.onInternalError { error, request in
            logger.with(trace: request.trace).error(
                "request failed",
                [
                    "method": .string(request.method.rawValue), "path": .string(request.path),
                    "error": .string(String(describing: error)),
                ]
            )
        }
        try ToolRoutes(
            registry: installation.registry,
            database: installation.database,
            clock: clock,
            ids: installation.kernel.ids
        ).add(installation.routes, to: &router)
        SignInRoutes(installation: installation).add(to: &router)
        installation.live.addRoutes(
            to: &router,
            options: LiveChannel.options(installation.configuration)
        )
        addHealth(to: &router)
        try addConsole(to: &router)
        return router
    }

    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    private static let securityHeaders: Headers = [
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY", "Content-Security-Policy": policy, "Cache-Control": "no-store",
    ]

    private func addHealth(to router: inout Router) {
        router.get("/health/live") { _ in .json(["status": "live"]) }
        router.get("/health/ready") { _ in
            let report = await health.report()
            return .json(report.json(), status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics") { _ in
            .bytes(
                Array(installation.kernel.metrics.render().utf8),
                type: Metrics.contentType
            )
        }
        router.get("/") { _ in .redirect(to: "/console/") }
    }

    private func addConsole(to router: inout Router) throws {
        guard let folder = Self.consoleFolder() else {
            installation.kernel.logger.warning(
                "the console was not found: `make web` builds it; the API works without"
            )
            return
        }
        router.mount("/console", try StaticFiles(directory: folder))
    }

    /// `WEFT_CONSOLE`, `share/weft/console` beside the program, or `web/dist` of the sources.
    static func consoleFolder() -> String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let program = String(
            decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        let parts = program.split(separator: "/")
        var candidates = [getenv("WEFT_CONSOLE").map { String(cString: $0) }]
        if parts.count >= 2 {
            let prefix = "/" + parts.dropLast(2).joined(separator: "/")
            candidates.append(prefix + "/share/weft/console")
        }
        if let build = parts.firstIndex(of: ".build") {
            candidates.append("/" + parts[..<build].joined(separator: "/") + "/web/dist")
        }
        return candidates.compactMap { $0 }.first { access($0 + "/index.html", R_OK) == 0 }
    }
}
