import Core

/// How data passes through a state: InputPath, Parameters, the work, ResultSelector, ResultPath,
/// OutputPath, in this order.
extension Execution {
    /// The input after `InputPath`.
    func selected(_ state: State, _ branch: Branch) throws(StateError) -> JSON {
        try filtered(branch.input, by: state.input, "InputPath", branch)
    }

    /// The input after `InputPath` and `Parameters`.
    func effectiveInput(
        _ state: State,
        _ branch: Branch,
        token: String? = nil
    ) throws(StateError) -> JSON {
        let selected = try selected(state, branch)
        guard let parameters = state.parameters else { return selected }
        return try evaluation(of: branch, input: selected, token: token).value(of: parameters)
    }

    private func filtered(
        _ value: JSON,
        by filter: State.Filter,
        _ field: String,
        _ branch: Branch
    ) throws(StateError) -> JSON {
        switch filter {
        case .whole: return value
        case .nothing: return .object(JSONObject())
        case .path(let path):
            guard let found = evaluation(of: branch, input: value).find(path) else {
                throw .runtime("Invalid path '\(path)' : No results for path: \(path) in \(field)")
            }
            return found
        }
    }

    /// The result after `ResultSelector` and `ResultPath`.
    func place(_ result: JSON, _ state: State, _ branch: Branch) throws(StateError) -> JSON {
        var result = result
        if let selector = state.selector {
            result = try evaluation(of: branch, input: result).value(of: selector)
        }
        return try put(result, at: state.result, into: branch.input)
    }

    func put(
        _ result: JSON,
        at place: State.ResultPlace,
        into input: JSON
    ) throws(StateError) -> JSON {
        switch place {
        case .replace: return result
        case .discard: return input
        case .path(let path):
            guard let combined = path.put(result, into: input) else {
                throw .here(
                    StateError.Name.resultPathMatchFailure,
                    "Unable to apply ReferencePath \(path) to input \(input)"
                )
            }
            return combined
        }
    }

    /// Leaves a state with what its work made, after `OutputPath`.
    mutating func leave(
        _ id: Int,
        with value: JSON,
        _ state: State,
        to next: String? = nil
    ) throws(StateError) {
        guard let branch = branches[id] else { return }
        let output = try filtered(value, by: state.output, "OutputPath", branch)
        guard output.byteCount <= limits.payloadBytes else {
            throw StateError(
                name: StateError.Name.dataLimitExceeded,
                cause: "The state/task '\(state.name)' returned a result with a size exceeding the"
                    + " maximum number of bytes service limit."
            )
        }
        exit(id, with: output, state, to: next ?? state.next)
    }

    /// Records the exit and goes on to the next state, or ends the branch.
    mutating func exit(_ id: Int, with output: JSON, _ state: State, to next: String?) {
        let details = JSONObject([
            ("name", .string(state.name)), ("output", output),
            ("outputDetails", .untruncated),
        ])
        record(state.type + "StateExited", in: id, ("stateExitedEventDetails", details))
        if let next {
            branches[id]?.state = next
            branches[id]?.input = output
            branches[id]?.phase = .ready
        } else {
            end(id, with: output)
        }
    }

    private mutating func end(_ id: Int, with output: JSON) {
        guard let branch = branches[id] else { return }
        if let parent = branch.parent {
            branches[id] = nil
            childSucceeded(branch, output, parent)
        } else {
            finish(.succeeded, "ExecutionSucceeded", output: output)
        }
    }
}
