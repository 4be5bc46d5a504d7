import Core
import Platform
import Workflows

/// `weft workflow run` and `weft workflow lint`.
enum WorkflowCommand {
    static let usage = """
        usage: weft workflow run DEF [--input IN] [--mocks M] [--virtual-time]
               weft workflow lint DEF
        """

    /// Runs the command and returns its exit code: 0 done, 1 refused, 2 usage.
    static func run(_ arguments: [String]) async -> Int32 {
        do throws(CommandFailure) {
            switch arguments.first {
            case "run": try await runDefinition(Options(arguments.dropFirst()))
            case "lint": return try lint(Options(arguments.dropFirst()))
            default: throw CommandFailure(exitCode: 2, message: usage)
            }
            return 0
        } catch {
            complain(error.message)
            return error.exitCode
        }
    }

    struct CommandFailure: Error {
        var exitCode: Int32 = 1
        var message: String
    }

    struct Options {
        var definition = ""
        var input: String?
        var mocks: String?
        var virtualTime = false

        init(_ arguments: some Sequence<String>) throws(CommandFailure) {
            var rest = Array(arguments)[...]
            while let argument = rest.popFirst() {
                switch argument {
                case "--virtual-time": virtualTime = true
                case "--input", "--mocks":
                    guard let value = rest.popFirst() else {
                        throw CommandFailure(exitCode: 2, message: "\(argument) needs a file")
                    }
                    if argument == "--input" { input = value } else { mocks = value }
                default:
                    guard definition.isEmpty, !argument.hasPrefix("--") else {
                        let message = "unexpected \"\(argument)\"\n\(usage)"
                        throw CommandFailure(exitCode: 2, message: message)
                    }
                    definition = argument
                }
            }
            guard !definition.isEmpty else { throw CommandFailure(exitCode: 2, message: usage) }
        }
    }

    private static func lint(_ options: Options) throws(CommandFailure) -> Int32 {
        let problems: [DefinitionProblem]
        do throws(CommandFailure) {
            problems = Definition.problems(in: try readJSON(options.definition))
        } catch {
            problems = [DefinitionProblem(pointer: "", message: error.message)]
        }
        let result: JSON = ["problems": .array(problems.map(\.json))]
        say(result.text(.pretty))
        return problems.isEmpty ? 0 : 1
    }

    private static func runDefinition(_ options: Options) async throws(CommandFailure) {
        let source = try readJSON(options.definition)
        let definition: Definition
        do throws(DefinitionFault) {
            definition = try Definition(source)
        } catch {
            let lines = error.problems.map { "\(options.definition)#\($0.pointer): \($0.message)" }
            throw CommandFailure(message: lines.joined(separator: "\n"))
        }
        let input = try options.input.map { file throws(CommandFailure) in try readJSON(file) }
        var mocks = Mocks()
        if let file = options.mocks {
            mocks = try Mocks(try readJSON(file), file: file, definition: definition)
        }
        let clock = SystemClock()
        let random = SystemRandom()
        let ids = IDGenerator(clock: clock, random: random)
        let id = ids.next(Execution.self).description
        let execution = Execution(
            of: definition,
            identity: ExecutionIdentity(
                id: id,
                name: id,
                workflowID: options.definition,
                workflowName: options.definition,
                role: "cli"
            ),
            random: random
        )
        var driver = Driver(execution: execution, mocks: mocks, virtualTime: options.virtualTime)
        try await driver.run(input: input ?? .object(JSONObject()), clock: clock)
        say(driver.result.text(.pretty))
    }

    private static func readJSON(_ file: String) throws(CommandFailure) -> JSON {
        let bytes: [UInt8]
        do throws(GeneralFault) {
            bytes = try WholeFile.read(file)
        } catch {
            throw CommandFailure(message: error.message)
        }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes, limits: .init(depth: 200))
        } catch {
            throw CommandFailure(message: "\(file): \(error)")
        }
    }
}

extension WorkflowCommand {
    /// The answers of tasks by state name, taken in the order of scheduling; the last repeats.
    struct Mocks {
        enum Answer {
            case output(JSON)
            case error(String?, cause: String?)
        }

        private var answers: [String: [Answer]] = [:]
        private var taken: [String: Int] = [:]

        init() {}

