import Agents
import Core
import Platform

/// `weft intents`: intents without the server, or beside it.
enum IntentsCommand {
    static let usage = """
        usage: weft intents list [--status S] [--domain D] [--drifting] [--limit N] [SHARED]
               weft intents show ID [SHARED]
               weft intents declare FILE [SHARED]
               weft intents check FILE | --predicate TEXT [SHARED]
               weft intents report [--hours N] [SHARED]
          list       open and closed intents with state, uptime and cost, newest first
          show       one intent in full: observation, burn rates, edges, remediations
          declare    declares the beacon in FILE (JSON; - is standard input), prints the intent
          check      says whether a beacon or a predicate is one, and what it comes to now;
                     changes nothing, exits 1 with what is wrong, where, and what was expected
          report     the state of all intents: uptime, agents' utilisation, cost per intent
          --status S     proposed, open, met, missed or withdrawn
          --hours N      over how long agents' utilisation is measured (default 24)
        SHARED: [--organisation NAME] [--data DIR] [--config FILE]
        A running server holds what is declared here against reality within an interval of metrics.
        """

    private static let shared: Set<String> = ["--organisation", "--data", "--config"]
    private static let largest = 1 << 20

    static func list(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(
                    arguments,
                    valued: shared.union(["--status", "--domain", "--limit"]),
                    flags: ["--drifting"]
                )
                try options.expectNoWords()
                var input: JSON = [:]
                for name in ["status", "domain"] {
                    if let text = options.values["--\(name)"] { input[name] = .string(text) }
                }
                if let limit = try number("--limit", options) { input["limit"] = .int(limit) }
                if options.flags.contains("--drifting") { input["drifting"] = true }
                try await call("intents.list", input, options)
            },
            usage: usage
        )
    }

    static func show(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: shared)
                let id = try options.onlyWord("an ID")
                try await call("intents.get", ["id": .string(id)], options)
            },
            usage: usage
        )
    }

    static func declare(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: shared)
                let beacon = try json(options.onlyWord("a FILE"))
                try await call("intents.declare", beacon, options)
            },
            usage: usage
        )
    }

    static func check(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(
                    arguments,
                    valued: shared.union(["--predicate"])
                )
                if let text = options.values["--predicate"] {
                    try options.expectNoWords()
                    try await call("intents.check", ["predicate": .string(text)], options)
                    return
                }
                let beacon = try json(options.onlyWord("a FILE"))
                try await call("intents.check-beacon", beacon, options)
            },
            usage: usage
        )
    }

    static func report(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: shared.union(["--hours"]))
                try options.expectNoWords()
                var input: JSON = [:]
                if let hours = try number("--hours", options) { input["hours"] = .int(hours) }
                try await call("intents.report", input, options)
            },
            usage: usage
        )
    }

    private static func number(_ name: String, _ options: CommandOptions) throws -> Int? {
        guard let text = options.values[name] else { return nil }
        guard let number = Int(text) else { throw UsageError("\(name) must be a whole number") }
        return number
    }

    private static func json(_ path: String) throws -> JSON {
        let bytes = try WholeFile.read(path, limit: largest)
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw GeneralFault(.malformed, code: "malformed-json", "\(path) is not JSON: \(error)")
        }
    }

    private static func call(
        _ tool: String,
        _ input: JSON,
        _ options: CommandOptions
    ) async throws {
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            say(try await installation.call(tool, input, as: scope).text(.pretty))
        }
    }
}
