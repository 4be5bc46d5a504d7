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
        let traffic = try Traffic(installation)
        router.prepare(traffic.sentry.admit)
        router.prepare { request in
            guard let header = request.headers["authorization"] else { return nil }
            guard header.prefix(7).lowercased() == "bearer " else {
                throw GeneralFault(
                    .unauthenticated,
                    code: "unauthenticated",
                    "the Authorization header must be \"Bearer <access token or API key>\""
                )
            }
            request.scope = try await identity.authenticator.authenticate(
                bearer: String(header.dropFirst(7)),
                trace: request.trace
            )
            return nil
        }
        router.prepare(traffic.sentry.charge)
        router.finish(traffic.sentry.finish)
        router.finish { _, response in traffic.headers.finish(&response) }
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
            ids: installation.kernel.ids,
            checksOutput: installation.configuration.flag("debug.outputs"),
            privacy: installation.kernel.privacy
        ).add(installation.routes, to: &router)
        SignInRoutes(installation: installation).add(to: &router)
        try ApprovalRoutes(installation: installation).add(to: &router)
        EventRoutes(kernel: installation.kernel).add(to: &router)
        ObjectRoutes(kernel: installation.kernel).add(to: &router)
        OutsideRoutes(kernel: installation.kernel).add(to: &router)
        WidgetRoutes(kernel: installation.kernel).add(to: &router)
        installation.live.addRoutes(
            to: &router,
            options: LiveChannel.options(installation.configuration)
        )
        try MCPComposition.add(installation, to: &router)
        addHealth(to: &router)
        try addConsole(to: &router)
        let page = try APIDescription.add(
            to: &router,
            console: Self.consoleFolder(),
            logger: logger
        )
        installation.clients.describe(page)
        return router
    }

    private func addHealth(to router: inout Router) {
        router.get("/health/live", options: RouteOptions(documentation: .live)) { _ in
            .json(["status": "live"])
        }
        router.get("/health/ready", options: RouteOptions(documentation: .ready)) { _ in
            let report = await health.report()
            return .json(report.json(), status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics", options: RouteOptions(documentation: .metrics)) { _ in
            .bytes(
                Array(installation.kernel.metrics.render().utf8),
                type: Metrics.contentType
            )
        }
        router.get("/", options: RouteOptions(documentation: .page)) { _ in
            .redirect(to: "/console/")
        }
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