        init(_ json: JSON, file: String, definition: Definition) throws(CommandFailure) {
            func refuse(_ pointer: String, _ message: String) -> CommandFailure {
                CommandFailure(message: "\(file)#\(pointer): \(message)")
            }
            guard let object = json.object else {
                throw refuse("", "mocks must be an object of state names")
            }
            for member in object {
                let place = "/" + JSON.pointerToken(member.key)
                guard definition.stateNames.contains(member.key) else {
                    let near = nearest(to: member.key, among: definition.stateNames)
                        .map { "; did you mean \"\($0)\"?" }
                    throw refuse(place, "the workflow has no such state\(near ?? "")")
                }
                guard let entries = member.value.array, !entries.isEmpty else {
                    throw refuse(place, "must be an array of at least one answer")
                }
                for (at, entry) in entries.enumerated() {
                    let keys = entry.object?.keys ?? []
                    if keys == ["return"], let value = entry["return"] {
                        answers[member.key, default: []].append(.output(value))
                    } else if keys == ["throw"], let thrown = entry["throw"]?.object,
                        thrown.keys.allSatisfy({ $0 == "error" || $0 == "cause" })
                    {
                        // A cause may be written as JSON; AWS has it as text.
                        let cause = thrown["cause"].flatMap { $0.isNull ? nil : $0 }
                        let error = thrown["error"]?.string
                        let text = cause.map { $0.string ?? $0.text() }
                        answers[member.key, default: []].append(.error(error, cause: text))
                    } else {
                        throw refuse(
                            "\(place)/\(at)",
                            "must be {\"return\":…} or {\"throw\":{\"error\",\"cause\"}}"
                        )
                    }
                }
            }
        }

        mutating func next(_ state: String) -> Answer? {
            guard let answers = answers[state] else { return nil }
            let at = taken[state, default: 0]
            taken[state] = at + 1
            return answers[min(at, answers.count - 1)]
        }
    }

    /// Performs an execution's actions in one process, with mocks for its tasks.
    struct Driver {
        struct Timer {
            var moment: Timestamp
            /// Nil for the deadline of the whole execution.
            var step: Int?
        }

        private var execution: Execution
        private var mocks: Mocks
        private let virtualTime: Bool
        private var now = Timestamp(microseconds: 0)
        private var timers: [Timer] = []
        private var answers: [ExecutionInput] = []
        private var history: [JSON] = []

        init(execution: Execution, mocks: Mocks, virtualTime: Bool) {
            self.execution = execution
            self.mocks = mocks
            self.virtualTime = virtualTime
        }

        mutating func run(input: JSON, clock: any WallClock) async throws(CommandFailure) {
            now = clock.now()
            try perform(execution.start(input: input, at: now))
            while execution.status == .running {
                if !answers.isEmpty {
                    let answer = answers.removeFirst()
                    try perform(execution.handle(answer, at: now))
                    continue
                }
                // Equal moments fire in the order in which they were asked for.
                guard let at = timers.indices.min(by: { timers[$0].moment < timers[$1].moment })
                else { throw CommandFailure(message: "the execution waits for nothing") }
                let timer = timers.remove(at: at)
                if virtualTime {
                    now = max(now, timer.moment)
                } else {
                    do { try await clock.sleep(until: timer.moment) } catch {
                        throw CommandFailure(message: "cancelled")
                    }
                    now = clock.now()
                }
                try perform(
                    execution.handle(
                        timer.step.map { .timerFired(step: $0) } ?? .deadlinePassed,
                        at: now
                    )
                )
            }
        }

        private mutating func perform(_ actions: [Action]) throws(CommandFailure) {
            for action in actions {
                switch action {
                case .record(let event): history.append(Self.shown(event))
                case .wait(let step, let until): timers.append(Timer(moment: until, step: step))
                case .deadline(let until): timers.append(Timer(moment: until, step: nil))
                case .cancel(let step): timers.removeAll { $0.step == step }
                case .schedule(let task): answers.append(try answer(task))
                case .finish: break
                }
            }
        }

        private mutating func answer(_ task: ScheduledTask) throws(CommandFailure) -> ExecutionInput
        {
            switch mocks.next(task.state) {
            case .output(let output): return .taskSucceeded(step: task.step, output: output)
            case .error("States.Timeout", nil):
                return .taskTimedOut(step: task.step, heartbeat: false)
            case .error("States.HeartbeatTimeout", nil):
                return .taskTimedOut(step: task.step, heartbeat: true)
            case .error(let error, let cause):
                return .taskFailed(step: task.step, error: error, cause: cause)
            case nil:
                throw CommandFailure(
                    message: "the task \"\(task.state)\" (\(task.resource)) has no mock"
                )
            }
        }

        var result: JSON {
            [
                "status": .string(execution.status.rawValue),
                "output": execution.output ?? .null, "error": .optional(execution.error),
                "cause": execution.cause.map(Self.shown) ?? .null, "history": .array(history),
            ]
        }

        /// An event with a cause that holds a JSON object shown as that object.
        private static func shown(_ event: HistoryEvent) -> JSON {
            var event = event
            if let cause = event.details["cause"]?.string { event.details["cause"] = shown(cause) }
            return event.json
        }

        private static func shown(_ cause: String) -> JSON {
            guard cause.hasPrefix("{"), let object = try? JSON(parsing: cause) else {
                return .string(cause)
            }
            return object
        }
    }
}
