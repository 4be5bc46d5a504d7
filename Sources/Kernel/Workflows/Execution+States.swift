import Core

extension Execution {
    /// Runs a branch until it waits, ends or splits.
    mutating func advance(_ id: Int) {
        while status == .running, let branch = branches[id], case .ready = branch.phase {
            guard turn.entered < limits.statesPerTurn else {
                sleep(id, until: turn.now, .pause)
                return
            }
            turn.entered += 1 + branch.input.byteCount / 4_096
            enter(id)
            attempt(id)
        }
    }

    private mutating func enter(_ id: Int) {
        guard var branch = branches[id], let state = state(of: branch) else { return }
        branch.retries = state.retriers.map { _ in 0 }
        branch.spentAttempts = 0
        branch.enteredAt = turn.now
        branch.eventBefore = branch.lastEvent
        let details = JSONObject([
            ("input", branch.input), ("inputDetails", .untruncated),
            ("name", .string(state.name)),
        ])
        branch.lastEvent = record(
            state.type + "StateEntered",
            previous: branch.lastEvent,
            ("stateEnteredEventDetails", details),
            hidden: branch.isHidden
        )
        branch.enteredEvent = branch.lastEvent
        branches[id] = branch
    }

    /// Does the present state's work, for the first time or again.
    mutating func attempt(_ id: Int) {
        guard let branch = branches[id], let state = state(of: branch) else { return }
        do throws(StateError) {
            try perform(state, branch)
        } catch {
            fail(id, error)
        }
    }

    private mutating func perform(_ state: State, _ branch: Branch) throws(StateError) {
        switch state.body {
        case .task(let task):
            try schedule(task, state, branch)
        case .pass(let result):
            if let result {
                try leave(branch.id, with: result, state)
            } else if state.language == .jsonata {
                try leave(branch.id, with: nil, state)
            } else {
                try leave(branch.id, with: try effectiveInput(state, branch), state)
            }
        case .succeed:
            try leave(branch.id, with: nil, state)
        case .fail(let error, let cause):
            let evaluation = evaluation(of: branch, input: branch.input)
            throw StateError(
                name: try error.map { field throws(StateError) in
                    try evaluation.text(of: field, "ErrorPath")
                },
                cause: try cause.map { field throws(StateError) in
                    try evaluation.text(of: field, "CausePath")
                }
            )
        case .choice(let rules, let otherwise):
            try choose(rules, otherwise, state, branch)
        case .wait(let wait):
            let moment = try moment(of: wait, state, branch)
            if moment <= turn.now {
                try leave(branch.id, with: nil, state)
            } else {
                sleep(branch.id, until: moment, .wait)
            }
        case .parallel(let machines):
            try split(machines, state, branch)
        case .map(let map):
            try iterate(map, state, branch)
        }
    }

    private mutating func choose(
        _ rules: [ChoiceRule],
        _ otherwise: String?,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let input = try selected(state, branch)
        let evaluation = evaluation(of: branch, input: input)
        for rule in rules where try rule.condition.holds(evaluation) {
            try leave(branch.id, with: nil, state, to: rule.next, rule: rule)
            return
        }
        guard let otherwise else {
            throw .here(
                StateError.Name.noChoiceMatched,
                "Failed to transition out of the state. The state does not point to a next state."
            )
        }
        try leave(branch.id, with: nil, state, to: otherwise)
    }

    private func moment(
        of wait: State.WaitBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> Timestamp {
        let evaluation = evaluation(of: branch, input: try selected(state, branch))
        switch wait {
        case .seconds(let amount): return turn.now + .seconds(try evaluation.seconds(amount))
        case .timestamp(let moment): return moment
        case .timestampPath(let path):
            guard let value = evaluation.find(path) else {
                throw .runtime(
                    "The TimestampPath parameter does not reference an input value: \(path)"
                )
            }
            guard let moment = Condition.Test.moment(value) else {
                throw .runtime(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended"
                        + " offset date-time format string: \(path) == \(value.string ?? value.text())"
                )
            }
            return moment
        case .timestampQuery(let query):
            let value = try query.value(evaluation)
            guard let text = value.string else {
                throw query.mismatch(value, expected: "string")
            }
            guard let moment = Condition.Test.moment(value) else {
                throw .query(
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time"
                        + " format string: \(text)",
                    query.location
                )
            }
            return moment
        }
    }

    mutating func sleep(_ id: Int, until moment: Timestamp, _ purpose: Branch.Purpose) {
        let step = newStep()
        branches[id]?.phase = .timer(step: step, purpose: purpose)
        turn.actions.append(.wait(step: step, until: moment))
    }

    mutating func timerFired(_ step: Int) {
        guard let branch = branch(waitingFor: step), case .timer(_, let purpose) = branch.phase,
            let state = state(of: branch)
        else { return }
        branches[branch.id]?.phase = .ready
        switch purpose {
        case .wait:
            do throws(StateError) {
                try leave(branch.id, with: nil, state)
            } catch {
                fail(branch.id, error)
            }
        case .retry:
            attempt(branch.id)
        case .pause: break
        }
        turn.ready.append(branch.id)
    }

    /// Goes on with what the pause held back.
    mutating func resume() {
        guard isPaused else { return }
        isPaused = false
        turn.ready = branches.values.filter { branch in
            if case .ready = branch.phase { true } else { false }
        }.map(\.id).sorted()
        let due = deferred
        deferred = []
        for step in due { timerFired(step) }
        for id in branches.keys.sorted() where isRun(id) { continueRun(id) }
    }
}

extension Evaluation {
    fileprivate func text(
        of field: State.TextField,
        _ name: String
    ) throws(StateError) -> String {
        switch field {
        case .literal(let text): return text
        case .query(let query):
            let value = try query.value(self)
            guard let text = value.string else {
                throw query.mismatch(value, expected: "string")
            }
            return text
        case .expression(let expression):
            let value: JSON
            do throws(StateError) {
                value = try self.value(of: expression, field: name)
            } catch {
                throw error.name == StateError.Name.intrinsicFailure
                    ? error : .runtime(error.cause ?? "")
            }
            guard let text = value.string else {
                throw .runtime(
                    "The \(name) parameter must reference a string: \(expression.text) == \(value)"
                )
            }
            return text
        }
    }
}
