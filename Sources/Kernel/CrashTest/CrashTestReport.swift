public import Core

/// What a run of the crash test went through and found.
public struct CrashTestReport: Sendable {
    /// What decides everything in the run.
    public var seed: UInt64
    /// How often the machine died.
    public var crashes = 0
    /// How many events were published.
    public var events = 0
    /// How many executions they started.
    public var executions = 0
    /// Calls that reached the outside.
    public var calls = 0
    /// How many of these were repetitions of an earlier one, with the same key.
    public var repeatedCalls = 0
    /// What the disk went through.
    public var disk = SimulatedDisk.Counts()
    /// How much time passed in the simulation.
    public var simulated = Duration.zero
    /// What happened, in order, for people.
    public var trace: [String] = []
    /// Broken promises; none when all is well.
    public var problems: [String] = []

    /// The report as the command prints it.
    public var json: JSON {
        [
            "seed": .number(JSONNumber(Int64(bitPattern: seed))), "crashes": .int(crashes),
            "events": .int(events), "executions": .int(executions), "calls": .int(calls),
            "repeatedCalls": .int(repeatedCalls), "writes": .int(disk.writes),
            "syncs": .int(disk.syncs), "lostWrites": .int(disk.lost), "tornWrites": .int(disk.torn),
            "simulatedSeconds": .double(Double(simulated.components.seconds)),
            "problems": .array(problems.map { .string($0) }),
        ]
    }
}
