import Agents
import Core
import Events
import Glibc
import Platform

extension EventsCommand {
    private static let place: Set<String> = ["--organisation", "--data", "--config"]
    /// How many events one transaction takes.
    private static let batch = 1_000

    /// `weft events import`.
    static func take(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(arguments, valued: place)
        let path = try options.onlyWord("a FILE")
        let events = try read(EventLines(path == "-" ? nil : path), path)
        let installation = try await LocalInstallation.open(options)
        var counts = ["taken": 0, "known": 0, "refused": 0]
        var problems: [JSON] = []
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            for start in stride(from: 0, to: events.count, by: batch) {
                let part = events[start..<min(start + batch, events.count)]
                let result = try await installation.call(
                    "events.take",
                    ["events": .array(Array(part))],
                    as: scope
                )
                for name in counts.keys { counts[name, default: 0] += result[name]?.int ?? 0 }
                for entry in result["results"]?.array ?? [] {
                    guard var problem = entry["problem"], problems.count < 100 else { continue }
                    problem["index"] = .int(start + (entry["index"]?.int ?? 0))
                    problems.append(problem)
                }
            }
        }
        let refused = counts["refused"] ?? 0
        say(
            JSON.object([
                "taken": .int(counts["taken"] ?? 0), "known": .int(counts["known"] ?? 0),
                "refused": .int(refused), "problems": .array(problems),
            ]).text(.pretty)
        )
        guard refused == 0 else {
            throw GeneralFault(
                .invalid,
                code: "events-refused",
                "\(refused) of \(events.count) events were refused"
            )
        }
    }

    private static func read(_ file: EventLines, _ path: String) throws -> [JSON] {
        let text = try file.rest()
        let first = text.first { $0 > 0x20 }
        if first == UInt8(ascii: "[") {
            do {
                return try JSON(parsing: text).array ?? []
            } catch {
                throw GeneralFault(.malformed, code: "malformed-json", "\(path): \(error)")
            }
        }
        if let one = try? JSON(parsing: text) { return [one] }
        do {
            return try EventBatch.lines(text)
        } catch {
            throw GeneralFault(error.kind, code: error.code, "\(path): \(error.message)")
        }
    }

    /// `weft events export`.
    static func export(_ arguments: some Sequence<String>) async throws {
        let filters: Set<String> = ["--type", "--source", "--subject", "--from", "--to"]
        let options = try CommandOptions(arguments, valued: place.union(filters))
        try options.expectNoWords()
        let selection = EventLog.Selection(
            type: options.values["--type"],
            source: options.values["--source"],
            subject: options.values["--subject"],
            from: try time("--from", options),
            to: try time("--to", options)
        )
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            try await EventRoutes.write(selection, of: installation.kernel, scope) { lines in
                emit(String(decoding: lines, as: UTF8.self), to: STDOUT_FILENO)
            }
        }
    }

    private static func time(
        _ option: String,
        _ options: CommandOptions
    ) throws(UsageError) -> Timestamp? {
        guard let text = options.values[option] else { return nil }
        guard let time = Timestamp(text) else {
            throw UsageError("\(option) takes a time like 2026-11-20T08:30:00Z")
        }
        return time
    }
}
