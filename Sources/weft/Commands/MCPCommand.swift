import Core
import HTTP
import MCP
import Observability
import Platform
import Store

/// `weft mcp --stdio`: the server for AI clients as their child process.
enum MCPCommand {
    static let usage = """
        usage: weft mcp --stdio [--demo] [--data DIR] [--organisation NAME] [--config FILE]
          --stdio        messages of the Model Context Protocol on standard input and output
          --demo         a demonstration company of its own, gone when the input ends; with --data
                         the company is made there, if need be, and stays
          --data DIR     the installation in this folder; a server may run on it at the same time
        Everything is done as the organisation's first administrator.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await serve(arguments) }, usage: usage)
    }

    private static func serve(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--data", "--config", "--organisation"],
            flags: ["--stdio", "--demo"]
        )
        try options.expectNoWords()
        guard options.flags.contains("--stdio") else {
            throw UsageError("--stdio is needed; over HTTP, `weft serve` answers at /mcp")
        }
        let isDemo = options.flags.contains("--demo")
        guard isDemo, options.values["--data"] == nil else {
            let installation =
                isDemo
                ? try await LocalInstallation.make(options)
                : try await LocalInstallation.open(options)
            try await LocalInstallation.using(installation) {
                if isDemo { _ = try await Demonstration.prepare(installation) }
                try await talk(installation, options, works: false)
            }
            return
        }
        let folder = try TemporaryFolder(named: "weft-mcp")
        defer { folder.remove() }
        var arguments = arguments
        arguments += ["--data", folder.path]
        let own = try CommandOptions(
            arguments,
            valued: ["--data", "--config", "--organisation"],
            flags: ["--stdio", "--demo"]
        )
        let installation = try await LocalInstallation.make(own)
        try await LocalInstallation.using(installation) {
            _ = try await Demonstration.prepare(installation)
            try await talk(installation, own, works: true)
        }
    }

    /// Answers until the input ends or the process is told to stop; with `works` it runs workflows as
    /// well, since nobody else does.
    private static func talk(
        _ installation: Installation,
        _ options: CommandOptions,
        works: Bool
    ) async throws {
        let administrator = try await installation.administrator(
            of: options.values["--organisation"]
        )
        _ = try ServerRoutes(
            installation: installation,
            health: Health(clock: installation.clock)
        ).router()
        let stop = StopSignals()
        let streams = StandardStreams(installation.clients.server) {
            var scope = administrator
            scope.trace = TraceContext(random: SystemRandom())
            return scope
        }
        let services: [any Service] =
            (works
                ? [
                    try installation.delivery(), installation.engine, installation.dispatcher,
                    try WorkflowServices.schedules(installation.kernel),
                ] : [])
            + [installation.live, installation.clients.server]
        try await ServiceGroup(services).run {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await streams.run() }
                group.addTask { await stop.wait() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
