import Core
import Glibc
import HTTP
import Identity
import Observability
import Platform
import Store

/// `weft serve`: runs everything until it is told to stop.
enum ServeCommand {
    static let usage = """
        usage: weft serve [--demo] [--port N] [--data DIR] [--config FILE] [--ready-json]
          --demo         fill an empty data folder with a demonstration company
          --port N       listen there instead of the configured port; 0 takes a free one
          --data DIR     keep everything there instead of in the configured folder
          --ready-json   once ready, print one line {"url","email","password"}
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await serve(arguments) }, usage: usage)
    }

    private static func serve(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--port", "--data", "--config"],
            flags: ["--demo", "--ready-json"]
        )
        try options.expectNoWords()
        let stop = StopSignals()
        raiseDescriptorLimit()
        let configuration = try ConfigurationFile.load(options)
        let (logger, logs) = Self.logger(configuration)
        let folder = try DataFolder(configuration.text("data.folder") ?? "weft-data")
        // On a server's database several processes may work, on one folder of keys and objects.
        if !StoreComposition.isOnServer(configuration) { try folder.lock() }
        let installation = try await Installation(
            configuration,
            folder: folder,
            logger: logger,
            logs: logs
        )
        let signIn =
            options.flags.contains("--demo")
            ? try await Demonstration.prepare(installation) : nil
        try await IdentityComposition.announceHeads(installation)
        let health = Health(clock: installation.clock)
        let database = installation.database
        health.register("store") {
            if let failure = database.failure { throw failure }
            _ = try await database.query("SELECT 1", []) { try $0.int(0) }
        }
        ProcessMetrics.register(in: installation.kernel.metrics, clock: installation.clock)
        let server = HTTPServer(
            try ServerRoutes(installation: installation, health: health).router(),
            configuration: try Self.http(configuration, installation.observation.requests)
        )
        installation.observation.watch(server)
        // Without workers, what comes in is accepted and waits in the store.
        let workers: [any Service] =
            configuration.flag("workflows.run")
            ? ChannelServices.services(
                installation.kernel,
                audit: installation.identity.audit,
                tracer: installation.observation.tracer
            )
                + [
                    try installation.delivery(), installation.housekeeping, installation.engine,
                    installation.dispatcher, try WorkflowServices.schedules(installation.kernel),
                    SeriesServices.upkeep(installation.kernel), installation.search.indexer,
                    installation.conscience, IntentServices.suggesting(installation),
                    ApprovalServices.service(installation.kernel),
                ] : []
        let group = ServiceGroup(
            installation.observation.services
                + installation.outside.services(installation.kernel) + workers
                + [installation.live, server, installation.clients.server]
        ) { logger.debug($0) }
        let json = options.flags.contains("--ready-json")
        try await group.run(
            ready: { announce(server, configuration, signIn, asJSON: json) },
            until: { await stop.wait() }
        )
        database.close()
    }

    /// Each connection is a descriptor, and the soft limit is often 1,024.
    private static func raiseDescriptorLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }

    private static func announce(
        _ server: HTTPServer,
        _ configuration: Configuration,
        _ signIn: Demonstration?,
        asJSON: Bool
    ) {
        let address = configuration.text("server.address") ?? "127.0.0.1"
        let host = address.contains(":") ? "[\(address)]" : address
        let url = "http://\(host):\(server.boundPort ?? 0)"
        if asJSON {
            let line: JSON = [
                "url": .string(url), "email": .optional(signIn?.email),
                "password": .optional(signIn?.password),
            ]
            say(line.text())
        } else {
            say("Weft is ready at \(url)")
            if let signIn {
                say("Sign in as \(signIn.email) with the password \(signIn.password)")
            }
            say("Press Ctrl-C to stop.")
        }
    }

    private static func http(
        _ configuration: Configuration,
        _ requests: RequestObserver
    ) throws(GeneralFault) -> HTTPServer.Configuration {
        var http = HTTPServer.Configuration()
        http.address = configuration.text("server.address") ?? http.address
        http.port = configuration.integer("server.port")
        let threads = configuration.integer("server.threads")
        if threads > 0 { http.threads = threads }
        http.connections = configuration.integer("server.connections")
        http.connectionsPerAddress = configuration.integer("server.connections-per-address")
        http.proxies = try AddressRange.list(configuration.text("server.proxies") ?? "")
        let forwarding = configuration.text("server.forwarded").flatMap(Forwarding.init(rawValue:))
        http.forwarding = forwarding ?? http.forwarding
        http.onAccess = { requests.observe($0, $1, $2, $3) }
        return http
    }

    /// The log, and the buffer from which its lines also go into the store.
    private static func logger(_ configuration: Configuration) -> (Logger, LogBuffer) {
        let format: LogFormat? =
            switch configuration.text("log.format") {
            case "json": .json
            case "text": .terminal
            default: nil
            }
        let level = configuration.text("log.level").flatMap(LogLevel.init(rawValue:)) ?? .info
        let logs = LogBuffer(before: StandardErrorLog(format: format))
        return (Logger(sink: logs, clock: SystemClock(), minimum: level), logs)
    }
}
