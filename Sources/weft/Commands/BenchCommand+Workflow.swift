import Core
import Glibc
import Workflows

extension BenchCommand {
    static let workflowUsage = """
        usage: weft bench workflow DEF [--input IN] [--mocks M] [--executions N]
          --executions N  run so many, 1…10000000 (default 10000), after a tenth of it to warm up
        Runs the workflow in this process, without a store, waits taking no time, on one thread. A
        task's answer comes from the mocks as in `weft workflow run`; one without fails with
        "NoMock". Prints {"executions","events","status","cpuSeconds","cpuMicrosEach"}.
        """

    /// `weft bench workflow`: what the interpreter costs.
    static func workflow(_ arguments: some Sequence<String>) throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--input", "--mocks", "--executions"]
        )
        guard options.words.count == 1 else { throw UsageError(workflowUsage) }
        guard let count = Int(options.values["--executions"] ?? "10000"), (1...10_000_000) ~= count
        else { throw UsageError("--executions must be a whole number, 1…10000000") }
        do throws(WorkflowCommand.CommandFailure) {
            let input = try options.values["--input"].map {
                file throws(WorkflowCommand.CommandFailure) in
                try WorkflowCommand.readJSON(file)
            }
            var prepared = try WorkflowCommand.rehearsal(
                of: options.words[0],
                mocks: options.values["--mocks"]
            )
            prepared.failsWithoutMock = true
            try measure(prepared, input ?? .object(JSONObject()), count)
        } catch {
            throw GeneralFault(.invalid, code: "refused", error.message)
        }
    }

    private static func measure(
        _ prepared: Rehearsal,
        _ input: JSON,
        _ count: Int
    ) throws(WorkflowCommand.CommandFailure) {
        var events = 0
        var status = ExecutionStatus.running
        func run(_ times: Int) throws(WorkflowCommand.CommandFailure) {
            let now = SystemClock().now()
            for _ in 0..<times {
                var rehearsal = prepared
                do throws(RehearsalFault) {
                    try rehearsal.run(input: input, at: now)
                } catch {
                    throw WorkflowCommand.CommandFailure(message: error.message)
                }
                events += rehearsal.history.count
                status = rehearsal.execution.status
            }
        }
        try run(max(1, count / 10))
        events = 0
        let began = threadSeconds
        try run(count)
        let seconds = threadSeconds - began
        let result: JSON = [
            "executions": .int(count), "events": .int(events), "status": .string(status.rawValue),
            "cpuSeconds": .double(seconds),
            "cpuMicrosEach": .double(seconds * 1e6 / Double(count)),
        ]
        say(result.text())
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
