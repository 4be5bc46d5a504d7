import Core

extension LiveExecution {
    /// What is stored of it.
    var json: JSON {
        var object = JSONObject([
            ("execution", execution.json),
            (
                "pending",
                .array(pending.sorted { $0.key < $1.key }.map { $0.value.json(step: $0.key) })
            ),
        ])
        object["current"] = current.map { .string($0) }
        object["deadline"] = deadline.map { .int($0.microseconds) }
        return .object(object)
    }

    /// Continues from what was stored.
    ///
    /// - Throws: `GeneralFault` when it is not that.
    init(restoring json: JSON, definition: Definition, random: TurnRandom) throws(GeneralFault) {
        let reader = JSONReader(json)
        self.init(
            try Execution(
                restoring: try reader.member("execution").value,
                definition: definition,
                random: random
            ),
            random: random
        )
        for element in try reader.member("pending").array() {
            pending[try element.member("step").int()] = try PendingStep(element)
        }
        current = json["current"]?.string
        if let moment = try reader.optional("deadline") {
            deadline = Timestamp(microseconds: Int64(try moment.int()))
        }
    }
}

extension PendingStep {
    func json(step: Int) -> JSON {
        switch self {
        case .timer(let due): return ["step": .int(step), "due": .int(due.microseconds)]
        case .task(let task, let since, let submitted, let heartbeat):
            var object = JSONObject([
                ("step", .int(step)), ("task", task.json), ("since", .int(since.microseconds)),
            ])
            if submitted { object["submitted"] = true }
            object["heartbeat"] = heartbeat.map { .int($0.microseconds) }
            return .object(object)
        }
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        if let due = try reader.optional("due") {
            self = .timer(Timestamp(microseconds: Int64(try due.int())))
            return
        }
        let heartbeat = try reader.optional("heartbeat")?.int()
        self = .task(
            try ScheduledTask(json: try reader.member("task").value),
            since: Timestamp(microseconds: Int64(try reader.member("since").int())),
            submitted: reader.value["submitted"]?.bool ?? false,
            heartbeat: heartbeat.map { Timestamp(microseconds: Int64($0)) }
        )
    }
}

extension ScheduledTask {
    var json: JSON {
        var json: JSON = [
            "step": .int(step), "branch": .int(branch), "entry": .int(entry),
            "state": .string(state), "resource": .string(resource), "input": input,
            "attempt": .int(attempt),
        ]
        if let timeoutSeconds { json["timeoutSeconds"] = .int(timeoutSeconds) }
        if let heartbeatSeconds { json["heartbeatSeconds"] = .int(heartbeatSeconds) }
        if let token { json["token"] = .string(token) }
        if let credentials { json["credentials"] = credentials }
        return json
    }

    init(json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        self.init(
            step: try reader.member("step").int(),
            branch: try reader.member("branch").int(),
            entry: try reader.member("entry").int(),
            state: try reader.member("state").string(),
            resource: try reader.member("resource").string(),
            input: json["input"] ?? .null,
            attempt: try reader.member("attempt").int(),
            timeoutSeconds: try reader.optional("timeoutSeconds")?.int(),
            heartbeatSeconds: try reader.optional("heartbeatSeconds")?.int(),
            token: try reader.optional("token")?.string(),
            credentials: json["credentials"]
        )
    }
}

/// The inputs of a turn in the journal.
extension ExecutionInput {
    var json: JSON {
        switch self {
        case .taskSucceeded(let step, let output):
            return ["kind": "succeeded", "step": .int(step), "output": output]
        case .taskFailed(let step, let error, let cause):
            return [
                "kind": "failed", "step": .int(step), "error": .optional(error),
                "cause": .optional(cause),
            ]
        case .taskTimedOut(let step, let heartbeat):
            return ["kind": "timed-out", "step": .int(step), "heartbeat": .bool(heartbeat)]
        case .taskSubmitted(let step, let output):
            return ["kind": "submitted", "step": .int(step), "output": output]
        case .timerFired(let step): return ["kind": "timer", "step": .int(step)]
        case .deadlinePassed: return ["kind": "deadline"]
        case .abort(let error, let cause):
            return ["kind": "abort", "error": .optional(error), "cause": .optional(cause)]
        }
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        let json = reader.value
        func step() throws(GeneralFault) -> Int { try reader.member("step").int() }
        switch try reader.member("kind").string() {
        case "succeeded": self = .taskSucceeded(step: try step(), output: json["output"] ?? .null)
        case "failed":
            self = .taskFailed(
                step: try step(),
                error: json["error"]?.string,
                cause: json["cause"]?.string
            )
        case "timed-out":
            self = .taskTimedOut(step: try step(), heartbeat: json["heartbeat"]?.bool ?? false)
        case "submitted": self = .taskSubmitted(step: try step(), output: json["output"] ?? .null)
        case "timer": self = .timerFired(step: try step())
        case "deadline": self = .deadlinePassed
        case "abort":
            self = .abort(error: json["error"]?.string, cause: json["cause"]?.string)
        default: throw reader.fault("is no input of an execution")
        }
    }
}
