import Core

extension DefinitionReader {
    static let types = [
        "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map",
    ]

    /// The fields that each type takes besides those that all have.
    private static let fields: [QueryLanguage: [String: Set<String>]] = {
        let flow: Set = ["Next", "End", "Assign"]
        let handlers: Set = ["Retry", "Catch"]
        let task: Set = ["Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"]
        let map: Set = [
            "ItemSelector", "ItemProcessor", "Iterator", "MaxConcurrency", "ItemReader",
            "ItemBatcher", "ResultWriter", "ToleratedFailureCount", "ToleratedFailurePercentage",
            "Label",
        ]
        let paths: Set = ["InputPath", "OutputPath"]
        let results: Set = ["ResultPath", "ResultSelector", "Parameters"]
        let path = paths.union(flow).union(results).union(handlers)
        let query = flow.union(handlers).union(["Output"])
        return [
            .jsonPath: [
                "Task": path.union(task).union(["TimeoutSecondsPath", "HeartbeatSecondsPath"]),
                "Pass": paths.union(flow).union(["Result", "ResultPath", "Parameters"]),
                "Choice": paths.union(["Choices", "Default", "Assign"]),
                "Wait": paths.union(flow).union([
                    "Seconds", "SecondsPath", "Timestamp", "TimestampPath",
                ]),
                "Succeed": paths.union(["Assign"]),
                "Fail": ["Error", "ErrorPath", "Cause", "CausePath"],
                "Parallel": path.union(["Branches"]),
                "Map": path.union(map).union([
                    "ItemsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath",
                    "ToleratedFailurePercentagePath",
                ]),
            ],
            .jsonata: [
                "Task": query.union(task).union(["Arguments"]),
                "Pass": flow.union(["Output"]),
                "Choice": ["Choices", "Default", "Assign", "Output"],
                "Wait": flow.union(["Seconds", "Timestamp", "Output"]),
                "Succeed": ["Output", "Assign"],
                "Fail": ["Error", "Cause"],
                "Parallel": query.union(["Branches", "Arguments"]),
                "Map": query.union(map).union(["Items"]),
            ],
        ]
    }()

    mutating func readState(
        _ name: String,
        _ json: JSON,
        _ states: JSONObject,
        _ pointer: String
    ) -> State? {
        guard let object = json.object else {
            report(pointer, "a state must be an object")
            return nil
        }
        let outer = (language, state)
        defer { (language, state) = outer }
        language = readLanguage(object, pointer) ?? defaultLanguage
        state = Uses()
        guard let type = object["Type"]?.string, let known = Self.fields[language]?[type] else {
            let near =
                object["Type"]?.string.flatMap { nearest(to: $0, among: Self.types) }
                .map { "; did you mean \"\($0)\"?" } ?? ""
            report(
                pointer + "/Type",
                "\"Type\" must be one of \(Self.types.joined(separator: ", "))\(near)"
            )
            return nil
        }
        checkFields(object, known.union(["Type", "Comment", "QueryLanguage"]), pointer)
        checkComment(object, pointer)
        let before = errorCount
        let body = readBody(type, object, states, pointer)
        var result = State(name: name, type: type, language: language, body: body ?? .succeed)
        if known.contains("Next") { result.next = readNext(object, states, pointer) }
        readDataFlow(object, &result, pointer)
        if known.contains("Retry") {
            result.retriers = readRetriers(object, pointer)
            result.catchers = readCatchers(object, states, pointer)
        }
        (result.usesContext, result.usesVariables) = (state.context, state.variables)
        return errorCount == before && body != nil ? result : nil
    }

    private var errorCount: Int { problems.count { $0.severity == .error } }

    private mutating func readNext(
        _ object: JSONObject,
        _ states: JSONObject,
        _ pointer: String
    ) -> String? {
        switch (object["Next"], object["End"]) {
        case (let next?, nil):
            guard let name = text(next, pointer + "/Next") else { return nil }
            checkTarget(name, states, pointer + "/Next")
            return name
        case (nil, let end?):
            if end != true { report(pointer + "/End", "must be true, or absent with a \"Next\"") }
            return nil
        case (nil, nil):
            report(pointer, "a state needs \"Next\" or \"End\"")
            return nil
        default:
            report(pointer + "/End", "a state has \"Next\" or \"End\", not both")
            return nil
        }
    }

    private mutating func readDataFlow(
        _ object: JSONObject,
        _ state: inout State,
        _ pointer: String
    ) {
        state.assign = assign(object, pointer)
        if let selector = object["ItemSelector"] {
            state.parameters = template(selector, pointer + "/ItemSelector", "ItemSelector")
        }
        guard language == .jsonPath else {
            if let arguments = object["Arguments"] {
                state.parameters = template(arguments, pointer + "/Arguments", "Arguments")
            }
            if let output = object["Output"] {
                state.outcome = template(output, pointer + "/Output", "Output")
            }
            return
        }
        state.input = filter(object["InputPath"], pointer + "/InputPath")
        state.output = filter(object["OutputPath"], pointer + "/OutputPath")
        if let parameters = object["Parameters"] {
            if state.parameters != nil {
                report(
                    pointer + "/Parameters",
                    "may have only one of [\"ItemSelector\", \"Parameters\"]"
                )
            }
            state.parameters = template(parameters, pointer + "/Parameters", "Parameters")
        }
        if let selector = object["ResultSelector"] {
            state.selector = template(selector, pointer + "/ResultSelector", "ResultSelector")
        }
        state.result = place(object["ResultPath"], pointer + "/ResultPath")
    }

