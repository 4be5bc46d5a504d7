import Core

/// Distributed Maps: children run as branches of this execution, but apart from it.
extension Execution {
    func mapRunName(_ map: DistributedMap, _ state: State) -> String {
        let label = map.label.isEmpty ? random.uuid() : map.label
        var parts = identity.workflowID.split(separator: ":", omittingEmptySubsequences: false)
        // arn:aws:states:region:account:stateMachine:name has its runs beside it.
        if let at = parts.firstIndex(where: { $0 == "stateMachine" || $0 == "workflow" }) {
            parts[at] = "mapRun"
        } else {
            parts.insert("mapRun", at: 0)
        }
        return parts.joined(separator: ":") + "/\(label):\(random.uuid())"
    }

    func isRun(_ id: Int) -> Bool { mapRun(id) != nil }

    func mapRun(_ id: Int) -> MapRun? {
        guard case .children(let children)? = branches[id]?.phase else { return nil }
        return children.run
    }

    /// The Map whose run waits for a step.
    func run(waitingFor step: Int) -> Int? {
        branches.values.first { mapRun($0.id)?.pendingSteps.contains(step) ?? false }?.id
    }

    /// Changes a run in place.
    @discardableResult
    mutating func updateRun<Result>(
        _ id: Int,
        _ change: (inout MapRun) -> Result
    ) -> Result? {
        update(id) { children -> Result? in
            guard var run = children.run else { return nil }
            children.run = nil
            let result = change(&run)
            children.run = run
            return result
        } ?? nil
    }

    mutating func startRun(_ id: Int, _ map: DistributedMap) {
        guard let branch = branches[id], let run = mapRun(id), let state = state(of: branch) else {
            return
        }
        let details = JSONObject([("mapRunArn", .string(run.name))])
        record("MapRunStarted", in: id, ("mapRunStartedEventDetails", details))
        do throws(StateError) {
            let evaluation = evaluation(of: branch, input: try selected(state, branch))
            var maxItems: Int?
            do throws(StateError) {
                maxItems = try evaluation.count(map.reader?.maxItems) { _ in
                    "field MaxItems must be positive"
                }
            } catch  where error.cause == "field MaxItems must be positive" {
                throw StateError(name: StateError.Name.itemReaderFailed, cause: error.cause)
            }
            // Zero is no limit; AWS takes a hundred million at most.
            if let maxItems { updateRun(id) { $0.remaining = maxItems == 0 ? nil : maxItems } }
        } catch {
            return fail(id, error)
        }
        continueRun(id)
    }

    /// Starts what may start, reads what is missing, and ends the run when all is done.
    mutating func continueRun(_ id: Int) {
        guard !isPaused, let branch = branches[id], let state = state(of: branch),
            let map = state.map, let distributed = map.distributed
        else { return }
        do throws(StateError) {
            // A page of unwritten results is enough to wait for.
            while let run = mapRun(id), run.running < run.concurrency, run.unwritten.count < 1_000 {
                guard let item = try nextItem(id, map, distributed, state, branch) else { break }
                startChild(item, map, id)
            }
            guard let run = mapRun(id) else { return }
            if !run.isExhausted, run.readStep == nil, run.source == nil,
                run.again.isEmpty, run.running < run.concurrency
            {
                try read(id, distributed, state, branch)
            }
            if run.running == 0, run.again.isEmpty, run.isExhausted, run.readStep == nil {
                try close(id, distributed, state, branch)
            } else if run.unwritten.count >= 100 {
                try write(id, distributed, state, branch, isLast: false)
            }
        } catch {
            fail(id, error)
        }
    }

