import Core

extension Execution {
    mutating func schedule(
        _ task: State.TaskBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let events = task.events
        let token = events.needsToken ? random.uuid() : nil
        let visible = events.isActivity ? nil : token
        let selected = evaluation(of: branch, input: try selected(state, branch), token: visible)
        var credentials: JSON?
        if let template = task.credentials { credentials = try selected.value(of: template) }
        let scheduled = ScheduledTask(
            purpose: events.purpose,
            step: lastStep + 1,
            branch: branch.id,
            entry: branch.enteredEvent,
            state: state.name,
            resource: task.resource,
            input: try effectiveInput(state, branch, token: visible),
            attempt: branch.spentAttempts + branch.retries.reduce(0, +),
            timeoutSeconds: try selected.limit(task.timeout),
            heartbeatSeconds: try selected.limit(task.heartbeat),
            token: token,
            credentials: credentials
        )
        lastStep += 1
        record("\(events.prefix)Scheduled", in: branch.id, events.scheduled(scheduled))
        if !events.isActivity {
            record("\(events.prefix)Started", in: branch.id, events.details("Started"))
        }
        branches[branch.id]?.phase = .task(step: scheduled.step, submitted: false)
        branches[branch.id]?.heartbeatSeconds = scheduled.heartbeatSeconds
        turn.actions.append(.schedule(scheduled))
        if !events.isActivity {
            expire(scheduled.step, scheduled.timeoutSeconds, heartbeat: false)
            expire(scheduled.step, scheduled.heartbeatSeconds, heartbeat: true)
        }
    }

    private mutating func expire(_ step: Int, _ seconds: Int?, heartbeat: Bool) {
        guard let seconds else { return }
        turn.actions.append(
            .expire(step: step, at: turn.now + .seconds(seconds), heartbeat: heartbeat)
        )
    }

    mutating func taskSubmitted(_ step: Int, _ output: JSON?) {
        guard let (branch, _, events) = task(step), case .task(_, false) = branch.phase,
            events.isSubmitted
        else { return }
        var members = JSONObject()
        if let output {
            members["output"] = output
            members["outputDetails"] = .untruncated
        }
        record("TaskSubmitted", in: branch.id, events.details("Submitted", members))
        branches[branch.id]?.phase = .task(step: step, submitted: true)
    }

    /// A worker took an activity's task; from now on its time runs.
    mutating func taskStarted(_ step: Int, _ worker: String?) {
        guard let (branch, state, events) = task(step), case .task(_, false) = branch.phase,
            events.isActivity
        else { return }
        let members = worker.map { JSONObject([("workerName", .string($0))]) } ?? JSONObject()
        record("ActivityStarted", in: branch.id, ("activityStartedEventDetails", members))
        branches[branch.id]?.phase = .task(step: step, submitted: true)
        if case .task(let body) = state.body, let input = try? selected(state, branch),
            let timeout = try? evaluation(of: branch, input: input).limit(body.timeout)
        {
            expire(step, timeout, heartbeat: false)
        }
        expire(step, branch.heartbeatSeconds, heartbeat: true)
    }

    mutating func taskHeartbeat(_ step: Int) {
        guard let (branch, _, _) = task(step) else { return }
        expire(step, branch.heartbeatSeconds, heartbeat: true)
    }

    mutating func taskSucceeded(_ step: Int, _ output: JSON) {
        if let id = run(waitingFor: step) { return runAnswered(id, step, .success(output)) }
        guard let (_, state, events) = task(step) else { return }
        guard output.byteCount <= limits.payloadBytes else {
            taskFailed(step, .tooLarge(events.shortName))
            return
        }
        begin(step, events)
        guard let branch = branch(waitingFor: step) else { return }
        let members = JSONObject([("output", output), ("outputDetails", .untruncated)])
        let details = events.details("Succeeded", members)
        record("\(events.prefix)Succeeded", in: branch.id, details)
        branches[branch.id]?.phase = .ready
        do throws(StateError) {
            try leave(branch.id, with: output, state)
        } catch {
            fail(branch.id, error)
        }
        turn.ready.append(branch.id)
    }

    mutating func taskFailed(_ step: Int, _ problem: StateError) {
        if let id = run(waitingFor: step) { return runAnswered(id, step, .failure(problem)) }
        guard let (branch, _, events) = task(step) else { return }
        if !problem.timedOut || events.isSubmitted { begin(step, events) }
        var members = JSONObject()
        members["error"] = problem.name.map { .string($0) }
        members["cause"] = problem.cause.map { .string($0) }
        let event = problem.timedOut ? "TimedOut" : "Failed"
        record("\(events.prefix)\(event)", in: branch.id, events.details(event, members))
        branches[branch.id]?.phase = .ready
        fail(branch.id, problem)
        turn.ready.append(branch.id)
    }

    /// What an answer implies: a submitted task was handed over, an activity's was taken.
    private mutating func begin(_ step: Int, _ events: TaskEvents) {
        if events.isActivity {
            taskStarted(step, nil)
        } else if events.isSubmitted {
            taskSubmitted(step, nil)
        }
    }

    private func task(_ step: Int) -> (Branch, State, TaskEvents)? {
        guard let branch = branch(waitingFor: step), let state = state(of: branch),
            case .task = branch.phase, case .task(let task) = state.body
        else { return nil }
        return (branch, state, task.events)
    }
}
