import Core
import JSONata

/// Reads a definition and collects everything that is wrong with it.
///
/// What runs is what this read, so a definition is checked by the same code that compiles it.
struct DefinitionReader {
    var problems: [DefinitionProblem] = []
    var machines: [String: Machine] = [:]
    var usesContext = false
    /// Names should be unique in the whole workflow.
    var places: [String: String] = [:]
    /// The language of the state that is being read.
    var language = QueryLanguage.jsonPath
    /// The language of states that name none.
    var defaultLanguage = QueryLanguage.jsonPath
    /// What the state that is being read looks at.
    var state = Uses()
    var scopes: [String: Scope] = [:]
    /// The machine whose states are being read, innermost last.
    var machineStack: [String] = []

    struct Uses {
        var context = false
        var variables = false
    }

    /// The variables of one machine.
    struct Scope {
        /// The machine around it whose variables it sees; nil at the top and in a distributed Map.
        var outer: String?
        var assigned: [String: String] = [:]
        var references: [(name: String, pointer: String)] = []
    }

    mutating func report(
        _ pointer: String,
        _ message: String,
        _ severity: DefinitionProblem.Severity = .error
    ) {
        problems.append(
            DefinitionProblem(pointer: pointer, message: message, severity: severity)
        )
    }

    mutating func readWorkflow(_ json: JSON) {
        guard let object = json.object else {
            report("", "a workflow must be an object")
            return
        }
        let known: Set = ["Comment", "StartAt", "States", "Version", "TimeoutSeconds"]
        checkFields(object, known.union(["QueryLanguage"]), "")
        defaultLanguage = readLanguage(object, "") ?? .jsonPath
        if let version = object["Version"], version != "1.0" {
            report("/Version", "the only version is \"1.0\"")
        }
        if let timeout = object["TimeoutSeconds"] {
            _ = count(timeout, "/TimeoutSeconds", 1...99_999_999)
        }
        checkComment(object, "")
        readMachine(object, "")
        checkVariables()
    }

    /// Reads `StartAt` and `States` of a workflow, branch or item processor.
    mutating func readMachine(_ object: JSONObject, _ pointer: String, isolated: Bool = false) {
        guard let states = object["States"]?.object, !states.isEmpty else {
            report(pointer + "/States", "\"States\" must be an object with at least one state")
            return
        }
        scopes[pointer] = Scope(outer: isolated ? nil : machineStack.last)
        machineStack.append(pointer)
        defer { machineStack.removeLast() }
        var machine = Machine(startAt: "", states: [:])
        if let start = object["StartAt"]?.string {
            machine.startAt = start
            checkTarget(start, states, pointer + "/StartAt")
        } else {
            report(pointer + "/StartAt", "\"StartAt\" must name the first state")
        }
        for member in states {
            let place = "\(pointer)/States/\(JSON.pointerToken(member.key))"
            if let other = places.updateValue(place, forKey: member.key) {
                // It runs, as machines are told apart, but histories and mocks name states only.
                report(
                    place,
                    "State \"\(member.key)\" is also defined at \(other)",
                    .warning
                )
            }
            if member.key.count > 80 || member.key.isEmpty {
                report(place, "a state's name must have 1 to 80 characters")
            }
            if let state = readState(member.key, member.value, states, place) {
                machine.states[member.key] = state
            }
        }
        checkReachability(machine, states, pointer)
        machines[pointer] = machine
    }

    mutating func checkTarget(_ name: String, _ states: JSONObject, _ pointer: String) {
        guard states[name] == nil else { return }
        let near = nearest(to: name, among: states.keys).map { "; did you mean \"\($0)\"?" } ?? ""
        report(pointer, "No state found named \"\(name)\"\(near)")
    }

