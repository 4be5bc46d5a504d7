import Core

extension DefinitionReader {
    mutating func readBody(
        _ type: String,
        _ object: JSONObject,
        _ states: JSONObject,
        _ pointer: String
    ) -> State.Body? {
        switch type {
        case "Task": readTask(object, pointer)
        case "Pass": .pass(result: object["Result"])
        case "Choice": readChoice(object, states, pointer)
        case "Wait": readWait(object, pointer)
        case "Succeed": .succeed
        case "Fail":
            .fail(
                error: textField("Error", object, pointer),
                cause: textField("Cause", object, pointer)
            )
        case "Parallel": readParallel(object, pointer)
        case "Map": readMap(object, pointer)
        default: nil
        }
    }

    private mutating func readTask(_ object: JSONObject, _ pointer: String) -> State.Body? {
        guard let resource = object["Resource"]?.string, !resource.isEmpty else {
            report(pointer + "/Resource", "\"Resource\" must name a tool, agent or service")
            return nil
        }
        let timeout = amount("TimeoutSeconds", object, pointer, 1...99_999_999)
        let heartbeat = amount("HeartbeatSeconds", object, pointer, 1...99_999_999)
        if case .literal(let timeout) = timeout?.source,
            case .literal(let heartbeat) = heartbeat?.source,
            heartbeat.int ?? 0 >= timeout.int ?? 0
        {
            report(pointer + "/HeartbeatSeconds", "must be less than \"TimeoutSeconds\"")
        }
        var credentials: PayloadTemplate?
        if let value = object["Credentials"] {
            if value.object == nil {
                report(pointer + "/Credentials", "\(value.kind) should be an Object")
            }
            credentials = template(value, pointer + "/Credentials", "Credentials")
        }
        return .task(
            .init(
                resource: resource,
                events: TaskEvents(resource: resource),
                timeout: timeout,
                heartbeat: heartbeat,
                credentials: credentials
            )
        )
    }

    private mutating func readWait(_ object: JSONObject, _ pointer: String) -> State.Body? {
        let names =
            language == .jsonPath
            ? ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"] : ["Seconds", "Timestamp"]
        let forms = names.filter { object[$0] != nil }
        guard forms.count == 1, let form = forms.first, let value = object[form] else {
            report(pointer, "a Wait has exactly one of \(names.joined(separator: ", "))")
            return nil
        }
        let place = pointer + "/" + form
        switch form {
        case "Timestamp":
            if language == .jsonata, value.string?.hasPrefix("{%") ?? false {
                return demandQuery(value, place, "Timestamp").map { .wait(.timestampQuery($0)) }
            }
            guard let moment = Condition.Test.moment(value) else {
                report(place, "must be a time like \"2026-11-20T08:30:00Z\"")
                return nil
            }
            return .wait(.timestamp(moment))
        case "TimestampPath":
            return path(value, place).map { .wait(.timestampPath($0)) }
        default:
            return amount("Seconds", object, pointer, 0...99_999_999).map { .wait(.seconds($0)) }
        }
    }

    private mutating func readParallel(_ object: JSONObject, _ pointer: String) -> State.Body? {
        guard let branches = object["Branches"]?.array, !branches.isEmpty else {
            report(pointer + "/Branches", "\"Branches\" must be an array of at least one machine")
            return nil
        }
        var places: [String] = []
        for (at, branch) in branches.enumerated() {
            let place = "\(pointer)/Branches/\(at)"
            places.append(place)
            guard let branch = branch.object else {
                report(place, "must be an object with \"StartAt\" and \"States\"")
                continue
            }
            checkFields(branch, ["StartAt", "States", "Comment", "QueryLanguage"], place)
            checkComment(branch, place)
            within(branch, place) { $0.readMachine(branch, place) }
        }
        return .parallel(branches: places)
    }

    /// Reads a nested machine, whose states have its language unless they say otherwise.
    mutating func within(
        _ machine: JSONObject,
        _ pointer: String,
        _ read: (inout DefinitionReader) -> Void
    ) {
        let outer = defaultLanguage
        defaultLanguage = readLanguage(machine, pointer) ?? outer
        read(&self)
        defaultLanguage = outer
    }

    private mutating func readChoice(
        _ object: JSONObject,
        _ states: JSONObject,
        _ pointer: String
    ) -> State.Body? {
        guard let entries = object["Choices"]?.array, !entries.isEmpty else {
            report(pointer + "/Choices", "\"Choices\" must be an array of at least one rule")
            return nil
        }
        var rules: [ChoiceRule] = []
        for (at, entry) in entries.enumerated() {
            let place = "\(pointer)/Choices/\(at)"
            let condition =
                language == .jsonPath
                ? condition(entry, place, isTop: true) : queryCondition(entry, place, at)
            guard let next = entry["Next"]?.string else {
                report(place + "/Next", "\"Next\" must name a state")
                continue
            }
            checkTarget(next, states, place + "/Next")
            guard let condition, let object = entry.object else { continue }
            var rule = ChoiceRule(condition: condition, next: next)
            rule.assign = assign(object, place, "Choices[\(at)]/Assign")
            if language == .jsonata, let output = entry["Output"] {
                rule.output = template(output, place + "/Output", "Choices[\(at)]/Output")
            }
            rules.append(rule)
        }
        var otherwise: String?
        if let value = object["Default"], let name = text(value, pointer + "/Default") {
            checkTarget(name, states, pointer + "/Default")
            otherwise = name
        }
        return .choice(rules, otherwise: otherwise)
    }

