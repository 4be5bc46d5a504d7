public import Core

extension Execution {
    /// Everything that must be kept to continue later, but the definition.
    public var json: JSON {
        var object = JSONObject([
            ("status", .string(status.rawValue)),
            ("id", .string(identity.id)), ("name", .string(identity.name)),
            ("workflowId", .string(identity.workflowID)),
            ("workflowName", .string(identity.workflowName)), ("role", .string(identity.role)),
            ("lastEvent", .int(lastEvent)), ("lastStep", .int(lastStep)),
            ("lastBranch", .int(lastBranch)),
        ])
        object["startedAt"] = startedAt.map { .int($0.microseconds) }
        object["input"] = input
        object["output"] = output
        object["error"] = error.map { .string($0) }
        object["cause"] = cause.map { .string($0) }
        object["branches"] = .array(
            branches.values.sorted { $0.id < $1.id }.map(\.json)
        )
        return .object(object)
    }

    /// Continues from what `json` gave.
    ///
    /// - Parameters:
    ///   - json: what was kept.
    ///   - definition: the very version it was started with.
    ///   - limits: its bounds.
    ///   - random: where jitter, tokens and UUIDs come from.
    /// - Throws: `GeneralFault` when the value is not one, or does not fit the definition.
    public init(
        restoring json: JSON,
        definition: Definition,
        limits: ExecutionLimits = ExecutionLimits(),
        random: any RandomSource
    ) throws(GeneralFault) {
        let reader = JSONReader(json)
        self.init(
            of: definition,
            identity: ExecutionIdentity(
                id: try reader.member("id").string(),
                name: try reader.member("name").string(),
                workflowID: try reader.member("workflowId").string(),
                workflowName: try reader.member("workflowName").string(),
                role: try reader.member("role").string()
            ),
            limits: limits,
            random: random
        )
        guard let status = ExecutionStatus(rawValue: try reader.member("status").string()) else {
            throw try reader.member("status").fault("is no status")
        }
        self.status = status
        if let started = try reader.optional("startedAt") {
            startedAt = Timestamp(microseconds: Int64(try started.int()))
        }
        input = json["input"]
        output = json["output"]
        error = json["error"]?.string
        cause = json["cause"]?.string
        lastEvent = try reader.member("lastEvent").int()
        lastStep = try reader.member("lastStep").int()
        lastBranch = try reader.member("lastBranch").int()
        for element in try reader.member("branches").array() {
            let branch = try Branch(element)
            guard state(of: branch) != nil else {
                throw element.fault("the definition has no state \"\(branch.state)\" there")
            }
            branches[branch.id] = branch
        }
    }
}

extension Branch {
    var json: JSON {
        var object = JSONObject([
            ("id", .int(id)), ("machine", .string(machine)), ("index", .int(index)),
            ("state", .string(state)), ("input", input), ("lastEvent", .int(lastEvent)),
            ("enteredEvent", .int(enteredEvent)), ("enteredAt", .int(enteredAt.microseconds)),
            ("retries", .array(retries.map { .int($0) })), ("phase", phase.json),
        ])
        object["parent"] = parent.map { .int($0) }
        return .object(object)
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        var counts: [Int] = []
        for element in try reader.member("retries").array() { counts.append(try element.int()) }
        guard let input = reader.value["input"] else { throw reader.fault("has no \"input\"") }
        self.init(
            id: try reader.member("id").int(),
            machine: try reader.member("machine").string(),
            parent: try reader.optional("parent")?.int(),
            index: try reader.member("index").int(),
            state: try reader.member("state").string(),
            input: input,
            lastEvent: try reader.member("lastEvent").int(),
            enteredEvent: try reader.member("enteredEvent").int(),
            enteredAt: Timestamp(microseconds: Int64(try reader.member("enteredAt").int())),
            retries: counts,
            phase: try Phase(try reader.member("phase"))
        )
    }
}

extension Branch.Phase {
    var json: JSON {
        switch self {
        case .ready: return ["kind": "ready"]
        case .task(let step, let submitted):
            return ["kind": "task", "step": .int(step), "submitted": .bool(submitted)]
        case .timer(let step, let purpose):
            return ["kind": "timer", "step": .int(step), "purpose": .string(purpose.rawValue)]
        case .children(let children):
            var object = JSONObject([
                ("kind", "children"), ("count", .int(children.results.count)),
                ("started", .int(children.started)), ("done", .int(children.done)),
            ])
            object["lastSuccess"] = children.lastSuccess.map { .int($0) }
            let results = children.results.enumerated().compactMap { at, result in
                result.map { (String(at), $0) }
            }
            object["results"] = .object(JSONObject(results))
            return .object(object)
        }
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        switch try reader.member("kind").string() {
        case "ready": self = .ready
        case "task":
            self = .task(
                step: try reader.member("step").int(),
                submitted: try reader.member("submitted").bool()
            )
        case "timer":
            self = .timer(
                step: try reader.member("step").int(),
                purpose: try reader.member("purpose").choice(Branch.Purpose.self)
            )
        case "children":
            let count = try reader.member("count").int(in: 0...10_000_000)
            let results = reader.value["results"]
            self = .children(
                .init(
                    results: (0..<count).map { results?[String($0)] },
                    started: try reader.member("started").int(),
                    done: try reader.member("done").int(),
                    lastSuccess: try reader.optional("lastSuccess")?.int()
                )
            )
        default: throw reader.fault("is no phase")
        }
    }
}
