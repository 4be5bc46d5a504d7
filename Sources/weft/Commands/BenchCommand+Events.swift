import Core
import Events

extension BenchCommand {
    /// `weft bench events`: how many events a second one thread matches.
    static func events(_ arguments: some Sequence<String>) throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--rules", "--count", "--seconds"],
            flags: ["--list"]
        )
        let path = try options.onlyWord("a file of events, one a line,")
        let name = options.values["--rules"] ?? "exact"
        guard let kind = BenchmarkRules.Kind(rawValue: name) else {
            let known = BenchmarkRules.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--rules must be one of \(known)")
        }
        guard let count = Int(options.values["--count"] ?? "5"), (1...1_000_000) ~= count else {
            throw UsageError("--count must be a whole number, 1…1000000")
        }
        guard let seconds = Double(options.values["--seconds"] ?? "3"), (0.1...600) ~= seconds
        else { throw UsageError("--seconds must be a number, 0.1…600") }
        let benchmark = EventBenchmark(try EventLines(path).rest())
        let rules = BenchmarkRules(events: try benchmark.samples(2_000))
        let machine = PatternMachine(try rules.patterns(kind, count: count))
        var result: JSON = ["kind": .string(name)]
        let numbers = try benchmark.run(
            machine,
            seconds: seconds,
            listing: options.flags.contains("--list")
        )
        for member in numbers { result[member.key] = member.value }
        say(result.text())
    }
}
