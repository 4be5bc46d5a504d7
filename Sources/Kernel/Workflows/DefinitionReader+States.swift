import Core

extension DefinitionReader {
    private static let types = [
        "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map",
    ]

    /// The fields that each type takes besides `Type` and `Comment`.
    private static let fields: [String: Set<String>] = {
        let paths: Set = ["InputPath", "OutputPath"]
        let flow: Set = ["Next", "End"]
        let results: Set = ["ResultPath", "ResultSelector", "Retry", "Catch", "Parameters"]
        return [
            "Task": paths.union(flow).union(results).union([
                "Resource", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
                "HeartbeatSecondsPath", "Credentials",
            ]),
            "Pass": paths.union(flow).union(["Result", "ResultPath", "Parameters"]),
            "Choice": paths.union(["Choices", "Default"]),
            "Wait": paths.union(flow).union([
                "Seconds", "SecondsPath", "Timestamp", "TimestampPath",
            ]),
            "Succeed": paths,
            "Fail": ["Error", "ErrorPath", "Cause", "CausePath"],
            "Parallel": paths.union(flow).union(results).union(["Branches"]),
            "Map": paths.union(flow).union(results).union([
                "ItemsPath", "ItemSelector", "ItemProcessor", "Iterator", "MaxConcurrency",
                "MaxConcurrencyPath",
            ]),
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
        guard let type = object["Type"]?.string, let known = Self.fields[type] else {
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
        checkLanguage(object, pointer)
        let before = problems.count
        let body = readBody(type, object, states, pointer)
        var state = State(name: name, type: type, body: body ?? .succeed)
        if known.contains("Next") { state.next = readNext(object, states, pointer) }
        readDataFlow(object, &state, pointer)
        if known.contains("Retry") {
            state.retriers = readRetriers(object, pointer)
            state.catchers = readCatchers(object, states, pointer)
        }
        return problems.count == before && body != nil ? state : nil
    }

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
        state.input = filter(object["InputPath"], pointer + "/InputPath")
        state.output = filter(object["OutputPath"], pointer + "/OutputPath")
        if let parameters = object["Parameters"] {
            state.parameters = template(parameters, pointer + "/Parameters")
        }
        if let selector = object["ItemSelector"] {
            if state.parameters != nil {
                report(
                    pointer + "/Parameters",
                    "a Map has \"ItemSelector\" or \"Parameters\", not both"
                )
            }
            state.parameters = template(selector, pointer + "/ItemSelector")
        }
        if let selector = object["ResultSelector"] {
            state.selector = template(selector, pointer + "/ResultSelector")
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
        if path.root == .context { report(pointer, "a result cannot be put into the context") }
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
                    report(place + "/BackoffRate", "must be a number of at least 1")
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
                    report(place + "/JitterStrategy", "must be \"FULL\" or \"NONE\"")
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
            checkFields(entry, ["ErrorEquals", "Next", "ResultPath", "Comment"], place)
            let errors = errorNames(entry, place, at == entries.count - 1)
            guard let next = entry["Next"]?.string else {
                report(place + "/Next", "\"Next\" must name a state")
                continue
            }
            checkTarget(next, states, place + "/Next")
            let result = self.place(entry["ResultPath"], place + "/ResultPath")
            catchers.append(State.Catcher(errors: errors, next: next, result: result))
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
            report(place, "\"ErrorEquals\" must be an array of at least one error name")
            return []
        }
        let names = values.compactMap(\.string)
        if names.contains(StateError.Name.all), names.count > 1 || !isLast {
            report(place, "\"States.ALL\" must stand alone and in the last entry")
        }
        for (at, name) in names.enumerated()
        where name.hasPrefix("States.") && !Self.errorNames.contains(name) {
            report("\(place)/\(at)", "\"\(name)\" is not an error of the States Language")
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
