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
    ///
    /// As AWS does, MaxConcurrency is evaluated before the start is recorded and the tolerance
    /// after.
    mutating func iterate(
        _ map: MapBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        let evaluation = evaluation(of: branch, input: try selected(state, branch))
        let wanted = try evaluation.count(map.concurrency) {
            "Expected non-negative integer for MaxConcurrency, got '\($0)' instead."
        }
        let reads = map.distributed?.reader != nil
        let items = reads ? [] : try items(of: map, state, branch)
        let details = JSONObject([("length", .int(items.count))])
        record("MapStateStarted", in: branch.id, ("mapStateStartedEventDetails", details))
        let tolerance = try tolerance(of: map, evaluation)
        var children = Branch.Children(results: [], started: 0)
        if map.keepsItems, !reads { children.items = items }
        let limit = wanted == nil || wanted == 0 ? Int.max : wanted ?? 0
        if let distributed = map.distributed {
            children.run = MapRun(
                name: mapRunName(distributed, state),
                concurrency: min(limit, limits.childrenAtOnce),
                tolerance: tolerance,
                source: reads ? nil : items.count
            )
            branches[branch.id]?.phase = .children(children)
            startRun(branch.id, distributed)
            return
        }
        children.results = items.map { _ in nil }
        branches[branch.id]?.phase = .children(children)
        guard !items.isEmpty else {
            try join(branch.id)
            return
        }
        for _ in 0..<min(items.count, limit) {
            try startIteration(map, items, state, branch.id)
        }
    }

    private func tolerance(
        of map: MapBody,
        _ evaluation: Evaluation
    ) throws(StateError) -> MapRun.Tolerance {
        MapRun.Tolerance(
            count: try evaluation.count(map.toleratedCount) { _ in
                "ToleratedFailureCount cannot be negative."
            },
            percentage: try evaluation.percentage(map.toleratedPercentage)
        )
    }

    /// What a Map goes over; found again rather than kept, so that it is not stored twice.
    func items(
        of map: MapBody,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> [JSON] {
        if case .children(let children) = branch.phase, let items = children.items { return items }
        switch map.items {
        case .template(let template):
            return try listed(template, evaluation(of: branch, input: branch.input))
        case .path(let path):
            let input = try selected(state, branch)
            guard let path else { return try listed(input, state, path: "$") }
            let evaluation = evaluation(of: branch, input: input, item: (0, .null))
            guard let found = evaluation.find(path) else {
                throw .runtime(
                    "Unable to apply Path transformation to null or empty input. '\(path)'"
                )
            }
            return try listed(found, state, path: path.description)
        }
    }

    private func listed(_ value: JSON, _ state: State, path: String) throws(StateError) -> [JSON] {
        if let items = value.array { return items }
        guard state.language == .jsonata else {
            throw .runtime("Reference path \"\(path)\" must point to array.")
        }
        var problem = StateError.query(
            "Map state input must be an array but was: \(value.text())",
            nil
        )
        problem.isBeforeEntry = true
        throw problem
    }

    private func listed(
        _ template: PayloadTemplate,
        _ evaluation: Evaluation
    ) throws(StateError) -> [JSON] {
        do throws(StateError) {
            let value = try evaluation.value(of: template)
            if let items = value.array { return items }
            guard case .query(let query) = template else {
                throw .query("Map state input must be an array but was: \(value.text())", "Items")
            }
            throw query.mismatch(value, expected: "array")
        } catch {
            var problem = error
            problem.isBeforeEntry = true
            throw problem
        }
    }

    private mutating func startIteration(
        _ map: MapBody,
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
    mutating func update<Result>(
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
                iteration(child, state, "Succeeded"),
                hidden: child.isHidden
            )
        }
        guard let progress = update(parentID, { $0.finish(child.index, output, success) }) else {
            return
        }
        do throws(StateError) {
            if progress.isComplete {
                try join(parentID)
            } else if let map = state.map, progress.hasMore, let parent = branches[parentID] {
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
        record(
            "\(state.type)StateSucceeded",
            previous: branches[id]?.lastEvent ?? 0,
            hidden: branch.isHidden
        )
        branches[id]?.phase = .ready
        try leave(id, with: .array(children.results.map { $0 ?? .null }), state)
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
