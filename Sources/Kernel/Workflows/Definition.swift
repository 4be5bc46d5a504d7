public import Core

/// One thing that is wrong with a workflow definition.
public struct DefinitionProblem: Sendable, Hashable {
    /// JSON Pointer (RFC 6901) to the place.
    public var pointer: String
    /// What is wrong there, and what was expected.
    public var message: String

    /// A problem at a place.
    public init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }

    /// The problem as `{"pointer","message"}`.
    public var json: JSON { ["pointer": .string(pointer), "message": .string(message)] }
}

/// A definition was refused.
public struct DefinitionFault: Fault {
    /// Everything that was found, in the order of the document.
    public var problems: [DefinitionProblem]

    /// It can be read, but is wrong.
    public var kind: FaultKind { .invalid }
    /// Always `invalid-definition`.
    public var code: String { "invalid-definition" }
    /// The first problem.
    public var message: String { problems.first?.message ?? "" }
    /// The place of the first problem.
    public var pointer: String? { problems.first?.pointer }
    /// All problems under `problems`.
    public var details: JSONObject { JSONObject([("problems", .array(problems.map(\.json)))]) }
}

/// A workflow in Amazon States Language, checked and ready to run.
///
/// What the interpreter does not support is refused here with its place, never ignored later.
public struct Definition: Sendable {
    /// The JSON it was read from.
    public let source: JSON
    /// How long an execution may last in seconds; nil for no limit.
    public let timeoutSeconds: Int?
    /// Every state machine in it by JSON Pointer: the whole at "", each branch and item processor.
    let machines: [String: Machine]
    /// Whether anything in it looks at the context object.
    let usesContext: Bool

    /// Reads and checks a definition.
    ///
    /// - Throws: `DefinitionFault` with every problem found.
    public init(_ json: JSON) throws(DefinitionFault) {
        var reader = DefinitionReader()
        reader.readWorkflow(json)
        guard reader.problems.isEmpty else { throw DefinitionFault(problems: reader.problems) }
        source = json
        timeoutSeconds = json["TimeoutSeconds"]?.int
        machines = reader.machines
        usesContext = reader.usesContext
    }

    /// Everything that is wrong with a definition; empty when it can run.
    public static func problems(in json: JSON) -> [DefinitionProblem] {
        var reader = DefinitionReader()
        reader.readWorkflow(json)
        return reader.problems
    }

    /// The resources that its tasks name, each once.
    public var resources: Set<String> {
        Set(
            machines.values.flatMap(\.states.values).compactMap { state in
                if case .task(let task) = state.body { task.resource } else { nil }
            }
        )
    }

    /// The names of its states, nested ones included.
    public var stateNames: Set<String> {
        Set(machines.values.flatMap(\.states.keys))
    }
}

/// One state machine: a whole workflow, a branch or an item processor.
struct Machine: Sendable {
    var startAt: String
    var states: [String: State]
}

/// One state.
struct State: Sendable {
    enum Body: Sendable {
        case task(TaskBody)
        case pass(result: JSON?)
        case choice([ChoiceRule], otherwise: String?)
        case wait(WaitBody)
        case succeed
        case fail(error: TextField?, cause: TextField?)
        case parallel(branches: [String])
        case map(MapBody)
    }

    /// `InputPath` and `OutputPath`.
    enum Filter: Sendable {
        case whole
        case nothing
        case path(JSONPath)
    }

    enum ResultPlace: Sendable {
        case replace
        case discard
        case path(JSONPath)
    }

    /// A text that is written down or found by a path.
    enum TextField: Sendable {
        case literal(String)
        case expression(PathExpression)
    }

    /// A count that is written down or found by a path.
    enum CountField: Sendable {
        case literal(Int)
        case path(JSONPath)
    }

    struct TaskBody: Sendable {
        var resource: String
        var timeout: CountField?
        var heartbeat: CountField?
        var credentials: PayloadTemplate?
    }

    enum WaitBody: Sendable {
        case seconds(Int)
        case timestamp(Timestamp)
        case secondsPath(JSONPath)
        case timestampPath(JSONPath)
    }

    struct MapBody: Sendable {
        var processor: String
        var items: JSONPath?
        var concurrency: CountField
    }

    struct Retrier: Sendable {
        var errors: [String]
        var intervalSeconds = 1
        var maxAttempts = 3
        var backoffRate = 2.0
        var maxDelaySeconds: Int?
        var fullJitter = false

        /// The wait before retry number `attempt`, counted from zero.
        ///
        /// `interval × rate^attempt`, capped; with full jitter a uniform share of it, as in
        /// "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
        func delay(attempt: Int, random: any RandomSource) -> Duration {
            var seconds = Double(intervalSeconds)
            for _ in 0..<attempt where seconds < 1e9 { seconds *= backoffRate }
            if let maxDelaySeconds { seconds = min(seconds, Double(maxDelaySeconds)) }
            // AWS caps a wait at a year; without a cap the moment could not be represented.
            seconds = min(seconds, 31_622_400)
            if fullJitter { seconds *= random.unit() }
            return .microseconds(Int64((seconds * 1e6).rounded()))
        }
    }

    struct Catcher: Sendable {
        var errors: [String]
        var next: String
        var result: ResultPlace
    }

    var name: String
    var type: String
    var body: Body
    /// The state that follows; nil when this one ends its machine.
    var next: String?
    var input: Filter = .whole
    var output: Filter = .whole
    /// `Parameters`, or `ItemSelector` of a Map.
    var parameters: PayloadTemplate?
    var selector: PayloadTemplate?
    var result: ResultPlace = .replace
    var retriers: [Retrier] = []
    var catchers: [Catcher] = []
}
