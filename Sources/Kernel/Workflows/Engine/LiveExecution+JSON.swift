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
        case .task(let entry):
            var object = JSONObject([
                ("step", .int(step)), ("task", entry.task.json),
                ("since", .int(entry.since.microseconds)),
            ])
            if entry.isHandedOver { object["handed"] = true }
            if let parking = entry.parking {
                object["approval"] = .string(parking.approval)
                object["limitLeft"] = parking.limit.map { .int($0.microseconds) }
                object["silenceLeft"] = parking.silence.map { .int($0.microseconds) }
            }
            object["limit"] = entry.limit.map { .int($0.microseconds) }
            object["silence"] = entry.silence.map { .int($0.microseconds) }
            return .object(object)
        }
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        if let due = try reader.optional("due") {
            self = .timer(Timestamp(microseconds: Int64(try due.int())))
            return
        }
        func moment(_ key: String) throws(GeneralFault) -> Timestamp? {
            guard let moment = try reader.optional(key) else { return nil }
            return Timestamp(microseconds: Int64(try moment.int()))
        }
        func left(_ key: String) throws(GeneralFault) -> Duration? {
            guard let left = try reader.optional(key) else { return nil }
            return .microseconds(try left.int())
        }
        var entry = PendingTask(
            task: try ScheduledTask(json: try reader.member("task").value),
            since: try moment("since") ?? Timestamp(microseconds: 0),
            isHandedOver: reader.value["handed"]?.bool ?? false,
            limit: try moment("limit"),
            silence: try moment("silence")
        )
        if let approval = reader.value["approval"]?.string {
            entry.parking = PendingTask.Parking(
                approval: approval,
                limit: try left("limitLeft"),
                silence: try left("silenceLeft")
            )
            entry.restAsNow()
        }
        self = .task(entry)
    }
}

extension PendingTask {
    /// Puts one that an earlier version parked with its time running to rest: it gets the whole of it again.
    fileprivate mutating func restAsNow() {
        if limit != nil { parking?.limit = task.timeoutSeconds.map { .seconds($0) } }
        if silence != nil { parking?.silence = task.heartbeatSeconds.map { .seconds($0) } }
        limit = nil
        silence = nil
    }
}

extension ScheduledTask {
    var json: JSON {
        var json: JSON = [
            "step": .int(step), "branch": .int(branch), "entry": .int(entry),
            "state": .string(state), "resource": .string(resource), "input": input,
            "attempt": .int(attempt),
        ]
        if purpose != .call { json["purpose"] = .string(purpose.rawValue) }
        if let timeoutSeconds { json["timeoutSeconds"] = .int(timeoutSeconds) }
        if let heartbeatSeconds { json["heartbeatSeconds"] = .int(heartbeatSeconds) }
        if let token { json["token"] = .string(token) }
        if let credentials { json["credentials"] = credentials }
        return json
    }

    init(json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        self.init(
            purpose: try reader.optional("purpose")?.choice(Purpose.self) ?? .call,
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
        case .taskStarted(let step, let worker):
            return ["kind": "started", "step": .int(step), "worker": .optional(worker)]
        case .taskHeartbeat(let step): return ["kind": "heartbeat", "step": .int(step)]
        case .taskParked(let step, let approval):
            return ["kind": "parked", "step": .int(step), "approval": .string(approval)]
        case .taskUnparked(let step): return ["kind": "unparked", "step": .int(step)]
        case .pause: return ["kind": "pause"]
        case .resume: return ["kind": "resume"]
        case .redrive: return ["kind": "redrive"]
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
        case "started": self = .taskStarted(step: try step(), worker: json["worker"]?.string)
        case "heartbeat": self = .taskHeartbeat(step: try step())
        case "parked":
            self = .taskParked(
                step: try step(),
                approval: json["approval"]?.string ?? ""
            )
        case "unparked": self = .taskUnparked(step: try step())
        case "pause": self = .pause
        case "resume": self = .resume
        case "redrive": self = .redrive
        case "timer": self = .timerFired(step: try step())
        case "deadline": self = .deadlinePassed
        case "abort":
            self = .abort(error: json["error"]?.string, cause: json["cause"]?.string)
        default: throw reader.fault("is no input of an execution")
        }
    }
}
