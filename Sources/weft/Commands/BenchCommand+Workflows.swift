import Core
import Glibc
import Workflows

/// `weft bench workflows`.
extension BenchCommand {
    static func workflows(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--callers", "--seconds", "--data", "--executions", "--tools", "--measure",
                "--rate", "--url",
            ]
        )
        try options.expectNoWords()
        guard let folder = options.values["--data"] else { throw UsageError("--data is missing") }
        func number(_ name: String, _ standard: Double, _ range: ClosedRange<Double>) throws
            -> Double
        {
            guard let text = options.values[name] else { return standard }
            guard let value = Double(text), range ~= value else {
                throw UsageError(
                    "\(name) must be a number, \(range.lowerBound)…\(range.upperBound)"
                )
            }
            return value
        }
        let callers = Int(try number("--callers", 64, 1...10_000))
        let seconds = try number("--seconds", 3, 0.1...600)
        let executions = Int(try number("--executions", 0, 0...10_000_000))
        let tools = options.values["--tools"] ?? "compute"
        guard tools == "compute" || tools == "store" else {
            throw UsageError("--tools must be compute or store")
        }
        let measure = options.values["--measure"] ?? "run"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw UsageError("cannot create \(folder): \(String(cString: strerror(errno)))")
        }
        // What is filled by one process is recovered by another; the rest goes away again.
        let isKept = measure == "fill" || measure == "recover"
        let path = "\(folder)/weft-workflows\(isKept ? "" : "-\(getpid())").db"
        defer {
            for suffix in measure == "fill" ? [] : ["", "-wal", "-shm"] { unlink(path + suffix) }
        }
        switch measure {
        case "run":
            let load = try await WorkflowLoad(
                path: path,
                url: options.values["--url"],
                tools: tools
            )
            let result = try await load.run(
                callers: callers,
                seconds: seconds,
                executions: executions > 0 ? executions : nil
            )
            say(result.text())
        case "latency":
            let load = try await WorkflowLoad(path: path, tools: tools)
            let rate = try number("--rate", 100, 1...100_000)
            say(try await load.latency(rate: rate, seconds: seconds).text())
        case "fill":
            let count = executions > 0 ? executions : 100_000
            var configuration = EngineConfiguration()
            // All of them stand at their second step at the same time.
            configuration.concurrency = count + 1_000
            configuration.capacity = count + 1_000
            let load = try await WorkflowLoad(
                path: path,
                tools: tools,
                configuration: configuration,
                holding: true
            )
            try await load.fill(count)
            kill(getpid(), SIGKILL)
        case "recover":
            say(try await WorkflowLoad(path: path, tools: tools).recover().text())
        default: throw UsageError("--measure must be run, latency, fill or recover")
        }
    }
}
