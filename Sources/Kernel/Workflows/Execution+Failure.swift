import Core

extension Execution {
    /// An error in the branch's present state: retry, catch, or fail the branch.
    mutating func fail(_ id: Int, _ problem: StateError) {
        guard status == .running, let branch = branches[id], let state = state(of: branch) else {
            return
        }
        abortChildren(of: id)
        var problem = problem
        if problem.needsPlace {
            problem.needsPlace = false
            problem.cause =
                "An error occurred while executing the state '\(state.name)' (entered at the event"
                + " id #\(branch.enteredEvent)). \(problem.cause ?? "")"
        }
        if retry(state, branch, problem) { return }
        switch state.body {
        case .parallel where branch.isSplit: record("ParallelStateFailed", in: id)
        case .map where branch.isSplit: record("MapStateFailed", in: id)
        default: break
        }
        guard let catcher = state.catchers.first(where: { problem.isHandled(by: $0.errors) })
        else {
            failBranch(id, problem)
            return
        }
        // A timeout is caught with an empty cause, another error without one with null.
        let cause = problem.cause ?? (problem.timedOut ? "" : nil)
        let caught: JSON = ["Error": .optional(problem.name), "Cause": .optional(cause)]
        do throws(StateError) {
            let output = try put(caught, at: catcher.result, into: branch.input)
            exit(id, with: output, state, to: catcher.next)
        } catch {
            failBranch(id, error)
        }
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
        // Recorded so for Parallel; no recording shows a failing task in a Map.
        if case .parallel = state.body, case .task = self.state(of: branch)?.body {
            record("TaskStateAborted", previous: branch.lastEvent)
        }
        if case .map = state.body {
            record("MapIterationFailed", previous: branch.lastEvent, iteration(branch, state))
        }
        branches[id] = nil
        abortChildren(of: parentID)
        branches[parentID]?.lastEvent = branch.lastEvent
        fail(parentID, problem)
        turn.ready.append(parentID)
    }

    /// Stops what still runs below a branch.
    private mutating func abortChildren(of parent: Int) {
        for child in branches.values.filter({ $0.parent == parent }).sorted(by: { $0.id < $1.id }) {
            abortChildren(of: child.id)
            switch child.phase {
            case .task(let step, _), .timer(let step, _):
                turn.actions.append(.cancel(step: step))
            default: break
            }
            if let state = state(of: child), child.enteredEvent > 0 {
                record("\(state.type)StateAborted", previous: child.lastEvent)
            }
            if let state = branches[parent].flatMap({ self.state(of: $0) }),
                case .map = state.body
            {
                record("MapIterationAborted", previous: child.lastEvent, iteration(child, state))
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
