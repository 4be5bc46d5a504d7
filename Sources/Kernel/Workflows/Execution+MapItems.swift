import Core

/// What the run of a distributed Map has others do: reading items and writing results.
extension Execution {
    mutating func read(
        _ id: Int,
        _ distributed: DistributedMap,
        _ state: State,
        _ branch: Branch
    ) throws(StateError) {
        guard let reader = distributed.reader, let run = mapRun(id), let cursor = run.cursor else {
            return
        }
        let evaluation = evaluation(of: branch, input: try selected(state, branch))
        var parameters = JSON.object(JSONObject())
        if let template = reader.parameters { parameters = try evaluation.value(of: template) }
        let size = try batchSize(distributed.batcher, evaluation).items
        let wanted = min(max(100, distributed.batcher == nil ? 0 : min(size, 1_000)), 1_000)
        let request = ItemRead(
            reader,
            parameters: parameters,
            cursor: cursor,
            token: run.token,
            limit: min(wanted, max(1, (run.remaining ?? Int.max) - run.page.count))
        )
        let step = newStep()
        updateRun(id) { $0.readStep = step }
        schedule(.readItems, step, request.resource, request.json, state, branch)
    }

    mutating func write(
        _ id: Int,
        _ distributed: DistributedMap,
        _ state: State,
        _ branch: Branch,
        isLast: Bool
    ) throws(StateError) {
        guard let writer = distributed.writer, let resource = writer.resource,
            let run = mapRun(id), run.writeStep == nil
        else { return }
        var parameters = JSON.object(JSONObject())
        if let template = writer.parameters {
            let evaluation = evaluation(of: branch, input: try selected(state, branch))
            parameters = try evaluation.value(of: template)
        }
        var results = run.unwritten
        if writer.transformation == .flatten {
            results = results.flatMap { $0.array ?? [$0] }
        }
        var request = ResultWrite(
            resource: resource,
            parameters: parameters,
            folder: Self.folder(run, parameters),
            part: run.part,
            results: results,
            isLines: writer.isLines
        )
        if isLast {
            request.manifest = [
                "DestinationBucket": parameters["Bucket"] ?? .null,
                "MapRunArn": .string(run.name), "Parts": .int(run.part + 1),
                "Succeeded": .int(run.started - run.failures), "Failed": .int(run.failures),
            ]
        }
        let step = newStep()
        updateRun(id) { run in
            run.writeStep = step
            run.isClosing = isLast
            run.part += 1
            run.unwritten = []
        }
        schedule(.writeResults, step, resource, request.json, state, branch)
    }

    /// The prefix and the run's own id.
    static func folder(_ run: MapRun, _ parameters: JSON) -> String {
        let prefix = parameters["Prefix"]?.string ?? ""
        let id = run.name.split(separator: ":").last.map(String.init) ?? run.name
        return prefix.isEmpty || prefix.hasSuffix("/") ? prefix + id : prefix + "/" + id
    }

    private mutating func schedule(
        _ purpose: ScheduledTask.Purpose,
        _ step: Int,
        _ resource: String,
        _ input: JSON,
        _ state: State,
        _ branch: Branch
    ) {
        turn.actions.append(
            .schedule(
                ScheduledTask(
                    purpose: purpose,
                    step: step,
                    branch: branch.id,
                    entry: branch.enteredEvent,
                    state: state.name,
                    resource: resource,
                    input: input,
                    attempt: step
                )
            )
        )
    }
}
