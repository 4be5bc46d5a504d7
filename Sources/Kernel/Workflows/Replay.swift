public import Core

/// What an execution that has been recorded would do under another definition.
///
/// Its tasks answer what they answered then, by state and in the order in which they were
/// scheduled; waits take no time. It changes nothing: it shows whether a new version of a definition
/// would have led somewhere else, and where the first difference is.
public struct Replay: Sendable {
    /// One way in which the two executions differ.
    public struct Difference: Sendable, Hashable {
        /// What differs.
        public enum Kind: String, Sendable, CaseIterable {
            /// The replay enters a state that the recorded execution did not.
            case entered
            /// The recorded execution entered a state that the replay does not.
            case left
            /// A state gets another input.
            case input
            /// A state gives another output, or ends otherwise.
            case output
            /// A task gets another input than the one its recorded answer was for.
            case parameters
            /// The execution ends otherwise.
            case outcome
        }

        /// What differs.
        public var kind: Kind
        /// The state's name; empty for the execution itself.
        public var state: String
        /// Which time the state was entered, from 1.
        public var occurrence: Int
        /// What was recorded, nil when there is nothing.
        public var recorded: JSON?
        /// What the replay gives, nil when there is nothing.
        public var replayed: JSON?

        /// The difference as JSON.
        public var json: JSON {
            [
                "kind": .string(kind.rawValue), "state": .string(state),
                "occurrence": .int(occurrence), "recorded": recorded ?? .null,
                "replayed": replayed ?? .null,
            ]
        }
    }

    /// The execution as it went; it may still be running when tasks have no recorded answer.
    public let execution: Execution
    /// Its history.
    public let history: [HistoryEvent]
    /// The states whose tasks, or whose reads of items, have no recorded answer.
    public let unanswered: [String]
    /// All differences, in the order of the replay; what is no longer reached comes last.
    public let differences: [Difference]

    /// Replays a history.
    ///
    /// - Parameters:
    ///   - recorded: the whole history of an execution.
    ///   - definition: what to run; the one it was recorded with, or a new one.
    ///   - identity: who the execution was.
    ///   - random: where ids and tokens come from; they differ from the recorded ones.
    ///   - objects: reads the items of distributed Maps, which are in no history.
    public init(
        of recorded: [HistoryEvent],
        with definition: Definition,
        identity: ExecutionIdentity,
        random: any RandomSource,
        objects: (@Sendable (ItemRead) throws(ItemFault) -> ItemPage)? = nil
    ) {
        let input = recorded.first?.details["input"] ?? .object(JSONObject())
        let start = recorded.first?.timestamp ?? Timestamp(microseconds: 0)
        var mocks = Mocks(RecordedSteps.answers(in: recorded))
        mocks.repeats = false
        var rehearsal = Rehearsal(
            of: Execution(of: definition, identity: identity, random: random),
            mocks: mocks,
            objects: objects
        )
        rehearsal.isReplay = true
        // A task without an answer leaves the execution waiting for nothing: that is its end here.
        try? rehearsal.run(input: input, at: start)
        execution = rehearsal.execution
        history = rehearsal.history
        unanswered = rehearsal.unanswered
        differences = Self.differences(
            RecordedSteps(recorded),
            RecordedSteps(rehearsal.history)
        )
    }

    private static func differences(
        _ recorded: RecordedSteps,
        _ replayed: RecordedSteps
    ) -> [Difference] {
        var differences: [Difference] = []
        for step in replayed.steps {
            func differ(_ kind: Difference.Kind, _ old: JSON?, _ new: JSON?) {
                guard old != new else { return }
                differences.append(
                    Difference(
                        kind: kind,
                        state: step.state,
                        occurrence: step.occurrence,
                        recorded: old,
                        replayed: new
                    )
                )
            }
            guard let old = recorded[step.state, step.occurrence] else {
                differ(.entered, nil, step.input)
                continue
            }
            differ(.input, old.input, step.input)
            differ(.parameters, old.parameters, step.parameters)
            differ(.output, old.output, step.output)
        }
        for step in recorded.steps where replayed[step.state, step.occurrence] == nil {
            differences.append(
                Difference(
                    kind: .left,
                    state: step.state,
                    occurrence: step.occurrence,
                    recorded: step.input,
                    replayed: nil
                )
            )
        }
        if recorded.outcome != replayed.outcome {
            differences.append(
                Difference(
                    kind: .outcome,
                    state: "",
                    occurrence: 1,
                    recorded: recorded.outcome,
                    replayed: replayed.outcome
                )
            )
        }
        return differences
    }
}

