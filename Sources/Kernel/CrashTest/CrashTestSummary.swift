public import Core

/// What many runs of the crash test went through.
public struct CrashTestSummary: Sendable {
    private var runs = 0
    private var crashes = 0
    private var executions = 0
    private var calls = 0
    private var repeatedCalls = 0
    private var lost = 0
    private var torn = 0
    /// The seeds at which a promise was broken.
    public private(set) var broken: [UInt64] = []

    /// Of no runs yet.
    public init() {}

    /// Adds a run.
    public mutating func add(_ report: CrashTestReport) {
        runs += 1
        crashes += report.crashes
        executions += report.executions
        calls += report.calls
        repeatedCalls += report.repeatedCalls
        lost += report.disk.lost
        torn += report.disk.torn
        if !report.problems.isEmpty { broken.append(report.seed) }
    }

    /// The summary as the command prints it.
    public var json: JSON {
        [
            "runs": .int(runs), "crashes": .int(crashes), "executions": .int(executions),
            "calls": .int(calls), "repeatedCalls": .int(repeatedCalls), "lostWrites": .int(lost),
            "tornWrites": .int(torn), "brokenSeeds": .array(broken.map { .int(Int64($0)) }),
        ]
    }
}
