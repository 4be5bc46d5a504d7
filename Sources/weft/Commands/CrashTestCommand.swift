import Core
import CrashTest
import Platform

/// `weft test crash`.
enum CrashTestCommand {
    static let usage = """
        usage: weft test crash --seed N [--seeds COUNT] [--events N] [--crashes N] [--trace]
                               [--workflow DEF [--input IN] [--mocks M]]
        Runs workflows over a simulated disk and clock and kills the machine where the seed says: in the
        middle of a write, before a sync, between two steps. What was not synced is lost or torn. After
        each death it looks whether the promises hold: no acknowledged event is lost, no completed step
        is run again, each execution has one outcome, log and records agree. The same seed gives the
        same run.
          --seed N        the first seed
          --seeds COUNT   how many seeds, counting up; 1
          --events N      at most so many events a run; 12
          --crashes N     at most so many deaths a run; 6
          --trace         what happened, in order, on standard error
          --workflow DEF  your States Language definition in place of the built-in ones; its tasks are
                          calls to a simulated outside, which answers as M says, or with the input
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try test(arguments) }, usage: usage)
    }

    private static func test(_ arguments: [String]) throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--seed", "--seeds", "--events", "--crashes", "--workflow", "--input", "--mocks",
            ],
            flags: ["--trace"]
        )
        try options.expectNoWords()
        func number(_ option: String, _ range: ClosedRange<Int>) throws -> Int? {
            guard let text = options.values[option] else { return nil }
            guard let value = Int(text), range.contains(value) else {
                throw UsageError(
                    "\(option) must be a whole number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return value
        }
        _ = try options.required("--seed")
        let first = try number("--seed", 0...Int.max) ?? 0
        let count = try number("--seeds", 1...1_000_000) ?? 1
        let events = try number("--events", 1...1_000) ?? 12
        let crashes = try number("--crashes", 0...100) ?? 6
        var workflow: CrashWorkflow?
        if let file = options.values["--workflow"] {
            workflow = try CrashWorkflow(
                source: json(file),
                input: try options.values["--input"].map(json) ?? [:],
                mocks: try options.values["--mocks"].map(json) ?? [:]
            )
        }
        var summary = CrashTestSummary()
        for seed in first..<(first + count) {
            let report = CrashTestRun(
                seed: UInt64(seed),
                mostEvents: events,
                mostCrashes: crashes,
                workflow: workflow
            )()
            if options.flags.contains("--trace") {
                emit(report.trace.joined(separator: "\n") + "\n", to: 2)
            }
            for problem in report.problems { complain("seed \(seed): \(problem)") }
            if count == 1 { say(report.json.text(.pretty)) }
            summary.add(report)
        }
        if count > 1 { say(summary.json.text(.pretty)) }
        if !summary.broken.isEmpty {
            throw GeneralFault(
                .conflict,
                code: "promise-broken",
                "promises were broken; run the seed again with --trace to see how"
            )
        }
    }

    private static func json(_ file: String) throws -> JSON {
        try JSON(parsing: try WholeFile.read(file), limits: .init(depth: 200))
    }
}
