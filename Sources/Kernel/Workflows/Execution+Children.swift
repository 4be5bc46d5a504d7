import Core

extension Execution {
    /// Starts the branches of a Parallel.
    mutating func split(
        _ machines: [String],
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let input = try effectiveInput(state, branch)
        record("ParallelStateStarted", in: branch.id)
        let after = branches[branch.id]?.lastEvent ?? 0
        branches[branch.id]?.phase = .children(
            .init(results: machines.map { _ in nil }, started: machines.count)
        )
        for (index, machine) in machines.enumerated() {
            let child = addBranch(
                machine: machine,
                parent: branch.id,
                index: index,
                input: input,
                after: after
            )
            turn.ready.append(child)
        }
    }

    /// Starts the first iterations of a Map.
    mutating func iterate(
        _ map: State.MapBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let items = try items(of: map, state, branch)
        let details = JSONObject([("length", .int(items.count))])
        record("MapStateStarted", in: branch.id, ("mapStateStartedEventDetails", details))
        branches[branch.id]?.phase = .children(.init(results: items.map { _ in nil }, started: 0))
        guard !items.isEmpty else {
            try join(branch.id)
            return
        }
        let wanted = try concurrency(map, state, branch)
        for _ in 0..<min(items.count, wanted) {
            try startIteration(map, items, state, branch.id)
        }
    }

    private func concurrency(
        _ map: State.MapBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> Int {
        let evaluation = evaluation(of: branch, input: try selected(state, branch))
        let count = try evaluation.count(map.concurrency, "MaxConcurrencyPath", from: 0) ?? 0
        return count == 0 ? Int.max : count
    }

    /// What a Map goes over; found again rather than kept, so that it is not stored twice.
    func items(
        of map: State.MapBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> [JSON] {
        let input = try selected(state, branch)
        var value = input
        if let path = map.items {
            guard let found = evaluation(of: branch, input: input, item: (0, .null)).find(path)
            else {
                throw .runtime(
                    "Unable to apply Path transformation to null or empty input. '\(path)'"
                )
            }
            value = found
        }
        guard let items = value.array else {
            throw .runtime(
                "Reference path \"\(map.items?.description ?? "$")\" must point to array."
            )
        }
        return items
    }

    private mutating func startIteration(
        _ map: State.MapBody,
        _ items: [JSON],
        _ state: State,
        _ id: Int
    ) throws(StateError) {
        guard let index = update(id, { $0.startNext() }), let branch = branches[id] else { return }
        var input = items[index]
        if let selector = state.parameters {
            input = try evaluation(
                of: branch,
                input: try selected(state, branch),
                item: (index, input)
            ).value(of: selector)
        }
        let child = addBranch(
            machine: map.processor,
            parent: id,
            index: index,
            input: input,
            after: branch.lastEvent
        )
        guard let started = branches[child] else { return }
        record("MapIterationStarted", in: child, iteration(started, state, "Started"))
        turn.ready.append(child)
    }

    /// Changes what a branch knows of its children, without copying their results.
    @discardableResult
    private mutating func update<Result>(
        _ id: Int,
        _ change: (inout Branch.Children) -> Result
    ) -> Result? {
        guard case .children(var children)? = branches[id]?.phase else { return nil }
        branches[id]?.phase = .ready
        let result = change(&children)
        branches[id]?.phase = .children(children)
        return result
    }

    func iteration(
        _ child: Branch,
        _ state: State,
        _ event: String = "Failed"
    ) -> (String, JSONObject) {
        let details = JSONObject([("index", .int(child.index)), ("name", .string(state.name))])
        return ("mapIteration\(event)EventDetails", details)
    }

    mutating func childSucceeded(_ child: Branch, _ output: JSON, _ parentID: Int) {
        guard let state = branches[parentID].flatMap({ state(of: $0) }) else { return }
        branches[parentID]?.lastEvent = child.lastEvent
        var success: Int?
        if case .map = state.body {
            success = record(
                "MapIterationSucceeded",
                previous: child.lastEvent,
                iteration(child, state, "Succeeded")
            )
        }
        guard let progress = update(parentID, { $0.finish(child.index, output, success) }) else {
            return
        }
        do throws(StateError) {
            if progress.isComplete {
                try join(parentID)
            } else if case .map(let map) = state.body, progress.hasMore,
                let parent = branches[parentID]
            {
                try startIteration(map, try items(of: map, state, parent), state, parentID)
            }
        } catch {
            fail(parentID, error)
        }
        turn.ready.append(parentID)
    }

    /// All children are done: puts their results together and leaves the state.
    private mutating func join(_ id: Int) throws(StateError) {
        guard let branch = branches[id], let state = state(of: branch),
            case .children(let children) = branch.phase
        else { return }
        if let lastSuccess = children.lastSuccess { branches[id]?.lastEvent = lastSuccess }
        // The exit does not follow from this event but from the same one as it.
        record("\(state.type)StateSucceeded", previous: branches[id]?.lastEvent ?? 0)
        branches[id]?.phase = .ready
        let results = JSON.array(children.results.map { $0 ?? .null })
        try leave(id, with: try place(results, state, branch), state)
    }
}

extension Branch.Children {
    mutating func startNext() -> Int {
        started += 1
        return started - 1
    }

    mutating func finish(
        _ index: Int,
        _ output: JSON,
        _ success: Int?
    ) -> (isComplete: Bool, hasMore: Bool) {
        results[index] = output
        done += 1
        lastSuccess = success
        return (done == results.count, started < results.count)
    }
}
