import Core
import Glibc
import Observability

extension BenchCommand {
    static let agentsUsage = """
        usage: weft bench agents --data DIR [--runs N] [--turns T] [--callers K]
          --data DIR   the folder of the store, every commit synced; the file made there is deleted again
          --runs N     so many runs, 1…1000000 (default 300), after a tenth of them to warm up
          --turns T    of so many turns each, 2…100 (default 10): a model's answer and a call of a tool in
                       each, a conclusion in the last
          --callers K  as many run at the same time, 1…1000 (default 1)
        What the loop costs without the model, which answers at once: prints {"runs","turns","seconds",
        "turnsPerSecond","cpuMillisPerTurn","residentKiB","replayed","same"}, the last two of at most a
        thousand decisions that are made again.
        """

    /// `weft bench agents`: what an agent's loop costs without the model.
    static func agents(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--data", "--runs", "--turns", "--callers"]
        )
        func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
            guard let text = options.values[name] else { return standard }
            guard let number = Int(text), range.contains(number) else {
                throw UsageError(
                    "\(name) must be a whole number, \(range.lowerBound)…\(range.upperBound)"
                )
            }
            return number
        }
        let folder = try options.required("--data")
        let runs = try number("--runs", 300, 1...1_000_000)
        let turns = try number("--turns", 10, 2...100)
        let callers = try number("--callers", 1, 1...1_000)
        let path = "\(folder)/bench-agents-\(getpid()).db"
        defer { for ending in ["", "-wal", "-shm"] { unlink(path + ending) } }
        let load = try await AgentLoad(path: path, turns: turns)
        defer { load.close() }
        func perform(_ count: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        for _ in 0..<(count / callers + (caller < count % callers ? 1 : 0)) {
                            try await load.run()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await perform(max(1, runs / 10))
        let began = ContinuousClock.now
        let used = ProcessMetrics.read().cpuSeconds
        try await perform(runs)
        let cpu = ProcessMetrics.read().cpuSeconds - used
        let seconds = Double((ContinuousClock.now - began).microseconds) / 1e6
        let (replayed, same) = try await load.replayed(1_000)
        let total = Double(runs * turns)
        let result: JSON = [
            "runs": .int(runs), "turns": .int(turns), "callers": .int(callers),
            "seconds": .double(seconds), "turnsPerSecond": .double(total / seconds),
            "cpuMillisPerTurn": .double(cpu * 1e3 / total),
            "residentKiB": .int(ProcessMetrics.read().residentBytes / 1_024),
            "replayed": .int(replayed), "same": .int(same),
        ]
        say(result.text())
    }
}
