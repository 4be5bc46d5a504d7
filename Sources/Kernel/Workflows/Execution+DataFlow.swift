import Core

/// How data passes through a state.
///
/// In JSONPath: InputPath, Parameters, the work, Assign, ResultSelector, ResultPath, OutputPath, in
/// this order. In JSONata: Arguments, the work, then Assign and Output, which both see the variables
/// as they were.
extension Execution {
    /// The input after `InputPath`.
    func selected(_ state: State, _ branch: Branch) throws(StateError) -> JSON {
        try filtered(branch.input, by: state.input, branch)
    }

    /// The input after `InputPath` and `Parameters`, or `Arguments`.
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
        _ branch: Branch
    ) throws(StateError) -> JSON {
        switch filter {
        case .whole: return value
        case .nothing: return .object(JSONObject())
        case .path(let path):
            let evaluation = evaluation(of: branch, input: value)
            guard let found = evaluation.find(path) else { throw evaluation.missing(path) }
            return found
        }
    }

    /// What leaves a state.
    struct Product {
        var output: JSON
        var assigned = JSONObject()
    }

    /// Makes the output and the variables of a state from what its work made; nil when it makes
    /// nothing itself, like a Wait.
    func product(
        of result: JSON?,
        _ state: State,
        _ branch: Branch,
        rule: ChoiceRule? = nil
    ) throws(StateError) -> Product {
        let assign = rule.map(\.assign) ?? state.assign
        guard state.language == .jsonata else {
            let value: JSON
            if let result { value = result } else { value = try selected(state, branch) }
            var product = Product(output: value)
            product.assigned = try assigned(assign, evaluation(of: branch, input: value))
            if result != nil { product.output = try place(value, state, branch) }
            product.output = try filtered(product.output, by: state.output, branch)
            return product
        }
        var product = Product(output: result ?? branch.input)
        let template = rule.map(\.output) ?? state.outcome
        guard template != nil || !assign.isEmpty else { return product }
        var evaluation = evaluation(of: branch, input: branch.input)
        evaluation.result = result
        product.assigned = try assigned(assign, evaluation)
        if let template { product.output = try evaluation.value(of: template) }
        return product
    }

    func assigned(
        _ members: [PayloadTemplate.Member],
        _ evaluation: Evaluation
    ) throws(StateError) -> JSONObject {
        var values = JSONObject()
        for member in members {
            values[member.key] = try evaluation.value(of: member.template, field: member.field)
        }
        return values
    }

    /// The result after `ResultSelector` and `ResultPath`.
    private func place(_ result: JSON, _ state: State, _ branch: Branch) throws(StateError) -> JSON
    {
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

    /// Leaves a state with what its work made.
    mutating func leave(
        _ id: Int,
        with result: JSON?,
        _ state: State,
        to next: String? = nil,
        rule: ChoiceRule? = nil
    ) throws(StateError) {
        guard let branch = branches[id] else { return }
        let product = try product(of: result, state, branch, rule: rule)
        try check(product, state, branch)
        exit(id, with: product, state, to: next ?? state.next)
    }

    func check(_ product: Product, _ state: State, _ branch: Branch) throws(StateError) {
        let most = limits.nesting
        guard !product.output.isNested(deeperThan: most),
            !product.assigned.contains(where: { $0.value.isNested(deeperThan: most) })
        else { throw .tooDeep(state.name, most) }
        guard product.output.byteCount <= limits.payloadBytes else { throw .tooLarge(state.name) }
        guard !product.assigned.isEmpty else { return }
        let bytes = JSON.object(product.assigned).byteCount
        guard bytes <= limits.payloadBytes,
            bytes + JSON.object(branch.variables).byteCount <= limits.variableBytes
        else {
            throw StateError(
                name: StateError.Name.dataLimitExceeded,
                cause: "The state '\(state.name)' assigned variables with a size exceeding the"
                    + " maximum number of bytes service limit."
            )
        }
    }

    /// Records the exit and goes on to the next state, or ends the branch.
    mutating func exit(_ id: Int, with product: Product, _ state: State, to next: String?) {
        var details = JSONObject([
            ("name", .string(state.name)), ("output", product.output),
            ("outputDetails", .untruncated),
        ])
        if !product.assigned.isEmpty {
            details["assignedVariables"] = .object(product.assigned)
            details["assignedVariablesDetails"] = .untruncated
            for member in product.assigned {
                branches[id]?.variables[member.key] = member.value
            }
        }
        record(state.type + "StateExited", in: id, ("stateExitedEventDetails", details))
        if let next {
            branches[id]?.state = next
            branches[id]?.input = product.output
            branches[id]?.phase = .ready
        } else {
            end(id, with: product.output)
        }
    }

    private mutating func end(_ id: Int, with output: JSON) {
        guard let branch = branches[id] else { return }
        if let parent = branch.parent {
            branches[id] = nil
            if branch.child != nil {
                childEnded(branch, .success(output), parent)
            } else {
                childSucceeded(branch, output, parent)
            }
        } else {
            finish(.succeeded, "ExecutionSucceeded", output: output)
        }
    }
}

extension StateError {
    static func tooLarge(_ name: String) -> StateError {
        StateError(
            name: Name.dataLimitExceeded,
            cause: "The state/task '\(name)' returned a result with a size exceeding the"
                + " maximum number of bytes service limit."
        )
    }
}

extension StateError {
    static func tooDeep(_ name: String, _ levels: Int) -> StateError {
        StateError(
            name: Name.dataLimitExceeded,
            cause: "The state/task '\(name)' returned a result nested deeper than \(levels) levels."
        )
    }
}

extension Evaluation {
    /// Says that a path finds nothing, in the words of AWS's JSONPath library.
    func missing(_ path: JSONPath) -> StateError {
        .runtime("Invalid path '\(path)' : \(path.whyNothing(in: root(of: path)))")
    }

    private func root(of path: JSONPath) -> JSON? {
        switch path.root {
        case .context: context
        case .variable(let name): variables[name]
        case .input, .current: input
        }
    }
}

extension JSONPath {
    /// Why a definite path finds nothing: the last member is missing, or one on the way.
    func whyNothing(in value: JSON?) -> String {
        var shown = "$"
        var node = value
        for (at, segment) in segments.enumerated() {
            var next: [JSON] = []
            if let node {
                segment.selector.select(node, node, at == segments.count - 1, PathBudget(), &next)
            }
            switch segment.selector {
            case .name(let name): shown += "['\(name)']"
            case .index(let index): shown += "[\(index)]"
            default: return "No results for path: \(self)"
            }
            guard let found = next.first else {
                return at == segments.count - 1
                    ? "No results for path: \(shown)" : "Missing property in path \(shown)"
            }
            node = found
        }
        return "No results for path: \(shown)"
    }
}
