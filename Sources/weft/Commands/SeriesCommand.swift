import Agents
import Core
import Platform
import Series

/// `weft series import` and `weft series query`: time series without the server, or beside it.
enum SeriesCommand {
    static let usage = """
        usage: weft series import FILE [--format ndjson|csv|line] [--precision ns|us|ms|s]
                                  [--organisation NAME] [--data DIR] [--config FILE]
          FILE             - is standard input; the format is told by the ending .ndjson, .jsonl, .csv
                           or .lp
          --precision P    what a time in line protocol counts (default ns)
        Writes all points of the file or none, at most 50000; prints {"points","series","created"}.

        usage: weft series query NAME --from TIME --to TIME [--match LABELS]
                                 [--step SECONDS [--aggregate avg|min|max|sum|count|last|rate]
                                  [--fill null|previous|linear] [--by LABELS|'*'] | --limit N]
                                 [--organisation NAME] [--data DIR] [--config FILE]
          --match LABELS   key=value and key!=value with commas between, a value may end in *
          --by LABELS      unite the series that are alike in these
        With --step what GET /api/series/query answers, without what GET /api/series/points does.
        """

    private static let shared: Set<String> = ["--organisation", "--data", "--config"]
    private static let largest = 8 << 20

    static func importing(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await importFile(arguments) }, usage: usage)
    }

    static func query(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await answer(arguments) }, usage: usage)
    }

    private static func importFile(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: shared.union(["--format", "--precision"])
        )
        let path = try options.onlyWord("a FILE")
        let format = try options.values["--format"] ?? format(of: path)
        let bytes = try WholeFile.read(path, limit: largest)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw GeneralFault(.malformed, code: "not-utf8", "\(path) is not UTF-8 text")
        }
        var input: JSON = ["format": .string(format), "text": .string(text)]
        if let precision = options.values["--precision"] { input["precision"] = .string(precision) }
        try await call("series.write", input, options)
    }

    private static func format(of path: String) throws -> String {
        let endings = [".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".lp": "line"]
        let ending = endings.first { path.lowercased().hasSuffix($0.key) }
        guard let ending else { throw UsageError("--format is needed: ndjson, csv or line") }
        return ending.value
    }

    private static func answer(_ arguments: [String]) async throws {
        let texts = ["from", "to", "match", "aggregate", "fill", "by"]
        let numbers = ["step", "limit"]
        let options = try CommandOptions(
            arguments,
            valued: shared.union((texts + numbers).map { "--\($0)" })
        )
        var input: JSON = ["name": .string(try options.onlyWord("a NAME"))]
        for option in ["--from", "--to"] { _ = try options.required(option) }
        for name in texts {
            if let text = options.values["--\(name)"] { input[name] = .string(text) }
        }
        for name in numbers {
            guard let text = options.values["--\(name)"] else { continue }
            guard let number = Int(text) else {
                throw UsageError("--\(name) must be a whole number")
            }
            input[name] = .int(number)
        }
        try await call(input["step"] == nil ? "series.points" : "series.query", input, options)
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
