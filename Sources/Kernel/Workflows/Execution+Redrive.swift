import Core

extension Execution {
    /// Whether `redrive` would do something: it ended without success, at states it can go on from.
    public var isRedrivable: Bool {
        status != .running && status != .succeeded && !residue.isEmpty
    }

    /// Goes on where the execution failed, timed out or was aborted.
    ///
    /// Every branch that had not ended does its present state's work again, with the same input and
    /// its retries counted anew; a wait that was under way ends at its own moment at the earliest.
    mutating func redrive(at now: Timestamp) -> [Action] {
        guard isRedrivable else { return [] }
        turn = Turn(now: now)
        let last = lastEvent
        status = .running
        (output, error, cause, isPaused) = (nil, nil, nil, false)
        redriveCount += 1
        branches = residue
        residue = [:]
        let details = JSONObject([("redriveCount", .int(redriveCount))])
        record("ExecutionRedriven", previous: last, ("executionRedrivenEventDetails", details))
        let event = lastEvent
        if let seconds = definition.timeoutSeconds {
            turn.actions.append(.deadline(now + .seconds(seconds)))
        }
        for id in branches.keys.sorted() { again(id, after: event) }
        return run()
    }

    private mutating func again(_ id: Int, after event: Int) {
        guard let branch = branches[id], let state = state(of: branch) else { return }
        if case .children(let children) = branch.phase, !isComplete(children, id) {
            if children.run != nil { redriveRun(id) }
            return
        }
        branches[id]?.spentAttempts += branch.retries.reduce(0, +) + 1
        branches[id]?.retries = state.retriers.map { _ in 0 }
        branches[id]?.phase = .ready
        // What was not entered is entered now; anything else goes on in the state it is in.
        if branch.enteredEvent != 0 {
            if !branch.isHidden { branches[id]?.lastEvent = event }
            attempt(id)
        }
        turn.ready.append(id)
    }

    /// Whether all children had ended, so that it is the state itself that failed.
    private func isComplete(_ children: Branch.Children, _ id: Int) -> Bool {
        guard children.run == nil else { return false }
        return children.done == children.results.count
            || !branches.values.contains { $0.parent == id }
    }

    /// The run of a distributed Map does again what failed.
    private mutating func redriveRun(_ id: Int) {
        update(id) { children in
            guard var run = children.run else { return }
            children.run = nil
            children.done -= run.failed.count
            run.again.append(contentsOf: run.failed)
            run.failures -= run.failed.count
            run.failed = []
            (run.readStep, run.writeStep, run.isClosing) = (nil, nil, false)
            children.run = run
        }
        let details = JSONObject([
            ("mapRunArn", .string(mapRun(id)?.name ?? "")), ("redriveCount", .int(redriveCount)),
        ])
        record("MapRunRedriven", in: id, ("mapRunRedrivenEventDetails", details))
        continueRun(id)
    }
}
