public import Core
import Models
import Privacy
import Synchronization

/// One case before an agent: what it was asked, and the only way to its tools.
public final class AgentRun: Sendable {
    /// What the agent was asked.
    public let input: JSON
    /// The moment the run began; the same after a crash, and in a replay.
    public let now: Timestamp
    /// Randomness that is the same after a crash, and in a replay; not for secrets.
    public let random: any RandomSource
    let desk: any AgentDesk
    private let next = Atomic<Int>(0)

    /// A run.
    ///
    /// - Parameters:
    ///   - input: what the agent was asked, in clear.
    ///   - now: when it began.
    ///   - key: what randomness comes from.
    ///   - desk: asks its questions.
    init(input: JSON, now: Timestamp, key: String, desk: any AgentDesk) {
        self.input = input
        self.now = now
        random = SeededRandom(seed: fnv1a64(Array(key.utf8)))
        self.desk = desk
    }

    /// A new id; the same after a crash, and in a replay.
    public func newID<Subject>(_: Subject.Type = Subject.self) -> ID<Subject> {
        IDGenerator(clock: Standing(moment: now), random: random).next()
    }

    /// Calls one of the agent's tools.
    ///
    /// - Parameters:
    ///   - tool: the tool's name.
    ///   - input: what it takes.
    /// - Returns: its output.
    /// - Throws: the tool's fault; faults of code `approval-rejected` and `approval-expired` when a
    ///   person did not agree to the call; `policy-not-deterministic` when, after a crash, the policy
    ///   asks something else than it did before.
    public func call(_ tool: String, _ input: JSON) async throws -> JSON {
        try await desk.call(tool, input, at: turn())
    }

    /// Calls several tools: those that follow one another and only look at the same time, changes alone and
    /// in order.
    ///
    /// - Parameter calls: names of tools and what they take.
    /// - Returns: what came of each, in their order; those after an error that stops the run are missing.
    /// - Throws: what is no tool's fault: the run waits for a person, is not wanted, or the store is away.
    func call(
        _ calls: [(tool: String, input: JSON)]
    ) async throws -> [Result<JSON, GeneralFault>] {
        let planned = calls.map { (index: turn(), tool: $0.tool, input: $0.input) }
        var results: [Result<JSON, GeneralFault>] = []
        var at = 0
        while at < planned.count {
            let looking = planned[at...].prefix { desk.onlyLooks($0.tool) }
            if looking.count < 2 {
                let call = planned[at]
                results.append(try await outcome(call.tool, call.input, at: call.index))
                at += 1
                continue
            }
            results += try await withThrowingTaskGroup(
                of: (Int, Result<JSON, GeneralFault>).self
            ) { group in
                for call in looking {
                    group.addTask {
                        (call.index, try await self.outcome(call.tool, call.input, at: call.index))
                    }
                }
                var found: [Int: Result<JSON, GeneralFault>] = [:]
                for try await (index, result) in group { found[index] = result }
                return looking.compactMap { found[$0.index] }
            }
            at += looking.count
        }
        return results
    }

    /// Asks the run's model for a turn.
    ///
    /// - Throws: a fault whose code is that of a `ModelFault` when it does not answer.
    func ask(_ request: ModelRequest) async throws -> ModelReply {
        try await desk.ask(request, at: turn())
    }

    private func turn() -> Int { next.add(1, ordering: .relaxed).oldValue }

    private func outcome(
        _ tool: String,
        _ input: JSON,
        at index: Int
    ) async throws -> Result<JSON, GeneralFault> {
        do {
            return .success(try await desk.call(tool, input, at: index))
        } catch let fault as GeneralFault where !fault.stopsRuns {
            return .failure(fault)
        }
    }
}

/// A clock that shows one moment.
private struct Standing: WallClock {
    let moment: Timestamp

    func now() -> Timestamp { moment }
    func sleep(until deadline: Timestamp) async throws { throw CancellationError() }
}