/// A history as the states it went through.
struct RecordedSteps {
    struct Step {
        var state: String
        var occurrence: Int
        var input: JSON?
        var parameters: JSON?
        /// The output, or the error of the event that ended it.
        var output: JSON?
    }

    private(set) var steps: [Step] = []
    /// How the execution ended, nil while it runs.
    private(set) var outcome: JSON?
    private var places: [String: [Int]] = [:]

    subscript(state: String, occurrence: Int) -> Step? {
        guard let places = places[state], places.indices.contains(occurrence - 1) else {
            return nil
        }
        return steps[places[occurrence - 1]]
    }

    init(_ history: [HistoryEvent]) {
        let states = Self.entries(in: history)
        let previous = Dictionary(history.map { ($0.id, $0) }) { first, _ in first }
        var at: [Int: Int] = [:]
        for event in history {
            if event.type.hasSuffix("StateEntered"), let name = event.details["name"]?.string {
                at[event.id] = steps.count
                places[name, default: []].append(steps.count)
                steps.append(
                    Step(
                        state: name,
                        occurrence: places[name]?.count ?? 1,
                        input: event.details["input"]
                    )
                )
            } else if event.type.hasPrefix("Execution"), event.type != "ExecutionStarted",
                event.type != "ExecutionRedriven"
            {
                outcome = .object(event.details.without(["outputDetails"]))
            } else if event.type.hasSuffix("StateExited") {
                if let place = Self.entry(of: event, before: previous).flatMap({ at[$0] }) {
                    steps[place].output = event.details["output"]
                }
            } else if let place = states[event.id].flatMap({ at[$0] }) {
                if event.type.hasSuffix("Scheduled") {
                    steps[place].parameters = event.details["parameters"] ?? event.details["input"]
                } else if let error = event.details["error"] {
                    steps[place].output = ["Error": error]
                }
            }
        }
    }

    /// The entry of the state that an exit leaves: a Map's or Parallel's exit follows from the events
    /// of its children.
    private static func entry(
        of exit: HistoryEvent,
        before events: [Int: HistoryEvent]
    ) -> Int? {
        var event = events[exit.previousEventID]
        while let found = event {
            if found.type.hasSuffix("StateEntered"), found.details["name"] == exit.details["name"] {
                return found.id
            }
            event = events[found.previousEventID]
        }
        return nil
    }

    /// The entry of the state that each event belongs to.
    private static func entries(in history: [HistoryEvent]) -> [Int: Int] {
        var entries: [Int: Int] = [:]
        for event in history {
            if event.type.hasSuffix("StateEntered") {
                entries[event.id] = event.id
            } else {
                entries[event.id] = entries[event.previousEventID]
            }
        }
        return entries
    }

    /// What each state's tasks answered, in the order in which they were scheduled.
    static func answers(in history: [HistoryEvent]) -> [String: [Mocks.Answer]] {
        var names: [Int: String] = [:]
        for event in history where event.type == "TaskStateEntered" {
            names[event.id] = event.details["name"]?.string
        }
        let entries = entries(in: history)
        var tasks: [Int: Int] = [:]
        var order: [Int] = []
        var answers: [Int: Mocks.Answer] = [:]
        for event in history {
            if event.type.hasSuffix("Scheduled") {
                tasks[event.id] = event.id
                order.append(event.id)
                answers[event.id] = .silence
            } else if let task = tasks[event.previousEventID] {
                guard let answer = answer(event) else {
                    tasks[event.id] = task
                    continue
                }
                answers[task] = answer
            }
        }
        var result: [String: [Mocks.Answer]] = [:]
        for task in order {
            guard let name = entries[task].flatMap({ names[$0] }) else { continue }
            result[name, default: []].append(answers[task] ?? .silence)
        }
        return result
    }

    /// What ended a task; nil for its other events.
    private static func answer(_ event: HistoryEvent) -> Mocks.Answer? {
        let families = ["Task", "LambdaFunction", "Activity"]
        guard let family = families.first(where: { event.type.hasPrefix($0) }) else { return nil }
        switch event.type.dropFirst(family.count) {
        case "Succeeded": return .output(event.details["output"] ?? .null)
        case "TimedOut":
            return .timeout(heartbeat: event.details["error"] == "States.HeartbeatTimeout")
        case "Failed":
            return .error(
                event.details["error"]?.string,
                cause: event.details["cause"]?.string
            )
        default: return nil
        }
    }
}

extension JSONObject {
    fileprivate func without(_ keys: Set<String>) -> JSONObject {
        JSONObject(filter { !keys.contains($0.key) }.map { ($0.key, $0.value) })
    }
}