    private mutating func filter(_ value: JSON?, _ pointer: String) -> State.Filter {
        guard let value else { return .whole }
        if value.isNull { return .nothing }
        return path(value, pointer).map { State.Filter.path($0) } ?? .whole
    }

    private mutating func place(_ value: JSON?, _ pointer: String) -> State.ResultPlace {
        guard let value else { return .replace }
        if value.isNull { return .discard }
        guard let path = path(value, pointer, reference: true) else { return .replace }
        guard path.root == .input else {
            report(pointer, "a result can be put into the state's input only")
            return .replace
        }
        return path.segments.isEmpty ? .replace : .path(path)
    }

    private mutating func readRetriers(_ object: JSONObject, _ pointer: String) -> [State.Retrier] {
        guard let value = object["Retry"] else { return [] }
        guard let entries = value.array else {
            report(pointer + "/Retry", "must be an array")
            return []
        }
        var retriers: [State.Retrier] = []
        for (at, entry) in entries.enumerated() {
            let place = "\(pointer)/Retry/\(at)"
            guard let entry = entry.object else {
                report(place, "must be an object")
                continue
            }
            let known: Set = [
                "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds",
                "JitterStrategy", "Comment",
            ]
            checkFields(entry, known, place)
            var retrier = State.Retrier(errors: errorNames(entry, place, at == entries.count - 1))
            if let interval = entry["IntervalSeconds"] {
                retrier.intervalSeconds =
                    count(interval, place + "/IntervalSeconds", 1...99_999_999) ?? 1
            }
            if let attempts = entry["MaxAttempts"] {
                retrier.maxAttempts = count(attempts, place + "/MaxAttempts", 0...99_999_999) ?? 3
            }
            if let rate = entry["BackoffRate"] {
                if let rate = rate.double, rate >= 1 {
                    retrier.backoffRate = rate
                } else {
                    report(
                        place + "/BackoffRate",
                        "\(rate) is not a number of at least 1 (allowed minimum is 1)"
                    )
                }
            }
            if let delay = entry["MaxDelaySeconds"] {
                let range = 1...31_622_400
                retrier.maxDelaySeconds = count(delay, place + "/MaxDelaySeconds", range)
                if let longest = retrier.maxDelaySeconds, longest <= retrier.intervalSeconds {
                    report(place + "/MaxDelaySeconds", "must be greater than \"IntervalSeconds\"")
                }
            }
            if let jitter = entry["JitterStrategy"] {
                retrier.fullJitter = jitter == "FULL"
                if jitter != "FULL", jitter != "NONE" {
                    report(
                        place + "/JitterStrategy",
                        "\(jitter) is not one of the allowed values [\"FULL\", \"NONE\"]"
                    )
                }
            }
            retriers.append(retrier)
        }
        return retriers
    }

    private mutating func readCatchers(
        _ object: JSONObject,
        _ states: JSONObject,
        _ pointer: String
    ) -> [State.Catcher] {
        guard let value = object["Catch"] else { return [] }
        guard let entries = value.array else {
            report(pointer + "/Catch", "must be an array")
            return []
        }
        var catchers: [State.Catcher] = []
        for (at, entry) in entries.enumerated() {
            let place = "\(pointer)/Catch/\(at)"
            guard let entry = entry.object else {
                report(place, "must be an object")
                continue
            }
            let known: Set = ["ErrorEquals", "Next", "Comment", "Assign"]
            checkFields(
                entry,
                known.union([language == .jsonPath ? "ResultPath" : "Output"]),
                place
            )
            let errors = errorNames(entry, place, at == entries.count - 1)
            guard let next = entry["Next"]?.string else {
                report(place + "/Next", "\"Next\" must name a state")
                continue
            }
            checkTarget(next, states, place + "/Next")
            var catcher = State.Catcher(errors: errors, next: next, result: .replace)
            if language == .jsonPath {
                catcher.result = self.place(entry["ResultPath"], place + "/ResultPath")
            } else if let output = entry["Output"] {
                catcher.output = template(output, place + "/Output", "Catch[\(at)]/Output")
            }
            catcher.assign = assign(entry, place, "Catch[\(at)]/Assign")
            catchers.append(catcher)
        }
        return catchers
    }

    private mutating func errorNames(
        _ entry: JSONObject,
        _ pointer: String,
        _ isLast: Bool
    ) -> [String] {
        let place = pointer + "/ErrorEquals"
        guard let values = entry["ErrorEquals"]?.array, !values.isEmpty,
            values.allSatisfy({ $0.string != nil })
        else {
            report(place, "is empty, non-empty required: an array of at least one error name")
            return []
        }
        let names = values.compactMap(\.string)
        if names.contains(StateError.Name.all), names.count > 1 || !isLast {
            report(place, "States.ALL can only appear in the last element, and by itself")
        }
        for (at, name) in names.enumerated()
        where name.hasPrefix("States.") && !Self.errorNames.contains(name) {
            report(
                "\(place)/\(at)",
                "\"\(name)\" is not an error of the States Language",
                .warning
            )
        }
        return names
    }

    /// ASL specification, Appendix A, and the further ones AWS documents.
    private static let errorNames: Set = [
        "States.ALL", "States.HeartbeatTimeout", "States.Timeout", "States.TaskFailed",
        "States.Permissions", "States.ResultPathMatchFailure", "States.ParameterPathFailure",
        "States.BranchFailed", "States.NoChoiceMatched", "States.IntrinsicFailure",
        "States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed",
        "States.ResultWriterFailed", "States.DataLimitExceeded", "States.Runtime",
        "States.Http.Socket", "States.QueryEvaluationError",
    ]
}
