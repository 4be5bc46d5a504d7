import Core
import Events
import Glibc

/// `weft events`: event patterns tried on files, without a server.
enum EventsCommand {
    static let usage = """
        usage: weft events match --pattern P [EVENTS.ndjson]
          P              a file with an event pattern, or - for standard input
          EVENTS.ndjson  events, one a line; standard input without it
        Prints true or false for each event.

        usage: weft events explain --pattern P [EVENT.json]
        Prints for each leaf of the pattern whether the event satisfies it, and if not, why.

        usage: weft events import FILE [--organisation NAME] [--data DIR] [--config FILE]
          FILE           CloudEvents 1.0 in JSON: one a line, one alone or an array; - is standard input
        Takes the events in, each once for its source and id; prints {"taken","known","refused",
        "problems"}, and exits 1 when one was refused.

        usage: weft events export [--type T] [--source S] [--subject S] [--from TIME] [--to TIME]
                                  [--organisation NAME] [--data DIR] [--config FILE]
        Prints the organisation's events, one a line.

        A malformed pattern or event exits 1 with what is wrong, where, and what was expected.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
            say(usage)
            return 0
        }
        return await exitCode(
            of: {
                switch arguments.first {
                case "match": try match(arguments.dropFirst())
                case "explain": try explain(arguments.dropFirst())
                case "import": try await take(arguments.dropFirst())
                case "export": try await export(arguments.dropFirst())
                default:
                    throw UsageError(
                        "what can be done with events is: match, explain, import, export"
                    )
                }
            },
            usage: usage
        )
    }

    private static func match(_ arguments: some Sequence<String>) throws {
        let options = try CommandOptions(arguments, valued: ["--pattern"])
        let pattern = try pattern(options)
        let matcher = PatternMatcher(PatternMachine([pattern]))
        let input = try EventLines(options.words.first)
        var output: [UInt8] = []
        var number = 0
        while let line = try input.next() {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            do throws(EventSyntaxError) {
                try match(line, matcher)
            } catch {
                write(&output)
                throw refusal(of: error, input.name, line: number)
            }
            output += matcher.count > 0 ? Array("true\n".utf8) : Array("false\n".utf8)
            if output.count > 65_536 { write(&output) }
        }
        write(&output)
    }

    private static func match(_ event: [UInt8], _ matcher: PatternMatcher) throws(EventSyntaxError)
    {
        let result = event.withUnsafeBytes { bytes in
            Result { () throws(EventSyntaxError) in try matcher.match(bytes) }
        }
        try result.get()
    }

    private static func explain(_ arguments: some Sequence<String>) throws {
        let options = try CommandOptions(arguments, valued: ["--pattern"])
        let pattern = try pattern(options)
        let input = try EventLines(options.words.first)
        let event = try input.rest()
        do throws(EventSyntaxError) {
            say(try pattern.explanation(for: event).text())
        } catch {
            throw refusal(of: error, input.name, line: nil)
        }
    }

    private static func pattern(_ options: CommandOptions) throws -> Pattern {
        guard options.words.count <= 1 else {
            throw UsageError("unexpected \"\(options.words[1])\"")
        }
        let path = try options.required("--pattern")
        let text = try EventLines(path == "-" ? nil : path).rest()
        // As in event-ruler, a name that is repeated counts as it was written last.
        let limits = JSON.Limits(allowsRepeatedKeys: true)
        do {
            return try Pattern(JSON(parsing: text, limits: limits))
        } catch let error as JSONSyntaxError {
            throw GeneralFault(.malformed, code: "malformed-json", "\(path): \(error)")
        } catch let fault as GeneralFault {
            let place = fault.pointer?.isEmpty == false ? "" : ", at the root"
            throw GeneralFault(
                fault.kind,
                code: fault.code,
                "\(path): \(fault.message)\(place)",
                pointer: fault.pointer?.isEmpty == true ? nil : fault.pointer
            )
        }
    }

    private static func refusal(
        of error: EventSyntaxError,
        _ name: String,
        line: Int?
    ) -> GeneralFault {
        let place = line.map { "\(name), line \($0)" } ?? name
        return GeneralFault(.malformed, code: "malformed-event", "\(place): \(error)")
    }

    private static func write(_ output: inout [UInt8]) {
        emit(String(decoding: output, as: UTF8.self), to: STDOUT_FILENO)
        output.removeAll(keepingCapacity: true)
    }
}
