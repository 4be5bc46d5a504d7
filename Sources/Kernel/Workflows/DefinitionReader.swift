import Core

/// Reads a definition and collects everything that is wrong with it.
struct DefinitionReader {
    var problems: [DefinitionProblem] = []
    var machines: [String: Machine] = [:]
    var usesContext = false
    /// Names must be unique in the whole workflow.
    var places: [String: String] = [:]

    mutating func report(_ pointer: String, _ message: String) {
        problems.append(DefinitionProblem(pointer: pointer, message: message))
    }

    mutating func readWorkflow(_ json: JSON) {
        guard let object = json.object else {
            report("", "a workflow must be an object")
            return
        }
        let known: Set = ["Comment", "StartAt", "States", "Version", "TimeoutSeconds"]
        checkFields(object, known.union(["QueryLanguage"]), "")
        checkLanguage(object, "")
        if let version = object["Version"], version != "1.0" {
            report("/Version", "the only version is \"1.0\"")
        }
        if let timeout = object["TimeoutSeconds"] {
            _ = count(timeout, "/TimeoutSeconds", 1...99_999_999)
        }
        readMachine(object, "")
    }

    /// Reads `StartAt` and `States` of a workflow, branch or item processor.
    mutating func readMachine(_ object: JSONObject, _ pointer: String) {
        guard let states = object["States"]?.object, !states.isEmpty else {
            report(pointer + "/States", "\"States\" must be an object with at least one state")
            return
        }
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
                report(place, "the name \"\(member.key)\" is taken by \(other)")
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
        report(pointer, "there is no state \"\(name)\" here\(near)")
    }

    mutating func checkFields(_ object: JSONObject, _ known: Set<String>, _ pointer: String) {
        for member in object where !known.contains(member.key) {
            let place = pointer + "/" + JSON.pointerToken(member.key)
            if Self.notSupportedYet.contains(member.key) {
                report(place, "\"\(member.key)\" is not supported yet")
            } else {
                let near =
                    nearest(to: member.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                report(place, "\"\(member.key)\" is not a field of this\(near)")
            }
        }
    }

    /// Fields of the language that no state here takes up to now.
    static let notSupportedYet: Set = [
        "Assign", "Arguments", "Output", "Condition", "Items", "ItemReader",
        "ItemBatcher", "ResultWriter", "ToleratedFailureCount", "ToleratedFailurePercentage",
        "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "Label",
    ]

    mutating func checkLanguage(_ object: JSONObject, _ pointer: String) {
        guard let language = object["QueryLanguage"] else { return }
        if language == "JSONata" {
            report(pointer + "/QueryLanguage", "JSONata is not supported yet")
        } else if language != "JSONPath" {
            report(pointer + "/QueryLanguage", "must be \"JSONPath\" or \"JSONata\"")
        }
    }

    private mutating func checkReachability(
        _ machine: Machine,
        _ states: JSONObject,
        _ pointer: String
    ) {
        // A state that could not be read may lead anywhere, so nothing is said then.
        guard machine.states.count == states.count, states[machine.startAt] != nil else { return }
        var reached: Set<String> = []
        var waiting = [machine.startAt]
        while let name = waiting.popLast() {
            guard reached.insert(name).inserted, let state = machine.states[name] else { continue }
            waiting.append(contentsOf: state.targets)
        }
        for name in states.keys where !reached.contains(name) {
            report("\(pointer)/States/\(JSON.pointerToken(name))", "no state leads here")
        }
        let ends = machine.states.values.contains { state in
            switch state.body {
            case .succeed, .fail: true
            case .choice: false
            default: state.next == nil
            }
        }
        if !ends { report(pointer + "/States", "no state ends the workflow") }
    }

    mutating func count(_ value: JSON, _ pointer: String, _ range: ClosedRange<Int>) -> Int? {
        guard let number = value.int, range.contains(number) else {
            report(
                pointer,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return number
    }

    mutating func text(_ value: JSON, _ pointer: String) -> String? {
        guard let text = value.string else {
            report(pointer, "must be a string")
            return nil
        }
        return text
    }

    mutating func path(_ value: JSON, _ pointer: String, reference: Bool = false) -> JSONPath? {
        guard let text = text(value, pointer) else { return nil }
        do throws(SyntaxProblem) {
            let path = try JSONPath(reading: text)
            if path.root == .context { usesContext = true }
            if reference, !path.isReference {
                report(pointer, "must be a reference path: names and single indices only")
                return nil
            }
            return path
        } catch {
            report(pointer, error.message)
            return nil
        }
    }

    mutating func expression(_ value: JSON, _ pointer: String) -> PathExpression? {
        guard let text = text(value, pointer) else { return nil }
        do throws(SyntaxProblem) {
            let expression = try PathExpression(reading: text)
            // Too often true rather than ever wrongly false: it only saves work.
            if text.contains("$$") { usesContext = true }
            return expression
        } catch {
            report(pointer, error.message)
            return nil
        }
    }

    /// A payload template: members whose name ends in `.$` are evaluated, at any depth.
    mutating func template(_ value: JSON, _ pointer: String) -> PayloadTemplate {
        switch value {
        case .array(let elements):
            let templates = elements.enumerated().map { template($1, "\(pointer)/\($0)") }
            return templates.allSatisfy(\.isConstant) ? .constant(value) : .array(templates)
        case .object(let object):
            var members: [PayloadTemplate.Member] = []
            for member in object {
                let place = pointer + "/" + JSON.pointerToken(member.key)
                if member.key.hasSuffix(".$") {
                    let key = String(member.key.dropLast(2))
                    if object[key] != nil { report(place, "\"\(key)\" is given twice") }
                    guard let expression = expression(member.value, place) else { continue }
                    members.append(.init(key: key, template: .expression(expression)))
                } else {
                    members.append(.init(key: member.key, template: template(member.value, place)))
                }
            }
            return members.allSatisfy(\.template.isConstant) ? .constant(value) : .object(members)
        default:
            return .constant(value)
        }
    }
}

extension PayloadTemplate {
    var isConstant: Bool {
        if case .constant = self { true } else { false }
    }
}

extension State {
    /// Every state that may come next.
    var targets: [String] {
        var targets = catchers.map(\.next)
        if let next { targets.append(next) }
        if case .choice(let rules, let otherwise) = body {
            targets.append(contentsOf: rules.map(\.next))
            if let otherwise { targets.append(otherwise) }
        }
        return targets
    }
}