    private mutating func queryCondition(
        _ json: JSON,
        _ pointer: String,
        _ index: Int
    ) -> Condition? {
        guard let object = json.object else {
            report(pointer, "a rule must be an object")
            return nil
        }
        checkFields(object, ["Condition", "Next", "Assign", "Output", "Comment"], pointer)
        switch object["Condition"] {
        case .bool(let value): return .constant(value)
        case let value?:
            let place = pointer + "/Condition"
            return demandQuery(value, place, "Choices[\(index)]/Condition").map { .query($0) }
        case nil:
            report(pointer, "a rule must have a \"Condition\"")
            return nil
        }
    }

    private mutating func condition(
        _ json: JSON,
        _ pointer: String,
        isTop: Bool = false
    ) -> Condition? {
        guard let object = json.object else {
            report(pointer, "a rule must be an object")
            return nil
        }
        var extras: Set = ["Comment"]
        if isTop { extras.formUnion(["Next", "Assign"]) }
        let operators = object.keys.filter { Self.operators[$0] != nil }
        for combination in ["And", "Or", "Not"] where object[combination] != nil {
            checkFields(object, extras.union([combination]), pointer)
            return combined(combination, object[combination] ?? .null, pointer)
        }
        guard operators.count == 1, let name = operators.first,
            let (test, kind) = Self.operators[name], let value = object[name]
        else {
            checkFields(object, extras.union(["Variable"]).union(Self.operators.keys), pointer)
            report(pointer, "a rule has exactly one comparison operator, or And, Or or Not")
            return nil
        }
        checkFields(object, extras.union(["Variable", name]), pointer)
        guard let variable = object["Variable"] else {
            report(pointer + "/Variable", "\"Variable\" must be a path")
            return nil
        }
        let place = pointer + "/" + name
        let path = path(variable, pointer + "/Variable")
        guard let operand = operand(value, kind, place), let path else { return nil }
        return .test(path, test, operand)
    }

    private mutating func combined(
        _ name: String,
        _ value: JSON,
        _ pointer: String
    ) -> Condition? {
        let place = pointer + "/" + name
        if name == "Not" { return condition(value, place).map { .not($0) } }
        guard let entries = value.array, !entries.isEmpty else {
            report(place, "must be an array of at least one rule")
            return nil
        }
        let inner = entries.enumerated().map { condition($1, "\(place)/\($0)") }
        guard inner.allSatisfy({ $0 != nil }) else { return nil }
        let conditions = inner.compactMap { $0 }
        return name == "And" ? .and(conditions) : .or(conditions)
    }

    private mutating func operand(
        _ value: JSON,
        _ kind: OperandKind,
        _ pointer: String
    ) -> Condition.Operand? {
        let fits: Bool
        switch kind {
        case .path: return path(value, pointer).map { .path($0) }
        case .string: fits = value.string != nil
        case .number: fits = value.double != nil
        case .boolean: fits = value.bool != nil
        case .timestamp: fits = Condition.Test.moment(value) != nil
        }
        if !fits { report(pointer, "must be a \(kind.rawValue)") }
        return fits ? .literal(value) : nil
    }

    private enum OperandKind: String {
        case string, number, boolean, path
        case timestamp = "time like \"2026-11-20T08:30:00Z\""
    }

    private static let operators: [String: (Condition.Test, OperandKind)] = {
        var table: [String: (Condition.Test, OperandKind)] = [
            "BooleanEquals": (.booleanEquals, .boolean),
            "BooleanEqualsPath": (.booleanEquals, .path),
            "StringMatches": (.stringMatches, .string),
            "IsNull": (.isNull, .boolean), "IsPresent": (.isPresent, .boolean),
            "IsNumeric": (.isNumeric, .boolean), "IsString": (.isString, .boolean),
            "IsBoolean": (.isBoolean, .boolean), "IsTimestamp": (.isTimestamp, .boolean),
        ]
        for order in Condition.Order.allCases {
            let name = order.rawValue
            table["String" + name] = (.string(order), .string)
            table["Numeric" + name] = (.numeric(order), .number)
            table["Timestamp" + name] = (.timestamp(order), .timestamp)
            table["String\(name)Path"] = (.string(order), .path)
            table["Numeric\(name)Path"] = (.numeric(order), .path)
            table["Timestamp\(name)Path"] = (.timestamp(order), .path)
        }
        return table
    }()
}