    /// The next child's input, nil when there is none yet or none left.
    private mutating func nextItem(
        _ id: Int,
        _ map: MapBody,
        _ distributed: DistributedMap,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> MapRun.Item? {
        if let again = updateRun(id, { $0.again.isEmpty ? nil : $0.again.removeFirst() }) ?? nil {
            return again
        }
        guard let run = mapRun(id), !run.isExhausted else { return nil }
        let items =
            run.source == nil
            ? run.page[...] : try self.items(of: map, state, branch)[run.taken...]
        let evaluation = evaluation(of: branch, input: try selected(state, branch))
        let size = try batchSize(distributed.batcher, evaluation)
        let most = min(size.items, run.remaining ?? Int.max)
        // A batch goes across pages: the next page comes first.
        if run.source == nil, items.count < most, run.cursor != nil { return nil }
        guard !items.isEmpty else { return nil }
        var taken: [JSON] = []
        var bytes = 0
        for (offset, item) in items.prefix(most).enumerated() {
            let index = run.taken + offset
            let value = try selectedItem(item, index, state, branch)
            bytes += value.byteCount + 1
            if bytes > size.bytes, !taken.isEmpty { break }
            taken.append(value)
        }
        let count = taken.count
        updateRun(id) { run in
            run.taken += count
            run.started += 1
            if run.source == nil { run.page.removeFirst(count) }
            if let remaining = run.remaining { run.remaining = remaining - count }
        }
        guard let batcher = distributed.batcher else {
            return MapRun.Item(index: run.started, input: taken[0], value: items.first)
        }
        var batch = JSONObject()
        if let input = batcher.input {
            batch["BatchInput"] = try evaluation.value(of: input)
        }
        batch["Items"] = .array(taken)
        return MapRun.Item(index: run.started, input: .object(batch), value: nil)
    }

    func batchSize(
        _ batcher: DistributedMap.Batcher?,
        _ evaluation: Evaluation
    ) throws(StateError) -> (items: Int, bytes: Int) {
        guard let batcher else { return (1, Int.max) }
        let items = try evaluation.count(batcher.maxItems) {
            "Expected positive integer for MaxItemsPerBatch, got '\($0)' instead."
        }
        let bytes = try evaluation.count(batcher.maxBytes) {
            "Expected positive integer for MaxInputBytesPerBatch, got '\($0)' instead."
        }
        // Room for the batch's own members.
        return (max(1, items ?? 10_000), max(1, (bytes ?? limits.payloadBytes) - 32))
    }

    private func selectedItem(
        _ item: JSON,
        _ index: Int,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> JSON {
        guard let selector = state.parameters else { return item }
        return try evaluation(
            of: branch,
            input: try selected(state, branch),
            item: (index, item)
        ).value(of: selector)
    }

    private mutating func startChild(_ item: MapRun.Item, _ map: MapBody, _ id: Int) {
        updateRun(id) { $0.running += 1 }
        update(id) { children in
            while children.results.count <= item.index { children.results.append(nil) }
        }
        let child = addBranch(
            machine: map.processor,
            parent: id,
            index: item.index,
            input: item.input,
            after: 0
        )
        let value = definition.usesContext ? item.value : nil
        branches[child]?.isHidden = true
        branches[child]?.child = .init(input: item.input, item: value)
        turn.ready.append(child)
    }

    /// A child has ended, one way or the other.
    mutating func childEnded(_ child: Branch, _ outcome: Result<JSON, StateError>, _ id: Int) {
        guard let branch = branches[id], let state = state(of: branch),
            let distributed = state.map?.distributed
        else { return }
        keep(child, outcome, id, distributed.writer)
        guard let run = mapRun(id) else { return }
        if run.tolerance.isExceeded(by: run.failures, of: run.total) {
            fail(
                id,
                StateError(
                    name: StateError.Name.exceededThreshold,
                    cause: "The specified tolerated failure threshold was exceeded"
                )
            )
        } else {
            turn.beforeFailure = nil
            continueRun(id)
        }
        turn.ready.append(id)
    }

    private mutating func keep(
        _ child: Branch,
        _ outcome: Result<JSON, StateError>,
        _ id: Int,
        _ writer: DistributedMap.Writer?
    ) {
        let input = child.child?.input ?? .null
        var record = JSONObject([("Input", input)])
        let result: JSON
        switch outcome {
        case .success(let output):
            result = output
            record["Output"] = output
            record["Status"] = "SUCCEEDED"
        case .failure(let problem):
            result = ["Error": .optional(problem.name), "Cause": .optional(problem.cause)]
            record["Error"] = .optional(problem.name)
            record["Cause"] = .optional(problem.cause)
            record["Status"] = "FAILED"
            updateRun(id) { run in
                run.failures += 1
                // More than this nobody redrives one by one.
                if run.failed.count < 1_000 {
                    run.failed.append(
                        .init(index: child.index, input: input, value: child.child?.item)
                    )
                }
            }
        }
        let shown =
            writer?.transformation == DistributedMap.Writer.Transformation.none
            ? .object(record) : result
        let limit = limits.payloadBytes
        update(id) { children in
            children.done += 1
            guard var run = children.run else { return }
            children.run = nil
            run.running -= 1
            if writer?.resource != nil {
                run.unwritten.append(shown)
            } else if !run.isOverfull {
                run.resultBytes += shown.byteCount + 1
                if run.resultBytes > limit {
                    run.isOverfull = true
                    children.results = []
                } else {
                    children.results[child.index] = shown
                }
            }
            children.run = run
        }
    }

    /// A read or write was answered.
    mutating func runAnswered(_ id: Int, _ step: Int, _ answer: Result<JSON, StateError>) {
        let isRead = mapRun(id)?.readStep == step
        updateRun(id) { run in
            if isRead { run.readStep = nil } else { run.writeStep = nil }
        }
        switch answer {
        case .success(let output) where isRead:
            guard let page = ItemPage(output) else {
                let name = StateError.Name.itemReaderFailed
                fail(id, StateError(name: name, cause: "The reader answered no items."))
                break
            }
            updateRun(id) { run in
                run.page.append(contentsOf: page.items.prefix(run.remaining ?? Int.max))
                run.cursor = page.next
                run.token = page.token
            }
            continueRun(id)
        case .success:
            continueRun(id)
        case .failure(let problem):
            let name =
                isRead
                ? StateError.Name.itemReaderFailed : StateError.Name.resultWriterFailed
            let isNamed = problem.name?.hasPrefix("States.") ?? false
            fail(id, StateError(name: isNamed ? problem.name : name, cause: problem.cause))
        }
        turn.ready.append(id)
    }

    /// All children are done: writes the rest, and leaves the state.
    private mutating func close(
        _ id: Int,
        _ distributed: DistributedMap,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        guard case .children(let children) = branches[id]?.phase, let run = children.run else {
            return
        }
        if run.tolerance.isExceeded(by: run.failures, of: run.started) {
            throw StateError(
                name: StateError.Name.exceededThreshold,
                cause: "The specified tolerated failure threshold was exceeded"
            )
        }
        if distributed.writer?.resource != nil, !run.isClosing || run.writeStep != nil {
            return try write(id, distributed, state, branch, isLast: true)
        }
        // The exit follows from the start of the run, not from its end.
        let started = branches[id]?.lastEvent ?? 0
        record("MapRunSucceeded", in: id)
        record("MapStateSucceeded", in: id)
        branches[id]?.lastEvent = started
        branches[id]?.phase = .ready
        if run.isOverfull { throw .tooLarge(state.name) }
        try leave(id, with: try result(of: children, run, distributed, state, branch), state)
    }

    private func result(
        of children: Branch.Children,
        _ run: MapRun,
        _ distributed: DistributedMap,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) -> JSON {
        guard let writer = distributed.writer else {
            return .array(children.results.map { $0 ?? .null })
        }
        guard writer.resource != nil else {
            let results = children.results.map { $0 ?? .null }
            return .array(
                writer.transformation == .flatten
                    ? results.flatMap { $0.array ?? [$0] } : results
            )
        }
        var parameters = JSON.object(JSONObject())
        if let template = writer.parameters {
            let evaluation = evaluation(of: branch, input: try selected(state, branch))
            parameters = try evaluation.value(of: template)
        }
        return [
            "MapRunArn": .string(run.name),
            "ResultWriterDetails": [
                "Bucket": parameters["Bucket"] ?? .null,
                "Key": .string(Self.folder(run, parameters) + "/manifest.json"),
            ],
        ]
    }
}
