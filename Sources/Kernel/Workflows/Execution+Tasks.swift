import Core

extension Execution {
    mutating func schedule(
        _ task: State.TaskBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let events = TaskEvents(resource: task.resource)
        var token: String?
        if task.resource.hasSuffix(".waitForTaskToken") {
            token = Evaluation(input: .null, context: .null, random: random).uuid()
        }
        let selected = evaluation(of: branch, input: try selected(state, branch), token: token)
        let credentials = try task.credentials.map { template throws(StateError) in
            try selected.value(of: template)
        }
        let scheduled = ScheduledTask(
            step: newStep(),
            branch: branch.id,
            entry: branch.enteredEvent,
            state: state.name,
            resource: task.resource,
            input: try effectiveInput(state, branch, token: token),
            attempt: branch.retries.reduce(0, +),
            timeoutSeconds: try selected.count(task.timeout, "TimeoutSecondsPath"),
            heartbeatSeconds: try selected.count(task.heartbeat, "HeartbeatSecondsPath"),
            token: token,
            credentials: credentials
        )
        record("\(events.prefix)Scheduled", in: branch.id, events.scheduled(scheduled))
        record("\(events.prefix)Started", in: branch.id, events.details("Started"))
        branches[branch.id]?.phase = .task(step: scheduled.step, submitted: false)
        turn.actions.append(.schedule(scheduled))
    }

    mutating func taskSubmitted(_ step: Int, _ output: JSON?) {
        guard let (branch, _, events) = task(step), case .task(_, false) = branch.phase else {
            return
        }
        var members = JSONObject()
        if let output {
            members["output"] = output
            members["outputDetails"] = .untruncated
        }
        record("TaskSubmitted", in: branch.id, events.details("Submitted", members))
        branches[branch.id]?.phase = .task(step: step, submitted: true)
    }

    mutating func taskSucceeded(_ step: Int, _ output: JSON) {
        guard let (_, state, events) = task(step) else { return }
        guard output.byteCount <= limits.payloadBytes else {
            let problem = StateError(
                name: StateError.Name.dataLimitExceeded,
                cause:
                    "The state/task '\(events.shortName)' returned a result with a size exceeding"
                    + " the maximum number of bytes service limit."
            )
            taskFailed(step, problem)
            return
        }
        if events.isSubmitted { taskSubmitted(step, nil) }
        guard let branch = branch(waitingFor: step) else { return }
        let members = JSONObject([("output", output), ("outputDetails", .untruncated)])
        let details = events.details("Succeeded", members)
        record("\(events.prefix)Succeeded", in: branch.id, details)
        branches[branch.id]?.phase = .ready
        do throws(StateError) {
            try leave(branch.id, with: try place(output, state, branch), state)
        } catch {
            fail(branch.id, error)
        }
        turn.ready.append(branch.id)
    }

    mutating func taskFailed(_ step: Int, _ problem: StateError) {
        guard let (branch, _, events) = task(step) else { return }
        if events.isSubmitted { taskSubmitted(step, nil) }
        var members = JSONObject()
        members["error"] = problem.name.map { .string($0) }
        members["cause"] = problem.cause.map { .string($0) }
        let event = problem.timedOut ? "TimedOut" : "Failed"
        record("\(events.prefix)\(event)", in: branch.id, events.details(event, members))
        branches[branch.id]?.phase = .ready
        fail(branch.id, problem)
        turn.ready.append(branch.id)
    }

    private func task(_ step: Int) -> (Branch, State, TaskEvents)? {
        guard let branch = branch(waitingFor: step), let state = state(of: branch),
            case .task = branch.phase, case .task(let task) = state.body
        else { return nil }
        return (branch, state, TaskEvents(resource: task.resource))
    }
}

extension Evaluation {
    func count(_ field: State.CountField?, _ name: String, from least: Int = 1)
        throws(StateError) -> Int?
    {
        switch field {
        case nil: return nil
        case .literal(let count): return count
        case .path(let path):
            guard let value = find(path) else {
                throw .runtime("The \(name) parameter does not reference an input value: \(path)")
            }
            guard let count = value.int, count >= least else {
                throw .runtime(
                    "The \(name) parameter must be a whole number of at least \(least):"
                        + " \(path) == \(value)"
                )
            }
            return count
        }
    }
}
