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
        object["branches"] = .array(Self.json(branches))
        if !residue.isEmpty { object["residue"] = .array(Self.json(residue)) }
        if lastHiddenEvent != 0 { object["lastHiddenEvent"] = .int(lastHiddenEvent) }
        if redriveCount != 0 { object["redriveCount"] = .int(redriveCount) }
        if isPaused { object["paused"] = true }
        if !deferred.isEmpty { object["deferred"] = .array(deferred.map { .int($0) }) }
        return .object(object)
    }

    private static func json(_ branches: [Int: Branch]) -> [JSON] {
        branches.values.sorted { $0.id < $1.id }.map(\.json)
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
        branches = try Self.branches(try reader.member("branches"))
        if let kept = try reader.optional("residue") { residue = try Self.branches(kept) }
        lastHiddenEvent = try reader.optional("lastHiddenEvent")?.int() ?? 0
        redriveCount = try reader.optional("redriveCount")?.int() ?? 0
        isPaused = try reader.optional("paused")?.bool() ?? false
        deferred = json["deferred"]?.array?.compactMap(\.int) ?? []
        for branch in branches.values where state(of: branch) == nil {
            throw reader.fault("the definition has no state \"\(branch.state)\" in a branch")
        }
    }

    private static func branches(_ reader: JSONReader) throws(GeneralFault) -> [Int: Branch] {
        var branches: [Int: Branch] = [:]
        for element in try reader.array() {
            let branch = try Branch(element)
            branches[branch.id] = branch
        }
        return branches
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
        // What most branches do not have is left out, and absent in what older versions kept.
        if eventBefore != 0 { object["eventBefore"] = .int(eventBefore) }
        if spentAttempts != 0 { object["spentAttempts"] = .int(spentAttempts) }
        if !variables.isEmpty { object["variables"] = .object(variables) }
        if isHidden { object["hidden"] = true }
        object["heartbeatSeconds"] = heartbeatSeconds.map { .int($0) }
        if let child {
            var kept = JSONObject([("input", child.input)])
            kept["item"] = child.item
            object["child"] = .object(kept)
        }
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
        eventBefore = try reader.optional("eventBefore")?.int() ?? 0
        spentAttempts = try reader.optional("spentAttempts")?.int() ?? 0
        variables = reader.value["variables"]?.object ?? JSONObject()
        isHidden = try reader.optional("hidden")?.bool() ?? false
        heartbeatSeconds = try reader.optional("heartbeatSeconds")?.int()
        if let kept = reader.value["child"] {
            child = Child(input: kept["input"] ?? .null, item: kept["item"])
        }
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
            object["items"] = children.items.map { .array($0) }
            object["run"] = children.run?.json
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
                    lastSuccess: try reader.optional("lastSuccess")?.int(),
                    items: reader.value["items"]?.array,
                    run: try reader.optional("run").map { kept throws(GeneralFault) in
                        try MapRun(kept)
                    }
                )
            )
        default: throw reader.fault("is no phase")
        }
    }
}
