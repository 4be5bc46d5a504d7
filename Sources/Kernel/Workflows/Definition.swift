public import Core

/// One thing that is wrong with a workflow definition.
public struct DefinitionProblem: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// It cannot run.
        case error
        /// It can run, but hardly as meant: a state nothing leads to, a variable nothing assigns.
        case warning
    }

    /// JSON Pointer (RFC 6901) to the place.
    public var pointer: String
    /// What is wrong there, and what was expected.
    public var message: String
    /// Whether it keeps the definition from running.
    public var severity: Severity

    /// A problem at a place.
    public init(pointer: String, message: String, severity: Severity = .error) {
        self.pointer = pointer
        self.message = message
        self.severity = severity
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
/// What the interpreter does not support is refused here with its place, never ignored later. All
/// paths, templates and JSONata expressions are compiled here: nothing is parsed while it runs.
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
        let errors = reader.problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw DefinitionFault(problems: errors) }
        source = json
        timeoutSeconds = json["TimeoutSeconds"]?.int
        machines = reader.machines
        usesContext = reader.usesContext
    }

    /// Everything that is wrong with a definition, warnings included; empty when it is sound.
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