    mutating func checkFields(_ object: JSONObject, _ known: Set<String>, _ pointer: String) {
        for member in object where !known.contains(member.key) {
            let place = pointer + "/" + JSON.pointerToken(member.key)
            if let other = Self.otherLanguage[member.key], other.language != language {
                report(
                    place,
                    "Field \"\(member.key)\" not allowed here: it belongs to"
                        + " \(other.language.rawValue)\(other.hint)"
                )
            } else {
                let near =
                    nearest(to: member.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                report(place, "Field \"\(member.key)\" not allowed here\(near)")
            }
        }
    }

    /// Fields that only one of the languages has.
    private static let otherLanguage: [String: (language: QueryLanguage, hint: String)] = {
        let arguments = "; a JSONata state has \"Arguments\""
        let output = "; a JSONata state has \"Output\""
        let plain = "; in a JSONata state the field without \"Path\" takes an expression"
        return [
            "InputPath": (.jsonPath, "; a JSONata state has \"$states.input\""),
            "OutputPath": (.jsonPath, output), "ResultPath": (.jsonPath, output),
            "ResultSelector": (.jsonPath, output), "Parameters": (.jsonPath, arguments),
            "Result": (.jsonPath, output),
            "ItemsPath": (.jsonPath, "; a JSONata Map has \"Items\""),
            "Variable": (.jsonPath, "; a JSONata rule has a \"Condition\""),
            "SecondsPath": (.jsonPath, plain), "TimestampPath": (.jsonPath, plain),
            "TimeoutSecondsPath": (.jsonPath, plain), "HeartbeatSecondsPath": (.jsonPath, plain),
            "MaxConcurrencyPath": (.jsonPath, plain), "ErrorPath": (.jsonPath, plain),
            "CausePath": (.jsonPath, plain), "ToleratedFailureCountPath": (.jsonPath, plain),
            "ToleratedFailurePercentagePath": (.jsonPath, plain),
            "MaxItemsPath": (.jsonPath, plain),
            "MaxItemsPerBatchPath": (.jsonPath, plain),
            "MaxInputBytesPerBatchPath": (.jsonPath, plain),
            "Arguments": (.jsonata, "; a JSONPath state has \"Parameters\""),
            "Output": (.jsonata, "; a JSONPath state has \"ResultPath\" and \"OutputPath\""),
            "Condition": (.jsonata, "; a JSONPath rule has a \"Variable\""),
            "Items": (.jsonata, "; a JSONPath Map has \"ItemsPath\""),
        ]
    }()

    /// The `QueryLanguage` of an object, nil when it names none.
    mutating func readLanguage(_ object: JSONObject, _ pointer: String) -> QueryLanguage? {
        guard let value = object["QueryLanguage"] else { return nil }
        guard let language = value.string.flatMap({ QueryLanguage(rawValue: $0) }) else {
            report(
                pointer + "/QueryLanguage",
                "\(value) is not one of the allowed values [\"JSONPath\", \"JSONata\"]"
            )
            return nil
        }
        if language == .jsonPath, defaultLanguage == .jsonata {
            report(
                pointer + "/QueryLanguage",
                "a workflow in JSONata cannot have states in JSONPath"
            )
        }
        return language
    }

    private mutating func checkReachability(
        _ machine: Machine,
        _ states: JSONObject,
        _ pointer: String
    ) {
        // A state of no known type may lead anywhere, so nothing is said then.
        guard states.allSatisfy({ Self.types.contains($0.value["Type"]?.string ?? "") }) else {
            return
        }
        // Without a first state, or with one that could not be read, only what no state names is
        // certain not to be reached.
        let isWhole = machine.states.count == states.count && states[machine.startAt] != nil
        let reached = isWhole ? reached(in: machine) : named(in: states, from: machine.startAt)
        for name in states.keys where !reached.contains(name) {
            report(
                "\(pointer)/States/\(JSON.pointerToken(name))",
                "No transition found to state \"\(name)\"",
                .warning
            )
        }
        let ends = states.contains { member in
            ["Succeed", "Fail"].contains(member.value["Type"]?.string)
                || member.value["End"] == true
        }
        if !ends {
            report(pointer + "/States", "No terminal state found: no state ends the workflow")
        }
    }

    private func reached(in machine: Machine) -> Set<String> {
        var reached: Set<String> = []
        var waiting = [machine.startAt]
        while let name = waiting.popLast() {
            guard reached.insert(name).inserted, let state = machine.states[name] else { continue }
            waiting.append(contentsOf: state.targets)
        }
        return reached
    }

    private func named(in states: JSONObject, from start: String) -> Set<String> {
        var named: Set = [start]
        for state in states.map(\.value) {
            let lists = (state["Choices"]?.array ?? []) + (state["Catch"]?.array ?? [])
            let targets = [state["Next"], state["Default"]] + lists.map { $0["Next"] }
            named.formUnion(targets.compactMap { $0?.string })
        }
        return named
    }
}

extension DefinitionReader {
    /// Notes the variables that a state assigns in its machine.
    mutating func assigns(_ names: [String], _ pointer: String) {
        guard let machine = machineStack.last else { return }
        for name in names where scopes[machine]?.assigned[name] == nil {
            scopes[machine]?.assigned[name] = pointer
        }
    }

    /// Notes that a state looks at a variable.
    mutating func refers(to name: String, _ pointer: String) {
        state.variables = true
        guard let machine = machineStack.last else { return }
        scopes[machine]?.references.append((name, pointer))
    }

    /// Variables are seen from inside but assigned only in their own scope.
    private mutating func checkVariables() {
        for (machine, scope) in scopes.sorted(by: { $0.key < $1.key }) {
            for (name, pointer) in scope.assigned.sorted(by: { $0.value < $1.value }) {
                guard let outer = assignment(of: name, from: scope.outer) else { continue }
                report(
                    "\(pointer)/\(JSON.pointerToken(name))",
                    "the variable \"\(name)\" belongs to an outer scope, which assigns it at"
                        + " \(outer); it can be read here but not assigned"
                )
            }
            for reference in scope.references
            where assignment(of: reference.name, from: machine) == nil {
                report(
                    reference.pointer,
                    "no state assigns the variable \"$\(reference.name)\" where this can see it",
                    .warning
                )
            }
        }
    }

    private func assignment(of name: String, from machine: String?) -> String? {
        var machine = machine
        while let place = machine, let scope = scopes[place] {
            if let pointer = scope.assigned[name] { return pointer }
            machine = scope.outer
        }
        return nil
    }
}
