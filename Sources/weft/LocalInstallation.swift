import Agents
import Core
import Observability
import Platform
import Store

/// The installation in a data folder, for commands that work on it without serving.
///
/// None of them takes the folder's lock, so they work beside a running server.
enum LocalInstallation {
    /// The installation of a folder that holds one.
    static func open(_ options: CommandOptions) async throws -> Installation {
        try await StoreComposition.requireData(ConfigurationFile.load(options))
        return try await make(options)
    }

    /// The installation of a folder, made when it is not there.
    static func make(_ options: CommandOptions) async throws -> Installation {
        let configuration = try ConfigurationFile.load(options)
        let folder = try DataFolder(configuration.text("data.folder") ?? "weft-data")
        let logger = Logger(sink: StandardErrorLog(), clock: SystemClock(), minimum: .warning)
        return try await Installation(configuration, folder: folder, logger: logger)
    }

    /// Runs `body` and closes the store whatever comes of it.
    static func using(_ installation: Installation, _ body: () async throws -> Void) async throws {
        defer { installation.database.close() }
        try await body()
    }
}

extension Installation {
    /// Calls a tool as whoever sits at the machine.
    func call(_ tool: String, _ input: JSON, as scope: Scope) async throws -> JSON {
        try await registry.call(
            tool,
            input: input,
            invocation: Invocation(
                scope: scope,
                now: clock.now(),
                key: scope.trace.description,
                ids: kernel.ids
            ),
            database: database
        )
    }
}
