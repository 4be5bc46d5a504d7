public import Core
import Workflows

/// A workflow that the crash test runs.
public struct CrashWorkflow: Sendable {
    /// The kind of event that starts it.
    let kind: String
    let definition: JSON
    /// What each execution gets.
    let input: JSON
    /// How each execution ends; nil for any end.
    let status: String?
    /// How many lines each execution leaves in the ledger.
    let lines: Int
    /// What the tasks of a user's own workflow answer: the states' names, in the order of their tools.
    let states: [String]
    let mocks: [String: [JSON]]

    init(_ kind: String, _ definition: JSON, ends status: String, lines: Int) {
        self.kind = kind
        self.definition = definition
        self.status = status
        self.lines = lines
        input = ["items": [1, 2, 3, 4, 5]]
        states = []
        mocks = [:]
    }

    /// A user's own workflow, whose tasks are calls to the outside.
    ///
    /// - Parameters:
    ///   - source: the States Language definition.
    ///   - input: what each execution gets.
    ///   - mocks: by the states' names, what each call answers in turn: `{"return": …}` or
    ///     `{"throw": {"error", "cause"}}`; the last one repeats. A task without mocks answers its input.
    /// - Throws: `DefinitionFault` when it is no good definition, a `GeneralFault` for the mocks.
    public init(source: JSON, input: JSON, mocks: JSON) throws {
        _ = try Definition(source)
        kind = "yours"
        self.input = input
        status = nil
        lines = 0
        var states: [String] = []
        definition = Self.simulating(source, &states)
        self.states = states
        var answers: [String: [JSON]] = [:]
        for member in mocks.object ?? JSONObject() {
            let state = member.key
            guard let list = member.value.array, !list.isEmpty, states.contains(state) else {
                throw GeneralFault(
                    .invalid,
                    code: "invalid-mocks",
                    "\"\(state)\" must be a task's name, with a list of answers",
                    pointer: "/" + state
                )
            }
            answers[state] = list
        }
        self.mocks = answers
    }

    /// The tool that stands for the tasks of a state.
    static func tool(_ index: Int) -> String { "crash.mock-\(index)" }

    /// The definition with a tool of the test in place of each task's resource.
    private static func simulating(_ json: JSON, _ states: inout [String]) -> JSON {
        guard var machine = json.object, let members = machine["States"]?.object else {
            return json
        }
        var changed = members
        for member in members {
            let name = member.key
            var state = member.value
            if state["Type"] == "Task" {
                let index = states.firstIndex(of: name) ?? states.count
                if index == states.count { states.append(name) }
                state["Resource"] = .string("weft:tool:" + tool(index))
            }
            for key in ["Iterator", "ItemProcessor"] {
                if let inner = state[key] { state[key] = simulating(inner, &states) }
            }
            if let branches = state["Branches"]?.array {
                state["Branches"] = .array(branches.map { simulating($0, &states) })
            }
            changed[name] = state
        }
        machine["States"] = .object(changed)
        return .object(machine)
    }
}
