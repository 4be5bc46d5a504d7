import Core
import Observability
import Web

extension BenchCommand {
    /// `weft bench requests`: what a request of the client's costs.
    static func requests(_ arguments: some Sequence<String>) async throws {
        let options = try CommandOptions(arguments, valued: ["--callers", "--seconds"])
        guard let url = options.words.first, options.words.count == 1 else {
            throw UsageError("one address is needed")
        }
        guard let callers = Int(options.values["--callers"] ?? "64"), (1...10_000) ~= callers else {
            throw UsageError("--callers must be a whole number, 1…10000")
        }
        guard let seconds = Double(options.values["--seconds"] ?? "3"), (0.1...600) ~= seconds
        else {
            throw UsageError("--seconds must be a number, 0.1…600")
        }
        let client = CurlWebClient(.init(concurrencyPerOrigin: callers, queue: callers * 2))
        let request = WebRequest("GET", url, reachesPrivateAddresses: true)
        // Opens the connections.
        _ = try await count(request, client, callers, for: .milliseconds(200))
        let clock = ContinuousClock()
        let started = clock.now
        let cpu = ProcessMetrics.read().cpuSeconds
        let done = try await count(request, client, callers, for: .seconds(seconds))
        let took = (clock.now - started) / .seconds(1)
        let result: JSON = [
            "callers": .int(callers), "requests": .int(done), "seconds": .double(took),
            "perSecond": .double(Double(done) / took),
            "cpuMicrosPerRequest": .double(
                (ProcessMetrics.read().cpuSeconds - cpu) * 1e6 / Double(max(1, done))
            ),
        ]
        say(result.text())
    }

    /// How many requests the callers got answered within a time.
    private static func count(
        _ request: WebRequest,
        _ client: CurlWebClient,
        _ callers: Int,
        for duration: Duration
    ) async throws -> Int {
        let end = ContinuousClock.now + duration
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var count = 0
                    repeat {
                        let answer = try await client.send(request)
                        guard answer.status == 200 else {
                            throw UsageError("\(request.url) answered with status \(answer.status)")
                        }
                        count += 1
                    } while ContinuousClock.now < end
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
