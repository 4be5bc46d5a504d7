import Core

extension Execution {
    /// An error in the branch's present state: retry, catch, or fail the branch.
    mutating func fail(_ id: Int, _ problem: StateError) {
        guard status == .running, let branch = branches[id], let state = state(of: branch) else {
            return
        }
        if turn.beforeFailure == nil { turn.beforeFailure = branches }
        abortChildren(of: id)
        for step in branch.pendingSteps where branch.isSplit {
            turn.actions.append(.cancel(step: step))
        }
        let problem = placed(problem, state, branch)
        if problem.isEvaluation { recordEvaluation(problem, state, branch) }
        recordEnd(ofRun: branch, problem)
        if retry(state, branch, problem) {
            turn.beforeFailure = nil
            return
        }
        recordEnd(of: state, branch, problem)
        branches[id]?.phase = .ready
        guard let catcher = state.catchers.first(where: { problem.isHandled(by: $0.errors) })
        else {
            failBranch(id, problem)
            return
        }
        do throws(StateError) {
            let product = try caught(problem, by: catcher, state, branch)
            try check(product, state, branch)
            exit(id, with: product, state, to: catcher.next)
            turn.beforeFailure = nil
        } catch {
            let second = placed(error, state, branch)
            if second.isEvaluation { recordEvaluation(second, state, branch) }
            failBranch(id, second)
        }
    }

    /// Tells the state and its event in the cause, where AWS does.
    private func placed(_ problem: StateError, _ state: State, _ branch: Branch) -> StateError {
        guard problem.needsPlace else { return problem }
        var problem = problem
        problem.needsPlace = false
        problem.cause =
            "An error occurred while executing the state '\(state.name)' (entered at the event"
            + " id #\(abs(branch.enteredEvent))). \(problem.cause ?? "")"
        return problem
    }

    private mutating func recordEvaluation(
        _ problem: StateError,
        _ state: State,
        _ branch: Branch
    ) {
        var details = JSONObject()
        details["cause"] = problem.cause.map { .string($0) }
        details["error"] = problem.name.map { .string($0) }
        details["location"] = problem.location.map { .string($0) }
        details["state"] = .string(state.name)
        if problem.isBeforeEntry { branches[branch.id]?.lastEvent = branch.eventBefore }
        record("EvaluationFailed", in: branch.id, ("evaluationFailedEventDetails", details))
    }

    /// A Map or Parallel that had begun, or whose fields could not be evaluated, is told to have
    /// failed.
    private mutating func recordEnd(of state: State, _ branch: Branch, _ problem: StateError) {
        guard branch.isSplit || problem.isEvaluation else { return }
        switch state.body {
        case .parallel: record("ParallelStateFailed", in: branch.id)
        case .map: record("MapStateFailed", in: branch.id)
        default: break
        }
    }

    private mutating func recordEnd(ofRun branch: Branch, _ problem: StateError) {
        guard case .children(let children) = branch.phase, children.run != nil else { return }
        var details = JSONObject()
        details["cause"] = problem.cause.map { .string($0) }
        details["error"] = problem.name.map { .string($0) }
        record("MapRunFailed", in: branch.id, ("mapRunFailedEventDetails", details))
    }

    private func caught(
        _ problem: StateError,
        by catcher: State.Catcher,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> Product {
        // A timeout is caught with an empty cause, another error without one with null.
        let cause = problem.cause ?? (problem.timedOut ? "" : nil)
        let caught: JSON = ["Error": .optional(problem.name), "Cause": .optional(cause)]
        guard state.language == .jsonata else {
            let evaluation = evaluation(of: branch, input: caught)
            return Product(
                output: try put(caught, at: catcher.result, into: branch.input),
                assigned: try assigned(catcher.assign, evaluation)
            )
        }
        var evaluation = evaluation(of: branch, input: branch.input)
        evaluation.errorOutput = caught
        var product = Product(output: caught)
        product.assigned = try assigned(catcher.assign, evaluation)
        if let output = catcher.output { product.output = try evaluation.value(of: output) }
        return product
    }

    private mutating func retry(_ state: State, _ branch: Branch, _ problem: StateError) -> Bool {
        // Only the first retrier that names the error counts, even when it is used up.
        guard let at = state.retriers.firstIndex(where: { problem.isHandled(by: $0.errors) }),
            branch.retries[at] < state.retriers[at].maxAttempts
        else { return false }
        let delay = state.retriers[at].delay(attempt: branch.retries[at], random: random)
        branches[branch.id]?.retries[at] += 1
        sleep(branch.id, until: turn.now + delay, .retry)
        return true
    }

    /// The branch has an error that its state does not handle.
    private mutating func failBranch(_ id: Int, _ problem: StateError) {
        guard let branch = branches[id] else { return }
        guard let parentID = branch.parent, let parent = branches[parentID],
            let state = state(of: parent)
        else {
            finish(.failed, "ExecutionFailed", error: problem.name, cause: problem.cause)
            return
        }
        branches[id] = nil
        if branch.child != nil { return childEnded(branch, .failure(problem), parentID) }
        // Recorded so for Parallel; no recording shows a failing task in a Map.
        if case .parallel = state.body, case .task = self.state(of: branch)?.body {
            record("TaskStateAborted", previous: branch.lastEvent, hidden: branch.isHidden)
        }
        if case .map = state.body {
            record(
                "MapIterationFailed",
                previous: branch.lastEvent,
                iteration(branch, state),
                hidden: branch.isHidden
            )
        }
        abortChildren(of: parentID)
        branches[parentID]?.lastEvent = branch.lastEvent
        fail(parentID, problem)
        turn.ready.append(parentID)
    }

    /// Stops what still runs below a branch.
    private mutating func abortChildren(of parent: Int) {
        for child in branches.values.filter({ $0.parent == parent }).sorted(by: { $0.id < $1.id }) {
            abortChildren(of: child.id)
            for step in child.pendingSteps { turn.actions.append(.cancel(step: step)) }
            let hidden = child.isHidden
            if let state = state(of: child), child.enteredEvent != 0 {
                record("\(state.type)StateAborted", previous: child.lastEvent, hidden: hidden)
            }
            if let state = branches[parent].flatMap({ self.state(of: $0) }),
                case .map = state.body
            {
                record(
                    "MapIterationAborted",
                    previous: child.lastEvent,
                    iteration(child, state),
                    hidden: hidden
                )
            }
            branches[child.id] = nil
        }
    }
}

extension Branch {
    /// Whether its state has started children, so that their end belongs in the history.
    var isSplit: Bool {
        if case .children = phase { true } else { false }
    }
}
